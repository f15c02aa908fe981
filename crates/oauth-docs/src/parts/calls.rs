//! The typed API calls of a provider crate.

use oauth_core::facts::{Fact, Source};

use super::facts::cited;
use super::table;
use crate::portrait::Portrait;

pub(super) fn table(portrait: &Portrait) -> String {
    let mut names: Vec<&str> = Vec::new();
    for source in &portrait.sources {
        if let Fact::Call(name) = source.fact
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    let rows = names.into_iter().map(|name| {
        let sources: Vec<&Source> = portrait.sources_of(Fact::Call(name)).collect();
        let read_on = sources.iter().map(|source| source.document.read_on).min();
        vec![format!("`{name}`"), cited(&sources), read_on.map_or_else(String::new, |day| day.to_string())]
    });
    table::table(&["Call", "Source", "Checked"], rows)
}
