//! The Rust of the book is compiled: every page that has some is among the doc tests.
#![allow(clippy::unwrap_used)] // a test may panic

use std::path::{Path, PathBuf};

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
}

/// Code without a language is Rust to rustdoc, so it counts.
fn has_rust(text: &str) -> bool {
    let mut within = false;
    text.lines().filter_map(|line| line.trim_start().strip_prefix("```")).any(|language| {
        within = !within;
        within && (language.is_empty() || language.starts_with("rust"))
    })
}

#[test]
fn every_page_with_rust_is_a_doc_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/book/src");
    let listed = include_str!("../src/lib.rs");
    let mut found = Vec::new();
    pages(&root, &mut found);
    assert!(found.len() > 20, "only {} pages were found", found.len());
    let left_out: Vec<_> = found
        .iter()
        .filter(|path| has_rust(&std::fs::read_to_string(path).unwrap()))
        .map(|path| path.strip_prefix(&root).unwrap().display().to_string())
        .filter(|page| !listed.contains(&format!("= \"{page}\",")))
        .collect();
    assert!(left_out.is_empty(), "add {left_out:?} to `pages!` in tests/src/lib.rs");
}

#[test]
fn code_is_told_from_other_text() {
    assert!(has_rust("a\n```rust,no_run\nx\n```\n"));
    assert!(has_rust("```\nx\n```\n"));
    assert!(!has_rust("```sh\nx\n```\nb\n```text\n```\n"));
}
