//! The facts file: the declared facts of all providers, with their sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use oauth_core::chrono::NaiveDate;
use serde::Deserialize;

/// The facts file, relative to the repository.
pub const FILE: &str = "docs/provider-facts.toml";

/// The content of the facts file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderFacts {
    /// The keys of the facts in the comparison of providers, in its order.
    pub compared: Vec<String>,
    /// The names of facts in tables, by their keys. A fact of one provider has its name as its key.
    pub names: BTreeMap<String, String>,
    /// The documents by their keys.
    pub documents: BTreeMap<String, Document>,
    /// The facts of all providers.
    pub facts: Vec<Entry>,
    /// The typed calls of all providers.
    pub calls: Vec<Entry>,
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

/// A fact or a typed call, with its sources.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name of the provider.
    pub provider: String,
    /// Key of the fact, or `Endpoint::NAME` of the call.
    #[serde(alias = "fact", alias = "call")]
    pub subject: String,
    /// The value of a fact in words.
    #[serde(default)]
    pub value: String,
    /// The sources; at least one.
    pub sources: Vec<Source>,
}

/// A source of a fact.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Key of the document.
    pub document: String,
    /// The place in the document, or the reason for the conclusion; may be empty.
    #[serde(default)]
    pub at: String,
    /// True if the document does not state the fact itself.
    #[serde(default)]
    pub inferred: bool,
}

impl ProviderFacts {
    /// Reads the facts file of a repository.
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
    /// If the text is not TOML of this form, a compared fact has no name, an entry has no source or an
    /// unknown document, two entries of a provider have one subject, or a document is not cited.
    pub fn parse(text: &str) -> Result<Self> {
        let file: Self = toml::from_str(text)?;
        let (mut seen, mut cited) = (BTreeSet::new(), BTreeSet::new());
        for Entry { provider, subject, sources, .. } in file.facts.iter().chain(&file.calls) {
            ensure!(!sources.is_empty(), "{provider}: {subject} has no source");
            ensure!(seen.insert((provider, subject)), "{provider}: {subject} has two entries");
            for Source { document, .. } in sources {
                ensure!(
                    file.documents.contains_key(document),
                    "{provider}: {subject} cites `{document}`, which is not defined"
                );
                cited.insert(document);
            }
        }
        let nameless = file.compared.iter().find(|key| !file.names.contains_key(*key));
        ensure!(nameless.is_none(), "the compared fact {nameless:?} has no name");
        let uncited = file.documents.keys().find(|key| !cited.contains(key));
        ensure!(uncited.is_none(), "nothing cites the document {uncited:?}");
        Ok(file)
    }

    /// The entry of a fact.
    #[must_use]
    pub fn fact(&self, provider: &str, key: &str) -> Option<&Entry> {
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

/// The number of sources and the oldest day.
impl fmt::Display for ProviderFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources: usize = self.facts.iter().chain(&self.calls).map(|entry| entry.sources.len()).sum();
        let oldest = self.documents.values().map(|document| document.read_on).min().unwrap_or_default();
        write!(f, "{sources} sources, the oldest read on {oldest}")
    }
}
