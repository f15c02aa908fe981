//! The description that another process needs to use a sandbox. It contains the secrets in clear text.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::user::User;

/// The whole sandbox: the JSON object that `oauth sandbox` prints as its first line.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The providers by name, such as `gocd`.
    pub providers: BTreeMap<&'static str, ProviderManifest>,
    /// Control over HTTP.
    pub control: ControlManifest,
}

/// One provider.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct ProviderManifest {
    /// The provider's root URL in the form that its documentation uses.
    pub url: String,
    /// The root URL over plain HTTP, next to TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain_url: Option<String>,
    /// The authorization endpoint.
    pub authorize_url: String,
    /// The token endpoint.
    pub token_url: String,
    /// The base URL of API paths.
    pub api_url: String,
    /// The client's identifier.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The registered redirect URIs.
    pub redirect_uris: Vec<String>,
    /// The users who can log in.
    pub users: Vec<UserManifest>,
    /// A personal access token of the first user, at GoCD.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal_access_token: Option<String>,
    /// The CA certificate to trust, in PEM, when TLS is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_certificate_pem: Option<String>,
}

/// A user who can log in.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct UserManifest {
    /// The name shown on pages.
    pub name: String,
    /// The e-mail address to log in with.
    pub email: String,
    /// The password.
    pub password: String,
}

/// Control over HTTP.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct ControlManifest {
    /// The root URL of the controls.
    pub url: String,
    /// The value of the `X-Sandbox-Key` header.
    pub key: String,
}

impl From<&User> for UserManifest {
    fn from(user: &User) -> Self {
        Self { name: user.name.clone(), email: user.email.clone(), password: user.password.clone() }
    }
}

impl fmt::Debug for ProviderManifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderManifest")
            .field("url", &self.url)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for UserManifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserManifest").field("email", &self.email).finish_non_exhaustive()
    }
}

impl fmt::Debug for ControlManifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControlManifest").field("url", &self.url).finish_non_exhaustive()
    }
}
