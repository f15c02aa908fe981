//! The portraits, one file per provider: its site and its own facts.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;

use std::fs;
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

/// Grants besides the code grant: key of the fact, and trait.
const GRANTS: [(&str, &str); 3] = [
    ("password-grant", "PasswordGrant"),
    ("client-credentials-grant", "ClientCredentialsGrant"),
    ("direct-code", "DirectCode"),
];

/// The portraits of all providers, with the scopes, grants and calls in the source of their crates.
pub(crate) fn all(root: &Path) -> Result<Vec<Portrait>> {
    let mut portraits = Vec::new();
    for portrait in PORTRAITS {
        let mut portrait = portrait()?;
        let source = root.join("crates").join(portrait.crate_name()).join("src");
        if portrait.has_flow {
            if let Ok(text) = fs::read_to_string(source.join("scope.rs")) {
                portrait =
                    portrait.with("scopes", format!("{} known", text.lines().filter(declares_scope).count()));
            }
            let declaration = fs::read_to_string(source.join("provider.rs"))?;
            for (key, name) in GRANTS {
                if declaration.contains(&format!("impl {name} for ")) {
                    portrait = portrait.with(key, "yes");
                }
            }
        }
        portrait.calls = calls(&source.join("api"))?;
        portraits.push(portrait);
    }
    Ok(portraits)
}

/// True for a line such as `    READ_USER = "read_user",`.
fn declares_scope(line: &&str) -> bool {
    let name = line.trim().split_once(" = \"").map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// `Endpoint::NAME` of the calls in a folder.
fn calls(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let text = fs::read_to_string(entry?.path())?;
        let names = text.lines().filter_map(|line| {
            line.trim().strip_prefix("const NAME: &'static str = \"")?.strip_suffix("\";")
        });
        // `NAME` of a provider has no method.
        found.extend(names.filter(|name| name.contains(' ')).map(str::to_owned));
    }
    ensure!(!found.is_empty(), "there are no calls in {}", folder.display());
    Ok(found)
}
