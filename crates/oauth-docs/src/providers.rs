//! The portraits, one file per provider: its site and its own facts.

mod cobot;
mod cohortgo;
mod go1;
mod gocd;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::api_calls::ApiCalls;
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
    ("client-credentials", "ClientCredentialsGrant"),
    ("direct-code", "DirectCode"),
];

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

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
        if portrait.has_flow {
            portrait.calls = calls(&source.join("api"))?;
            ensure!(!portrait.calls.is_empty(), "there are no calls in {}", source.display());
            portrait.documented = ApiCalls::read(root, portrait.name)?;
        }
        portraits.push(portrait);
    }
    Ok(portraits)
}

/// True for a line such as `    READ_USER = "read_user",`.
fn declares_scope(line: &&str) -> bool {
    let name = line.trim().split_once(" = \"").map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// `Endpoint::NAME` of the calls in a folder: written out, or declared by a line such as
/// `GET api "/users/:id" => json(User)`.
fn calls(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(calls(&path)?);
            continue;
        }
        for line in fs::read_to_string(path)?.lines().map(str::trim) {
            let written_out = line.strip_prefix("const NAME: &'static str = \"");
            let written_out = written_out.and_then(|rest| rest.strip_suffix("\";"));
            // `NAME` of a provider has no path.
            found.extend(written_out.filter(|name| name.contains(" /")).map(str::to_owned));
            let declared = line.split_once(' ').filter(|(method, _)| METHODS.contains(method));
            if let Some((method, rest)) = declared
                && let Some(path) = rest.split('"').find(|text| text.starts_with('/'))
            {
                found.push(format!("{method} {path}"));
            }
        }
    }
    Ok(found)
}
