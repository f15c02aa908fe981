//! The facts file: the declared facts of all providers, with their sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use oauth_core::chrono::NaiveDate;
use serde::Deserialize;

/// The facts file, relative to the repository.
pub const FILE: &str = "docs/provider-facts.toml";

/// The content of the facts file.
#[derive(Clone, Debug, Default)]
pub struct ProviderFacts {
    /// The facts of all providers.
    pub facts: Vec<FactEntry>,
    /// The typed calls of all providers.
    pub calls: Vec<CallEntry>,
}

/// A fact with its value and sources.
#[derive(Clone, Debug)]
pub struct FactEntry {
    /// Name of the provider.
    pub provider: String,
    /// [`Fact::key`](crate::fact::Fact::key) of the fact.
    pub fact: String,
    /// The value as text.
    pub value: String,
    /// The sources; at least one.
    pub sources: Vec<Source>,
}

/// A typed API call with its sources.
#[derive(Clone, Debug)]
pub struct CallEntry {
    /// Name of the provider.
    pub provider: String,
    /// `Endpoint::NAME` of the call.
    pub call: String,
    /// The sources; at least one.
    pub sources: Vec<Source>,
}

/// A source of a fact.
#[derive(Clone, Debug)]
pub struct Source {
    /// The document.
    pub document: Document,
    /// The place in the document, or the reason for the conclusion; may be empty.
    pub at: String,
    /// True if the document does not state the fact itself.
    pub inferred: bool,
}

/// A document about a provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// Its https URL, or a file of the repository.
    pub url: String,
    /// The day it was last compared with the declaration.
    pub read_on: NaiveDate,
    /// True if the document is not the provider's own.
    #[serde(default)]
    pub by_others: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    documents: BTreeMap<String, Document>,
    facts: Vec<RawFact>,
    calls: Vec<RawCall>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFact {
    provider: String,
    fact: String,
    value: String,
    sources: Vec<RawSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCall {
    provider: String,
    call: String,
    sources: Vec<RawSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    /// Key of the document.
    document: String,
    #[serde(default)]
    at: String,
    #[serde(default)]
    inferred: bool,
}

impl ProviderFacts {
    /// Reads the facts file of this repository.
    ///
    /// # Errors
    /// If the file cannot be read, or as [`parse`](Self::parse).
    pub fn read(root: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
        Self::parse(&text).with_context(|| format!("cannot parse {FILE}"))
    }

    /// Parses the text of a facts file.
    ///
    /// # Errors
    /// If the text is not TOML of this form, an entry has no source or an unknown document, two entries of a
    /// provider are for the same fact or call, or a document is not cited.
    pub fn parse(text: &str) -> Result<Self> {
        let File { documents, facts, calls } = toml::from_str(text)?;
        let (mut seen, mut cited) = (BTreeSet::new(), BTreeSet::new());
        let mut sources = |provider: &str, subject: &str, raw: Vec<RawSource>| -> Result<Vec<Source>> {
            let entry = format!("{provider}: {subject}");
            ensure!(!raw.is_empty(), "{entry} has no source");
            ensure!(seen.insert(entry.clone()), "{entry} has two entries");
            raw.into_iter()
                .map(|RawSource { document: key, at, inferred }| {
                    let document = documents.get(&key).cloned();
                    let document =
                        document.with_context(|| format!("{entry} cites `{key}`, which is not defined"))?;
                    cited.insert(key);
                    Ok(Source { document, at, inferred })
                })
                .collect()
        };
        let facts: Result<Vec<FactEntry>> = facts
            .into_iter()
            .map(|RawFact { provider, fact, value, sources: raw }| {
                let sources = sources(&provider, &fact, raw)?;
                Ok(FactEntry { provider, fact, value, sources })
            })
            .collect();
        let calls: Result<Vec<CallEntry>> = calls
            .into_iter()
            .map(|RawCall { provider, call, sources: raw }| {
                let sources = sources(&provider, &call, raw)?;
                Ok(CallEntry { provider, call, sources })
            })
            .collect();
        let (facts, calls) = (facts?, calls?);
        if let Some(key) = documents.keys().find(|&key| !cited.contains(key)) {
            bail!("nothing cites the document `{key}`");
        }
        Ok(Self { facts, calls })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"
[documents.guide]
title = "OAuth guide"
url = "https://provider.example/oauth"
read_on = "2026-11-21"

[[facts]]
provider = "sample"
fact = "scope-separator"
value = "a comma"
sources = [{ document = "guide", at = "its example has a comma", inferred = true }]

[[calls]]
provider = "sample"
call = "GET /me"
sources = [{ document = "guide" }]
"#;

    fn error(from: &str, to: &str) -> String {
        assert!(SAMPLE.contains(from), "{from}");
        format!("{:#}", ProviderFacts::parse(&SAMPLE.replace(from, to)).unwrap_err())
    }

    #[test]
    fn parses_facts_and_calls() {
        let facts = ProviderFacts::parse(SAMPLE).unwrap();
        let source = &facts.facts[0].sources[0];
        assert_eq!((source.at.as_str(), source.inferred), ("its example has a comma", true));
        assert_eq!(source.document.read_on.to_string(), "2026-11-21");
        let source = &facts.calls[0].sources[0];
        assert_eq!((source.at.as_str(), source.inferred, source.document.by_others), ("", false, false));
    }

    #[test]
    fn rejects_day_that_does_not_exist() {
        assert!(error("2026-11-21", "2026-02-30").contains("read_on"));
    }

    #[test]
    fn rejects_missing_or_unknown_document() {
        assert_eq!(error(r#"[{ document = "guide" }]"#, "[]"), "sample: GET /me has no source");
        assert_eq!(
            error(r#"{ document = "guide" }"#, r#"{ document = "page" }"#),
            "sample: GET /me cites `page`, which is not defined"
        );
    }

    #[test]
    fn rejects_uncited_document_and_duplicate_entry() {
        let more = "[documents.page]\ntitle = \"A page\"\nurl = \"https://x.example\"\nread_on = \"2026-11-21\"\n\n[[calls]]";
        assert_eq!(error("[[calls]]", more), "nothing cites the document `page`");
        let twice = "[[calls]]\nprovider = \"sample\"\ncall = \"GET /me\"\nsources = [{ document = \"guide\" }]\n\n[[calls]]";
        assert_eq!(error("[[calls]]", twice), "sample: GET /me has two entries");
    }
}
