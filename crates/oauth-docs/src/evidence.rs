//! Checks that the facts file and the declarations of the provider crates agree, in both directions.

use std::path::Path;

use anyhow::{Context, Result};
use oauth_core::chrono::{NaiveDate, Utc};

use crate::fact::Fact;
use crate::portrait::Portrait;
use crate::provider_facts::{FILE, ProviderFacts};

/// Compares the facts file with the code: finds missing entries, unused entries and different values.
///
/// # Errors
/// If a file of the repository cannot be read.
pub fn errors(root: &Path, portraits: &[Portrait]) -> Result<Vec<String>> {
    let mut found = unknown_providers(&ProviderFacts::read(root)?, portraits);
    for portrait in portraits {
        found.extend(unsourced(portrait));
        found.extend(unused(portrait));
        found.extend(different(portrait));
        found.extend(documents(root, portrait, Utc::now().date_naive()));
        found.extend(calls(root, portrait)?);
    }
    Ok(found)
}

/// Entries of a provider that does not exist.
#[must_use]
pub fn unknown_providers(file: &ProviderFacts, portraits: &[Portrait]) -> Vec<String> {
    let of_facts = file.facts.iter().map(|entry| (&entry.provider, &entry.fact));
    let of_calls = file.calls.iter().map(|entry| (&entry.provider, &entry.call));
    of_facts
        .chain(of_calls)
        .filter(|(provider, _)| portraits.iter().all(|portrait| portrait.name != **provider))
        .map(|(provider, subject)| {
            format!("{FILE} has an entry for `{subject}` of `{provider}`, which is no provider\n  help: correct its name")
        })
        .collect()
}

/// The declared facts that need an entry: everything but settings that follow RFC 6749.
fn declared(portrait: &Portrait) -> impl Iterator<Item = (Fact, &str)> {
    let differences = portrait.entries.iter().filter(|entry| entry.is_difference());
    let differences = differences.map(|entry| (entry.fact, entry.value.as_str()));
    differences.chain(portrait.values.iter().map(|(fact, value)| (*fact, value.as_str())))
}

/// Declared facts without an entry, and thus without a source.
#[must_use]
pub fn unsourced(portrait: &Portrait) -> Vec<String> {
    declared(portrait)
        .filter(|(fact, _)| portrait.entry(*fact).is_none())
        .map(|(fact, value)| {
            format!(
                "{}: {} is declared ({value}) and has no source\n  help: add where and when it was read to {FILE}",
                portrait.name,
                fact.key()
            )
        })
        .collect()
}

/// Entries of facts that nothing declares.
#[must_use]
pub fn unused(portrait: &Portrait) -> Vec<String> {
    let of_dialect = portrait.entries.iter().map(|entry| entry.fact);
    let facts: Vec<Fact> = of_dialect.chain(portrait.values.iter().map(|(fact, _)| *fact)).collect();
    portrait
        .facts
        .iter()
        .filter(|entry| facts.iter().all(|fact| fact.key() != entry.fact))
        .map(|entry| {
            format!(
                "{}: {FILE} has a source for {}, which nothing declares\n  help: remove the entry, or declare the fact \
                 in crates/oauth-docs/src/providers",
                portrait.name, entry.fact
            )
        })
        .collect()
}

/// Entries with another value than the declared one.
#[must_use]
pub fn different(portrait: &Portrait) -> Vec<String> {
    let of_dialect = portrait.entries.iter().map(|entry| (entry.fact, entry.value.as_str()));
    let values = portrait.values.iter().map(|(fact, value)| (*fact, value.as_str()));
    of_dialect
        .chain(values)
        .filter_map(|(fact, value)| {
            let entry = portrait.entry(fact).filter(|entry| entry.value != value)?;
            Some(format!(
                "{}: {} is {value}, but {FILE} says {}\n  help: correct the constant in crates/{}/src, or the entry \
                 with the source of the new value",
                portrait.name,
                fact.key(),
                entry.value,
                crate_name(portrait)
            ))
        })
        .collect()
}

/// The crate of a provider: `gocd` for `gocd-personal`.
fn crate_name(portrait: &Portrait) -> &str {
    portrait.name.split('-').next().unwrap_or_default()
}

/// Documents without a title, a location or a valid day.
fn documents(root: &Path, portrait: &Portrait, today: NaiveDate) -> Vec<String> {
    let mut found = Vec::new();
    for source in portrait.sources() {
        let document = &source.document;
        let known = document.url.starts_with("https://") || root.join(&document.url).is_file();
        let mut wrong = |what: &str| {
            found.push(format!(
                "{}: the document “{}” {what}\n  help: correct it in {FILE}",
                portrait.name, document.title
            ));
        };
        if document.title.is_empty() || !known {
            wrong("has no title, or neither an https URL nor a file of the repository");
        }
        if document.read_on > today {
            wrong("was read in the future");
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Typed calls without an entry, and entries of calls that do not exist.
///
/// # Errors
/// If the sources of the crate cannot be read.
pub fn calls(root: &Path, portrait: &Portrait) -> Result<Vec<String>> {
    let folder = root.join("crates").join(crate_name(portrait)).join("src/api");
    let mut declared = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let text = std::fs::read_to_string(entry?.path())?;
        declared.extend(call_names(&text).map(str::to_owned));
    }
    anyhow::ensure!(!declared.is_empty(), "there are no calls in {}", folder.display());
    let without = declared.iter().filter(|name| portrait.calls.iter().all(|entry| entry.call != **name));
    let without = without
        .map(|name| format!("{}: the call `{name}` has no source\n  help: add one to {FILE}", portrait.name));
    let unused = portrait.calls.iter().filter(|entry| !declared.contains(&entry.call)).map(|entry| {
        format!("{}: there is no call `{}`\n  help: remove it from {FILE}", portrait.name, entry.call)
    });
    Ok(without.chain(unused).collect())
}

/// The names of endpoints in a source file, without those in comments.
fn call_names(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        line.trim()
            .strip_prefix("const NAME: &'static str = \"")?
            .strip_suffix("\";")
            .filter(|n| n.contains(' '))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_names_skip_comments() {
        let text =
            "    const NAME: &'static str = \"GET /me\";\n/// const NAME: &'static str = \"GET /x\";\n";
        assert_eq!(call_names(text).collect::<Vec<_>>(), ["GET /me"]);
    }
}
