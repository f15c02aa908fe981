//! `cargo xtask bench` runs this.

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
                bail!("there is no flag {flag}; there are --quick, --peers and --page")
            }
            _ => names.push(arg),
        }
    }
    // The peers bring features of reqwest that want one, and nothing else of the process chooses it.
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow!("a crypto provider was there"))?;
    let root = options::root();
    if only_page {
        return page::write(&root, &results::read(&root)?);
    }
    for one in chosen(&names)? {
        println!("\n── {}", one.name);
        let report = (one.run)(&options)?;
        let measured = Measured {
            date: chrono::Utc::now().format("%Y-%m-%d").to_string(),
            machine: Machine::here(),
            report,
        };
        print!("{}", page::told(&measured));
        if options.quick {
            continue;
        }
        // After each: one that fails later costs nothing of what is known.
        let mut results = results::read(&root)?;
        results.insert(one.name.to_owned(), measured);
        results::write(&root, &results)?;
        page::write(&root, &results)?;
    }
    if options.quick {
        println!("\nquick: the page is as it was");
    }
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<&'static Benchmark>> {
    if names.is_empty() {
        return Ok(ALL.iter().filter(|one| !one.on_request).collect());
    }
    names
        .iter()
        .map(|name| match ALL.iter().find(|one| one.name == name) {
            Some(one) => Ok(one),
            None => {
                let known: Vec<&str> = ALL.iter().map(|one| one.name).collect();
                bail!("there is no benchmark `{name}`; there are {}", known.join(", "))
            }
        })
        .collect()
}
