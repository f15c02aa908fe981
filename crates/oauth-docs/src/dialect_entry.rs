//! The settings of a dialect as text, compared with RFC 6749.

use oauth_core::{
    CallbackField, ClientAuth, Dialect, Encoding, Pkce, RedirectUriRule, Refusal, TokenRefusal, ZeroLifetime,
};

use crate::fact::Fact;
use crate::portrait::code;

/// A setting of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialectEntry {
    /// The fact that the setting declares.
    pub fact: Fact,
    /// The value as text.
    pub value: String,
    /// The value of RFC 6749 as text.
    pub standard: String,
}

impl DialectEntry {
    /// Returns all settings of a dialect.
    ///
    /// ```
    /// use oauth_core::Dialect;
    /// use oauth_docs::dialect_entry::DialectEntry;
    /// use oauth_docs::fact::Fact;
    ///
    /// let entries = DialectEntry::all(&Dialect::rfc6749().scope_separator(','));
    /// let differences: Vec<_> = entries.iter().filter(|entry| entry.is_difference()).collect();
    /// assert_eq!(differences.len(), 1);
    /// assert_eq!((differences[0].fact, differences[0].value.as_str()), (Fact::ScopeSeparator, "a comma"));
    /// ```
    #[must_use]
    pub fn all(dialect: &Dialect) -> Vec<Self> {
        values(dialect)
            .into_iter()
            .zip(values(&Dialect::rfc6749()))
            .map(|((fact, value), (_, standard))| Self { fact, value, standard })
            .collect()
    }

    /// True if the value differs from RFC 6749.
    #[must_use]
    pub fn is_difference(&self) -> bool {
        self.value != self.standard
    }
}

/// All settings but `reconnect_help`, which is a text of the crate and no fact about the provider.
fn values(dialect: &Dialect) -> Vec<(Fact, String)> {
    let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let token_params = dialect.token_params.iter().map(|(name, value)| code(&format!("{name}={value}")));
    let token_refused = dialect.token_refused.iter().map(|refusal| match refusal {
        TokenRefusal::Message(refusal) => format!("{} “{}”", refusal.status, refusal.contains),
        TokenRefusal::Challenge { scheme, realm } => {
            format!("401 with {}", code(&format!("{scheme} realm=\"{realm}\"")))
        }
        TokenRefusal::RedirectTo(path) => format!("a redirect to {}", code(&format!("…{path}"))),
        other => format!("{other:?}"),
    });
    vec![
        (Fact::CodeGrant, code(dialect.code_grant)),
        (Fact::RefreshGrant, code(dialect.refresh_grant)),
        (Fact::ScopeSeparator, separator(dialect.scope_separator)),
        (Fact::ClientAuth, client_auth(dialect.client_auth)),
        (Fact::TokenParams, list(token_params, "none")),
        (Fact::RedirectUri, redirect_uri(dialect.redirect_uri)),
        (Fact::Encodings, list(dialect.encodings.iter().copied().map(encoding), "")),
        (Fact::Pkce, pkce(dialect.pkce)),
        (Fact::EchoesStateOnError, yes_no(dialect.echoes_state_on_error)),
        (Fact::AppendsQueryToQuery, yes_no(dialect.appends_query_to_query)),
        (Fact::SpendsBeforeChecks, yes_no(dialect.spends_before_checks)),
        (Fact::TokenTypes, list(dialect.token_types.iter().map(|name| code(name)), "")),
        (Fact::ZeroLifetime, zero_lifetime(dialect.zero_lifetime)),
        (Fact::ErrorCodeAt, list(dialect.error_code_at.iter().map(|place| code(place)), "")),
        (Fact::CallbackFields, list(dialect.callback_fields.iter().map(callback_field), "none")),
        (Fact::GrantRefused, refusals(dialect.grant_refused)),
        (Fact::ClientRefused, refusals(dialect.client_refused)),
        (Fact::TokenRefused, list(token_refused, "none")),
        (Fact::ScopeMissing, refusals(dialect.scope_missing)),
    ]
}

fn list(items: impl Iterator<Item = String>, none: &str) -> String {
    let joined = items.collect::<Vec<_>>().join(", ");
    if joined.is_empty() { none.to_owned() } else { joined }
}

fn separator(separator: char) -> String {
    match separator {
        ' ' => "a space".to_owned(),
        ',' => "a comma".to_owned(),
        other => code(&other.to_string()),
    }
}

fn client_auth(client_auth: ClientAuth) -> String {
    match client_auth {
        ClientAuth::Body => "`client_id` and `client_secret` among the parameters".to_owned(),
        ClientAuth::BasicEncoded => "HTTP Basic, each form-urlencoded first".to_owned(),
        ClientAuth::BasicRaw => "HTTP Basic, as they are".to_owned(),
        ClientAuth::None => "`client_id` alone, no secret".to_owned(),
        other => format!("{other:?}"),
    }
}

fn redirect_uri(rule: RedirectUriRule) -> String {
    match rule {
        RedirectUriRule::OnCodeExchange => "on the code exchange".to_owned(),
        RedirectUriRule::OnEveryTokenCall => "on every token call".to_owned(),
        RedirectUriRule::Never => "never".to_owned(),
        other => format!("{other:?}"),
    }
}

fn encoding(encoding: Encoding) -> String {
    match encoding {
        Encoding::Form => "urlencoded form".to_owned(),
        Encoding::Multipart => "multipart form".to_owned(),
        Encoding::Json => "JSON".to_owned(),
        Encoding::Query => "query".to_owned(),
        other => format!("{other:?}"),
    }
}

fn pkce(pkce: Pkce) -> String {
    match pkce {
        Pkce::Off => "not sent".to_owned(),
        Pkce::S256 => "sent, `S256`".to_owned(),
        other => format!("{other:?}"),
    }
}

fn zero_lifetime(meaning: ZeroLifetime) -> String {
    match meaning {
        ZeroLifetime::NotStated => "lifetime not stated".to_owned(),
        ZeroLifetime::Expired => "expired".to_owned(),
        other => format!("{other:?}"),
    }
}

fn callback_field(field: &CallbackField) -> String {
    match field.values {
        [] => code(field.name),
        values => {
            format!("{} (one of {})", code(field.name), list(values.iter().map(|value| code(value)), ""))
        }
    }
}

fn refusals(refusals: &[Refusal]) -> String {
    list(refusals.iter().map(|refusal| format!("{} “{}”", refusal.status, refusal.contains)), "none")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn shows_every_difference() {
        const OTHER: Dialect = Dialect::rfc6749()
            .code_grant("authorization-code")
            .refresh_grant("refresh-token")
            .scope_separator('+')
            .client_auth(ClientAuth::None)
            .token_params(&[("mode", "server"), ("v", "2")])
            .redirect_uri(RedirectUriRule::Never)
            .encodings(&[Encoding::Json, Encoding::Multipart, Encoding::Query])
            .pkce(Pkce::S256)
            .echoes_state_on_error(false)
            .appends_query_to_query(true)
            .spends_before_checks(true)
            .grant_refused(&[Refusal::new(401, "refresh token is invalid")])
            .client_refused(&[Refusal::new(400, "redirect uri mismatch")])
            .token_types(&["token", "bot"])
            .zero_lifetime(ZeroLifetime::Expired)
            .error_code_at(&["/fault/code"])
            .callback_fields(&[CallbackField::id("realm"), CallbackField::one_of("location", &["eu", "us"])])
            .token_refused(&[
                TokenRefusal::Message(Refusal::new(401, "invalid token")),
                TokenRefusal::Challenge { scheme: "Basic", realm: "Acme" },
                TokenRefusal::RedirectTo("/login"),
            ])
            .scope_missing(&[Refusal::new(401, "missing scopes")]);
        let mut out = String::new();
        for entry in DialectEntry::all(&OTHER) {
            assert!(entry.is_difference(), "{:?}", entry.fact);
            out += &format!("{:?}: {} (RFC 6749: {})\n", entry.fact, entry.value, entry.standard);
        }
        insta::assert_snapshot!(out);
        assert!(!DialectEntry::all(&Dialect::rfc6749()).iter().any(DialectEntry::is_difference));
    }

    /// `Dialect` is non-exhaustive, so the compiler does not report a new field.
    #[test]
    fn shows_every_field() {
        let debug = format!("{:#?}", Dialect::rfc6749());
        // The fields of the struct itself are indented by four spaces.
        let fields = debug.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(": "));
        let fields: Vec<&str> = fields.map(|(name, _)| name).filter(|name| !name.starts_with(' ')).collect();
        assert_eq!(
            fields,
            [
                "code_grant",
                "refresh_grant",
                "scope_separator",
                "client_auth",
                "token_params",
                "redirect_uri",
                "encodings",
                "pkce",
                "echoes_state_on_error",
                "appends_query_to_query",
                "spends_before_checks",
                "token_types",
                "zero_lifetime",
                "error_code_at",
                "callback_fields",
                "grant_refused",
                "client_refused",
                "token_refused",
                "scope_missing",
                "reconnect_help"
            ],
            "add a new field to `values`, then to this list"
        );
        assert_eq!(values(&Dialect::rfc6749()).len(), fields.len() - 1);
    }

    #[test]
    fn different_settings_have_different_texts() {
        let all_different = |texts: &[String]| {
            let set: HashSet<_> = texts.iter().collect();
            assert_eq!(set.len(), texts.len(), "{texts:?}");
        };
        let auths = [ClientAuth::Body, ClientAuth::BasicEncoded, ClientAuth::BasicRaw, ClientAuth::None];
        all_different(&auths.map(client_auth));
        let encodings = [Encoding::Form, Encoding::Multipart, Encoding::Json, Encoding::Query];
        all_different(&encodings.map(encoding));
        all_different(&[' ', ',', ';'].map(separator));
    }
}
