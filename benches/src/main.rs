//! The program behind `cargo xtask bench`.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use benches::benchmarks::{ALL, Benchmark};
use benches::machine::Machine;
use benches::options::{self, Options};
use benches::report::Measured;
use benches::{page, results};

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Vec<String>) -> Result<()> {
    let mut options = Options { quick: false, peers: false };
    let mut names = Vec::new();
    let mut only_page = false;
    for arg in args {
        match arg.as_str() {
            "--quick" => options.quick = true,
            "--peers" => options.peers = true,
            "--page" => only_page = true,
            flag if flag.starts_with('-') => {
                bail!("unknown flag {flag}; flags: --quick, --peers, --page")
            }
            _ => names.push(arg),
        }
    }
    // The peers enable several crypto providers of rustls, so the process must choose one.
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow!("a crypto provider is already installed"))?;
    let root = options::root();
    if only_page {
        return page::write(&root, &results::read(&root)?);
    }
    for benchmark in selected(&names)? {
        println!("\n── {}", benchmark.name);
        let report = (benchmark.run)(&options)?;
        let measured = Measured {
            date: chrono::Utc::now().format("%Y-%m-%d").to_string(),
            machine: Machine::current(),
            report,
        };
        print!("{}", page::terminal_text(&measured));
        if options.quick {
            continue;
        }
        // Written after each benchmark, so that a later failure loses nothing.
        let mut results = results::read(&root)?;
        results.insert(benchmark.name.to_owned(), measured);
        results::write(&root, &results)?;
        page::write(&root, &results)?;
    }
    if options.quick {
        println!("\n--quick: the page was not changed");
    }
    Ok(())
}

fn selected(names: &[String]) -> Result<Vec<&'static Benchmark>> {
    if names.is_empty() {
        return Ok(ALL.iter().filter(|benchmark| !benchmark.on_request).collect());
    }
    names
        .iter()
        .map(|name| match ALL.iter().find(|benchmark| benchmark.name == name) {
            Some(benchmark) => Ok(benchmark),
            None => {
                let known: Vec<&str> = ALL.iter().map(|benchmark| benchmark.name).collect();
                bail!("unknown benchmark `{name}`; benchmarks: {}", known.join(", "))
            }
        })
        .collect()
}
