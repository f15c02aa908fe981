//! Redaction of secrets. A secret always has the same mask, so that it can be followed in the output.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oauth_sandbox::{SandboxProvider, ServerHandle};
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

/// Parameters and fields that contain secrets, and the names of their kinds.
const KINDS: &[(&str, &str)] = &[
    ("access_token", "access token"),
    ("client_secret", "client secret"),
    ("code", "code"),
    ("code_verifier", "PKCE verifier"),
    ("grant_code", "code"),
    ("id_token", "ID token"),
    ("password", "password"),
    ("refresh_token", "refresh token"),
    ("state", "state"),
    // Cobot's name for an access token in API responses.
    ("token", "access token"),
];

/// Endings of the names of other parameters, fields and headers that may contain secrets.
const SECRET_ENDINGS: &[&str] = &[
    "token",
    "secret",
    "password",
    "key",
    "cookie",
    "auth",
    "authorization",
    "signature",
    "sig",
    "assertion",
    "jwt",
    "session",
];
/// Mask of their values. They are not redacted elsewhere: some are ordinary words.
const UNKNOWN: &str = "[secret]";

/// Minimum length of a secret to be redacted in any text. Shorter ones could be part of a word.
const MIN_LENGTH: usize = 8;

#[doc(hidden)]
/// The secrets seen so far and their masks. Clones share them.
#[derive(Clone, Default)]
pub struct Secrets {
    owner: &'static str,
    known: Arc<Mutex<Vec<Secret>>>,
}

struct Secret {
    value: String,
    /// The form-encoded value, if it differs.
    encoded: Option<String>,
    owner: &'static str,
    kind: &'static str,
    mask: String,
}

impl Secrets {
    /// Returns a clone that registers secrets for `owner`. Masks are numbered per owner.
    pub fn for_owner(&self, owner: &'static str) -> Self {
        Self { owner, known: Arc::clone(&self.known) }
    }

    /// Returns a clone for this server's provider, with its client secret and its users' passwords.
    pub(crate) fn of_server<S: SandboxProvider>(&self, server: &ServerHandle<S>) -> Self {
        let secrets = self.for_owner(server.name());
        secrets.register("client secret", server.client_secret());
        for user in server.users() {
            secrets.register("password", &user.password);
        }
        secrets
    }

    /// Registers a secret and returns its mask. Further secrets of the same kind are numbered.
    pub fn register(&self, kind: &'static str, value: &str) -> String {
        let owner = self.owner;
        let mut secrets = self.lock();
        if let Some(known) = secrets.iter().find(|known| known.value == value && known.kind == kind) {
            return known.mask.clone();
        }
        let before = secrets.iter().filter(|known| known.owner == owner && known.kind == kind).count();
        let mask = if before == 0 { format!("[{kind}]") } else { format!("[{kind} {}]", before + 1) };
        let encoded: String = byte_serialize(value.as_bytes()).collect();
        secrets.push(Secret {
            value: value.to_owned(),
            encoded: Some(encoded).filter(|encoded| encoded != value),
            owner,
            kind,
            mask: mask.clone(),
        });
        // Longest first, because a secret may contain another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.value.len()));
        mask
    }

    /// Redacts the value of a parameter or field by its name.
    pub(crate) fn redact_field(&self, name: &str, value: &str) -> String {
        match kind(name) {
            _ if value.is_empty() => String::new(),
            Some(kind) => self.register(kind, value),
            None if may_be_secret(name) => UNKNOWN.to_owned(),
            None => self.redact(value),
        }
    }

    /// Redacts fields by their names, and all known secrets, in a JSON value.
    pub(crate) fn redact_fields(&self, value: &mut Value) {
        rewrite_strings(value, "", &|name, text| self.redact_field(name, text));
    }

    /// Redacts all known secrets in a JSON value.
    pub(crate) fn redact_json(&self, value: &mut Value) {
        rewrite_strings(value, "", &|_, text| self.redact(text));
    }

    /// Redacts the credentials in the value of an `Authorization` header.
    pub(crate) fn redact_authorization(&self, value: &str) -> String {
        let Some((scheme, rest)) = value.split_once(' ') else { return "[credentials]".to_owned() };
        // GoCD's `Token token="…"`.
        if let Some(token) = rest.strip_prefix("token=\"").and_then(|rest| rest.strip_suffix('"')) {
            return format!("{scheme} token=\"{}\"", self.register("access token", token));
        }
        let kind = if scheme.eq_ignore_ascii_case("bearer") { "access token" } else { "credentials" };
        format!("{scheme} {}", self.register(kind, rest))
    }

    /// Redacts all known secrets in `text`.
    pub fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.lock().iter().filter(|secret| secret.value.len() >= MIN_LENGTH) {
            for value in [Some(&secret.value), secret.encoded.as_ref()].into_iter().flatten() {
                if text.contains(value) {
                    text = text.replace(value, &secret.mask);
                }
            }
        }
        text
    }

    /// The owner's secrets, except those shorter than `MIN_LENGTH`.
    pub(crate) fn values(&self) -> Vec<String> {
        let known = self.lock();
        let secrets =
            known.iter().filter(|known| known.owner == self.owner && known.value.len() >= MIN_LENGTH);
        secrets.map(|secret| secret.value.clone()).collect()
    }

    /// The secrets of all owners.
    #[cfg(test)]
    pub(crate) fn all_values(&self) -> Vec<String> {
        self.lock().iter().map(|secret| secret.value.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Secret>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Replaces each string in a JSON value. `name` is the field that holds the value, or empty. What is below a
/// secret field is secret.
fn rewrite_strings(value: &mut Value, name: &str, replace: &impl Fn(&str, &str) -> String) {
    match value {
        Value::String(text) => *text = replace(name, text),
        Value::Array(values) => values.iter_mut().for_each(|value| rewrite_strings(value, name, replace)),
        Value::Object(fields) => {
            let is_secret = kind(name).is_some() || may_be_secret(name);
            fields.iter_mut().for_each(|(own, value)| {
                rewrite_strings(value, if is_secret { name } else { own }, replace);
            });
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn kind(name: &str) -> Option<&'static str> {
    KINDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| *kind)
}

fn may_be_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().iter().map(|secret| &secret.mask)).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: &str = "0123456789abcdef";
    const TWO: &str = "fedcba/9876 543210";

    #[test]
    fn same_secret_has_same_mask() {
        let secrets = Secrets::default().for_owner("go1");
        assert_eq!(secrets.redact_field("access_token", ONE), "[access token]");
        assert_eq!(secrets.redact_field("access_token", TWO), "[access token 2]");
        assert_eq!(secrets.redact_field("access_token", ONE), "[access token]");
        assert_eq!(
            secrets.for_owner("gocd").redact_field("access_token", "another one, of another provider"),
            "[access token]"
        );
        assert_eq!(secrets.redact_field("expires_in", "43200"), "43200");
        assert_eq!(secrets.redact_field("state", ""), "");
    }

    #[test]
    fn secret_names_are_recognized_by_their_ending() {
        let secrets = Secrets::default().for_owner("go1");
        for name in ["Cookie", "proxy-authorization", "X-Api-Key", "accessToken", "signature"] {
            assert_eq!(secrets.redact_field(name, "application"), "[secret]", "{name}");
        }
        assert_eq!(secrets.redact_field("Code", ONE), "[code]");
        for name in ["token_type", "accept", "keyword"] {
            assert_eq!(secrets.redact_field(name, "application"), "application", "{name}");
        }
        let mut value = json!({ "secret": { "value": "x", "all": ["y"] }, "refresh_token": [TWO] });
        secrets.redact_fields(&mut value);
        let masked = json!({ "secret": { "value": "[secret]", "all": ["[secret]"] }, "refresh_token": ["[refresh token]"] });
        assert_eq!(value, masked);
    }

    #[test]
    fn redacts_known_secret_everywhere() {
        let secrets = Secrets::default().for_owner("go1");
        secrets.register("access token", ONE);
        secrets.register("code", TWO);
        assert_eq!(
            secrets.redact(&format!("/api/access_tokens/{ONE}/space?code=fedcba%2F9876+543210")),
            "/api/access_tokens/[access token]/space?code=[code]"
        );
        let mut value =
            json!({ "a": [{ "token": "new", "x": format!("<{ONE}>"), "n": 1, "nothing": null }] });
        secrets.redact_fields(&mut value);
        assert_eq!(
            value,
            json!({ "a": [{ "token": "[access token 2]", "x": "<[access token]>", "n": 1, "nothing": null }] })
        );
        assert!(!format!("{secrets:?}").contains(ONE));
    }

    #[test]
    fn redacts_credentials_of_every_scheme() {
        let secrets = Secrets::default().for_owner("go1");
        assert_eq!(secrets.redact_authorization(&format!("Bearer {ONE}")), "Bearer [access token]");
        assert_eq!(
            secrets.redact_authorization(&format!("Token token=\"{ONE}\"")),
            "Token token=\"[access token]\""
        );
        assert_eq!(secrets.redact_authorization("Basic aWQ6c2VjcmV0"), "Basic [credentials]");
        assert_eq!(secrets.redact_authorization(ONE), "[credentials]");
    }

    #[test]
    fn short_secret_is_redacted_in_its_field_only() {
        let secrets = Secrets::default().for_owner("go1");
        assert_eq!(secrets.redact_field("code", "a"), "[code]");
        assert_eq!(secrets.redact("a cat"), "a cat");
    }
}
