//! Checks that every crate has crate documentation, and every published one a README with an example.

use std::path::Path;

use cargo_metadata::{Package, Target};

use crate::diagnostic::Diagnostic;
use crate::workspace::is_published;

/// Errors in the documentation of one crate.
#[must_use]
pub fn check(package: &Package, folder: &Path) -> Vec<Diagnostic> {
    let name = package.name.as_str();
    let mut found = Vec::new();
    for target in package.targets.iter().filter(|target| has_root_docs(target)) {
        let text = std::fs::read_to_string(&target.src_path).unwrap_or_default();
        found.extend(check_root_file(name, &shown(target, folder), &text));
    }
    if is_published(package) {
        let check_readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        found.extend(self::check_readme(name, &check_readme));
    }
    found
}

fn has_root_docs(target: &Target) -> bool {
    target.is_lib() || target.is_bin()
}

fn shown(target: &Target, folder: &Path) -> String {
    let path = target.src_path.as_std_path();
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

fn check_root_file(name: &str, file: &str, text: &str) -> Option<Diagnostic> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let says = first.starts_with("//! ") || first.starts_with("#![doc = include_str!(");
    (!says).then(|| {
        Diagnostic::new(
            format!("{file} of `{name}` does not begin with crate documentation"),
            format!("begin crates/{name}/{file} with `//!` or `#![doc = include_str!(…)]`"),
        )
    })
}

fn check_readme(name: &str, text: &str) -> Option<Diagnostic> {
    let has_example =
        ["```rust", "```no_run", "```sh", "```console"].iter().any(|begin| text.contains(begin));
    let says = text.starts_with(&format!("# {name}\n"));
    (!says || !has_example).then(|| {
        Diagnostic::new(
            format!("the README of `{name}` lacks the heading `# {name}` or an example"),
            format!("add both to crates/{name}/README.md, which crates.io shows"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_missing_crate_documentation() {
        assert_eq!(check_root_file("one", "src/lib.rs", "//! What it is.\n"), None);
        assert_eq!(
            check_root_file("one", "src/lib.rs", "\n#![doc = include_str!(\"../README.md\")]\n"),
            None
        );
        let found = check_root_file("one", "src/lib.rs", "pub mod a;\n").unwrap();
        assert!(found.help.contains("begin crates/one/src/lib.rs"), "{found}");
    }

    #[test]
    fn finds_readme_without_example() {
        assert_eq!(check_readme("one", "# one\n\n```no_run\nfn main() {}\n```\n"), None);
        for text in ["", "# one\n", "# other\n```rust\n```\n"] {
            assert!(check_readme("one", text).unwrap().help.contains("crates/one/README.md"), "{text}");
        }
    }
}
