//! Each crate says what it is, and each published one shows in two minutes how it is used.

use std::path::Path;

use cargo_metadata::{Package, Target};

use crate::finding::Finding;
use crate::workspace::is_published;

/// What is missing in the documentation of one crate.
#[must_use]
pub fn of(package: &Package, folder: &Path) -> Vec<Finding> {
    let name = package.name.as_str();
    let mut found = Vec::new();
    for target in package.targets.iter().filter(|target| is_entrance(target)) {
        let text = std::fs::read_to_string(&target.src_path).unwrap_or_default();
        found.extend(entrance(name, &shown(target, folder), &text));
    }
    if is_published(package) {
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        found.extend(self::readme(name, &readme));
    }
    found
}

fn is_entrance(target: &Target) -> bool {
    target.is_lib() || target.is_bin()
}

fn shown(target: &Target, folder: &Path) -> String {
    let path = target.src_path.as_std_path();
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

fn entrance(name: &str, file: &str, text: &str) -> Option<Finding> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let says = first.starts_with("//! ") || first.starts_with("#![doc = include_str!(");
    (!says).then(|| {
        Finding::new(
            format!("{file} of `{name}` does not begin by saying what the crate is"),
            format!(
                "begin crates/{name}/{file} with `//!`, or with the README by `#![doc = include_str!(…)]`"
            ),
        )
    })
}

fn readme(name: &str, text: &str) -> Option<Finding> {
    let has_example =
        ["```rust", "```no_run", "```sh", "```console"].iter().any(|begin| text.contains(begin));
    let says = text.starts_with(&format!("# {name}\n"));
    (!says || !has_example).then(|| {
        Finding::new(
            format!("the README of `{name}` has no heading `# {name}`, or no example"),
            format!("write both in crates/{name}/README.md: it is what crates.io shows"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_says_nothing() {
        assert_eq!(entrance("one", "src/lib.rs", "//! What it is.\n"), None);
        assert_eq!(entrance("one", "src/lib.rs", "\n#![doc = include_str!(\"../README.md\")]\n"), None);
        let found = entrance("one", "src/lib.rs", "pub mod a;\n").unwrap();
        assert!(found.mend.contains("begin crates/one/src/lib.rs"), "{found}");
    }

    #[test]
    fn a_readme_without_an_example() {
        assert_eq!(readme("one", "# one\n\n```no_run\nfn main() {}\n```\n"), None);
        for text in ["", "# one\n", "# other\n```rust\n```\n"] {
            assert!(readme("one", text).unwrap().mend.contains("crates/one/README.md"), "{text}");
        }
    }
}
