//! `cargo xtask api`: compares the public API of each published library with its listing in `docs/api`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use lexopt::Parser;

use super::Command;
use crate::api::{self, Difference};
use crate::report::{Outcome, Report};
use crate::workspace::Workspace;

pub(super) const COMMAND: Command = Command {
    name: "api",
    flags: "[--check | --bless]",
    about: "compare each library's public API with its listing in docs/api; --bless rewrites the listings",
    run: |workspace, args| {
        let bless = bless(args)?;
        let mut report = Report::default();
        report.step("public API", || {
            let current = api::current(workspace)?;
            let folder = workspace.root().join(api::FOLDER);
            if bless { write(&folder, &current) } else { check(&folder, &current) }
        });
        Ok(report)
    },
};

pub(super) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("public API", || check(&workspace.root().join(api::FOLDER), &api::current(workspace)?));
}

fn bless(args: &mut Parser) -> Result<bool> {
    let mut bless = false;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("bless") => bless = true,
            lexopt::Arg::Long("check") => bless = false,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(bless)
}

/// Reads the listings in a folder, by crate name. A missing folder has none.
fn read_listings(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".txt")) {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            found.insert(name.to_owned(), text);
        }
    }
    Ok(found)
}

fn check(folder: &Path, current: &BTreeMap<String, String>) -> Result<Outcome> {
    let read_listings = read_listings(folder)?;
    let mut errors = Vec::new();
    for (name, text) in current {
        let Some(old) = read_listings.get(name) else {
            errors.push(format!("{} is missing", api::path(name)));
            continue;
        };
        let difference = Difference::between(old, text);
        if !difference.is_empty() {
            errors
                .push(format!("the public API of `{name}` differs from {}:\n{difference}", api::path(name)));
        }
    }
    let gone = read_listings.keys().filter(|name| !current.contains_key(*name));
    errors.extend(gone.map(|name| format!("{} belongs to no published library", api::path(name))));
    if errors.is_empty() {
        let items: usize = current.values().map(|text| text.lines().count()).sum();
        return Ok(Outcome::passed(format!(
            "{items} items of {} libraries match their listings",
            current.len()
        )));
    }
    Ok(Outcome::failed(
        errors.join("\n"),
        "run `cargo xtask api --bless` and review the diff; `cargo xtask release plan` shows the version it needs",
    ))
}

fn write(folder: &Path, current: &BTreeMap<String, String>) -> Result<Outcome> {
    let read_listings = read_listings(folder)?;
    fs::create_dir_all(folder)?;
    for name in read_listings.keys().filter(|name| !current.contains_key(*name)) {
        fs::remove_file(folder.join(format!("{name}.txt")))?;
    }
    let mut changed = Vec::new();
    for (name, text) in current {
        let old = read_listings.get(name).map_or("", String::as_str);
        if old != text {
            println!("{name}:\n{}", Difference::between(old, text));
            fs::write(folder.join(format!("{name}.txt")), text)?;
            changed.push(name.as_str());
        }
    }
    let note = if changed.is_empty() { "nothing changed".to_owned() } else { changed.join(", ") };
    Ok(Outcome::passed(format!("written: {note}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_reports_changed_missing_and_leftover_listings() {
        let folder = std::env::temp_dir().join(format!("xtask-api-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("go1.txt"), "pub fn go1::gone()\n").unwrap();
        fs::write(folder.join("old.txt"), "pub fn old::one()\n").unwrap();
        let listing = |text: &str| text.to_owned();
        let current = BTreeMap::from([
            ("go1".to_owned(), listing("pub fn go1::new()\n")),
            ("gocd".to_owned(), listing("pub fn gocd::one()\n")),
        ]);

        let Outcome::Failed { message, help } = check(&folder, &current).unwrap() else {
            panic!("it passed")
        };
        for part in [
            "of `go1`",
            "- pub fn go1::gone()",
            "+ pub fn go1::new()",
            "docs/api/gocd.txt is missing",
            "docs/api/old.txt belongs to no",
        ] {
            assert!(message.contains(part), "{part:?} is missing in:\n{message}");
        }
        assert!(help.contains("cargo xtask api --bless"));

        write(&folder, &current).unwrap();
        let after = check(&folder, &current).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(after, Outcome::passed("2 items of 2 libraries match their listings"));
    }
}
