//! `cargo xtask features`: every client crate, alone, with each TLS choice its users have.
//!
//! One crate at a time, because crates built together lend each other their features: a provider that forgot to pass
//! `native-tls` on would look fine beside one that did not.

use anyhow::Result;
use cargo_metadata::Package;

use super::{Command, no_more};
use crate::house;
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
use crate::tls::{CHOICES, Choice, names};
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "features",
    flags: "",
    about: "compile each client crate with each TLS choice, and see that nothing else comes along",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    for package in workspace.clients() {
        report.step(&format!("features {}", package.name), || one(workspace, package));
    }
    report.step("features: no crypto provider", || without_crypto_provider(workspace));
}

/// Tests that only one combination of features can show, so `cargo xtask test` never runs them.
fn without_crypto_provider(workspace: &Workspace) -> Result<Outcome> {
    let args = "test -p oauth-core --no-default-features --features rustls-no-provider --test no_provider";
    let run = Run::cargo(&workspace.root(), &args.split(' ').collect::<Vec<_>>());
    let (ok, output) = run.loudly_kept()?;
    let results = TestResults::read(&output);
    Ok(if ok && results.passed > 0 {
        Outcome::passed(results.to_string())
    } else {
        Outcome::failed(format!("rustls without a crypto provider: {results}"), format!("cargo {args}"))
    })
}

fn one(workspace: &Workspace, package: &Package) -> Result<Outcome> {
    let missing: Vec<&str> =
        house::TLS_FEATURES.iter().copied().filter(|name| !package.features.contains_key(*name)).collect();
    if !missing.is_empty() {
        return Ok(Outcome::failed(
            format!("declares no feature {}", missing.join(", ")),
            format!("add to [features] in crates/{}/Cargo.toml, passed on to oauth-core", package.name),
        ));
    }
    let root = workspace.root();
    for choice in CHOICES {
        let more = choice.args();
        let selected = |fixed: &[&str], rest: &[&str]| -> Vec<String> {
            let name = package.name.as_str();
            let all = fixed.iter().copied().chain(["-p", name]).chain(more.iter().map(String::as_str));
            all.chain(rest.iter().copied()).map(str::to_owned).collect()
        };
        // Clippy and not check: what is unused under one choice only is a warning there and nowhere else. Examples are
        // run as they come, so by the default; with the others they would bring the sandbox along each time.
        let targets: &[&str] = match choice.features {
            None => &["clippy", "--no-deps", "--lib", "--examples"],
            Some(_) => &["clippy", "--no-deps", "--lib"],
        };
        let clippy = selected(targets, &["--", "-D", "warnings"]);
        let clippy = Run::cargo(&root, &borrowed(&clippy));
        let shown = clippy.to_string();
        if !clippy.loudly()? {
            let mend = if choice.features == Some(&["native-tls"]) {
                format!(
                    "{shown}\n         (it needs OpenSSL's headers: apt-get install libssl-dev pkg-config)"
                )
            } else {
                shown
            };
            return Ok(Outcome::failed(
                format!("does not compile cleanly with features: {}", choice.name()),
                mend,
            ));
        }
        let tree = selected(&["tree"], &["-e", "normal", "--prefix", "none", "-f", "{p}"]);
        let tree = Run::cargo(&root, &borrowed(&tree));
        let shown = tree.to_string();
        if let Some(wrong) = choice.judge(&names(&tree.read()?)) {
            return Ok(Outcome::failed(format!("with features {}: {wrong}", choice.name()), shown));
        }
    }
    let names: Vec<String> = CHOICES.iter().map(Choice::name).collect();
    Ok(Outcome::passed(names.join(", ")))
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}
