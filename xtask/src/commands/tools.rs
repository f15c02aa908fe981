//! `cargo xtask tools`: the cargo plugins that the other commands use, each at one version.

use std::path::Path;

use anyhow::{Context, Result};
use lexopt::Parser;

use super::Command;
use crate::report::{Outcome, Report};
use crate::run::Run;

pub(super) const COMMAND: Command = Command {
    name: "tools",
    flags: "[--full] [NAME…]",
    about: "install the programs that `ci` (or `ci --full`) needs, or the named ones, where they are missing",
    run: |workspace, args| {
        let chosen = chosen(args)?;
        let mut report = Report::default();
        let root = workspace.root();
        for tool in chosen {
            report.step(tool.name, || install(&root, tool));
        }
        Ok(report)
    },
};

/// The named ones; without a name those that CI uses.
fn chosen(args: &mut Parser) -> Result<Vec<&'static Tool>> {
    let (mut full, mut named) = (false, Vec::new());
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("full") => full = true,
            lexopt::Arg::Value(name) => {
                let mut all = QUICK.iter().chain(SLOW).chain(BY_HAND);
                let known = all.clone().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
                let tool = all.find(|tool| name == tool.name);
                named.push(tool.with_context(|| format!("there is no tool {name:?} here, only {known}"))?);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let for_ci = QUICK.iter().chain(if full { SLOW } else { &[] });
    Ok(if full || named.is_empty() { for_ci.chain(named).collect() } else { named })
}

/// A cargo plugin, or another program.
#[derive(Debug)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
    /// More words for `cargo install`.
    flags: &'static [&'static str],
}

pub(super) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", flags: &[] };
pub(super) const CARGO_INSTA: Tool = Tool { name: "cargo-insta", version: "1.49.0", flags: &[] };

/// Without what serves and watches a book while it is written.
pub(super) const MDBOOK: Tool =
    Tool { name: "mdbook", version: "0.5.4", flags: &["--no-default-features", "--features", "search"] };

pub(super) const CARGO_SEMVER_CHECKS: Tool =
    Tool { name: "cargo-semver-checks", version: "0.51.0", flags: &[] };
pub(super) const CARGO_FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2", flags: &[] };

/// Runs what counts instructions; it must be of the same version as the library in `benches/instructions`.
pub(super) const GUNGRAUN_RUNNER: Tool = Tool { name: "gungraun-runner", version: "0.20.0", flags: &[] };

const QUICK: &[Tool] = &[CARGO_DENY, MDBOOK];
/// Only for `ci --full` and for releases; what counts instructions also for `.ci/run`.
const SLOW: &[Tool] = &[CARGO_SEMVER_CHECKS, CARGO_FUZZ, GUNGRAUN_RUNNER];
/// Only for people at work, who ask for it by name.
const BY_HAND: &[Tool] = &[CARGO_INSTA];

impl Tool {
    /// The command that installs it.
    pub(super) fn install(&self) -> String {
        format!("cargo xtask tools {}", self.name)
    }

    fn install_words(&self) -> Vec<&'static str> {
        let mut words = vec!["install", "--locked", self.name, "--version", self.version];
        words.extend(self.flags);
        words
    }
}

/// What is missing, if anything.
///
/// # Errors
/// When cargo cannot be started.
pub(super) fn missing(root: &Path, tool: &Tool) -> Result<Option<String>> {
    let said = match tool.name.strip_prefix("cargo-") {
        Some(word) => Run::cargo(root, &[word, "--version"]).quietly()?,
        // One that is not there cannot be started, which is the answer and no failure.
        None => match Run::program(root, tool.name, &["--version"]).quietly() {
            Ok(said) => said,
            Err(_) => return Ok(other_version(tool, None)),
        },
    };
    Ok(other_version(tool, said.ok.then_some(said.stdout.as_str())))
}

/// Judges what a tool said of itself: `cargo-deny 0.20.2`, `mdbook v0.5.4`.
fn other_version(tool: &Tool, said: Option<&str>) -> Option<String> {
    let found = said.and_then(|said| said.split_whitespace().nth(1)).map(|word| word.trim_start_matches('v'));
    match found {
        Some(version) if version == tool.version => None,
        Some(version) => Some(format!("{} {} is needed, {version} is installed", tool.name, tool.version)),
        None => Some(format!("{} {} is needed and not installed", tool.name, tool.version)),
    }
}

fn install(root: &Path, tool: &Tool) -> Result<Outcome> {
    let Some(missing) = missing(root, tool)? else {
        return Ok(Outcome::passed(format!("{} is installed", tool.version)));
    };
    println!("{missing}; building it takes some minutes");
    // It runs once per change: a quick build is worth more than quick code.
    let ok = Run::cargo(root, &tool.install_words())
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .loudly()?;
    if ok {
        Ok(Outcome::passed(format!("{} installed", tool.version)))
    } else {
        let by_hand = format!("cargo {}", tool.install_words().join(" "));
        Ok(Outcome::failed("could not be installed", by_hand))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_tools_or_those_of_ci() {
        let names = |args: &[&str]| {
            chosen(&mut Parser::from_args(args))
                .map(|tools| tools.iter().map(|one| one.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).unwrap(), ["cargo-deny", "mdbook"]);
        assert_eq!(
            names(&["--full"]).unwrap(),
            ["cargo-deny", "mdbook", "cargo-semver-checks", "cargo-fuzz", "gungraun-runner"]
        );
        assert_eq!(names(&["cargo-insta"]).unwrap(), ["cargo-insta"]);
        assert!(names(&["cargo-install"]).unwrap_err().to_string().contains("cargo-insta"));
        assert!(names(&["--all"]).is_err());
    }

    #[test]
    fn a_missing_or_other_version_is_told() {
        assert_eq!(other_version(&CARGO_DENY, Some("cargo-deny 0.20.2\n")), None);
        assert_eq!(other_version(&MDBOOK, Some("mdbook v0.5.4\n")), None);
        assert!(other_version(&CARGO_DENY, Some("cargo-deny 0.14.0\n")).is_some());
        assert!(other_version(&CARGO_DENY, None).is_some());
    }
}
