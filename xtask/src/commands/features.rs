//! `cargo xtask features`: compiles each client crate alone, with each TLS choice.
//!
//! One crate at a time, because cargo unifies features of crates built together: a provider that forgot to
//! forward `native-tls` would compile next to one that forwards it.

use anyhow::Result;
use cargo_metadata::Package;

use super::{Command, expect_no_args};
use crate::crate_roles;
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
use crate::tls::{TLS_CHOICES, TlsChoice, crate_names};
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "features",
    flags: "",
    about: "compile each client crate with each TLS choice and check its dependency tree",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    for package in workspace.clients() {
        report.step(&format!("features {}", package.name), || check(workspace, package));
    }
    report.step("features: downstream", || downstream(workspace));
    report.step("features: no crypto provider", || without_crypto_provider(workspace));
}

/// A library that enables no feature of the provider crates but `connections`.
fn downstream(workspace: &Workspace) -> Result<Outcome> {
    for features in ["", "connections"] {
        let package = ["clippy", "--no-deps", "-p", "downstream", "--lib"];
        let args = [&package[..], &["--features", features, "--", "-D", "warnings"]].concat();
        let run = Run::cargo(&workspace.root(), &args);
        let command = run.to_string();
        if !run.run_inherited()? {
            return Ok(Outcome::failed(
                "tests/downstream does not compile without default features",
                command,
            ));
        }
    }
    Ok(Outcome::passed("tests/downstream without default features, and with `connections`"))
}

/// Tests that need a feature combination which `cargo xtask test` does not use.
fn without_crypto_provider(workspace: &Workspace) -> Result<Outcome> {
    let args = "test -p oauth-core --no-default-features --features rustls-no-provider --test no_provider";
    let run = Run::cargo(&workspace.root(), &args.split(' ').collect::<Vec<_>>());
    let (ok, output) = run.tee_stdout()?;
    let results = TestResults::read(&output);
    Ok(if ok && results.passed > 0 {
        Outcome::passed(results.to_string())
    } else {
        Outcome::failed(format!("rustls without a crypto provider: {results}"), format!("cargo {args}"))
    })
}

fn check(workspace: &Workspace, package: &Package) -> Result<Outcome> {
    let missing: Vec<&str> = crate_roles::TLS_FEATURES
        .iter()
        .copied()
        .filter(|name| !package.features.contains_key(*name))
        .collect();
    if !missing.is_empty() {
        return Ok(Outcome::failed(
            format!("feature {} is not declared", missing.join(", ")),
            format!(
                "add it to [features] in crates/{}/Cargo.toml and forward it to oauth-core",
                package.name
            ),
        ));
    }
    let root = workspace.root();
    for choice in TLS_CHOICES {
        let choice_args = choice.args();
        let selected = |fixed: &[&str], rest: &[&str]| -> Vec<String> {
            let name = package.name.as_str();
            let all = fixed.iter().copied().chain(["-p", name]).chain(choice_args.iter().map(String::as_str));
            all.chain(rest.iter().copied()).map(str::to_owned).collect()
        };
        // Clippy, because code unused under one TLS choice warns only there. Examples are checked only with
        // default features: their dev-dependencies would build the sandbox for each choice.
        let targets: &[&str] = match choice.features {
            None => &["clippy", "--no-deps", "--lib", "--examples"],
            Some(_) => &["clippy", "--no-deps", "--lib"],
        };
        let clippy = selected(targets, &["--", "-D", "warnings"]);
        let clippy = Run::cargo(&root, &as_strs(&clippy));
        let command = clippy.to_string();
        if !clippy.run_inherited()? {
            let help = if choice.features == Some(&["native-tls"]) {
                format!(
                    "{command}\n         (needs the OpenSSL headers: apt-get install libssl-dev pkg-config)"
                )
            } else {
                command
            };
            return Ok(Outcome::failed(format!("errors or warnings with features: {}", choice.name()), help));
        }
        let tree = selected(&["tree"], &["-e", "normal", "--prefix", "none", "-f", "{p}"]);
        let tree = Run::cargo(&root, &as_strs(&tree));
        let command = tree.to_string();
        if let Some(wrong) = choice.check_tree(&crate_names(&tree.read()?)) {
            return Ok(Outcome::failed(format!("with features {}: {wrong}", choice.name()), command));
        }
    }
    let crate_names: Vec<String> = TLS_CHOICES.iter().map(TlsChoice::name).collect();
    Ok(Outcome::passed(crate_names.join(", ")))
}

fn as_strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}
