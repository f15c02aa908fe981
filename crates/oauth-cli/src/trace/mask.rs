//! Secrets, replaced by names that stay the same: whoever reads can follow a token through the flow without seeing it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use url::form_urlencoded::byte_serialize;

/// Parameters and fields that are secrets, and what they are called.
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
    // Cobot's name for an access token where it is not the answer of the token endpoint.
    ("token", "access token"),
];

/// A shorter value could be part of any word, and is masked only in its own field.
const SHORTEST: usize = 8;

/// The secrets that have passed so far, and the masks that are shown for them. Clones share what they know.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    owner: &'static str,
    known: Arc<Mutex<Vec<Secret>>>,
}

struct Secret {
    value: String,
    /// As it stands in a query, if that is different.
    encoded: Option<String>,
    owner: &'static str,
    kind: &'static str,
    mask: String,
}

impl Secrets {
    /// The same, learning secrets of `owner` from now on: each owner's are numbered on their own.
    pub(crate) fn of(&self, owner: &'static str) -> Self {
        Self { owner, known: Arc::clone(&self.known) }
    }

    /// A mask for `value`. The same value has the same mask, wherever it turns up; further values of a kind are numbered.
    pub(crate) fn learn(&self, kind: &'static str, value: &str) -> String {
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
        // The longest first, so that a secret that is part of another does not spoil it.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.value.len()));
        mask
    }

    /// The value of a parameter or field, masked if its name says so.
    pub(crate) fn field(&self, name: &str, value: &str) -> String {
        match kind(name) {
            Some(kind) if !value.is_empty() => self.learn(kind, value),
            _ => self.scrub(value),
        }
    }

    /// A JSON value, with all fields masked whose names say so, and all known secrets.
    pub(crate) fn json(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.scrub(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.json(value)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::String(text) => *text = self.field(name, text),
                        value => self.json(value),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// A JSON value with every known secret masked, whatever the field.
    pub(crate) fn scrub_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.scrub(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.scrub_json(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.scrub_json(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The value of an `Authorization` header: the scheme stays, the credentials do not.
    pub(crate) fn authorization(&self, value: &str) -> String {
        let Some((scheme, rest)) = value.split_once(' ') else { return "[credentials]".to_owned() };
        // GoCD's `Token token="…"`.
        if let Some(token) = rest.strip_prefix("token=\"").and_then(|rest| rest.strip_suffix('"')) {
            return format!("{scheme} token=\"{}\"", self.learn("access token", token));
        }
        let kind = if scheme.eq_ignore_ascii_case("bearer") { "access token" } else { "credentials" };
        format!("{scheme} {}", self.learn(kind, rest))
    }

    /// `text` with every known secret masked.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.lock().iter().filter(|secret| secret.value.len() >= SHORTEST) {
            for value in [Some(&secret.value), secret.encoded.as_ref()].into_iter().flatten() {
                if text.contains(value) {
                    text = text.replace(value, &secret.mask);
                }
            }
        }
        text
    }

    /// The secrets themselves, of this owner; those that are too short to be found anywhere excepted.
    pub(crate) fn values(&self) -> Vec<String> {
        let known = self.lock();
        let own = known.iter().filter(|known| known.owner == self.owner && known.value.len() >= SHORTEST);
        own.map(|secret| secret.value.clone()).collect()
    }

    /// The secrets themselves, whoever's.
    #[cfg(test)]
    pub(crate) fn of_all(&self) -> Vec<String> {
        self.lock().iter().map(|secret| secret.value.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Secret>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kind(name: &str) -> Option<&'static str> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
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
    fn a_secret_keeps_its_mask() {
        let secrets = Secrets::default().of("go1");
        assert_eq!(secrets.field("access_token", ONE), "[access token]");
        assert_eq!(secrets.field("access_token", TWO), "[access token 2]");
        assert_eq!(secrets.field("access_token", ONE), "[access token]");
        assert_eq!(
            secrets.of("gocd").field("access_token", "another one, of another provider"),
            "[access token]"
        );
        assert_eq!(secrets.field("expires_in", "43200"), "43200");
        assert_eq!(secrets.field("state", ""), "");
    }

    #[test]
    fn a_known_secret_is_masked_wherever_it_turns_up() {
        let secrets = Secrets::default().of("go1");
        secrets.learn("access token", ONE);
        secrets.learn("code", TWO);
        assert_eq!(
            secrets.scrub(&format!("/api/access_tokens/{ONE}/space?code=fedcba%2F9876+543210")),
            "/api/access_tokens/[access token]/space?code=[code]"
        );
        let mut value =
            json!({ "a": [{ "token": "new", "x": format!("<{ONE}>"), "n": 1, "nothing": null }] });
        secrets.json(&mut value);
        assert_eq!(
            value,
            json!({ "a": [{ "token": "[access token 2]", "x": "<[access token]>", "n": 1, "nothing": null }] })
        );
        assert!(!format!("{secrets:?}").contains(ONE));
    }

    #[test]
    fn credentials_of_every_scheme_are_masked() {
        let secrets = Secrets::default().of("go1");
        assert_eq!(secrets.authorization(&format!("Bearer {ONE}")), "Bearer [access token]");
        assert_eq!(
            secrets.authorization(&format!("Token token=\"{ONE}\"")),
            "Token token=\"[access token]\""
        );
        assert_eq!(secrets.authorization("Basic aWQ6c2VjcmV0"), "Basic [credentials]");
        assert_eq!(secrets.authorization(ONE), "[credentials]");
    }

    #[test]
    fn a_short_one_spoils_no_words() {
        let secrets = Secrets::default().of("go1");
        assert_eq!(secrets.field("code", "a"), "[code]");
        assert_eq!(secrets.scrub("a cat"), "a cat");
    }
}
