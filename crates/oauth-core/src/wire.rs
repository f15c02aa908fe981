//! The fields of a token reply, read as leniently as real servers need.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};
use serde_with::DeserializeAs;
use serde_with::de::DeserializeAsWrap;

use crate::unique::{Name, Once, twice};
use crate::{AccessToken, Error, ErrorKind, RefreshToken, Scopes};

/// A token reply, the same for every provider.
pub(crate) struct WireToken {
    pub(crate) access_token: AccessToken,
    pub(crate) token_type: Option<String>,
    pub(crate) refresh_token: Option<RefreshToken>,
    pub(crate) expires_in: Option<Duration>,
    pub(crate) scope: Option<Scopes>,
    /// What of it is not RFC 6749's.
    pub(crate) rest: Map<String, Value>,
}

/// What of a reply is the provider's own, and what is nobody's.
#[derive(Deserialize)]
#[serde(bound(deserialize = "X: DeserializeOwned"))]
pub(crate) struct Rest<X> {
    #[serde(flatten)]
    pub(crate) extra: X,
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

impl<X: DeserializeOwned> Rest<X> {
    pub(crate) fn of(members: Map<String, Value>) -> Result<Self, Error> {
        serde_path_to_error::deserialize(Value::Object(members)).map_err(|error| unreadable(&error))
    }
}

/// Neither the body nor the parser's message: both may hold the token.
pub(crate) fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let misfit = crate::endpoint::misfit(error.path(), error.inner());
    bad(format!("the token reply cannot be read: {misfit}"))
}

fn bad(what: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidResponse, what)
}

impl WireToken {
    /// Whether it is a token of one of these types that a header can hold.
    pub(crate) fn check(&self, types: &[&str]) -> Result<(), Error> {
        let token_type = self.token_type.as_deref().map(str::trim).filter(|name| !name.is_empty());
        if token_type.is_some_and(|given| !types.iter().any(|known| known.eq_ignore_ascii_case(given))) {
            // Not the type itself: what a broken server puts there may be anything, a secret too.
            return Err(bad(format!("the `token_type` of the reply is not `{}`", types.join("` or `"))));
        }
        for (name, secret) in [
            ("access_token", Some(self.access_token.expose())),
            ("refresh_token", self.refresh_token.as_ref().map(RefreshToken::expose)),
        ] {
            if secret.is_some_and(|secret| !crate::text::is_token(secret)) {
                return Err(bad(format!(
                    "the `{name}` of the reply is empty, longer than 64 KiB, or not printable ASCII"
                )));
            }
        }
        Ok(())
    }
}

/// By hand, because a derived one would take the last of two members of one name.
impl<'de> Deserialize<'de> for WireToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

type Lenient<T, As> = DeserializeAsWrap<Option<T>, As>;

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = WireToken;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<WireToken, A::Error> {
        let (mut access_token, mut token_type, mut refresh_token) = (None, None, None);
        let (mut expires_in, mut scope) = (None, None);
        let mut rest = Map::new();
        while let Some(Name(name)) = members.next_key()? {
            let stood_before = match &*name {
                "access_token" => access_token.replace(members.next_value::<String>()?).is_some(),
                "token_type" => token_type.replace(members.next_value::<Option<String>>()?).is_some(),
                "refresh_token" => refresh_token.replace(members.next_value::<Option<String>>()?).is_some(),
                "expires_in" => {
                    expires_in.replace(members.next_value::<Lenient<_, Seconds>>()?.into_inner()).is_some()
                }
                "scope" => {
                    scope.replace(members.next_value::<Lenient<_, AnyScopes>>()?.into_inner()).is_some()
                }
                _ => rest.insert(name.into_owned(), members.next_value::<Once>()?.0).is_some(),
            };
            if stood_before {
                return Err(twice());
            }
        }
        let access_token = access_token.ok_or_else(|| A::Error::missing_field("access_token"))?;
        if access_token.is_empty() && says_error(&rest) {
            return Err(A::Error::custom("an error"));
        }
        Ok(WireToken {
            access_token: access_token.into(),
            token_type: token_type.flatten(),
            refresh_token: refresh_token.flatten().filter(|token| !token.is_empty()).map(Into::into),
            expires_in: expires_in.flatten(),
            scope: scope.flatten(),
            rest,
        })
    }
}

/// Whether a reply has an `error` that is more than a name.
pub(crate) fn says_error(members: &Map<String, Value>) -> bool {
    match members.get("error") {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// `expires_in`: a number, a float, either as a string, or null. What is none of these counts as not said, because
/// the reply may hold the only live refresh token. Negative is 0; more than 68 years is 68 years.
struct Seconds;

impl<'de> DeserializeAs<'de, Option<Duration>> for Seconds {
    fn deserialize_as<D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let seconds = match Once::deserialize(deserializer)?.0 {
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
        Ok(scopes_in(&Once::deserialize(deserializer)?.0))
    }
}

fn scopes_in(value: &Value) -> Option<Scopes> {
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

    fn read(json: &str) -> WireToken {
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
        assert_eq!(token.token_type.as_deref(), Some("bearer"));
        assert_eq!(token.rest.keys().collect::<Vec<_>>(), ["id_token", "n"]);
    }
}
