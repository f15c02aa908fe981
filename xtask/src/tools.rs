//! Programs that the commands use, at fixed versions.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::report::{Outcome, Report};
use crate::workspace::Workspace;

/// A program to install with cargo.
#[derive(Debug)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
    /// Additional arguments of `cargo install`.
    flags: &'static [&'static str],
    /// False for `ci --full` and releases only.
    ci: bool,
}

const fn tool(name: &'static str, version: &'static str, ci: bool) -> Tool {
    Tool { name, version, flags: &[], ci }
}

pub(crate) const CARGO_DENY: Tool = tool("cargo-deny", "0.20.2", true);
pub(crate) const CARGO_HACK: Tool = tool("cargo-hack", "0.6.46", true);
pub(crate) const CARGO_INSTA: Tool = tool("cargo-insta", "1.49.0", true);
/// Without the features that serve and watch a book.
pub(crate) const MDBOOK: Tool =
    Tool { flags: &["--no-default-features", "--features", "search"], ..tool("mdbook", "0.5.4", true) };
pub(crate) const CARGO_FUZZ: Tool = tool("cargo-fuzz", "0.13.2", false);
/// The newest version for Rust 1.95.
pub(crate) const CARGO_RELEASE: Tool = tool("cargo-release", "1.1.6", false);
pub(crate) const HYPERFINE: Tool = tool("hyperfine", "1.20.0", false);
pub(crate) const CARGO_SEMVER_CHECKS: Tool = tool("cargo-semver-checks", "0.51.0", false);
/// Has the same version as the library `gungraun` in `benches/instructions`; `.ci/run` installs it by name.
pub(crate) const GUNGRAUN_RUNNER: Tool = tool("gungraun-runner", "0.20.0", false);

const ALL: [Tool; 9] = [
    CARGO_INSTA,
    CARGO_HACK,
    CARGO_DENY,
    MDBOOK,
    CARGO_FUZZ,
    CARGO_RELEASE,
    CARGO_SEMVER_CHECKS,
    GUNGRAUN_RUNNER,
    HYPERFINE,
];

impl Tool {
    /// The reason and the remedy, if the tool is missing or has another version.
    pub(crate) fn missing(&self, shell: &Shell) -> Option<String> {
        let name = self.name;
        let program = match name.strip_prefix("cargo-") {
            Some(word) => cmd!(shell, "cargo {word} --version"),
            None => cmd!(shell, "{name} --version"),
        };
        let output = program.quiet().ignore_stderr().read().unwrap_or_default();
        // `cargo-deny 0.20.2`, `mdbook v0.5.4`
        let found = output.split_whitespace().nth(1).unwrap_or_default().trim_start_matches('v');
        let installed =
            if found.is_empty() { "not installed".to_owned() } else { format!("{found} is installed") };
        (found != self.version)
            .then(|| format!("needs {name} {}, {installed} (cargo xtask tools {name})", self.version))
    }

    /// Runs a step with this tool, or shows that it did not run.
    pub(crate) fn step(
        &self,
        workspace: &Workspace,
        report: &mut Report,
        name: &str,
        work: impl FnOnce() -> Result<Outcome>,
    ) {
        match self.missing(&workspace.shell) {
            Some(missing) => report.skip(name, missing),
            None => report.step(name, work),
        }
    }
}

/// Installs the missing tools of CI, with `full` also the others, or only the named ones.
pub(crate) fn install(
    workspace: &Workspace,
    full: bool,
    names: &[String],
    report: &mut Report,
) -> Result<()> {
    let shell = &workspace.shell;
    for name in names {
        let known = ALL.map(|tool| tool.name).join(", ");
        anyhow::ensure!(ALL.iter().any(|tool| tool.name == name), "unknown tool `{name}`; tools: {known}");
    }
    // Tools run rarely, so a quick build matters more than fast code.
    let _level = shell.push_env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    let _lto = shell.push_env("CARGO_PROFILE_RELEASE_LTO", "off");
    let _units = shell.push_env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    let chosen = |tool: &&Tool| match names {
        [] => full || tool.ci,
        names => names.iter().any(|name| name == tool.name),
    };
    for tool in ALL.iter().filter(chosen) {
        let Tool { name, version, flags, .. } = *tool;
        report.step(name, || {
            if tool.missing(shell).is_none() {
                return Ok(Outcome::Passed(format!("{version} is installed")));
            }
            let install = cmd!(shell, "cargo install --locked {name} --version {version} {flags...}");
            Ok(crate::run::check(&install, "correct the error, or install it by hand"))
        });
    }
    Ok(())
}
