//! `cargo xtask api`: the checked-in listing of each published library's public API.

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
    about: "compare each library's public API with its listing in docs/api; --bless writes them",
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

/// The listings of a folder, by crate; a folder that is not there has none.
fn written(folder: &Path) -> Result<BTreeMap<String, String>> {
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
    let written = written(folder)?;
    let mut wrong = Vec::new();
    for (name, text) in current {
        let Some(old) = written.get(name) else {
            wrong.push(format!("{} is missing", api::path(name)));
            continue;
        };
        let difference = Difference::between(old, text);
        if !difference.is_empty() {
            wrong.push(format!(
                "the public API of `{name}` is not what {} says:\n{difference}",
                api::path(name)
            ));
        }
    }
    let gone = written.keys().filter(|name| !current.contains_key(*name));
    wrong.extend(gone.map(|name| format!("{} belongs to no published library", api::path(name))));
    if wrong.is_empty() {
        let items: usize = current.values().map(|text| text.lines().count()).sum();
        return Ok(Outcome::passed(format!("{items} items of {} libraries as listed", current.len())));
    }
    Ok(Outcome::failed(
        wrong.join("\n"),
        "cargo xtask api --bless, and review the difference; `cargo xtask release plan` says what it asks of the version",
    ))
}

fn write(folder: &Path, current: &BTreeMap<String, String>) -> Result<Outcome> {
    let written = written(folder)?;
    fs::create_dir_all(folder)?;
    for name in written.keys().filter(|name| !current.contains_key(*name)) {
        fs::remove_file(folder.join(format!("{name}.txt")))?;
    }
    let mut changed = Vec::new();
    for (name, text) in current {
        let old = written.get(name).map_or("", String::as_str);
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
    fn a_changed_a_missing_and_a_left_over_listing_are_each_told_with_what_mends_them() {
        let folder = std::env::temp_dir().join(format!("xtask-api-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("go1.txt"), "pub fn go1::gone()\n").unwrap();
        fs::write(folder.join("old.txt"), "pub fn old::one()\n").unwrap();
        let listing = |text: &str| text.to_owned();
        let current = BTreeMap::from([
            ("go1".to_owned(), listing("pub fn go1::new()\n")),
            ("gocd".to_owned(), listing("pub fn gocd::one()\n")),
        ]);

        let Outcome::Failed { what, mend } = check(&folder, &current).unwrap() else { panic!("it passed") };
        for part in [
            "of `go1`",
            "- pub fn go1::gone()",
            "+ pub fn go1::new()",
            "docs/api/gocd.txt is missing",
            "docs/api/old.txt belongs to no",
        ] {
            assert!(what.contains(part), "{part:?} is missing in:\n{what}");
        }
        assert!(mend.contains("cargo xtask api --bless"));

        write(&folder, &current).unwrap();
        let after = check(&folder, &current).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(after, Outcome::passed("2 items of 2 libraries as listed"));
    }
}
