//! The declared calls are those of the list.

use std::collections::BTreeSet;
use std::path::Path;

use oauth_testing::documented_calls;

/// The calls that a source file declares: `METHOD base "path"` in a macro, or a constant `NAME`.
fn declared(text: &str) -> BTreeSet<String> {
    let methods = ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "];
    text.lines()
        .map(str::trim)
        .filter_map(|line| {
            if let Some(name) = line.strip_prefix("const NAME: &'static str = \"") {
                // That of webhooks has no path.
                return name.strip_suffix("\";").filter(|name| name.contains(" /")).map(str::to_owned);
            }
            let method = methods.iter().find(|method| line.starts_with(**method))?;
            let path = line.split('"').nth(1).filter(|path| path.starts_with('/'))?;
            Some(format!("{method}{path}"))
        })
        .collect()
}

fn declared_below(folder: &Path) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            calls.extend(declared_below(&path));
        } else {
            calls.extend(declared(&std::fs::read_to_string(path).unwrap()));
        }
    }
    calls
}

#[test]
fn declared_calls_are_listed() {
    let declared = declared_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api"));
    let listed: BTreeSet<String> =
        documented_calls(&crate::list_of_calls()).into_iter().map(|call| call.name).collect();
    let missing: Vec<_> = declared.difference(&listed).collect();
    assert!(missing.is_empty(), "calls that docs/api/cobot.toml lacks: {missing:#?}");
    assert!(declared.len() > 100, "{declared:?}");
}
