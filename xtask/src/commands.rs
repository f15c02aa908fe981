//! The commands of `cargo xtask`.

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::report::Report;
use crate::workspace::Workspace;
use crate::{api, checks, new_provider, programs, rehearse, release, tidy, tools};

/// Automation of this workspace. A step passes, fails with a remedy, or is shown as not run.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
pub(crate) enum Command {
    /// Run all tests and doc tests
    Test,
    /// Run rustfmt, clippy and rustdoc, with warnings as errors
    Lint,
    /// Show changed snapshots; or review, accept or reject them
    Snapshots(Snapshots),
    /// Write the generated parts of the book, build the book and the API documentation
    Docs {
        /// Write nothing, report what is out of date
        #[arg(long)]
        check: bool,
    },
    /// Check layering, manifests, licences, rust-version, leftover notes, provider facts and the threat table
    Tidy,
    /// Compile each client crate alone with each feature, and check its dependency trees
    Features,
    /// Check bans, licences, sources and advisories of all dependencies
    Deny,
    /// Check that users can name every type of the public API
    Api,
    /// Compile each published crate with its rust-version, if that toolchain is installed
    Msrv,
    /// Kill and stop processes that share one connection, at full size
    Processes,
    /// Check the single flight in many interleavings of its threads
    Interleavings,
    /// Run connections with simulated processes, store, provider and faults
    Simulate {
        /// Check that it finds planted faults, in a build of its own
        #[arg(long)]
        planted: bool,
        /// Search a run that finds each planted fault
        #[arg(long, conflicts_with = "planted")]
        search_planted: bool,
        /// Passed on: `--seed N`, `--seeds N`, `--large`, `--sql`, `--case NAME`, `--trace`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run libFuzzer on each target of fuzz/, or on the named ones
    Fuzz {
        targets: Vec<String>,
        /// Time for each target
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
        seconds: u64,
    },
    /// Test the pages of oauth-web and of the demo in Chromium
    Browser,
    /// Run clients against authorization servers of other projects
    RealServers {
        /// Write the recorded responses
        #[arg(long)]
        record: bool,
    },
    /// Run all or the named benchmarks
    Bench {
        /// Benchmarks; alone, `build` compares cold builds, `instructions` counts those of the hot path
        names: Vec<String>,
        /// A short trial
        #[arg(long)]
        quick: bool,
        /// Compile each benchmark and run it once
        #[arg(long, conflicts_with_all = ["names", "quick"])]
        check: bool,
    },
    /// Copy the template crate to a new provider
    NewProvider {
        /// Name of the crate: lower-case letters and digits
        name: String,
        /// Display name, such as "Cohort Go"
        #[arg(long)]
        title: String,
    },
    /// Plan, prepare, rehearse or publish a release
    #[command(subcommand)]
    Release(Release),
    /// Run the checks of CI; --full adds the slow ones
    Ci {
        #[arg(long)]
        full: bool,
        /// For `.ci/run`, which runs `test` first
        #[arg(long)]
        skip_test: bool,
    },
    /// Install the missing tools of `ci`, with --full those of `ci --full`, or the named ones
    Tools {
        #[arg(long)]
        full: bool,
        names: Vec<String>,
    },
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Snapshots {
    #[arg(long)]
    review: bool,
    #[arg(long)]
    accept: bool,
    #[arg(long)]
    reject: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Release {
    /// Show the changes since the last release of each crate, and errors in versions and changelogs
    Plan,
    /// Compare the API of each library with its last release
    Semver,
    /// Write versions, requirements and changelogs
    Prepare {
        /// New versions as CRATE=LEVEL: patch, minor or major
        bumps: Vec<String>,
    },
    /// Package everything and use it from outside
    Rehearse,
    /// Show what would be published
    Publish {
        /// Publish and tag
        #[arg(long)]
        execute: bool,
    },
}

impl Command {
    /// Runs the command. Returns true if no step failed and one passed.
    pub(crate) fn run(self) -> Result<bool> {
        let workspace = &Workspace::around(&std::env::current_dir()?)?;
        let report = &mut Report::default();
        match self {
            Self::Test => checks::test(workspace, report),
            Self::Lint => checks::lint(workspace, report),
            Self::Snapshots(Snapshots { review, accept, reject }) => {
                let words = [(review, "review"), (accept, "accept"), (reject, "reject")];
                let word = words.iter().find(|(on, _)| *on).map(|(_, word)| *word);
                checks::snapshots(workspace, word, report);
            }
            Self::Docs { check } => checks::docs(workspace, check, report),
            Self::Tidy => tidy::steps(workspace, report),
            Self::Features => checks::features(workspace, true, report),
            Self::Deny => checks::deny(workspace, report),
            Self::Api => report.step("public API", || api::check(workspace)),
            Self::Msrv => checks::msrv(workspace, report),
            Self::Processes => checks::long_test(workspace, "processes", "processes", report),
            Self::Interleavings => checks::long_test(workspace, "interleavings", "single_flight", report),
            Self::Simulate { planted: true, .. } => checks::planted_faults(workspace, "--planted", report),
            Self::Simulate { search_planted: true, .. } => {
                checks::planted_faults(workspace, "--search-planted", report);
            }
            Self::Simulate { args, .. } => checks::simulate(workspace, "simulate", &args, report),
            Self::Fuzz { targets, seconds } => programs::fuzz(workspace, &targets, seconds, report)?,
            Self::Browser => programs::browser(workspace, report),
            Self::RealServers { record } => programs::real_servers(workspace, record, report)?,
            Self::Bench { check: true, .. } => programs::check_benches(workspace, report),
            Self::Bench { names, quick, .. } => match names.as_slice() {
                [name] if name == "instructions" => programs::instructions(workspace, report),
                [name] if name == "build" => programs::cold_builds(workspace, report),
                _ => programs::bench(workspace, &names, quick.then_some("--quick"), report),
            },
            Self::NewProvider { name, title } => new_provider::steps(workspace, &name, &title, report)?,
            Self::Release(Release::Plan) => report.step("release plan", || release::plan(workspace)),
            Self::Release(Release::Semver) => release::semver(workspace, report)?,
            Self::Release(Release::Prepare { bumps }) => release::prepare(workspace, &bumps, report)?,
            Self::Release(Release::Rehearse) => rehearse::steps(workspace, report),
            Self::Release(Release::Publish { execute }) => release::publish(workspace, execute, report)?,
            Self::Ci { full, skip_test } => ci(workspace, full, skip_test, report),
            Self::Tools { full, names } => tools::install(workspace, full, &names, report)?,
        }
        print!("{}", report.summary());
        Ok(report.succeeded())
    }
}

fn ci(workspace: &Workspace, full: bool, skip_test: bool, report: &mut Report) {
    if skip_test {
        report.skip("test", "skipped by --skip-test; run `cargo xtask test`");
    } else {
        checks::test(workspace, report);
    }
    checks::lint(workspace, report);
    // After lint, which has already built the API documentation.
    checks::docs(workspace, true, report);
    checks::features(workspace, full, report);
    tidy::steps(workspace, report);
    checks::deny(workspace, report);
    report.step("public API", || api::check(workspace));
    report.step("release plan", || release::plan(workspace));
    checks::simulate(workspace, "simulate", &["--seeds", "2000"], report);
    if full {
        checks::long_simulations(workspace, report);
        checks::msrv(workspace, report);
        checks::long_test(workspace, "processes", "processes", report);
        checks::long_test(workspace, "interleavings", "single_flight", report);
        let fuzz = programs::fuzz(workspace, &[], 60, report);
        programs::browser(workspace, report);
        let real_servers = programs::real_servers(workspace, false, report);
        programs::check_benches(workspace, report);
        programs::instructions(workspace, report);
        checks::sample_provider(workspace, report);
        let semver = release::semver(workspace, report);
        release::planted_errors(workspace, report);
        rehearse::steps(workspace, report);
        // Errors that prevented a group of steps.
        for (name, result) in [("fuzz", fuzz), ("real-servers", real_servers), ("semver", semver)] {
            if let Err(error) = result {
                report.step(name, || Err(error));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_valid() {
        Command::command().debug_assert();
    }
}
