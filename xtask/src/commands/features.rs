//! `cargo xtask features`: every client crate, alone, with each TLS choice its users have.
//!
//! One crate at a time, because crates built together lend each other their features: a provider that forgot to pass
//! `native-tls` on would look fine beside one that did not.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::Package;

use super::{Command, no_more};
use crate::house;
use crate::report::{Outcome, Report};
use crate::run::Run;
use crate::test_results::TestResults;
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

/// One way to depend on a client crate.
struct Choice {
    /// The features named, next to `default-features = false`; nothing named at all is the default.
    features: Option<&'static [&'static str]>,
    /// What must be in the tree then: a choice that changes nothing is no choice.
    brings: &'static [&'static str],
    /// What must not.
    keeps_out: &'static [&'static str],
}

const CHOICES: &[Choice] = &[
    Choice {
        features: None,
        brings: &["reqwest", "rustls", "ring"],
        keeps_out: &["native-tls", "aws-lc-rs"],
    },
    Choice { features: Some(&[]), brings: &[], keeps_out: &["reqwest", "hyper", "rustls", "native-tls"] },
    Choice { features: Some(&["reqwest"]), brings: &["reqwest"], keeps_out: &["rustls", "native-tls"] },
    Choice {
        features: Some(&["rustls"]),
        brings: &["rustls", "ring"],
        keeps_out: &["native-tls", "aws-lc-rs"],
    },
    Choice {
        features: Some(&["rustls-no-provider"]),
        brings: &["reqwest", "rustls"],
        keeps_out: &["ring", "aws-lc-rs", "native-tls"],
    },
    Choice {
        features: Some(&["native-tls"]),
        brings: &["reqwest", "native-tls"],
        keeps_out: &["rustls", "ring", "aws-lc-rs"],
    },
];

impl Choice {
    fn name(&self) -> String {
        match self.features {
            None => "default".to_owned(),
            Some([]) => "none".to_owned(),
            Some(features) => features.join("+"),
        }
    }

    fn args(&self) -> Vec<String> {
        match self.features {
            None => vec![],
            Some([]) => vec!["--no-default-features".to_owned()],
            Some(features) => {
                vec!["--no-default-features".to_owned(), "--features".to_owned(), features.join(",")]
            }
        }
    }

    /// What is wrong with a tree that was made by this choice.
    fn judge(&self, tree: &BTreeSet<String>) -> Option<String> {
        let missing: Vec<&str> = self.brings.iter().copied().filter(|name| !tree.contains(*name)).collect();
        let extra: Vec<&str> = self.keeps_out.iter().copied().filter(|name| tree.contains(*name)).collect();
        if !missing.is_empty() {
            return Some(format!("does not bring {}", missing.join(", ")));
        }
        (!extra.is_empty()).then(|| format!("brings {}", extra.join(", ")))
    }
}

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
        // Clippy and not check: what is unused under one choice only is a warning there and nowhere else.
        let clippy = selected(&["clippy", "--no-deps", "--lib", "--examples"], &["--", "-D", "warnings"]);
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

/// `serde v1.0.229 (*)` gives `serde`.
fn names(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_that_changes_nothing_or_brings_too_much_is_found() {
        let default = &CHOICES[0];
        let tree = |text: &str| names(&text.replace(' ', " v1.0.0\n"));
        assert_eq!(default.judge(&tree("cobot reqwest rustls ring ")), None);
        assert_eq!(default.judge(&tree("cobot reqwest ")), Some("does not bring rustls, ring".to_owned()));
        let both = tree("cobot reqwest rustls ring native-tls ");
        assert_eq!(default.judge(&both), Some("brings native-tls".to_owned()));
    }

    #[test]
    fn every_tls_feature_has_its_turn() {
        for feature in house::TLS_FEATURES {
            assert!(
                CHOICES.iter().any(|choice| choice.features == Some(&[feature])),
                "{feature} is never tried alone"
            );
        }
    }

    #[test]
    fn choices_as_cargo_takes_them() {
        assert_eq!(CHOICES[0].args(), Vec::<String>::new());
        assert_eq!(CHOICES[1].args(), ["--no-default-features"]);
        assert_eq!(CHOICES[5].args(), ["--no-default-features", "--features", "native-tls"]);
    }
}
