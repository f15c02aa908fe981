//! Cold release builds of a program that connects an account at one provider.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::contender::Figure;
use crate::options::{Options, root};
use crate::processes::cargo;
use crate::report::{Limit, Report, Row, Table, Target};
use crate::unit::Unit;

/// A program that uses one provider.
struct Program {
    name: &'static str,
    /// Lines of `[dependencies]`; `{root}` is the repository.
    dependencies: &'static str,
    /// Code that installs rustls's crypto provider, if the program must.
    install: &'static str,
    main: &'static str,
}

const GO1: &str = "go1";
const GO1_AWS: &str = "go1, aws-lc-rs";
const BARE: &str = "oauth2 bare + reqwest 0.13, ring";
const BARE_AWS: &str = "oauth2 bare + reqwest 0.13, aws-lc-rs";
const DEFAULTS: &str = "oauth2 with its defaults";
const GO1_WITHOUT_DEFAULTS: &str = "go1 without default features";

const RING: &str = "let _ = rustls::crypto::ring::default_provider().install_default();";
const AWS_LC_RS: &str = "let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();";

const PROGRAMS: [Program; 6] = [
    Program {
        name: GO1,
        dependencies: "go1 = { path = \"{root}/crates/go1\" }",
        install: "",
        main: include_str!("../../hello/go1.rs"),
    },
    Program {
        name: BARE,
        dependencies: "oauth2 = { version = \"5\", default-features = false }\n\
                       reqwest = { version = \"0.13\", default-features = false, features = [\"rustls-no-provider\"] }\n\
                       rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }",
        install: RING,
        main: include_str!("../../hello/oauth2_bare.rs"),
    },
    Program {
        name: DEFAULTS,
        dependencies: "oauth2 = \"5\"",
        install: "",
        main: include_str!("../../hello/oauth2_defaults.rs"),
    },
    Program {
        name: GO1_WITHOUT_DEFAULTS,
        dependencies: "go1 = { path = \"{root}/crates/go1\", default-features = false }",
        install: "",
        main: include_str!("../../hello/go1_without_defaults.rs"),
    },
    Program {
        name: GO1_AWS,
        dependencies: "go1 = { path = \"{root}/crates/go1\", default-features = false, features = [\"rustls-no-provider\", \"connections\"] }\n\
                       rustls = { version = \"0.23\", default-features = false, features = [\"aws_lc_rs\", \"std\", \"tls12\"] }",
        install: AWS_LC_RS,
        main: include_str!("../../hello/go1.rs"),
    },
    Program {
        name: BARE_AWS,
        dependencies: "oauth2 = { version = \"5\", default-features = false }\n\
                       reqwest = { version = \"0.13\", default-features = false, features = [\"rustls-no-provider\"] }\n\
                       rustls = { version = \"0.23\", default-features = false, features = [\"aws_lc_rs\", \"std\", \"tls12\"] }",
        install: AWS_LC_RS,
        main: include_str!("../../hello/oauth2_bare.rs"),
    },
];

/// Signature of every program's `main`.
const MAIN: &str = "async fn main() -> Result<(), Box<dyn std::error::Error>> {";

/// Measurements of a program's builds.
struct BuildResult {
    seconds: Vec<f64>,
    crates: BTreeSet<String>,
    bytes: f64,
}

/// Builds the programs alternately, each time from an empty target folder.
pub fn run(options: &Options) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let mut programs: Vec<(PathBuf, BuildResult)> = Vec::new();
    for (number, program) in PROGRAMS.iter().enumerate() {
        let folder = folder.path().join(format!("hello-{number}"));
        write(program, &folder)?;
        // Downloads dependencies before the measurement.
        let fetched = cargo_in(&folder).arg("fetch").stdout(Stdio::null()).status()?;
        ensure!(fetched.success(), "cannot fetch the dependencies of {}", program.name);
        programs.push((
            folder.clone(),
            BuildResult { seconds: Vec::new(), crates: crates(&folder)?, bytes: 0.0 },
        ));
    }
    for round in 0..options.pick(2, 1) {
        let mut order: Vec<usize> = (0..programs.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for number in order {
            let (folder, built) = &mut programs[number];
            built.seconds.push(build(folder)?);
            built.bytes = fs::metadata(folder.join("target/release/hello"))?.len() as f64;
            println!("{}: {:.1} s", PROGRAMS[number].name, built.seconds[round]);
        }
    }
    let built = |name: &str| {
        let index = PROGRAMS.iter().position(|program| program.name == name).expect("a known program");
        &programs[index].1
    };
    let rows = |unit, figure: &dyn Fn(&BuildResult) -> Figure| {
        PROGRAMS
            .iter()
            .map(|program| Row::new(program.name, unit, figure(built(program.name))))
            .collect::<Vec<_>>()
    };
    let time = |built: &BuildResult| Figure::of(built.seconds.iter().map(|seconds| seconds * 1e9));
    let count = |built: &BuildResult| Figure::exactly(built.crates.len() as f64);
    let tables = vec![
        Table::of("Cold release build of a program that connects an account", BARE, rows(Unit::Time, &time)),
        Table::of("Crates built for it", BARE, rows(Unit::Count, &count)),
        Table::of(
            "Size of the stripped program",
            BARE,
            rows(Unit::Bytes, &|built| Figure::exactly(built.bytes)),
        ),
    ];
    let heavy = built(GO1_WITHOUT_DEFAULTS).crates.iter().filter(|name| is_transport(name)).count();
    let seconds = |name: &str| time(built(name)).median;
    let by_time = |label: &str, ours: &str, peer: &str, limit| {
        Target::by_ratio(label, Unit::Time, seconds(ours), peer, seconds(peer), limit)
    };
    Ok(Report {
        targets: vec![
            by_time("a cold build, the same TLS", GO1, BARE, 1.1),
            by_time("a cold build, default features", GO1, DEFAULTS, 1.0),
            Target::absolute(
                format!("extra crates against {BARE}"),
                built(GO1).crates.len() as f64 - built(BARE).crates.len() as f64,
                Unit::Count,
                Limit::AtMost(15.0),
            ),
            Target::absolute("HTTP clients and TLS in a build without default features", heavy as f64, Unit::Count, Limit::AtMost(0.0)),
            by_time("a cold build without default features", GO1_WITHOUT_DEFAULTS, GO1, 0.5),
            by_time("a cold build, the same TLS with aws-lc-rs", GO1_AWS, BARE_AWS, 1.1),
        ],
        plots: tables.iter().map(Table::plot).collect(),
        tables,
        notes: vec![
            "Each program starts an attempt to connect and exchanges a code, so that this code is linked. Each build starts with an empty \
             target folder and downloaded dependencies, and uses all cores. Crates are those that cargo builds for this platform, including \
             build scripts and macros."
                .to_owned(),
        ],
    })
}

fn is_transport(built: &str) -> bool {
    let name = built.split(" ").next().unwrap_or_default();
    ["reqwest", "hyper", "rustls", "ring", "aws-lc-rs", "native-tls", "openssl"].contains(&name)
}

fn write(program: &Program, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    let dependencies = program.dependencies.replace("{root}", &root().display().to_string());
    fs::write(
        folder.join("Cargo.toml"),
        format!(
            "[package]\nname = \"hello\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\n[profile.release]\nstrip = true\n"
        ),
    )?;
    // Inserts the installation at the start of `main`.
    let (uses, start) = program.main.split_once(MAIN).context("the program has no such main")?;
    fs::write(folder.join("src/main.rs"), format!("{uses}{MAIN}\n    {}{start}", program.install))?;
    Ok(())
}

/// Cargo without settings from the environment that affect builds.
fn cargo_in(folder: &Path) -> Command {
    let mut command = cargo();
    command.current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target")).stderr(Stdio::inherit());
    for name in ["CARGO_INCREMENTAL", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
}

fn build(folder: &Path) -> Result<f64> {
    match fs::remove_dir_all(folder.join("target")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let start = Instant::now();
    let built = cargo_in(folder).args(["build", "--release", "--offline", "--quiet"]).status()?;
    ensure!(built.success(), "{} does not compile", folder.display());
    Ok(start.elapsed().as_secs_f64())
}

/// Names and versions of the crates built for this platform.
fn crates(folder: &Path) -> Result<BTreeSet<String>> {
    let args = ["tree", "--offline", "--prefix", "none", "--edges", "normal,build", "--format", "{p}"];
    let output = cargo_in(folder).args(args).output().context("cannot start cargo")?;
    ensure!(output.status.success(), "cargo tree fails in {}", folder.display());
    let text = String::from_utf8(output.stdout)?;
    Ok(text
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (name, version) = (words.next()?, words.next()?);
            (name != "hello").then(|| format!("{name} {version}"))
        })
        .collect())
}
