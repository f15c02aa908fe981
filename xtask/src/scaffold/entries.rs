//! Entries for a new provider in the workspace's files: one line each, and its facts.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// File with the facts about all providers.
const FACTS: &str = "docs/provider-facts.toml";

/// A line to insert after the last similar line of a file.
struct Entry {
    file: &'static str,
    line: String,
    /// Matches the similar lines.
    is_similar: fn(&str) -> bool,
    /// Describes the similar lines in the error when there are none.
    similar: &'static str,
}

fn entries(name: &str, title: &str) -> Vec<Entry> {
    let entry = |file, line, is_similar, similar| Entry { file, line, is_similar, similar };
    let version = "version = \"0.1.0\", default-features = false";
    vec![
        entry(
            "Cargo.toml",
            format!("{name} = \"provider\""),
            |line| line.ends_with(" = \"provider\""),
            "list [workspace.metadata.roles] with a provider in it",
        ),
        entry(
            "Cargo.toml",
            format!("{name} = {{ path = \"crates/{name}\", {version} }}"),
            |line| line.contains(" = { path = \"crates/"),
            "[workspace.dependencies] on crates of this workspace",
        ),
        // The book.
        entry("crates/oauth-docs/Cargo.toml", dependency(name), is_dependency, "dependency on a provider"),
        entry(
            "crates/oauth-docs/src/providers.rs",
            format!("mod {name};"),
            |line| line.starts_with("mod "),
            "module of a provider",
        ),
        entry(
            "crates/oauth-docs/src/providers.rs",
            format!("    {name}::portrait,"),
            |line| line.ends_with("::portrait,"),
            "list of portraits",
        ),
        entry(
            "docs/book/src/SUMMARY.md",
            format!("  - [{title}](providers/{name}.md)"),
            |line| line.contains("](providers/"),
            "chapter about a provider",
        ),
        entry(
            "docs/book/src/SUMMARY.md",
            format!("  - [{title}](production/{name}.md)"),
            |line| line.contains("](production/"),
            "chapter about a provider in production",
        ),
        // Doc tests compile the Rust code of its page.
        entry("tests/Cargo.toml", dependency(name), is_dependency, "dependency on a provider"),
        entry(
            "tests/src/lib.rs",
            format!("        {} = \"providers/{name}.md\",", camel(name)),
            |line| line.contains(" = \"providers/"),
            "page about a provider",
        ),
    ]
}

fn dependency(name: &str) -> String {
    format!("{name} = {{ workspace = true, features = [\"rustls\"] }}")
}

fn is_dependency(line: &str) -> bool {
    ["gocd = ", "go1 = ", "cobot = ", "cohortgo = "].iter().any(|known| line.starts_with(known))
}

/// Converts `acme` to `Acme`.
fn camel(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// Adds the entries and the facts.
///
/// # Errors
/// If a file cannot be read or written, or has no similar line.
pub fn add(root: &Path, name: &str, title: &str, facts: &str) -> Result<()> {
    for Entry { file, line, is_similar, similar } in entries(name, title) {
        change(&root.join(file), |text| {
            after_last(text, &line, is_similar).with_context(|| format!("{file} has no {similar}"))
        })?;
    }
    change(&root.join(FACTS), |text| Ok(format!("{}\n{facts}", text.trim_end())))
}

fn change(path: &Path, how: impl FnOnce(&str) -> Result<String>) -> Result<()> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    fs::write(path, how(&text)?).with_context(|| format!("cannot write {shown}"))
}

/// Inserts `line` after the last matching one.
fn after_last(text: &str, line: &str, is_match: impl Fn(&str) -> bool) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().rposition(|line| is_match(line.trim_end()))?;
    lines.insert(at + 1, line);
    let out = lines.join("\n");
    Some(if text.ends_with('\n') { out + "\n" } else { out })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies the entries of one file to a text.
    fn added(file: &str, before: &str) -> Result<String> {
        let mut text = before.to_owned();
        for entry in entries("acme", "Acme Orders").into_iter().filter(|entry| entry.file == file) {
            text = after_last(&text, &entry.line, entry.is_similar).context(entry.similar)?;
        }
        Ok(text)
    }

    #[test]
    fn adds_lines_next_to_other_providers() {
        let before = "[workspace.metadata.roles]\ncobot = \"provider\"\noauth-cli = \"other\"\n\n\
                      [workspace.dependencies]\ncobot = { path = \"crates/cobot\", version = \"0.1.0\" }\n\nanyhow = \"1\"\n";
        assert_eq!(
            added("Cargo.toml", before).unwrap(),
            "[workspace.metadata.roles]\ncobot = \"provider\"\nacme = \"provider\"\noauth-cli = \"other\"\n\n\
             [workspace.dependencies]\ncobot = { path = \"crates/cobot\", version = \"0.1.0\" }\n\
             acme = { path = \"crates/acme\", version = \"0.1.0\", default-features = false }\n\nanyhow = \"1\"\n"
        );
        let error = added("Cargo.toml", "[workspace]\n").unwrap_err();
        assert!(error.to_string().contains("workspace.metadata.roles"), "{error}");
    }

    #[test]
    fn adds_book_entries_next_to_other_providers() {
        let list = "mod cobot;\nmod gocd;\n\nconst ALL: &[X] = &[\n    cobot::portrait,\n    gocd::portrait,\n    \
                    gocd::personal,\n];\n";
        assert_eq!(
            added("crates/oauth-docs/src/providers.rs", list).unwrap(),
            "mod cobot;\nmod gocd;\nmod acme;\n\nconst ALL: &[X] = &[\n    cobot::portrait,\n    gocd::portrait,\n    \
             acme::portrait,\n    gocd::personal,\n];\n"
        );
        let summary = "- [Providers](providers.md)\n  - [GoCD](providers/gocd.md)\n- [Live](production.md)\n  \
                       - [GoCD](production/gocd.md)\n";
        assert_eq!(
            added("docs/book/src/SUMMARY.md", summary).unwrap(),
            "- [Providers](providers.md)\n  - [GoCD](providers/gocd.md)\n  - [Acme Orders](providers/acme.md)\n\
             - [Live](production.md)\n  - [GoCD](production/gocd.md)\n  - [Acme Orders](production/acme.md)\n"
        );
        let pages = "        Gocd = \"providers/gocd.md\",\n        Web = \"web.md\",\n";
        assert_eq!(
            added("tests/src/lib.rs", pages).unwrap(),
            "        Gocd = \"providers/gocd.md\",\n        Acme = \"providers/acme.md\",\n        Web = \"web.md\",\n"
        );
    }
}
