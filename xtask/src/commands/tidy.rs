//! `cargo xtask tidy`: checks whatever compiling and testing do not, such as manifests, licences and leftover
//! notes.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Command, expect_no_args, msrv, walls};
use crate::crate_roles::Role;
use crate::diagnostic::{self, Diagnostic};
use crate::report::{Outcome, Report};
use crate::tidy::{self, leftover_todos, rust_version, separate_workspaces, sources, threats};
use crate::workspace::{Workspace, is_published};

pub(super) const COMMAND: Command = Command {
    name: "tidy",
    flags: "",
    about: "check layering, manifests, licences, crate docs, sources, leftover notes, threat table and rust-version",
    run: |workspace, args| {
        expect_no_args(args)?;
        let mut report = Report::default();
        steps(workspace, &mut report);
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    walls::steps(workspace, report);
    report.step("publishing", || publishing(workspace));
    report.step("separate workspaces", || separate_workspaces(workspace));
    report.step("sources", || sources(workspace));
    report.step("leftover notes", || leftover_todos(workspace));
    report.step("threats", || threats(workspace));
    report.step("rust-version", || rust_version(workspace));
}

fn publishing(workspace: &Workspace) -> Result<Outcome> {
    let (mut found, mut published) = (Vec::new(), 0);
    for package in workspace.members() {
        if workspace.roles().get(&package.name).is_some() {
            found.extend(tidy::of_crate(workspace, &package.name)?);
            published += usize::from(is_published(package));
        }
    }
    Ok(diagnostic::outcome(&found, "cargo xtask tidy", || {
        format!(
            "{published} crates have metadata, docs, README and licence texts; no path dependency without a version"
        )
    }))
}

fn separate_workspaces(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let files = tidy::files(&root)?;
    let mut found = Vec::new();
    for name in separate_workspaces::ALL {
        found.extend(separate_workspaces::check(&root, name, &files)?);
        let member = workspace
            .members()
            .into_iter()
            .find(|package| package.manifest_path.starts_with(root.join(name)));
        if let Some(member) = member {
            found.push(Diagnostic::new(
                format!("`{}` in {name}/ is a member of this workspace", member.name),
                "remove it from `members` in Cargo.toml",
            ));
        }
    }
    Ok(diagnostic::outcome(&found, "cargo xtask tidy", || {
        format!("{} have their own lock files and are never published", separate_workspaces::ALL.join(", "))
    }))
}

fn sources(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let files = tidy::files(&root)?;
    let facts = std::fs::read_to_string(root.join(sources::FACTS))
        .with_context(|| format!("cannot read {}", sources::FACTS))?;
    let (mut found, mut providers) = (Vec::new(), 0);
    for name in workspace.roles().with_role(Role::Provider) {
        let prefix = format!("crates/{name}/src/");
        let texts = texts(&root, files.iter().filter(|file| file.starts_with(&prefix)))?;
        let diagnostics =
            sources::check(name, texts.iter().map(|(file, text)| (file.as_str(), text.as_str())), &facts);
        found.extend(diagnostics);
        providers += 1;
    }
    Ok(diagnostic::outcome(&found, "cargo xtask tidy", || {
        format!("{providers} provider crates have their facts in {}", sources::FACTS)
    }))
}

fn leftover_todos(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let files = tidy::files(&root)?;
    let texts = texts(&root, files.iter())?;
    let found: Vec<Diagnostic> =
        texts.iter().flat_map(|(file, text)| leftover_todos::check_file(file, text)).collect();
    Ok(diagnostic::outcome(&found, "cargo xtask tidy", || {
        format!("no leftover note in {} files", texts.len())
    }))
}

fn threats(workspace: &Workspace) -> Result<Outcome> {
    let root = workspace.root();
    let read = |path: &str| std::fs::read_to_string(root.join(path)).ok();
    let page = read(threats::PAGE).with_context(|| format!("cannot read {}", threats::PAGE))?;
    Ok(diagnostic::outcome(&threats::check(&page, read), "cargo xtask tidy", || {
        "every attack has a row, and every test named there exists".to_owned()
    }))
}

/// Reads the text files among these, with their paths.
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
    let reports = rust_version::reports(&rust_version::resolved(workspace)?)?;
    Ok(diagnostic::outcome(&rust_version::violations(&reports), "cargo xtask tidy", || {
        let mut by_version: Vec<(String, Vec<&str>)> = Vec::new();
        for report in &reports {
            let version = format!("{}.{}", report.rust_version.major, report.rust_version.minor);
            match by_version.iter_mut().find(|(known, _)| *known == version) {
                Some((_, names)) => names.push(&report.name),
                None => by_version.push((version, vec![&report.name])),
            }
        }
        let lines: Vec<String> =
            by_version.iter().map(|(version, names)| format!("{version} for {}", names.join(", "))).collect();
        let not_run: Vec<&str> = by_version
            .iter()
            .map(|(version, _)| version.as_str())
            .filter(|version| !msrv::is_installed(&workspace.root(), version))
            .collect();
        let not_run = if not_run.is_empty() {
            String::new()
        } else {
            format!("\nnot compiled with Rust {}: not installed", not_run.join(" and "))
        };
        format!("every dependency supports the promised rust-version: {}{not_run}", lines.join("; "))
    }))
}
