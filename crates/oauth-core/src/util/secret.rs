//! Secrets and identifiers. Secrets are redacted in `Debug`, wiped when dropped, and not `Serialize`.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Redacted in `Debug`; compared in constant time; zeroized on drop.
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Wraps the secret.
            pub fn new(secret: impl Into<String>) -> Self {
                Self(SecretString::from(secret.into()))
            }

            /// Returns the secret in clear: never log or display it.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
            }
        }

        impl Eq for $name {}

        impl From<String> for $name {
            fn from(secret: String) -> Self {
                Self::new(secret)
            }
        }

        impl From<&str> for $name {
            fn from(secret: &str) -> Self {
                Self::new(secret)
            }
        }

        impl Expose for $name {
            fn text(&self) -> &str {
                self.expose()
            }
        }
    };
}

/// Cuts one line end, which files and pipes often have after a value.
pub(crate) fn cut_line_end<T: for<'a> From<&'a str>>(value: &mut T, text: impl Fn(&T) -> &str) {
    let cut = text(value).strip_suffix('\n').map(|text| T::from(text.strip_suffix('\r').unwrap_or(text)));
    if let Some(cut) = cut {
        *value = cut;
    }
}

/// Access to a secret's text, for [`in_clear`].
pub(crate) trait Expose: From<String> {
    fn text(&self) -> &str;
}

/// Serde of secrets in clear, named field by field in the one form that is persisted.
pub(crate) mod in_clear {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::Expose;

    pub(crate) fn serialize<T: Expose, S: Serializer>(secret: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.text())
    }

    pub(crate) fn deserialize<'de, T: Expose, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        String::deserialize(deserializer).map(T::from)
    }

    /// The same for a secret that may be missing.
    pub(crate) mod option {
        use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

        use super::Expose;

        pub(crate) fn serialize<T: Expose, S: Serializer>(
            secret: &Option<T>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            secret.as_ref().map(Expose::text).serialize(serializer)
        }

        pub(crate) fn deserialize<'de, T: Expose, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<T>, D::Error> {
            Ok(Option::<String>::deserialize(deserializer)?.map(T::from))
        }
    }
}

secret!(
    /// The client's secret (RFC 6749 section 2.3.1).
    ClientSecret
);
secret!(
    /// An access token (RFC 6749 section 1.4).
    AccessToken
);
secret!(
    /// A refresh token (RFC 6749 section 1.5).
    RefreshToken
);
secret!(
    /// A user's password, for providers with a password grant (RFC 6749 section 4.3).
    Password
);
secret!(
    /// The random `state` that ties a callback to its authorization (RFC 6749 section 10.12).
    State
);
secret!(
    /// The PKCE code verifier (RFC 7636 section 4.1).
    PkceVerifier
);
secret!(
    /// An authorization code (RFC 6749 section 1.3.1).
    AuthorizationCode
);
secret!(
    /// A secret of a provider's API, such as the key of a webhook.
    Secret
);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl State {
    /// Returns the base64url form of its SHA-256, 43 characters. It identifies the `state` where the value
    /// itself would be a leak, such as in a store or a cookie's name.
    ///
    /// ```
    /// use oauth_core::State;
    ///
    /// assert_eq!(State::new("xyz").fingerprint(), "Ngi8oeROpsTSaOttsCJgJpiSwLQrhrvx53pvoWw8koI");
    /// ```
    #[must_use]
    pub fn fingerprint(&self) -> String {
        base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.expose()))
    }
}

/// The client's identifier (RFC 6749 section 2.2). Not a secret. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ClientId(Arc<str>);

impl ClientId {
    /// Wraps the identifier.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into().into())
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for ClientId {
    fn from(id: String) -> Self {
        Self(id.into())
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.as_str().to_owned()
    }
}

impl From<&str> for ClientId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_redacted_and_equality_works() {
        let token = AccessToken::new("s3cret");
        assert_eq!(format!("{token:?}"), "AccessToken([redacted])");
        assert_eq!(token, AccessToken::from("s3cret"));
        assert_ne!(token, AccessToken::from("s3cret2"));
    }
}
