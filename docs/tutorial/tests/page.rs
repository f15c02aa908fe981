//! The tutorial page shows this code, and the dependencies of the manifest that it is built with.
#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::BTreeSet;

/// Used only by tests that the book does not show.
const NOT_SHOWN: &str = "rustix";

/// Returns the names in a table of dependencies.
fn names(manifest: &str, table: &str) -> BTreeSet<String> {
    let after = manifest.split(&format!("[{table}]\n")).nth(1).unwrap();
    let lines = after.lines().take_while(|line| !line.starts_with('[') && !line.starts_with("```"));
    let name = |line: &str| line.split([' ', '.', '=']).next().unwrap().to_owned();
    lines.map(name).filter(|name| !name.is_empty() && name != NOT_SHOWN).collect()
}

#[test]
fn page_lists_manifest_dependencies() {
    let (page, manifest) = (include_str!("../../book/src/tutorial.md"), include_str!("../Cargo.toml"));
    for table in ["dependencies", "dev-dependencies"] {
        let shown = names(page, table);
        assert!(shown.len() >= 4, "{shown:?}");
        assert_eq!(shown, names(manifest, table), "{table}");
    }
    let features = r#"features = ["macros", "net", "rt-multi-thread", "signal"]"#;
    assert!(page.contains(features) && manifest.contains(features), "features of tokio");
}

#[test]
fn page_shows_tested_code() {
    let page = include_str!("../../book/src/tutorial.md");
    let sources = [
        include_str!("../src/lib.rs"),
        include_str!("../src/main.rs"),
        include_str!("../examples/dev.rs"),
        include_str!("connect.rs"),
    ];
    let blocks: Vec<&str> =
        page.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= sources.len(), "{blocks:?}");
    for block in &blocks {
        assert!(
            sources.iter().any(|source| source.contains(block)),
            "no file of docs/tutorial has this code:\n{block}"
        );
    }
    // All of the library is shown.
    let library =
        sources[0].lines().skip_while(|line| !line.starts_with("use ")).filter(|line| !line.is_empty());
    let hidden: Vec<&str> = library.filter(|line| !blocks.iter().any(|block| block.contains(line))).collect();
    assert!(hidden.is_empty(), "the page does not show {hidden:?}");
}
