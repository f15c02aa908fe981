//! Checks that every declared fact has a source, that every source is for a declared fact, and that
//! `docs/provider-facts.md` contains the facts.

use std::path::Path;

use anyhow::{Context, Result};
use oauth_core::chrono::{NaiveDate, Utc};
use oauth_core::facts::Fact;

use crate::portrait::Portrait;

/// The file with the facts, relative to the repository.
pub const FACTS: &str = "docs/provider-facts.md";

/// Finds facts without a source, sources without a fact and facts that are not in [`FACTS`].
///
/// # Errors
/// If a file of the repository cannot be read.
pub fn errors(root: &Path, portraits: &[Portrait]) -> Result<Vec<String>> {
    let facts = std::fs::read_to_string(root.join(FACTS)).with_context(|| format!("cannot read {FACTS}"))?;
    let mut found = Vec::new();
    for portrait in portraits {
        found.extend(unsourced(portrait));
        found.extend(unused(portrait));
        found.extend(documents(root, portrait, Utc::now().date_naive()));
        found.extend(unwritten(portrait, &facts));
        if portrait.flow.is_some() {
            found.extend(calls(root, portrait)?);
        }
    }
    Ok(found)
}

/// The file that declares the sources of a provider.
fn sources_file(portrait: &Portrait) -> String {
    let krate = portrait.name.split('-').next().unwrap_or_default();
    format!("crates/{krate}/src/sources.rs")
}

/// Declared facts without a source.
#[must_use]
pub fn unsourced(portrait: &Portrait) -> Vec<String> {
    let differences = portrait.entries.iter().filter(|entry| entry.is_difference());
    let declared = differences
        .map(|entry| (entry.fact, &entry.value))
        .chain(portrait.values.iter().map(|(fact, value)| (*fact, value)));
    declared
        .filter(|(fact, _)| portrait.sources_of(*fact).next().is_none())
        .map(|(fact, value)| {
            format!(
                "{}: {fact:?} is declared ({value}) and has no source\n  help: add where and when it was read to {}",
                portrait.name,
                sources_file(portrait)
            )
        })
        .collect()
}

/// Sources without a declared fact.
#[must_use]
pub fn unused(portrait: &Portrait) -> Vec<String> {
    portrait
        .sources
        .iter()
        // `calls` checks the sources of calls.
        .filter(|source| !matches!(source.fact, Fact::Call(_)) && portrait.value(source.fact).is_none())
        .map(|source| {
            format!(
                "{}: “{}” is a source for {:?}, which nothing declares\n  help: remove it from {}, or tell \
                 crates/oauth-docs/src/providers what is declared",
                portrait.name,
                source.document.title,
                source.fact,
                sources_file(portrait)
            )
        })
        .collect()
}

/// Documents without a title, a location or a valid day.
fn documents(root: &Path, portrait: &Portrait, today: NaiveDate) -> Vec<String> {
    let mut found = Vec::new();
    for source in &portrait.sources {
        let document = source.document;
        let known = document.url.starts_with("https://") || root.join(document.url).is_file();
        let mut wrong = |what: &str| {
            found.push(format!(
                "{}: the document “{}” {what}\n  help: correct it in {}",
                portrait.name,
                document.title,
                sources_file(portrait)
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

/// Endpoints and protocol values that [`FACTS`] does not contain literally.
#[must_use]
pub fn unwritten(portrait: &Portrait, facts: &str) -> Vec<String> {
    let endpoints = portrait
        .values
        .iter()
        .filter(|(fact, _)| {
            matches!(fact, Fact::AuthorizeUrl | Fact::TokenUrl | Fact::ApiUrl | Fact::Other(_))
        })
        .map(|(fact, value)| (*fact, value.as_str()));
    let words = portrait
        .entries
        .iter()
        .filter(|entry| entry.is_difference() && !matches!(entry.fact, Fact::TokenRefused))
        .map(|entry| (entry.fact, entry.value.as_str()));
    let mut found = Vec::new();
    for (fact, value) in endpoints.chain(words) {
        for literal in literals(value) {
            if !occurs(literal, facts) {
                found.push(format!(
                    "{}: {fact:?} is `{literal}`, which does not occur in {FACTS}\n  help: correct the constant in \
                     crates/{}/src, or write down in {FACTS} where the new one was read",
                    portrait.name,
                    portrait.name.split('-').next().unwrap_or_default()
                ));
            }
        }
    }
    found
}

/// The texts between backticks.
fn literals(value: &str) -> impl Iterator<Item = &str> {
    value.split('`').skip(1).step_by(2)
}

/// True if the facts contain the literal. They write example hosts as `<host>` and `<space>`.
fn occurs(literal: &str, facts: &str) -> bool {
    let spelled = [
        literal.to_owned(),
        literal.trim_end_matches('/').to_owned(),
        literal.replace("go.example.com", "<host>"),
        literal.replace("SPACE", "<space>"),
        literal.replace("SPACE", "<subdomain>"),
    ];
    spelled.iter().any(|form| {
        facts.match_indices(form.as_str()).any(|(at, _)| {
            // Not a prefix of a longer name: `…/oauth/token` must not be found in `…/oauth/tokens`.
            !facts[at + form.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        })
    })
}

/// Typed calls without a source, and sources of calls that do not exist.
fn calls(root: &Path, portrait: &Portrait) -> Result<Vec<String>> {
    let folder = root.join("crates").join(portrait.name).join("src/api");
    let mut declared = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let text = std::fs::read_to_string(entry?.path())?;
        declared.extend(call_names(&text).map(str::to_owned));
    }
    anyhow::ensure!(!declared.is_empty(), "there are no calls in {}", folder.display());
    let sourced: Vec<&str> = portrait
        .sources
        .iter()
        .filter_map(|source| match source.fact {
            Fact::Call(name) => Some(name),
            _ => None,
        })
        .collect();
    let without = declared.iter().filter(|name| !sourced.contains(&name.as_str())).map(|name| {
        format!(
            "{}: the call `{name}` has no source\n  help: add one to {}",
            portrait.name,
            sources_file(portrait)
        )
    });
    let about_none = sourced.iter().filter(|name| !declared.iter().any(|known| known == *name)).map(|name| {
        format!(
            "{}: there is no call `{name}`\n  help: remove its source from {}",
            portrait.name,
            sources_file(portrait)
        )
    });
    Ok(without.chain(about_none).collect())
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
    fn occurs_rejects_prefix_of_longer_name() {
        assert!(occurs("/oauth/token", "POST `https://x/oauth/token` (always)"));
        assert!(!occurs("/oauth/token", "https://x/oauth/tokens"));
        assert!(occurs("https://go.example.com:8154/go/oauth/token", "`https://<host>:8154/go/oauth/token`"));
    }

    #[test]
    fn call_names_skip_comments() {
        let text =
            "    const NAME: &'static str = \"GET /me\";\n/// const NAME: &'static str = \"GET /x\";\n";
        assert_eq!(call_names(text).collect::<Vec<_>>(), ["GET /me"]);
    }
}
