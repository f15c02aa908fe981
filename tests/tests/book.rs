//! Every page of the book and every README with Rust code is compiled as a doc test.
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

/// Returns true if the page has Rust code. Rustdoc compiles code without a language, too.
fn has_rust(text: &str) -> bool {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.trim_start().strip_prefix("```") else { continue };
        if language.is_empty() || language.starts_with("rust") {
            return true;
        }
        lines.by_ref().find(|line| line.trim_start().starts_with("```"));
    }
    false
}

/// Compared with tested programs by `docs/tutorial/tests/page.rs` and `docs/examples/tests/pages.rs`.
const COMPARED: [&str; 3] = ["tutorial.md", "new-provider.md", "testing.md"];

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
        .filter(|page| !COMPARED.contains(&page.as_str()) && !listed.contains(&format!("= \"{page}\",")))
        .collect();
    assert!(left_out.is_empty(), "add {left_out:?} to `pages!` in tests/src/lib.rs");
}

/// Either in its own crate or here.
#[test]
fn every_readme_with_rust_is_a_doc_test() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates");
    let listed = include_str!("../src/lib.rs");
    let mut found = 0;
    let mut left_out = Vec::new();
    for entry in std::fs::read_dir(&crates).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(readme) = std::fs::read_to_string(folder.join("README.md")) else { continue };
        found += 1;
        let name = folder.file_name().unwrap().to_str().unwrap();
        let own = std::fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        let is_compiled = own.contains("#![doc = include_str!(\"../README.md\")]")
            || listed.contains(&format!("= \"../../../crates/{name}/README.md\","));
        if has_rust(&readme) && !is_compiled {
            left_out.push(name.to_owned());
        }
    }
    assert!(found >= 9, "only {found} READMEs were found");
    assert!(left_out.is_empty(), "add the READMEs of {left_out:?} to `pages!` in tests/src/lib.rs");
}

#[test]
fn finds_rust_code_only() {
    assert!(has_rust("a\n```rust,no_run\nx\n```\n"));
    assert!(has_rust("```\nx\n```\n"));
    assert!(!has_rust("```sh\nx\n```\nb\n```text\n```\n"));
}
