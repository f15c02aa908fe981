//! Which hosts of a provider's are spoken to, by whom, and what for: what a firewall has to let through.

use std::collections::BTreeMap;

use oauth_core::facts::Fact;
use oauth_core::url::Url;

use super::{label, table};
use crate::portrait::Portrait;

const BROWSERS: &str = "the customer's browser";
const MACHINES: &str = "your machines";

pub(super) fn table(portrait: &Portrait) -> String {
    let mut found: BTreeMap<(String, &str), Vec<&str>> = BTreeMap::new();
    for (fact, value) in &portrait.values {
        let what = label(*fact);
        if !matches!(fact, Fact::AuthorizeUrl | Fact::TokenUrl | Fact::ApiUrl | Fact::Other(_)) {
            continue;
        }
        let who = if what.to_lowercase().contains("authorize") { BROWSERS } else { MACHINES };
        // What stands between backticks.
        for host in value.split('`').skip(1).step_by(2).filter_map(host) {
            let purposes = found.entry((host, who)).or_default();
            if !purposes.contains(&what) {
                purposes.push(what);
            }
        }
    }
    let rows = found.into_iter().map(|((host, who), purposes)| {
        let purposes: Vec<String> = purposes.into_iter().map(lower).collect();
        vec![format!("`{host}`"), who.to_owned(), purposes.join(", ")]
    });
    table::table(&["Host", "Who speaks to it", "What for"], rows)
}

/// Host and port of a URL over https, with the capitals of a placeholder.
fn host(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://")?;
    Url::parse(text).ok()?;
    rest.split('/').next().map(str::to_owned)
}

/// In the middle of a line; `API` stays as it is.
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
    fn hosts_are_taken_from_urls_only() {
        assert_eq!(host("https://go.example.com:8154/go/api").as_deref(), Some("go.example.com:8154"));
        assert_eq!(host("https://SPACE.cobot.me/api").as_deref(), Some("SPACE.cobot.me"));
        assert_eq!(host("^[a-z0-9]"), None);
        assert_eq!(host("api_base_url"), None);
        assert_eq!((lower("Token endpoint"), lower("API")), ("token endpoint".to_owned(), "API".to_owned()));
    }
}
