//! The workspace's entries for a new provider: one line for its role, one for its path and version, and its facts.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The file in which what is known about the providers is written down.
const FACTS: &str = "docs/provider-facts.md";

/// Adds them.
///
/// # Errors
/// When a file cannot be read or written, or the place in it is gone.
pub fn add(root: &Path, name: &str, facts: &str) -> Result<()> {
    change(&root.join("Cargo.toml"), |text| manifest(text, name))?;
    change(&root.join(FACTS), |text| Ok(format!("{}\n{facts}", text.trim_end())))
}

fn change(path: &Path, how: impl FnOnce(&str) -> Result<String>) -> Result<()> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    fs::write(path, how(&text)?).with_context(|| format!("cannot write {shown}"))
}

fn manifest(text: &str, name: &str) -> Result<String> {
    let role = format!("{name} = \"provider\"");
    let path =
        format!("{name} = {{ path = \"crates/{name}\", version = \"0.1.0\", default-features = false }}");
    let text = after_last(text, &role, |line| line.ends_with(" = \"provider\""))
        .context("Cargo.toml has no list [workspace.metadata.roles] with a provider in it")?;
    after_last(&text, &path, |line| line.contains(" = { path = \"crates/"))
        .context("Cargo.toml has no [workspace.dependencies] on crates of this workspace")
}

/// `line` after the last one that is meant.
fn after_last(text: &str, line: &str, meant: impl Fn(&str) -> bool) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().rposition(|line| meant(line.trim_end()))?;
    let mut out = lines[..=at].join("\n");
    out = out + "\n" + line + "\n" + &lines[at + 1..].join("\n");
    Some(if text.ends_with('\n') { out + "\n" } else { out })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_each_beside_the_others() {
        let before = "[workspace.metadata.roles]\ncobot = \"provider\"\noauth-cli = \"other\"\n\n\
                      [workspace.dependencies]\ncobot = { path = \"crates/cobot\", version = \"0.1.0\" }\n\nanyhow = \"1\"\n";
        let after = manifest(before, "acme").unwrap();
        assert_eq!(
            after,
            "[workspace.metadata.roles]\ncobot = \"provider\"\nacme = \"provider\"\noauth-cli = \"other\"\n\n\
             [workspace.dependencies]\ncobot = { path = \"crates/cobot\", version = \"0.1.0\" }\n\
             acme = { path = \"crates/acme\", version = \"0.1.0\", default-features = false }\n\nanyhow = \"1\"\n"
        );
        assert!(manifest("[workspace]\n", "acme").is_err());
    }
}
