//! What a team's build pays for one provider: a program that connects an account, as a cold release build.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::options::{Options, root};
use crate::processes::cargo;
use crate::report::{Limit, Report, Row, Table, Target};
use crate::rounds::Figure;
use crate::unit::Unit;

/// A program of somebody who wants one provider.
struct Hello {
    name: &'static str,
    /// Below `[dependencies]`; `{root}` is the repository.
    dependencies: &'static str,
    /// Whose cryptography rustls takes, where the program has to say so.
    install: &'static str,
    main: &'static str,
}

const OURS: &str = "go1";
const OURS_AWS: &str = "go1, aws-lc-rs";
const BARE: &str = "oauth2 bare + reqwest 0.13, ring";
const BARE_AWS: &str = "oauth2 bare + reqwest 0.13, aws-lc-rs";
const DEFAULTS: &str = "oauth2 with its defaults";
const WITHOUT: &str = "go1 without default features";

const RING: &str = "let _ = rustls::crypto::ring::default_provider().install_default();";
const AWS_LC_RS: &str = "let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();";

const ALL: [Hello; 6] = [
    Hello {
        name: OURS,
        dependencies: "go1 = { path = \"{root}/crates/go1\" }",
        install: "",
        main: include_str!("../../hello/ours.rs"),
    },
    Hello {
        name: BARE,
        dependencies: "oauth2 = { version = \"5\", default-features = false }\n\
                       reqwest = { version = \"0.13\", default-features = false, features = [\"rustls-no-provider\"] }\n\
                       rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }",
        install: RING,
        main: include_str!("../../hello/bare.rs"),
    },
    Hello {
        name: DEFAULTS,
        dependencies: "oauth2 = \"5\"",
        install: "",
        main: include_str!("../../hello/defaults.rs"),
    },
    Hello {
        name: WITHOUT,
        dependencies: "go1 = { path = \"{root}/crates/go1\", default-features = false }",
        install: "",
        main: include_str!("../../hello/without.rs"),
    },
    Hello {
        name: OURS_AWS,
        dependencies: "go1 = { path = \"{root}/crates/go1\", default-features = false, features = [\"rustls-no-provider\", \"connections\"] }\n\
                       rustls = { version = \"0.23\", default-features = false, features = [\"aws_lc_rs\", \"std\", \"tls12\"] }",
        install: AWS_LC_RS,
        main: include_str!("../../hello/ours.rs"),
    },
    Hello {
        name: BARE_AWS,
        dependencies: "oauth2 = { version = \"5\", default-features = false }\n\
                       reqwest = { version = \"0.13\", default-features = false, features = [\"rustls-no-provider\"] }\n\
                       rustls = { version = \"0.23\", default-features = false, features = [\"aws_lc_rs\", \"std\", \"tls12\"] }",
        install: AWS_LC_RS,
        main: include_str!("../../hello/bare.rs"),
    },
];

/// How all of them begin.
const MAIN: &str = "async fn main() -> Result<(), Box<dyn std::error::Error>> {";

/// What a build took and made.
struct Built {
    seconds: Vec<f64>,
    crates: BTreeSet<String>,
    bytes: f64,
}

/// Builds them in turns, each time from nothing.
pub fn run(options: &Options) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let mut programs: Vec<(PathBuf, Built)> = Vec::new();
    for (number, hello) in ALL.iter().enumerate() {
        let place = folder.path().join(format!("hello-{number}"));
        write(hello, &place)?;
        // Nothing is downloaded while the time runs.
        let fetched = at(&place).arg("fetch").stdout(Stdio::null()).status()?;
        ensure!(fetched.success(), "the dependencies of {} cannot be had", hello.name);
        programs.push((place.clone(), Built { seconds: Vec::new(), crates: crates(&place)?, bytes: 0.0 }));
    }
    for round in 0..options.pick(2, 1) {
        let mut order: Vec<usize> = (0..programs.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for number in order {
            let (place, built) = &mut programs[number];
            built.seconds.push(build(place)?);
            built.bytes = fs::metadata(place.join("target/release/hello"))?.len() as f64;
            println!("{}: {:.1} s", ALL[number].name, built.seconds[round]);
        }
    }
    let built = |name: &str| {
        let at = ALL.iter().position(|hello| hello.name == name).expect("one of ours");
        &programs[at].1
    };
    let rows = |unit, figure: &dyn Fn(&Built) -> Figure| {
        ALL.iter().map(|hello| Row::new(hello.name, unit, figure(built(hello.name)))).collect::<Vec<_>>()
    };
    let time = |built: &Built| Figure::of(built.seconds.iter().map(|seconds| seconds * 1e9));
    let count = |built: &Built| Figure::exactly(built.crates.len() as f64);
    let tables = vec![
        Table::of("Cold release build of a program that connects an account", BARE, rows(Unit::Time, &time)),
        Table::of("Crates that are built for it", BARE, rows(Unit::Count, &count)),
        Table::of("The program, stripped", BARE, rows(Unit::Bytes, &|built| Figure::exactly(built.bytes))),
    ];
    let heavy = built(WITHOUT).crates.iter().filter(|name| is_transport(name)).count();
    let seconds = |name: &str| time(built(name)).median;
    let by_time = |what: &str, ours: &str, peer: &str, limit| {
        Target::by_ratio(what, Unit::Time, seconds(ours), peer, seconds(peer), limit)
    };
    Ok(Report {
        targets: vec![
            by_time("a cold build, the same TLS", OURS, BARE, 1.1),
            by_time("a cold build, default features", OURS, DEFAULTS, 1.0),
            Target::absolute(
                format!("crates more than {BARE}"),
                built(OURS).crates.len() as f64 - built(BARE).crates.len() as f64,
                Unit::Count,
                Limit::AtMost(15.0),
            ),
            Target::absolute("HTTP clients and TLS in a build without default features", heavy as f64, Unit::Count, Limit::AtMost(0.0)),
            by_time("a cold build without default features", WITHOUT, OURS, 0.5),
            by_time("a cold build, the same TLS with aws-lc-rs", OURS_AWS, BARE_AWS, 1.1),
        ],
        plots: tables.iter().map(Table::plot).collect(),
        tables,
        notes: vec![
            "Every program begins an attempt and exchanges a code, so that what it takes is linked. Each build begins with an empty \
             target folder, with everything downloaded before, and uses all cores. Crates are those that cargo builds for this platform, \
             build scripts and macros included."
                .to_owned(),
        ],
    })
}

fn is_transport(built: &str) -> bool {
    let name = built.split(" ").next().unwrap_or_default();
    ["reqwest", "hyper", "rustls", "ring", "aws-lc-rs", "native-tls", "openssl"].contains(&name)
}

fn write(hello: &Hello, place: &Path) -> Result<()> {
    fs::create_dir_all(place.join("src"))?;
    let dependencies = hello.dependencies.replace("{root}", &root().display().to_string());
    fs::write(
        place.join("Cargo.toml"),
        format!(
            "[package]\nname = \"hello\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\n[profile.release]\nstrip = true\n"
        ),
    )?;
    // Before anything else that the program does.
    let (uses, begun) = hello.main.split_once(MAIN).context("the program has no main as the others have")?;
    fs::write(place.join("src/main.rs"), format!("{uses}{MAIN}\n    {}{begun}", hello.install))?;
    Ok(())
}

/// Cargo there, as if nobody had set anything.
fn at(place: &Path) -> Command {
    let mut command = cargo();
    command.current_dir(place).env("CARGO_TARGET_DIR", place.join("target")).stderr(Stdio::inherit());
    for name in ["CARGO_INCREMENTAL", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
}

fn build(place: &Path) -> Result<f64> {
    match fs::remove_dir_all(place.join("target")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let begun = Instant::now();
    let built = at(place).args(["build", "--release", "--offline", "--quiet"]).status()?;
    ensure!(built.success(), "{} does not compile", place.display());
    Ok(begun.elapsed().as_secs_f64())
}

/// What is built for this platform, by name and version.
fn crates(place: &Path) -> Result<BTreeSet<String>> {
    let words = ["tree", "--offline", "--prefix", "none", "--edges", "normal,build", "--format", "{p}"];
    let output = at(place).args(words).output().context("cannot start cargo")?;
    ensure!(output.status.success(), "cargo tree fails in {}", place.display());
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
