//! The benchmarks, one file each.

pub mod build;
pub mod cli;
pub mod exchange;
pub mod header;
pub mod keeper;
pub mod sandbox;
pub mod stores;
pub mod waiters;

use anyhow::Result;

use crate::options::Options;
use crate::report::Report;

/// A benchmark.
#[derive(Clone, Copy, Debug)]
pub struct Benchmark {
    /// Name on the command line.
    pub name: &'static str,
    /// True if it runs only when named, because it takes long.
    pub on_request: bool,
    /// Runs the benchmark.
    pub run: fn(&Options) -> Result<Report>,
}

impl Benchmark {
    const fn new(name: &'static str, run: fn(&Options) -> Result<Report>) -> Self {
        Self { name, on_request: false, run }
    }
}

/// All benchmarks, in the order of the page.
pub const ALL: &[Benchmark] = &[
    Benchmark::new("header", header::run),
    Benchmark::new("exchange", exchange::run),
    Benchmark::new("waiters", waiters::run),
    Benchmark::new("stores", stores::run),
    Benchmark::new("keeper", keeper::run),
    Benchmark::new("sandbox", sandbox::run),
    Benchmark { on_request: true, ..Benchmark::new("build", build::run) },
    Benchmark::new("cli", cli::run),
];
