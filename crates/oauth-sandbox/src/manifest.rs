//! What another process has to know to use a sandbox. Unlike everything else here it *is* its secrets, written out.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::user::User;

/// The whole sandbox: the JSON object that `oauth sandbox` prints in one line.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// By name: `gocd`, …
    pub providers: BTreeMap<&'static str, ProviderManifest>,
    /// How to control them.
    pub control: ControlManifest,
}

/// One provider.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct ProviderManifest {
    /// The provider's root as its documents write it.
    pub url: String,
    /// The authorize endpoint.
    pub authorize_url: String,
    /// The token endpoint.
    pub token_url: String,
    /// What API paths are appended to.
    pub api_url: String,
    /// The client's identifier.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The registered redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Who can log in.
    pub users: Vec<UserManifest>,
    /// The certificate to trust, in PEM, when it speaks TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_certificate_pem: Option<String>,
}

/// Somebody who can log in.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct UserManifest {
    /// The name that pages show.
    pub name: String,
    /// What to type as the user.
    pub email: String,
    /// The password.
    pub password: String,
}

/// Control over HTTP.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct ControlManifest {
    /// Its root.
    pub url: String,
    /// What to send as `X-Sandbox-Key`.
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
