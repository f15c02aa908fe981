//! Releases: every published crate has its own version, changelog and tag.
//!
//! cargo-release writes versions, changelogs and tags (`release.toml`), cargo-semver-checks compares APIs,
//! cargo publishes. What is left here: the order of the steps, and errors that none of them finds.

use anyhow::{Context as _, Result};
use cargo_metadata::Package;
use cargo_metadata::semver::{Version, VersionReq};
use xshell::cmd;

use crate::report::{Diagnostic, Outcome, Report};
use crate::run;
use crate::tools::{CARGO_RELEASE, CARGO_SEMVER_CHECKS};
use crate::workspace::{Workspace, folder};

const UNRELEASED: &str = "## [Unreleased]";

/// A published crate and its last release.
struct Release<'a> {
    package: &'a Package,
    /// The newest of its tags, and the version in it. `None` before the first release.
    last: Option<(String, Version)>,
    changelog: String,
}

impl Release<'_> {
    fn name(&self) -> &str {
        self.package.name.as_str()
    }

    /// True if the changelog has a section for the version in the manifest.
    fn is_prepared(&self) -> bool {
        self.changelog.contains(&format!("\n## [{}]", self.package.version))
    }

    /// True if the version in the manifest allows breaking changes since the last release.
    fn is_breaking(&self) -> bool {
        self.last.as_ref().is_some_and(|(_, last)| {
            VersionReq::parse(&format!("^{last}")).is_ok_and(|same| !same.matches(&self.package.version))
        })
    }

    /// The command that announces a breaking change. Below 1.0 that is a minor version.
    fn breaking_bump(&self) -> String {
        let level = if self.package.version.major == 0 { "minor" } else { "major" };
        format!("cargo xtask release prepare {}={level}", self.name())
    }
}

fn releases(workspace: &Workspace) -> Result<Vec<Release<'_>>> {
    let shell = &workspace.shell;
    let mut found = Vec::new();
    for package in workspace.published() {
        let prefix = format!("{}-v", package.name);
        let tags = cmd!(shell, "git tag --list {prefix}*").quiet().read()?;
        let version = |tag: &str| Version::parse(tag.strip_prefix(&prefix)?).ok();
        let last =
            tags.lines().filter_map(|tag| Some((tag.to_owned(), version(tag)?))).max_by(|a, b| a.1.cmp(&b.1));
        let changelog = shell.read_file(folder(package).join("CHANGELOG.md")).unwrap_or_default();
        found.push(Release { package, last, changelog });
    }
    Ok(found)
}

/// `cargo xtask release plan`: shows the changes of each crate since its last release, and finds errors in
/// versions and changelogs.
pub(crate) fn plan(workspace: &Workspace) -> Result<Outcome> {
    let shell = &workspace.shell;
    let releases = releases(workspace)?;
    let mut found = Vec::new();
    let mut changed = Vec::new();
    for release in &releases {
        let (name, version) = (release.name(), &release.package.version);
        let folder = folder(release.package);
        let Some((_, rest)) = release.changelog.split_once(UNRELEASED) else {
            let help = format!("add the heading to {}", folder.join("CHANGELOG.md").display());
            found.push(Diagnostic::new(format!("the changelog of `{name}` has no `{UNRELEASED}`"), help));
            continue;
        };
        let entries = rest.split("\n## [").next().unwrap_or_default().trim();
        let is_described = entries.lines().any(|line| line.starts_with("- "));
        let undescribed = |since: &str| {
            let help = format!(
                "describe it for users under `{UNRELEASED}` in {}",
                folder.join("CHANGELOG.md").display()
            );
            Diagnostic::new(format!("`{name}` has {since}, but no entry in its changelog"), help)
        };
        let Some((tag, last)) = &release.last else {
            println!("{name} {version}: first release\n{entries}\n");
            found.extend((!is_described && !release.is_prepared()).then(|| undescribed("no release yet")));
            changed.push(name);
            continue;
        };
        // Settings that a crate inherits from the workspace are changes of the crate.
        let log = cmd!(shell, "git log --oneline {tag}..HEAD -- {folder} Cargo.toml").quiet().read()?;
        println!("{name} {version}: {} commits since {tag}\n{log}\n{entries}\n", log.lines().count());
        changed.extend((!log.is_empty()).then_some(name));
        // Users do not notice changes of tests and examples.
        let source = folder.join("src");
        let has_new_source =
            !cmd!(shell, "git log --oneline {tag}..HEAD -- {source}").quiet().read()?.is_empty();
        if has_new_source && !is_described && !(version > last && release.is_prepared()) {
            found.push(undescribed(&format!("changed since {tag}")));
        }
        if version < last {
            let message = format!("`{name}` {version} is older than its last release {last}");
            found.push(Diagnostic::new(message, format!("cargo xtask release prepare {name}=LEVEL")));
        }
        for dependency in &release.package.dependencies {
            let other = releases.iter().find(|other| other.name() == dependency.name);
            let is_normal = dependency.kind == cargo_metadata::DependencyKind::Normal;
            if let Some(other) =
                other.filter(|other| is_normal && other.is_breaking() && !release.is_breaking())
            {
                let message = format!(
                    "`{}` {} breaks its users, and the API of `{name}` {version} shows its types",
                    other.name(),
                    other.package.version
                );
                found.push(Diagnostic::new(message, release.breaking_bump()));
            }
        }
    }
    Ok(Outcome::of(found, format!("changed since their last release: {}", changed.join(", "))))
}

/// Compares the API of each library with its last release. A crate without a new version counts as a patch.
pub(crate) fn semver(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let shell = &workspace.shell;
    let releases = releases(workspace)?;
    let libraries =
        releases.iter().filter(|one| one.package.targets.iter().any(cargo_metadata::Target::is_lib));
    for release in libraries {
        let name = release.name();
        let step = format!("semver {name}");
        let Some((tag, _)) = &release.last else {
            report.skip(&step, "first release: nothing to compare with (or run `git fetch --tags`)");
            continue;
        };
        CARGO_SEMVER_CHECKS.step(workspace, report, &step, || {
            let check = cmd!(shell, "cargo semver-checks --package {name} --baseline-rev {tag}");
            let help = format!("restore the API, or run `{}`", release.breaking_bump());
            Ok(run::check(&check, &help))
        });
    }
    Ok(())
}

/// A step of `ci --full`: the tests in `tests/release.rs` that need cargo-release and cargo-semver-checks.
pub(crate) fn planted_errors(workspace: &Workspace, report: &mut Report) {
    let shell = &workspace.shell;
    let name = "release: planted errors";
    match CARGO_RELEASE.missing(shell).or_else(|| CARGO_SEMVER_CHECKS.missing(shell)) {
        Some(missing) => report.skip(name, missing),
        None => report
            .step(name, || run::tests(cmd!(shell, "cargo test --package xtask --test release -- --ignored"))),
    }
}

/// `cargo xtask release prepare`: writes versions, requirements between crates, and changelog sections.
pub(crate) fn prepare(workspace: &Workspace, bumps: &[String], report: &mut Report) -> Result<()> {
    let shell = &workspace.shell;
    let bumps = bumps.iter().map(|bump| bump.split_once('=').context("use CRATE=LEVEL, such as cobot=minor"));
    let bumps: Vec<(&str, &str)> = bumps.collect::<Result<_>>()?;
    CARGO_RELEASE.step(workspace, report, "prepare", || {
        for (name, level) in &bumps {
            cmd!(shell, "cargo release version {level} --package {name} --execute --no-confirm").run()?;
        }
        // Reads the new versions.
        let workspace = Workspace::around(workspace.root())?;
        let releases = releases(&workspace)?;
        let names: Vec<&str> = releases.iter().filter(|one| !one.is_prepared()).map(Release::name).collect();
        if names.is_empty() {
            return Ok(Outcome::Passed(
                "every changelog has a section for the version of its crate".to_owned(),
            ));
        }
        let packages = names.iter().flat_map(|name| ["--package", name]);
        cmd!(shell, "cargo release replace {packages...} --execute --no-confirm").run()?;
        let next = "review `git diff`, run `cargo xtask release plan` and `rehearse`, commit";
        Ok(Outcome::Passed(format!("prepared: {}\nnext: {next}", names.join(", "))))
    });
    Ok(())
}

/// `cargo xtask release publish`: publishes the crates that the registry does not have, then tags them.
/// Without `execute`, shows what would be done. Can be repeated after an interruption.
pub(crate) fn publish(workspace: &Workspace, execute: bool, report: &mut Report) -> Result<()> {
    let shell = &workspace.shell;
    report.step("release plan", || plan(workspace));
    semver(workspace, report)?;
    report.step("preconditions", || preconditions(workspace, execute));
    // Cargo refuses to publish a workspace if the registry has one of its crates already.
    let mut published = Vec::new();
    report.step("packages", || {
        let dry_run = cmd!(shell, "cargo publish --workspace --locked --dry-run --no-verify")
            .ignore_status()
            .output()?;
        let text = String::from_utf8_lossy(&dry_run.stderr).into_owned();
        eprintln!("{text}");
        let known = |line: &str| Some(line.split_once("crate ")?.1.split_once('@')?.0.to_owned());
        published.extend(text.lines().filter(|line| line.contains("already exists")).filter_map(known));
        Ok(match dry_run.status.success() {
            true => Outcome::Passed(format!("in the registry already: {}", published.join(", "))),
            false => {
                Outcome::failed("cargo cannot package the crates, see above", "cargo xtask release rehearse")
            }
        })
    });
    let excluded: Vec<&str> = published.iter().flat_map(|name| ["--exclude", name.as_str()]).collect();
    let publish = cmd!(shell, "cargo publish --workspace --locked {excluded...}");
    let packages: Vec<&str> =
        workspace.published().into_iter().flat_map(|package| ["--package", package.name.as_str()]).collect();
    let tag = cmd!(shell, "cargo release tag {packages...} --execute --no-confirm");
    if !execute || !report.is_clean() {
        let reason = if execute { "a step before failed" } else { "pass --execute to do it" };
        report.skip("publish", format!("would run `{publish}`; {reason}"));
        report.skip("tag", format!("would run `{tag}`; {reason}"));
        return Ok(());
    }
    if published.len() < workspace.published().len() {
        report.step("publish", || {
            let help = "correct the error and run this again: published crates are skipped. The registry \
                        accepts a few new crates at once, then one per 10 minutes";
            Ok(run::check(&publish, help))
        });
    }
    if report.is_clean() {
        CARGO_RELEASE.step(workspace, report, "tag", || {
            let outcome =
                run::check(&tag, &format!("the crates are published; run `{tag}` again to tag them"));
            println!("The tags are local. Push them with `git push --follow-tags`.");
            Ok(outcome)
        });
    }
    Ok(())
}

fn preconditions(workspace: &Workspace, execute: bool) -> Result<Outcome> {
    let mut found = Vec::new();
    // Checked before anything is published: afterwards it would be too late for a tag or a comparison.
    let missing = [CARGO_RELEASE, CARGO_SEMVER_CHECKS].map(|tool| tool.missing(&workspace.shell));
    for missing in missing.into_iter().flatten().filter(|_| execute) {
        found.push(Diagnostic::new(missing, "cargo xtask tools --full"));
    }
    let uncommitted = cmd!(workspace.shell, "git status --porcelain").quiet().read()?;
    if !uncommitted.is_empty() {
        found.push(Diagnostic::new(format!("uncommitted changes:\n{uncommitted}"), "git commit"));
    }
    for release in releases(workspace)?.iter().filter(|release| !release.is_prepared()) {
        let message =
            format!("the changelog of `{}` has no section {}", release.name(), release.package.version);
        found.push(Diagnostic::new(message, "cargo xtask release prepare, then review and commit"));
    }
    Ok(Outcome::of(found, "everything is committed and prepared"))
}
