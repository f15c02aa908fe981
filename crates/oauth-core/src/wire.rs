//! The fields of a token reply, read as leniently as real servers need.

use std::fmt;
use std::time::Duration;

use oauth2::{AccessToken, RefreshToken, Scope};
use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::{As, DeserializeAs};

use crate::Scopes;

/// A token reply. Generic over the provider's own fields rather than over the provider, so that derives ask
/// nothing of the marker.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "X: Serialize", deserialize = "X: DeserializeOwned"))]
pub(crate) struct WireToken<X> {
    pub(crate) access_token: AccessToken,
    #[serde(default)]
    pub(crate) token_type: TokenType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<RefreshToken>,
    #[serde(default, skip_serializing, deserialize_with = "As::<Seconds>::deserialize")]
    pub(crate) expires_in: Option<Duration>,
    #[serde(default, skip_serializing, deserialize_with = "As::<AnyScopes>::deserialize")]
    pub(crate) scope: Option<Scopes>,
    #[serde(flatten)]
    pub(crate) extra: X,
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

impl<X> fmt::Debug for WireToken<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WireToken")
    }
}

impl<X: fmt::Debug + Serialize + DeserializeOwned> oauth2::TokenResponse for WireToken<X> {
    type TokenType = TokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &TokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None // ours are read from `scope`, commas, arrays and all
    }
}

/// `token_type`: a string, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TokenType(pub(crate) Option<String>);

impl oauth2::TokenType for TokenType {}

/// `expires_in`: a number, a float, either as a string, or null. What is none of these counts as not said, because
/// the reply may hold the only live refresh token. Negative is 0; more than 68 years is 68 years.
struct Seconds;

impl<'de> DeserializeAs<'de, Option<Duration>> for Seconds {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let seconds = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse::<f64>().ok(),
            _ => None,
        };
        Ok(seconds
            .filter(|seconds| !seconds.is_nan())
            .map(|seconds| Duration::from_secs(seconds.clamp(0.0, f64::from(i32::MAX)) as u64)))
    }
}

/// `scope`: a string separated by spaces or commas, an array of such, or null.
struct AnyScopes;

impl<'de> DeserializeAs<'de, Option<Scopes>> for AnyScopes {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Scopes>, D::Error> {
        Ok(scopes_in(&Value::deserialize(deserializer)?))
    }
}

pub(crate) fn scopes_in(value: &Value) -> Option<Scopes> {
    match value {
        Value::String(text) => Some(Scopes::lenient(text)),
        Value::Array(items) => Some(
            items
                .iter()
                .filter_map(Value::as_str)
                .flat_map(|text| Scopes::lenient(text).iter().cloned().collect::<Vec<_>>())
                .collect(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoExtra;

    fn read(json: &str) -> WireToken<NoExtra> {
        serde_json::from_str(json).unwrap()
    }

    fn seconds(value: &str) -> Option<u64> {
        read(&format!(r#"{{"access_token":"t","expires_in":{value}}}"#)).expires_in.map(|d| d.as_secs())
    }

    #[test]
    fn expires_in_of_every_kind() {
        for (value, expected) in [
            ("3529", Some(3529)),
            ("3529.9", Some(3529)),
            ("\"3529\"", Some(3529)),
            ("\" 3529.0 \"", Some(3529)),
            ("null", None),
            ("\"soon\"", None),
            ("\"NaN\"", None),
            ("[1]", None),
            ("-5", Some(0)),
            ("1e300", Some(i32::MAX as u64)),
            ("99999999999999999999999", Some(i32::MAX as u64)),
        ] {
            assert_eq!(seconds(value), expected, "{value}");
        }
        assert_eq!(read(r#"{"access_token":"t"}"#).expires_in, None);
    }

    #[test]
    fn scope_of_every_kind() {
        let scopes = |value: &str| {
            read(&format!(r#"{{"access_token":"t","scope":{value}}}"#)).scope.map(|scopes| scopes.to_string())
        };
        assert_eq!(scopes(r#""a b""#).unwrap(), "a b");
        assert_eq!(scopes(r#""a,b, c""#).unwrap(), "a b c");
        assert_eq!(scopes(r#"["a","b c"]"#).unwrap(), "a b c");
        assert_eq!(scopes(r#""""#).unwrap(), "");
        assert_eq!(scopes("null"), None);
        assert_eq!(read(r#"{"access_token":"t"}"#).scope, None);
    }

    #[test]
    fn what_is_not_ours_is_kept() {
        let token = read(r#"{"access_token":"t","token_type":"bearer","id_token":"x","n":1}"#);
        assert_eq!(token.token_type.0.as_deref(), Some("bearer"));
        assert_eq!(token.other.keys().collect::<Vec<_>>(), ["id_token", "n"]);
    }
}
