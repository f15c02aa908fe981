//! A dialect in words, beside what RFC 6749 has: for documentation, and for the check that every difference has a source.

use super::dialect::{ClientAuth, Dialect, Encoding, Pkce, RedirectUriRule, Refusal, TokenRefusal};
use crate::facts::{Entry, Fact};

impl Dialect {
    /// All that the dialect says about the provider, in words.
    ///
    /// ```
    /// use oauth_core::{Dialect, facts::Fact};
    ///
    /// let entries = Dialect::rfc6749().scope_separator(',').entries();
    /// let differences: Vec<_> = entries.iter().filter(|entry| entry.is_difference()).collect();
    /// assert_eq!(differences.len(), 1);
    /// assert_eq!((differences[0].fact, differences[0].value.as_str()), (Fact::ScopeSeparator, "a comma"));
    /// ```
    pub fn entries(&self) -> Vec<Entry> {
        self.words()
            .into_iter()
            .zip(Self::rfc6749().words())
            .map(|((fact, value), (_, standard))| Entry { fact, value, standard })
            .collect()
    }

    fn words(&self) -> Vec<(Fact, String)> {
        // By name, so that a new field does not compile until it has words here, or is left out on purpose.
        let Self {
            code_grant,
            refresh_grant,
            scope_separator,
            client_auth,
            token_params,
            redirect_uri,
            encodings,
            pkce,
            echoes_state_on_error,
            appends_query_to_query,
            grant_refused,
            client_refused,
            token_refused,
            reconnect_help: _, // our own words, no fact about the provider
        } = *self;
        let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        vec![
            (Fact::CodeGrant, code(code_grant)),
            (Fact::RefreshGrant, code(refresh_grant)),
            (Fact::ScopeSeparator, separator(scope_separator)),
            (Fact::ClientAuth, auth(client_auth).to_owned()),
            (
                Fact::TokenParams,
                list(token_params.iter().map(|(name, value)| code(&format!("{name}={value}"))), "none"),
            ),
            (Fact::RedirectUri, redirect(redirect_uri).to_owned()),
            (Fact::Encodings, list(encodings.iter().map(|&encoding| body(encoding).to_owned()), "")),
            (Fact::Pkce, challenge(pkce).to_owned()),
            (Fact::StateOnErrors, yes_no(echoes_state_on_error)),
            (Fact::SecondQuestionMark, yes_no(appends_query_to_query)),
            (Fact::GrantRefused, refusals(grant_refused)),
            (Fact::ClientRefused, refusals(client_refused)),
            (
                Fact::TokenRefused,
                list(
                    token_refused.iter().map(|refusal| match refusal {
                        TokenRefusal::Status(status) => format!("status {status}"),
                        TokenRefusal::RedirectTo(end) => {
                            format!("a redirect to {}", code(&format!("…{end}")))
                        }
                    }),
                    "none",
                ),
            ),
        ]
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
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

fn auth(auth: ClientAuth) -> &'static str {
    match auth {
        ClientAuth::Body => "`client_id` and `client_secret` among the parameters",
        ClientAuth::BasicEncoded => "HTTP Basic, each form-urlencoded first",
        ClientAuth::BasicRaw => "HTTP Basic, as they are",
        ClientAuth::None => "`client_id` alone, no secret",
    }
}

fn redirect(rule: RedirectUriRule) -> &'static str {
    match rule {
        RedirectUriRule::OnCodeExchange => "on the code exchange",
        RedirectUriRule::OnEveryTokenCall => "on every token call",
        RedirectUriRule::Never => "never",
    }
}

fn body(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Form => "urlencoded form",
        Encoding::Multipart => "multipart form",
        Encoding::Json => "JSON",
        Encoding::Query => "query",
    }
}

fn challenge(pkce: Pkce) -> &'static str {
    match pkce {
        Pkce::Off => "not sent",
        Pkce::S256 => "sent, `S256`",
    }
}

fn refusals(refusals: &[Refusal]) -> String {
    list(refusals.iter().map(|refusal| format!("{} “{}”", refusal.status, refusal.contains)), "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_shows() {
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
            .grant_refused(&[Refusal::new(401, "refresh token is invalid")])
            .client_refused(&[Refusal::new(400, "redirect uri mismatch")])
            .token_refused(&[TokenRefusal::Status(401), TokenRefusal::RedirectTo("/login")]);
        let mut out = String::new();
        for entry in OTHER.entries() {
            assert!(entry.is_difference(), "{:?}", entry.fact);
            out += &format!("{:?}: {} (RFC 6749: {})\n", entry.fact, entry.value, entry.standard);
        }
        insta::assert_snapshot!(out);
        assert!(!Dialect::rfc6749().entries().iter().any(Entry::is_difference));
    }

    #[test]
    fn what_differs_is_told_apart_in_words() {
        let all_different = |words: &[String]| {
            let set: std::collections::HashSet<_> = words.iter().collect();
            assert_eq!(set.len(), words.len(), "{words:?}");
        };
        let auths = [ClientAuth::Body, ClientAuth::BasicEncoded, ClientAuth::BasicRaw, ClientAuth::None];
        all_different(&auths.map(|one| auth(one).to_owned()));
        let encodings = [Encoding::Form, Encoding::Multipart, Encoding::Json, Encoding::Query];
        all_different(&encodings.map(|one| body(one).to_owned()));
        all_different(&[' ', ',', ';'].map(separator));
    }
}
