//! The provider comparison.

use super::table;
use crate::fact::Fact;
use crate::portrait::{NONE, Portrait};

const ROWS: &[Fact] = &[
    Fact::AuthorizeUrl,
    Fact::TokenUrl,
    Fact::ApiUrl,
    Fact::CodeGrant,
    Fact::RefreshGrant,
    Fact::PasswordGrant,
    Fact::ClientCredentialsGrant,
    Fact::DirectCode,
    Fact::Scopes,
    Fact::ScopeSeparator,
    Fact::ClientAuth,
    Fact::TokenParams,
    Fact::RedirectUri,
    Fact::Encodings,
    Fact::Pkce,
    Fact::EchoesStateOnError,
    Fact::ResponseFields,
    Fact::AccessTokenLifetime,
    Fact::Renewal,
    Fact::Scheme,
    Fact::TokenRefused,
];

pub(super) fn table(portraits: &[Portrait]) -> String {
    let portraits: Vec<&Portrait> = portraits.iter().filter(|portrait| portrait.flow.is_some()).collect();
    let titles =
        portraits.iter().map(|portrait| format!("[{}](providers/{}.md)", portrait.title, portrait.name));
    let header: Vec<String> = [String::new()].into_iter().chain(titles).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let rows = ROWS.iter().map(|&fact| {
        [fact.label().to_owned()].into_iter().chain(portraits.iter().map(|one| cell(one, fact))).collect()
    });
    table::table(&header, rows) + "\n**Bold** values differ from RFC 6749.\n"
}

/// A provider's value of a fact, or a dash without one.
fn cell(portrait: &Portrait, fact: Fact) -> String {
    if fact == Fact::RefreshGrant && portrait.flow.as_ref().is_some_and(|flow| flow.refresh.is_none()) {
        return NONE.to_owned();
    }
    if fact == Fact::ScopeSeparator && portrait.scopes.is_empty() {
        return NONE.to_owned();
    }
    match portrait.entries.iter().find(|entry| entry.fact == fact) {
        Some(entry) if entry.is_difference() => format!("**{}**", entry.value),
        Some(entry) => entry.value.clone(),
        None => portrait.value(fact).unwrap_or(NONE).to_owned(),
    }
}
