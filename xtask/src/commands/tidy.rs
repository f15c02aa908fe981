//! `cargo xtask tidy`: what others need who take this over or depend on it.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Command, msrv, no_more, walls};
use crate::finding::{self, Finding};
use crate::house::Role;
use crate::report::{Outcome, Report};
use crate::tidy::{self, own_workspaces, rust_version, sources, strays, threats};
use crate::workspace::{Workspace, is_published};

pub(super) const COMMAND: Command = Command {
    name: "tidy",
    flags: "",
    about: "walls, manifests, licences, crate docs, sources, stray notes, the table of threats, the Rust that is promised",
    run: |workspace, args| {
        no_more(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    walls::steps(workspace, report);
    report.step("publishing", || publishing(workspace));
    report.step("own workspaces", || own_workspaces(workspace));
    report.step("sources", || sources(workspace));
    report.step("strays", || strays(workspace));
    report.step("threats", || threats(workspace));
    report.step("rust-version", || rust_version(workspace));
}

fn publishing(workspace: &Workspace) -> Result<Outcome> {
    let (mut found, mut published) = (Vec::new(), 0);
    for package in workspace.members() {
        if workspace.roles().of(&package.name).is_some() {
            found.extend(tidy::of_crate(workspace, &package.name)?);
            published += usize::from(is_published(package));
        }
    }
    Ok(finding::outcome(&found, "cargo xtask tidy", || {
        format!("{published} crates with metadata, docs, README and licence texts; no path without a version")
    }))
}

fn own_workspaces(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let files = tidy::files(&root)?;
    let mut found = Vec::new();
    for name in own_workspaces::ALL {
        found.extend(own_workspaces::of(&root, name, &files)?);
        let member = workspace
            .members()
            .into_iter()
            .find(|package| package.manifest_path.starts_with(root.join(name)));
        if let Some(member) = member {
            found.push(Finding::new(
                format!("`{}` of {name}/ is a member of this workspace", member.name),
                "remove it from `members` in Cargo.toml",
            ));
        }
    }
    Ok(finding::outcome(&found, "cargo xtask tidy", || {
        format!("{} with a lock file of its own, never published", own_workspaces::ALL.join(", "))
    }))
}

fn sources(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let files = tidy::files(&root)?;
    let (mut found, mut providers) = (Vec::new(), 0);
    for name in workspace.roles().with(Role::Provider) {
        let begin = format!("crates/{name}/src/");
        let texts = texts(&root, files.iter().filter(|file| file.starts_with(&begin)))?;
        let own = sources::of(name, texts.iter().map(|(file, text)| (file.as_str(), text.as_str())));
        found.extend(own);
        providers += 1;
    }
    Ok(finding::outcome(&found, "cargo xtask tidy", || {
        format!("{providers} provider crates say where their constants were read, and when")
    }))
}

fn strays(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let files = tidy::files(&root)?;
    let texts = texts(&root, files.iter())?;
    let found: Vec<Finding> = texts.iter().flat_map(|(file, text)| strays::in_file(file, text)).collect();
    Ok(finding::outcome(&found, "cargo xtask tidy", || {
        format!("no note left behind in {} files", texts.len())
    }))
}

fn threats(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let read = |path: &str| std::fs::read_to_string(root.join(path)).ok();
    let page = read(threats::PAGE).with_context(|| format!("cannot read {}", threats::PAGE))?;
    Ok(finding::outcome(&threats::of(&page, read), "cargo xtask tidy", || {
        "every attack has its row, and every test that one names is there".to_owned()
    }))
}

/// Those of these files that hold text, each with it.
fn texts<'a>(root: &Path, files: impl Iterator<Item = &'a String>) -> Result<Vec<(String, String)>> {
    let mut texts = Vec::new();
    for file in files {
        let bytes = std::fs::read(root.join(file)).with_context(|| format!("cannot read {file}"))?;
        if let Ok(text) = String::from_utf8(bytes) {
            texts.push((file.clone(), text));
        }
    }
    Ok(texts)
}

fn rust_version(workspace: &Workspace) -> Result<Outcome> {
    let promises = rust_version::promises(&rust_version::resolved(workspace)?)?;
    Ok(finding::outcome(&rust_version::broken(&promises), "cargo xtask tidy", || {
        let mut by_version: Vec<(String, Vec<&str>)> = Vec::new();
        for promise in &promises {
            let version = format!("{}.{}", promise.promised.major, promise.promised.minor);
            match by_version.iter_mut().find(|(known, _)| *known == version) {
                Some((_, names)) => names.push(&promise.name),
                None => by_version.push((version, vec![&promise.name])),
            }
        }
        let told: Vec<String> =
            by_version.iter().map(|(version, names)| format!("{version} for {}", names.join(", "))).collect();
        let not_run: Vec<&str> = by_version
            .iter()
            .map(|(version, _)| version.as_str())
            .filter(|version| !msrv::is_installed(&workspace.root(), version))
            .collect();
        let not_run = if not_run.is_empty() {
            String::new()
        } else {
            format!("\nRust {} itself was not run: not installed", not_run.join(" and "))
        };
        format!("every dependency can be built with what is promised: {}{not_run}", told.join("; "))
    }))
}
