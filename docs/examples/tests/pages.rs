//! The book and the README show code of these examples.
#![allow(clippy::unwrap_used)] // a test may panic

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn pages_show_tested_code() {
    let own_provider = ["gitlab.rs", "pages.rs", "sandbox.rs", "main.rs", "../tests/own_provider.rs"]
        .map(|file| format!("own_provider/{file}"));
    for (page, sources) in
        [("new-provider.md", &own_provider[..]), ("testing.md", &["tests/go1_connection.rs".to_owned()])]
    {
        let text = read(&format!("../book/src/{page}"));
        let sources: Vec<String> = sources.iter().map(|file| read(file)).collect();
        let blocks: Vec<&str> =
            text.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        assert!(blocks.len() >= sources.len(), "{page}: {blocks:?}");
        for block in blocks {
            assert!(
                sources.iter().any(|source| source.contains(block)),
                "{page}: no file of docs/examples has this code:\n{block}"
            );
        }
    }
}

#[test]
fn readme_shows_short_declaration() {
    let source = read("own_provider/gitlab.rs");
    let declaration = source.split("#[derive(Debug)]").nth(1).unwrap().split("\n\n///").next().unwrap();
    assert!(read("../../README.md").contains(declaration), "the README does not show:{declaration}");
    let code = declaration.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    assert!(code.count() <= 15);
}
