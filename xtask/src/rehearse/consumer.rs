//! Downstream crates of a provider crate: a library that re-exports it, and an application on that library.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use super::Rehearsal;
use super::packages::{PROFILE, Packages};
use super::tls::{TLS_CHOICES, package_names};
use crate::layering::HEAVY_CRATES;
use crate::report::Outcome;
use crate::run;
use crate::workspace::{CORE, SANDBOX, TLS_FEATURES};

pub(super) fn rehearse(rehearsal: &Rehearsal, packages: &Packages, provider: &str) -> Result<Outcome> {
    write(rehearsal, packages, provider)?;
    let mut notes = Vec::new();
    for choice in TLS_CHOICES {
        let choice_args = choice.args();
        let args = |fixed: &[&str]| -> Vec<String> {
            fixed.iter().chain(&choice_args).map(|one| (*one).to_owned()).collect()
        };
        let run = |args: Vec<String>| {
            rehearsal.cargo(provider, &args.iter().map(String::as_str).collect::<Vec<_>>())
        };

        let tree = package_names(
            &run(args(&["tree", "-p", "app", "-e", "normal", "--prefix", "none", "-f", "{p}"])).read()?,
        );
        if let Some(error) =
            choice.check_tree(&tree).or_else(|| tree_error(&tree, provider, &packages.names()))
        {
            return Ok(Outcome::failed(
                format!("an application that depends on `{provider}` ({}) {error}", choice.name),
                format!("cargo tree -p {provider} -e normal {}", choice_args.join(" ")),
            ));
        }
        notes.push(format!("{} {}", choice.name, tree.len()));

        let mut commands = vec![args(&["check", "--quiet", "--package", "app", "--lib"])];
        // Without a transport the example cannot run. Without a crypto provider it cannot either: the
        // sandbox, in the same program, adds rustls to reqwest.
        let example = match choice.name {
            "none" => None,
            "reqwest" | "rustls-no-provider" => Some("check"),
            _ => Some("run"),
        };
        commands
            .extend(example.map(|verb| args(&[verb, "--quiet", "--package", "app", "--example", "connect"])));
        for args in commands {
            let run = run(args);
            let command = run.to_string();
            let (ok, output) = run::tee(run)?;
            if !ok || (command.contains(" run ") && output.trim().is_empty()) {
                return Ok(Outcome::failed(
                    format!(
                        "the packaged `{provider}` does not work in an application ({}), see above",
                        choice.name
                    ),
                    format!("cd {}; {command}", rehearsal.folder.join(provider).display()),
                ));
            }
        }
    }
    Ok(Outcome::Passed(format!("works through a library that re-exports it; crates: {}", notes.join(", "))))
}

/// Error text if the dependency tree lacks the provider or contains unexpected crates.
fn tree_error(tree: &BTreeSet<String>, provider: &str, published: &[&str]) -> Option<String> {
    let other = |name: &&str| *name != provider && *name != CORE && tree.contains(*name);
    let others: Vec<&str> = published.iter().copied().filter(other).collect();
    let heavy: Vec<&str> = HEAVY_CRATES.into_iter().filter(|name| tree.contains(*name)).collect();
    let missing: Vec<&str> = [provider, CORE].into_iter().filter(|name| !tree.contains(*name)).collect();
    if !missing.is_empty() {
        return Some(format!("does not depend on {}", missing.join(", ")));
    }
    let found = [others, heavy].concat();
    (!found.is_empty()).then(|| format!("also depends on {}", found.join(", ")))
}

fn write(rehearsal: &Rehearsal, packages: &Packages, provider: &str) -> Result<()> {
    let folder = rehearsal.folder.join(provider);
    let file = |path: &str, text: &str| -> Result<()> {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().context("the path has no parent")?)?;
        fs::write(path, text)?;
        Ok(())
    };
    let patch = packages.patch(&[provider, CORE, SANDBOX]);
    file(
        "Cargo.toml",
        &format!("[workspace]\nresolver = \"3\"\nmembers = [\"wrapper\", \"app\"]\n{patch}{PROFILE}"),
    )?;

    let features = |of: &str| -> String {
        let all = TLS_FEATURES.iter().chain(&["connections", "default"]);
        all.map(|feature| format!("{feature} = [\"{of}/{feature}\"]\n")).collect()
    };
    let package = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n")
    };
    let version = packages.version(provider)?;
    file(
        "wrapper/Cargo.toml",
        &format!(
            "{}\n[features]\n{}\n[dependencies]\n{provider} = {{ version = \"{version}\", default-features = false }}\n",
            package("wrapper"),
            features(provider),
        ),
    )?;
    // The wrapper library re-exports the provider and uses its types in its own API.
    file(
        "wrapper/src/lib.rs",
        &format!(
            "pub use {provider}::*;\n\n\
             #[derive(Debug)]\npub struct Customer {{\n    pub name: String,\n    pub token: {provider}::Token,\n}}\n\n\
             pub trait Customers: Send + Sync {{\n    fn find(&self, name: &str) -> Result<Customer, {provider}::Error>;\n}}\n\n\
             pub fn start(client: &{provider}::Client, connect: &{provider}::Connect) -> Result<{provider}::StartedAuthorization, {provider}::Error> {{\n    \
             client.begin(connect)\n}}\n"
        ),
    )?;
    file(
        "app/Cargo.toml",
        &format!(
            "{}\n[features]\n{}\n[dependencies]\n{provider} = {{ package = \"wrapper\", path = \"../wrapper\", default-features = false }}\n\n\
             [dev-dependencies]\n{SANDBOX} = \"{}\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
            package("app"),
            features(provider),
            packages.version(SANDBOX)?,
        ),
    )?;
    file(
        "app/src/lib.rs",
        &format!(
            "pub fn connect(client: &{provider}::Client, to: &{provider}::Connect) -> Result<{provider}::StartedAuthorization, {provider}::Error> {{\n    \
             {provider}::start(client, to)\n}}\n\n\
             pub(crate) fn token(customers: &dyn {provider}::Customers) -> Option<{provider}::Token> {{\n    \
             customers.find(\"acme\").ok().map(|customer| customer.token)\n}}\n"
        ),
    )?;
    // The packaged example, which here gets the provider through the wrapper library.
    let example = packages.folder(provider)?.join("examples/connect.rs");
    let example =
        fs::read_to_string(&example).with_context(|| format!("cannot read {}", example.display()))?;
    file("app/examples/connect.rs", &example)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_other_provider_or_heavy_crate() {
        let published = ["oauth-core", "cobot", "go1", "oauth-store"];
        let check = |names: &[&str]| {
            tree_error(&names.iter().map(|name| (*name).to_owned()).collect(), "cobot", &published)
        };
        assert_eq!(check(&["cobot", "oauth-core", "url"]), None);
        assert_eq!(
            check(&["cobot", "oauth-core", "go1", "sqlx"]),
            Some("also depends on go1, sqlx".to_owned())
        );
        assert_eq!(check(&["cobot"]), Some("does not depend on oauth-core".to_owned()));
    }
}
