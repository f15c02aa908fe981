//! `cargo xtask tools`: installs the programs that other commands use, at fixed versions.

use std::path::Path;

use anyhow::{Context, Result};
use lexopt::Parser;

use super::Command;
use crate::report::{Outcome, Report};
use crate::run::Run;

pub(super) const COMMAND: Command = Command {
    name: "tools",
    flags: "[--full] [NAME…]",
    about: "install missing programs for `ci` (or `ci --full`), or the named ones",
    run: |workspace, args| {
        let selected_tools = selected_tools(args)?;
        let mut report = Report::default();
        let root = workspace.root();
        for tool in selected_tools {
            report.step(tool.name, || install(&root, tool));
        }
        Ok(report)
    },
};

/// The named tools, or those of CI if none is named.
fn selected_tools(args: &mut Parser) -> Result<Vec<&'static Tool>> {
    let (mut full, mut named) = (false, Vec::new());
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("full") => full = true,
            lexopt::Arg::Value(name) => {
                let mut all = CI_TOOLS.iter().chain(FULL_CI_TOOLS).chain(OPTIONAL_TOOLS);
                let known = all.clone().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
                let tool = all.find(|tool| name == tool.name);
                named.push(tool.with_context(|| format!("unknown tool {name:?}; tools: {known}"))?);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let for_ci = CI_TOOLS.iter().chain(if full { FULL_CI_TOOLS } else { &[] });
    Ok(if full || named.is_empty() { for_ci.chain(named).collect() } else { named })
}

/// A program to install with cargo.
#[derive(Debug)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
    /// Additional arguments of `cargo install`.
    flags: &'static [&'static str],
}

pub(super) const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", flags: &[] };
pub(super) const CARGO_INSTA: Tool = Tool { name: "cargo-insta", version: "1.49.0", flags: &[] };

/// Without the features that serve and watch a book.
pub(super) const MDBOOK: Tool =
    Tool { name: "mdbook", version: "0.5.4", flags: &["--no-default-features", "--features", "search"] };

pub(super) const CARGO_SEMVER_CHECKS: Tool =
    Tool { name: "cargo-semver-checks", version: "0.51.0", flags: &[] };
pub(super) const CARGO_FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2", flags: &[] };

/// Must have the same version as the library `gungraun` in `benches/instructions`.
pub(super) const GUNGRAUN_RUNNER: Tool = Tool { name: "gungraun-runner", version: "0.20.0", flags: &[] };

const CI_TOOLS: &[Tool] = &[CARGO_DENY, MDBOOK];
/// For `ci --full` and releases; `.ci/run` also installs `gungraun-runner`.
const FULL_CI_TOOLS: &[Tool] = &[CARGO_SEMVER_CHECKS, CARGO_FUZZ, GUNGRAUN_RUNNER];
/// Installed only by name.
const OPTIONAL_TOOLS: &[Tool] = &[CARGO_INSTA];

impl Tool {
    /// Help text: how to install it.
    pub(super) fn install(&self) -> String {
        format!("cargo xtask tools {}", self.name)
    }

    fn install_args(&self) -> Vec<&'static str> {
        let mut args = vec!["install", "--locked", self.name, "--version", self.version];
        args.extend(self.flags);
        args
    }
}

/// Error message if the tool is missing or has another version.
///
/// # Errors
/// If cargo cannot be started.
pub(super) fn missing(root: &Path, tool: &Tool) -> Result<Option<String>> {
    let output = match tool.name.strip_prefix("cargo-") {
        Some(word) => Run::cargo(root, &[word, "--version"]).capture()?,
        // A missing program is a result here, not an error.
        None => match Run::program(root, tool.name, &["--version"]).capture() {
            Ok(output) => output,
            Err(_) => return Ok(version_error(tool, None)),
        },
    };
    Ok(version_error(tool, output.ok.then_some(output.stdout.as_str())))
}

/// Checks the tool's version output, such as `cargo-deny 0.20.2` or `mdbook v0.5.4`.
fn version_error(tool: &Tool, output: Option<&str>) -> Option<String> {
    let found =
        output.and_then(|output| output.split_whitespace().nth(1)).map(|word| word.trim_start_matches('v'));
    match found {
        Some(version) if version == tool.version => None,
        Some(version) => Some(format!("{} {} is required, {version} is installed", tool.name, tool.version)),
        None => Some(format!("{} {} is required and not installed", tool.name, tool.version)),
    }
}

fn install(root: &Path, tool: &Tool) -> Result<Outcome> {
    let Some(missing) = missing(root, tool)? else {
        return Ok(Outcome::passed(format!("{} is installed", tool.version)));
    };
    println!("{missing}; building it takes a few minutes");
    // Tools run rarely, so a quick build matters more than fast code.
    let ok = Run::cargo(root, &tool.install_args())
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .run_inherited()?;
    if ok {
        Ok(Outcome::passed(format!("{} installed", tool.version)))
    } else {
        let command = format!("cargo {}", tool.install_args().join(" "));
        Ok(Outcome::failed("installation failed", command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_named_tools_or_those_of_ci() {
        let names = |args: &[&str]| {
            selected_tools(&mut Parser::from_args(args))
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
    fn reports_missing_or_other_version() {
        assert_eq!(version_error(&CARGO_DENY, Some("cargo-deny 0.20.2\n")), None);
        assert_eq!(version_error(&MDBOOK, Some("mdbook v0.5.4\n")), None);
        assert!(version_error(&CARGO_DENY, Some("cargo-deny 0.14.0\n")).is_some());
        assert!(version_error(&CARGO_DENY, None).is_some());
    }
}
