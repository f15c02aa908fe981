//! The settings of a dialect in words, compared with RFC 6749.

use std::fmt::Debug;

use oauth_core::{CallbackField, Dialect, Refusal, TokenRefusal};

use crate::portrait::{Fact, code};

/// All settings of a dialect but `reconnect_help`, a text of the crate and no fact about the provider.
pub(crate) fn facts(dialect: &Dialect) -> Vec<Fact> {
    let standard = values(&Dialect::rfc6749());
    let pairs = values(dialect).into_iter().zip(standard);
    pairs
        .map(|((key, value), (_, standard))| Fact { key, value, standard: Some(standard) })
        .filter(|fact| !RARE.contains(&fact.key) || !fact.is_standard())
        .collect()
}

/// Settings that few providers have: no row says that a provider does not.
const RARE: &[&str] = &[
    "client-credentials-grant",
    "scope-on-refresh",
    "authorize-fragment",
    "token-headers",
    "grant-params",
    "param-names",
    "response-members",
    "expiry",
];

pub(crate) fn values(dialect: &Dialect) -> Vec<(&'static str, String)> {
    vec![
        ("code-grant", code(dialect.code_grant)),
        ("refresh-grant", code(dialect.refresh_grant)),
        ("client-credentials-grant", code(dialect.client_credentials_grant)),
        ("scope-separator", words(dialect.scope_separator)),
        ("scope-on-refresh", words(dialect.scope_on_refresh)),
        ("client-auth", words(dialect.client_auth)),
        ("authorize-params", list(dialect.authorize_params, |(name, value)| code(format!("{name}={value}")))),
        ("authorize-fragment", dialect.authorize_fragment.map_or_else(|| "none".to_owned(), code)),
        ("token-params", list(dialect.token_params, |(name, value)| code(format!("{name}={value}")))),
        ("token-headers", list(dialect.token_headers, |(name, value)| code(format!("{name}: {value}")))),
        (
            "grant-params",
            list(dialect.grant_params, |(grant, name, value)| {
                format!("{} ({grant:?})", code(format!("{name}={value}")))
            }),
        ),
        ("param-names", list(dialect.param_names, pair)),
        ("redirect-uri", words(dialect.redirect_uri)),
        ("encodings", list(dialect.encodings, |encoding| words(encoding))),
        ("pkce", words(dialect.pkce)),
        ("echoes-state-on-error", words(dialect.echoes_state_on_error)),
        ("appends-query-to-query", words(dialect.appends_query_to_query)),
        ("spends-before-checks", words(dialect.spends_before_checks)),
        ("token-types", list(dialect.token_types, |name| code(name))),
        ("response-members", list(dialect.response_members, pair)),
        ("expiry", words(dialect.expiry)),
        ("zero-lifetime", words(dialect.zero_lifetime)),
        ("error-code-at", list(dialect.error_code_at, |place| code(place))),
        ("callback-fields", list(dialect.callback_fields, callback_field)),
        ("grant-refused", list(dialect.grant_refused, refusal)),
        ("client-refused", list(dialect.client_refused, refusal)),
        ("token-refused", list(dialect.token_refused, token_refusal)),
        ("scope-missing", list(dialect.scope_missing, refusal)),
        (
            "umbrella-scopes",
            list(dialect.umbrella_scopes, |(scope, prefix)| {
                format!("{} for {}", code(scope), code(format!("{prefix}…")))
            }),
        ),
    ]
}

fn list<T>(items: &[T], words: impl Fn(&T) -> String) -> String {
    let joined = items.iter().map(words).collect::<Vec<_>>().join(", ");
    if joined.is_empty() { "none".to_owned() } else { joined }
}

fn pair((standard, own): &(&str, &str)) -> String {
    format!("{} as {}", code(standard), code(own))
}

/// The words for a value; its code if there are none.
fn words(value: impl Debug) -> String {
    let value = format!("{value:?}");
    let known = WORDS.iter().find(|(known, _)| *known == value);
    known.map_or_else(|| code(value.trim_matches('\'')), |(_, words)| (*words).to_owned())
}

/// Words for the values of settings, by their `Debug`.
const WORDS: &[(&str, &str)] = &[
    ("' '", "a space"),
    ("','", "a comma"),
    ("true", "yes"),
    ("false", "no"),
    ("Body", "`client_id` and `client_secret` among the parameters"),
    ("BasicEncoded", "HTTP Basic, each form-urlencoded first"),
    ("BasicRaw", "HTTP Basic, as they are"),
    ("BasicSecret", "HTTP Basic, the secret as the user"),
    ("None", "`client_id` alone, no secret"),
    ("OnCodeExchange", "on the code exchange"),
    ("OnEveryTokenCall", "on every token call"),
    ("Never", "never"),
    ("Form", "urlencoded form"),
    ("Multipart", "multipart form"),
    ("Json", "JSON"),
    ("Query", "query"),
    ("Off", "not sent"),
    ("S256", "sent, `S256`"),
    ("Seconds", "seconds from now"),
    ("Milliseconds", "milliseconds from now"),
    ("Time", "a point in time"),
    ("Ignored", "not read"),
    ("NotStated", "lifetime not stated"),
    ("Expired", "expired"),
];

fn callback_field(field: &CallbackField) -> String {
    match field.values {
        [] => code(field.name),
        values => format!("{} (one of {})", code(field.name), list(values, |value| code(value))),
    }
}

fn refusal(refusal: &Refusal) -> String {
    format!("{} “{}”", refusal.status, refusal.contains)
}

fn token_refusal(rule: &TokenRefusal) -> String {
    match rule {
        TokenRefusal::Message(message) => refusal(message),
        TokenRefusal::Challenge { scheme, realm } => format!("401 with `{scheme} realm=\"{realm}\"`"),
        TokenRefusal::RedirectTo(path) => format!("a redirect to `…{path}`"),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Dialect` is non-exhaustive, so the compiler does not report a new field.
    #[test]
    fn values_have_every_field() {
        let debug = format!("{:#?}", Dialect::rfc6749());
        // The fields of the struct itself are indented by four spaces.
        let fields = debug.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(": "));
        let fields: Vec<String> = fields
            .map(|(name, _)| name.replace('_', "-"))
            .filter(|name| !name.starts_with(' ') && name != "reconnect-help")
            .collect();
        let keys: Vec<&str> = values(&Dialect::rfc6749()).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, fields, "add a new field to `values`");
    }
}
