//! The portraits, one file per provider: its site and its own facts.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;

use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::portrait::Portrait;

/// In the order of the comparison table. `cargo xtask new-provider` adds a line.
#[rustfmt::skip] // one per line
const PORTRAITS: &[fn() -> Result<Portrait>] = &[
    cohortgo::portrait,
    cobot::portrait,
    go1::portrait,
    gocd::portrait,
    gocd::personal,
];

/// The portraits of all providers.
pub(crate) fn all(root: &Path) -> Result<Vec<Portrait>> {
    let with_calls = |portrait: &fn() -> Result<Portrait>| {
        let mut portrait = portrait()?;
        portrait.calls = calls(root, portrait.name)?;
        Ok(portrait)
    };
    PORTRAITS.iter().map(with_calls).collect()
}

/// `Endpoint::NAME` of the calls of a provider's crate, in `src/api`.
fn calls(root: &Path, name: &str) -> Result<Vec<String>> {
    let folder = root.join("crates").join(name.split('-').next().unwrap_or_default()).join("src/api");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let text = std::fs::read_to_string(entry?.path())?;
        let names = text.lines().filter_map(|line| {
            line.trim().strip_prefix("const NAME: &'static str = \"")?.strip_suffix("\";")
        });
        // `NAME` of a provider has no method.
        found.extend(names.filter(|name| name.contains(' ')).map(str::to_owned));
    }
    ensure!(!found.is_empty(), "there are no calls in {}", folder.display());
    Ok(found)
}
