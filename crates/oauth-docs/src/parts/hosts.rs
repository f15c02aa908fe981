//! The hosts that a firewall must allow for a provider, with their purpose.

use std::collections::BTreeMap;

use oauth_core::url::Url;

use super::table;
use crate::fact::Fact;
use crate::portrait::Portrait;

const BROWSERS: &str = "the customer's browser";
const SERVERS: &str = "your servers";

pub(super) fn table(portrait: &Portrait) -> String {
    let mut hosts: BTreeMap<(String, &str), Vec<&str>> = BTreeMap::new();
    for (fact, value) in &portrait.values {
        let purpose = fact.label();
        if !matches!(fact, Fact::AuthorizeUrl | Fact::TokenUrl | Fact::ApiUrl | Fact::Other(_)) {
            continue;
        }
        let client = if purpose.to_lowercase().contains("authorize") { BROWSERS } else { SERVERS };
        // The text between backticks.
        for host in value.split('`').skip(1).step_by(2).filter_map(host) {
            let purposes = hosts.entry((host, client)).or_default();
            if !purposes.contains(&purpose) {
                purposes.push(purpose);
            }
        }
    }
    let rows = hosts.into_iter().map(|((host, client), purposes)| {
        let purposes: Vec<String> = purposes.into_iter().map(lower).collect();
        vec![format!("`{host}`"), client.to_owned(), purposes.join(", ")]
    });
    table::table(&["Host", "Client", "Purpose"], rows)
}

/// Host and port of an https URL, with the capitals of a placeholder.
fn host(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://")?;
    Url::parse(text).ok()?;
    rest.split('/').next().map(str::to_owned)
}

/// With a lower-case first letter; `API` stays as it is.
fn lower(label: &str) -> String {
    let is_word = label.chars().nth(1).is_some_and(char::is_lowercase);
    let mut chars = label.chars();
    match chars.next() {
        Some(first) if is_word => first.to_lowercase().chain(chars).collect(),
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_accepts_only_https_urls() {
        assert_eq!(host("https://go.example.com:8154/go/api").as_deref(), Some("go.example.com:8154"));
        assert_eq!(host("https://SPACE.cobot.me/api").as_deref(), Some("SPACE.cobot.me"));
        assert_eq!(host("^[a-z0-9]"), None);
        assert_eq!(host("api_base_url"), None);
        assert_eq!((lower("Token endpoint"), lower("API")), ("token endpoint".to_owned(), "API".to_owned()));
    }
}
