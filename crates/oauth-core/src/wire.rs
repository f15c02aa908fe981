//! The fields of a token reply, read as leniently as real servers need.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use oauth2::{AccessToken, RefreshToken, Scope};
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::DeserializeAs;
use serde_with::de::DeserializeAsWrap;

use crate::Scopes;
use crate::unique::{Name, Once, twice};

/// A token reply. Generic over the provider's own fields rather than over the provider, so that derives ask
/// nothing of the marker.
#[derive(Serialize)]
#[serde(bound(serialize = "X: Serialize"))]
pub(crate) struct WireToken<X> {
    pub(crate) access_token: AccessToken,
    pub(crate) token_type: TokenType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<RefreshToken>,
    #[serde(skip_serializing)]
    pub(crate) expires_in: Option<Duration>,
    #[serde(skip_serializing)]
    pub(crate) scope: Option<Scopes>,
    #[serde(flatten)]
    pub(crate) extra: X,
    #[serde(flatten)]
    pub(crate) other: Map<String, Value>,
}

/// What of a reply is not RFC 6749's.
#[derive(Deserialize)]
#[serde(bound(deserialize = "X: DeserializeOwned"))]
struct Rest<X> {
    #[serde(flatten)]
    extra: X,
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// By hand, because a derived one would read whatever is flattened twice, and take the last of two members of one name.
impl<'de, X: DeserializeOwned> Deserialize<'de> for WireToken<X> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

type Lenient<T, As> = DeserializeAsWrap<Option<T>, As>;

struct Members<X>(PhantomData<X>);

impl<'de, X: DeserializeOwned> Visitor<'de> for Members<X> {
    type Value = WireToken<X>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<WireToken<X>, A::Error> {
        let (mut access_token, mut token_type, mut refresh_token) = (None, None, None);
        let (mut expires_in, mut scope) = (None, None);
        let mut rest = Map::new();
        while let Some(Name(name)) = members.next_key()? {
            let stood_before = match &*name {
                "access_token" => access_token.replace(members.next_value::<AccessToken>()?).is_some(),
                "token_type" => token_type.replace(members.next_value::<TokenType>()?).is_some(),
                "refresh_token" => refresh_token.replace(members.next_value::<Option<_>>()?).is_some(),
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
        let access_token = access_token.ok_or_else(|| Error::missing_field("access_token"))?;
        if access_token.secret().is_empty() && says_error(&rest) {
            return Err(Error::custom("an error"));
        }
        let Rest { extra, other } = serde_json::from_value(Value::Object(rest)).map_err(Error::custom)?;
        Ok(WireToken {
            access_token,
            token_type: token_type.unwrap_or_default(),
            refresh_token: refresh_token.flatten(),
            expires_in: expires_in.flatten(),
            scope: scope.flatten(),
            extra,
            other,
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
