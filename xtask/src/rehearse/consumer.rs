//! Those who depend on a provider crate: a library that hands its types on, and a team that uses that library.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use super::Stage;
use super::packages::{PROFILE, Packages};
use crate::house;
use crate::report::Outcome;
use crate::tls::{CHOICES, names};

/// What the whole family of a provider crate is.
const CORE: &str = "oauth-core";
const SANDBOX: &str = "oauth-sandbox";

pub(super) fn rehearse(stage: &Stage, packages: &Packages, provider: &str) -> Result<Outcome> {
    write(stage, packages, provider)?;
    let mut notes = Vec::new();
    for choice in CHOICES {
        let more = choice.args();
        let args = |fixed: &[&str]| -> Vec<String> {
            fixed.iter().map(|one| (*one).to_owned()).chain(more.iter().cloned()).collect()
        };
        let run =
            |args: Vec<String>| stage.cargo(provider, &args.iter().map(String::as_str).collect::<Vec<_>>());

        let tree = names(
            &run(args(&["tree", "-p", "team", "-e", "normal", "--prefix", "none", "-f", "{p}"])).read()?,
        );
        if let Some(wrong) = choice.judge(&tree).or_else(|| stranger(&tree, provider, &packages.names())) {
            return Ok(Outcome::failed(
                format!("a team that depends on `{provider}` ({}) {wrong}", choice.name()),
                format!("cargo tree -p {provider} -e normal {}", more.join(" ")),
            ));
        }
        notes.push(format!("{} {}", choice.name(), tree.len()));

        let mut todo = vec![args(&["check", "--quiet", "--package", "team", "--lib"])];
        // Without a transport there is nothing to run.
        if choice.features != Some(&[]) {
            todo.push(args(&["run", "--quiet", "--package", "team", "--example", "connect"]));
        }
        for args in todo {
            let run = run(args);
            let shown = run.to_string();
            let (ok, output) = run.kept()?;
            if !ok || (shown.contains("--example") && output.trim().is_empty()) {
                return Ok(Outcome::failed(
                    format!(
                        "the packaged `{provider}` does not work for a team ({}), see above",
                        choice.name()
                    ),
                    format!("cd {}; {shown}", stage.folder.join(provider).display()),
                ));
            }
        }
    }
    Ok(Outcome::passed(format!(
        "connects through a library that re-exports it; crates: {}",
        notes.join(", ")
    )))
}

/// Somebody in the tree who has no business there.
fn stranger(tree: &BTreeSet<String>, provider: &str, published: &[&str]) -> Option<String> {
    let other = |name: &&str| *name != provider && *name != CORE && tree.contains(*name);
    let others: Vec<&str> = published.iter().copied().filter(other).collect();
    let heavy: Vec<&str> =
        house::HEAVY.iter().map(|(name, _)| *name).filter(|name| tree.contains(*name)).collect();
    let missing: Vec<&str> = [provider, CORE].into_iter().filter(|name| !tree.contains(*name)).collect();
    if !missing.is_empty() {
        return Some(format!("does not even get {}", missing.join(", ")));
    }
    let found = [others, heavy].concat();
    (!found.is_empty()).then(|| format!("gets {} as well", found.join(", ")))
}

fn write(stage: &Stage, packages: &Packages, provider: &str) -> Result<()> {
    let home = stage.folder.join(provider);
    let file = |path: &str, text: &str| -> Result<()> {
        let path = home.join(path);
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        fs::write(path, text)?;
        Ok(())
    };
    let patch = packages.patch(&[provider, CORE, SANDBOX]);
    file(
        "Cargo.toml",
        &format!("[workspace]\nresolver = \"3\"\nmembers = [\"between\", \"team\"]\n{patch}{PROFILE}"),
    )?;

    let features = |of: &str| -> String {
        let all = house::TLS_FEATURES.iter().chain(&["connections", "default"]);
        all.map(|feature| format!("{feature} = [\"{of}/{feature}\"]\n")).collect()
    };
    let package = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n")
    };
    let version = packages.version(provider)?;
    file(
        "between/Cargo.toml",
        &format!(
            "{}\n[features]\n{}\n[dependencies]\n{provider} = {{ version = \"{version}\", default-features = false }}\n",
            package("between"),
            features(provider),
        ),
    )?;
    // The library between: all of the provider, and its types in an API of its own.
    file(
        "between/src/lib.rs",
        &format!(
            "pub use {provider}::*;\n\n\
             #[derive(Debug)]\npub struct Customer {{\n    pub name: String,\n    pub token: {provider}::Token,\n}}\n\n\
             pub trait Customers: Send + Sync {{\n    fn find(&self, name: &str) -> Result<Customer, {provider}::Error>;\n}}\n\n\
             pub fn start(client: &{provider}::Client, connect: &{provider}::Connect) -> Result<{provider}::Started, {provider}::Error> {{\n    \
             client.begin(connect)\n}}\n"
        ),
    )?;
    file(
        "team/Cargo.toml",
        &format!(
            "{}\n[features]\n{}\n[dependencies]\n{provider} = {{ package = \"between\", path = \"../between\", default-features = false }}\n\n\
             [dev-dependencies]\n{SANDBOX} = \"{}\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
            package("team"),
            features(provider),
            packages.version(SANDBOX)?,
        ),
    )?;
    file(
        "team/src/lib.rs",
        &format!(
            "pub fn connect(client: &{provider}::Client, to: &{provider}::Connect) -> Result<{provider}::Started, {provider}::Error> {{\n    \
             {provider}::start(client, to)\n}}\n\n\
             pub fn token(customers: &dyn {provider}::Customers) -> Option<{provider}::Token> {{\n    \
             customers.find(\"acme\").ok().map(|customer| customer.token)\n}}\n"
        ),
    )?;
    // The example that the package brings, which here gets the provider through the library between.
    let example = packages.folder(provider)?.join("examples/connect.rs");
    let example =
        fs::read_to_string(&example).with_context(|| format!("cannot read {}", example.display()))?;
    file("team/examples/connect.rs", &example)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_provider_or_something_heavy_in_a_teams_tree_is_found() {
        let published = ["oauth-core", "cobot", "go1", "oauth-store"];
        let judged = |names: &[&str]| {
            stranger(&names.iter().map(|name| (*name).to_owned()).collect(), "cobot", &published)
        };
        assert_eq!(judged(&["cobot", "oauth-core", "url"]), None);
        assert_eq!(
            judged(&["cobot", "oauth-core", "go1", "sqlx"]),
            Some("gets go1, sqlx as well".to_owned())
        );
        assert_eq!(judged(&["cobot"]), Some("does not even get oauth-core".to_owned()));
    }

    #[test]
    fn every_choice_is_forwarded() {
        for choice in CHOICES {
            for feature in choice.features.unwrap_or_default() {
                assert!(house::TLS_FEATURES.contains(feature), "{}", choice.name());
            }
        }
    }
}
