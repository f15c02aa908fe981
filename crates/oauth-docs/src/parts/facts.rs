//! The facts of a provider, each with its source and the day it was read.

use super::table;
use crate::fact::Fact;
use crate::portrait::Portrait;
use crate::provider_facts::Source;

pub(super) fn table(portrait: &Portrait) -> String {
    let declared = portrait.values.iter().map(|(fact, value)| (*fact, value.clone(), false));
    let of_dialect = portrait
        .entries
        .iter()
        .filter(|entry| portrait.flow.is_some() || entry.is_difference())
        .filter(|entry| relevant(portrait, entry.fact))
        .map(|entry| (entry.fact, entry.value.clone(), entry.is_difference()));
    let rows = declared.chain(of_dialect).map(|(fact, value, differs)| {
        let sources = portrait.entry(fact).map_or(&[][..], |entry| &entry.sources);
        let value = if differs { format!("**{value}**") } else { value };
        vec![
            capitalized(fact.label()),
            value,
            if sources.is_empty() {
                "as in RFC 6749; no document differs".to_owned()
            } else {
                cited(sources)
            },
            checked_on(sources),
        ]
    });
    table::table(&["Fact", "Value", "Source", "Checked"], rows)
}

/// With a capital first letter.
fn capitalized(label: &str) -> String {
    let mut chars = label.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// False for the refresh grant of a provider without refresh, and the separator of one without scopes.
fn relevant(portrait: &Portrait, fact: Fact) -> bool {
    match fact {
        Fact::RefreshGrant => portrait.flow.as_ref().is_some_and(|flow| flow.refresh.is_some()),
        Fact::ScopeSeparator => !portrait.scopes.is_empty(),
        _ => true,
    }
}

/// `[OAuth Flow](https://…), section (inferred; not the provider's own)`
pub(super) fn cited(sources: &[Source]) -> String {
    let one = |Source { document, at, inferred }: &Source| {
        let url = match document.url.strip_prefix("docs/") {
            Some(page) => format!("../{page}"),
            None => document.url.clone(),
        };
        let mut out = format!("[{}]({url})", document.title);
        if !at.is_empty() {
            out += &format!(", {at}");
        }
        let marks: Vec<&str> =
            [inferred.then_some("inferred"), document.by_others.then_some("not the provider's own")]
                .into_iter()
                .flatten()
                .collect();
        if !marks.is_empty() {
            out += &format!(" (*{}*)", marks.join("; "));
        }
        out
    };
    sources.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The day the source that was not read for the longest time was read; empty without sources.
pub(super) fn checked_on(sources: &[Source]) -> String {
    let oldest = sources.iter().map(|source| source.document.read_on).min();
    oldest.map_or_else(String::new, |day| day.to_string())
}
