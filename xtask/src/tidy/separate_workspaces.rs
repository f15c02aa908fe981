//! Checks the separate workspaces, whose dependencies must stay out of this one.

use std::path::Path;

use anyhow::{Context, Result};
use toml_edit::DocumentMut;

use crate::diagnostic::Diagnostic;

/// Folders of the separate workspaces.
pub const ALL: [&str; 2] = ["benches", "fuzz"];

/// Errors in one of them. `files` are the files of the repository.
///
/// # Errors
/// If a manifest cannot be read.
pub fn check(root: &Path, name: &str, files: &[String]) -> Result<Vec<Diagnostic>> {
    let mut found = Vec::new();
    let has = |file: &str| files.iter().any(|known| *known == file);
    let (manifest, lock) = (format!("{name}/Cargo.toml"), format!("{name}/Cargo.lock"));
    if !has(&lock) {
        found.push(Diagnostic::new(
            format!("{lock} is not part of the repository"),
            format!("cargo metadata --manifest-path {manifest} >/dev/null; git add {lock}"),
        ));
    }
    let in_folder = |file: &&String| file.starts_with(&format!("{name}/")) && file.ends_with("/Cargo.toml");
    for file in files.iter().filter(in_folder) {
        let text = std::fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"))?;
        let read: DocumentMut = text.parse().with_context(|| format!("{file} is not valid TOML"))?;
        let package = |field: &str| read.get("package").and_then(|package| package.get(field));
        if *file == manifest && read.get("workspace").is_none() {
            found.push(Diagnostic::new(
                format!("{file} has no [workspace] table, so its dependencies would join this workspace"),
                "add `[workspace]`",
            ));
        }
        if package("publish").and_then(toml_edit::Item::as_bool) != Some(false) {
            found.push(Diagnostic::new(format!("{file} could be published"), "add `publish = false`"));
        }
        if package("license").and_then(toml_edit::Item::as_str) != Some("MIT OR Apache-2.0") {
            found.push(Diagnostic::new(
                format!("{file} does not have the licence of this workspace"),
                "add `license = \"MIT OR Apache-2.0\"`",
            ));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_lock_file_publishing_and_licence() {
        let root = std::env::temp_dir().join(format!("xtask-own-workspaces-{}", std::process::id()));
        std::fs::create_dir_all(root.join("benches/more")).unwrap();
        let valid = "[workspace]\n[package]\npublish = false\nlicense = \"MIT OR Apache-2.0\"\n";
        std::fs::write(root.join("benches/Cargo.toml"), valid).unwrap();
        std::fs::write(root.join("benches/more/Cargo.toml"), "[package]\n").unwrap();
        let files = |files: &[&str]| files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>();
        let good = check(&root, "benches", &files(&["benches/Cargo.toml", "benches/Cargo.lock"])).unwrap();
        let bad =
            check(&root, "benches", &files(&["benches/Cargo.toml", "benches/more/Cargo.toml"])).unwrap();
        std::fs::write(root.join("benches/Cargo.toml"), valid.replace("[workspace]", "")).unwrap();
        let without_workspace =
            check(&root, "benches", &files(&["benches/Cargo.toml", "benches/Cargo.lock"])).unwrap();
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(good, []);
        let bad: Vec<String> = bad.into_iter().map(|diagnostic| diagnostic.message).collect();
        assert_eq!(bad.len(), 3, "{bad:?}");
        assert!(
            bad[0].contains("benches/Cargo.lock")
                && bad[1].contains("published")
                && bad[2].contains("licence")
        );
        assert!(without_workspace[0].message.contains("has no [workspace] table"), "{without_workspace:?}");
    }
}
