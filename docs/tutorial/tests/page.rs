//! The tutorial page lists the dependencies of the manifest that these programs are built with.
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
