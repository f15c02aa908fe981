//! The facts file: the declared facts of all providers, with their sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use oauth_core::chrono::NaiveDate;
use serde::Deserialize;

/// The facts file, relative to the repository.
pub(crate) const FILE: &str = "docs/provider-facts.toml";

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderFacts {
    /// The keys of the facts in the comparison of providers, in its order.
    pub(crate) compared: Vec<String>,
    /// The names of facts in tables, by their keys. A fact of one provider has its name as its key.
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) documents: BTreeMap<String, Document>,
    pub(crate) facts: Vec<Entry>,
}

/// A document about a provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) title: String,
    /// Its https URL, or a file of the repository.
    pub(crate) url: String,
    /// The day it was last compared with the declaration.
    pub(crate) read_on: NaiveDate,
    /// True if the document is not the provider's own.
    #[serde(default)]
    pub(crate) by_others: bool,
}

/// A fact with its sources.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) provider: String,
    /// Key of the fact.
    #[serde(rename = "fact")]
    pub(crate) subject: String,
    /// Its value in words.
    pub(crate) value: String,
    pub(crate) sources: Vec<Source>,
}

/// A source of a fact.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Key of the document.
    pub(crate) document: String,
    /// The place in the document, or the reason for the conclusion; may be empty.
    #[serde(default)]
    pub(crate) at: String,
    /// True if the document does not state the fact itself.
    #[serde(default)]
    pub(crate) inferred: bool,
}

impl ProviderFacts {
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
        Self::parse(&text).with_context(|| format!("in {FILE}"))
    }

    /// Parses the text of a facts file, and checks its references.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let file: Self = toml::from_str(text)?;
        let mut seen = BTreeSet::new();
        for Entry { provider, subject, sources, .. } in &file.facts {
            ensure!(!sources.is_empty(), "{provider}: {subject} has no source");
            ensure!(seen.insert((provider, subject)), "{provider}: {subject} has two entries");
            let undefined = sources.iter().find(|source| !file.documents.contains_key(&source.document));
            ensure!(undefined.is_none(), "{provider}: {subject} cites the undefined {undefined:?}");
        }
        let nameless = file.compared.iter().find(|key| !file.names.contains_key(*key));
        ensure!(nameless.is_none(), "the compared fact {nameless:?} has no name");
        Ok(file)
    }

    pub(crate) fn fact(&self, provider: &str, key: &str) -> Option<&Entry> {
        self.facts.iter().find(|entry| entry.provider == provider && entry.subject == key)
    }

    /// The sources as Markdown, such as `[OAuth Flow](https://…), section (*inferred*)`.
    pub(crate) fn cited(&self, sources: &[Source]) -> String {
        let cited = sources.iter().map(|source| {
            let Document { title, url, by_others, .. } = &self.documents[&source.document];
            let url = url.strip_prefix("docs/").map_or(url.clone(), |page| format!("../{page}"));
            let at = if source.at.is_empty() { String::new() } else { format!(", {}", source.at) };
            let marks = match (source.inferred, by_others) {
                (true, true) => " (*inferred; not the provider's own*)",
                (true, false) => " (*inferred*)",
                (false, true) => " (*not the provider's own*)",
                (false, false) => "",
            };
            format!("[{title}]({url}){at}{marks}")
        });
        cited.collect::<Vec<_>>().join("; ")
    }

    /// The day the source that was not read for the longest time was read; empty without sources.
    pub(crate) fn checked_on(&self, sources: &[Source]) -> String {
        let oldest = sources.iter().map(|source| self.documents[&source.document].read_on).min();
        oldest.map_or_else(String::new, |day| day.to_string())
    }
}
