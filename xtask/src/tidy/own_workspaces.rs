//! Workspaces of their own: what only they need must not reach ours, and they must build what was committed.

use std::path::Path;

use anyhow::{Context, Result};
use toml_edit::DocumentMut;

use crate::finding::Finding;

/// The folders, and what they are for.
pub const ALL: [&str; 2] = ["benches", "fuzz"];

/// What is wrong with one of them, going by the files that belong to the repository.
///
/// # Errors
/// When a manifest cannot be read.
pub fn of(root: &Path, name: &str, files: &[String]) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let has = |file: &str| files.iter().any(|known| *known == file);
    let (manifest, lock) = (format!("{name}/Cargo.toml"), format!("{name}/Cargo.lock"));
    if !has(&lock) {
        found.push(Finding::new(
            format!("{lock} is not part of the repository"),
            format!("cargo metadata --manifest-path {manifest} >/dev/null; git add {lock}"),
        ));
    }
    let own = |file: &&String| file.starts_with(&format!("{name}/")) && file.ends_with("/Cargo.toml");
    for file in files.iter().filter(own) {
        let text = std::fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"))?;
        let read: DocumentMut = text.parse().with_context(|| format!("{file} is no TOML"))?;
        let package = |field: &str| read.get("package").and_then(|package| package.get(field));
        if *file == manifest && read.get("workspace").is_none() {
            found.push(Finding::new(
                format!("{file} begins no workspace: its dependencies would be ours"),
                "add `[workspace]`",
            ));
        }
        if package("publish").and_then(toml_edit::Item::as_bool) != Some(false) {
            found.push(Finding::new(format!("{file} could be published"), "add `publish = false`"));
        }
        if package("license").and_then(toml_edit::Item::as_str) != Some("MIT OR Apache-2.0") {
            found.push(Finding::new(
                format!("{file} does not have the licence of the rest"),
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
    fn a_sound_one_and_one_with_everything_wrong() {
        let root = std::env::temp_dir().join(format!("xtask-own-workspaces-{}", std::process::id()));
        std::fs::create_dir_all(root.join("benches/more")).unwrap();
        let sound = "[workspace]\n[package]\npublish = false\nlicense = \"MIT OR Apache-2.0\"\n";
        std::fs::write(root.join("benches/Cargo.toml"), sound).unwrap();
        std::fs::write(root.join("benches/more/Cargo.toml"), "[package]\n").unwrap();
        let files = |files: &[&str]| files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>();
        let good = of(&root, "benches", &files(&["benches/Cargo.toml", "benches/Cargo.lock"])).unwrap();
        let bad = of(&root, "benches", &files(&["benches/Cargo.toml", "benches/more/Cargo.toml"])).unwrap();
        std::fs::write(root.join("benches/Cargo.toml"), sound.replace("[workspace]", "")).unwrap();
        let ours = of(&root, "benches", &files(&["benches/Cargo.toml", "benches/Cargo.lock"])).unwrap();
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(good, []);
        let bad: Vec<String> = bad.into_iter().map(|finding| finding.what).collect();
        assert_eq!(bad.len(), 3, "{bad:?}");
        assert!(
            bad[0].contains("benches/Cargo.lock")
                && bad[1].contains("published")
                && bad[2].contains("licence")
        );
        assert!(ours[0].what.contains("begins no workspace"), "{ours:?}");
    }
}
