//! Registration of clients by a test, without a browser.

use std::fmt;

use super::Rules;
use super::model::ClientDraft;
use crate::server_handle::ServerHandle;

/// A registered client.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisteredClient {
    /// The client's name.
    pub name: String,
    /// The client's identifier.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The client's redirect URI.
    pub redirect_uri: String,
}

/// Omits the secret.
impl fmt::Debug for RegisteredClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClient")
            .field("name", &self.name)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// A client that GoCD's validation rejects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("GoCD rejects this client: {}", self.messages.join(", "))]
pub struct InvalidClient {
    messages: Vec<String>,
}

impl InvalidClient {
    /// The messages that the form would show.
    #[must_use]
    pub fn messages(&self) -> &[String] {
        &self.messages
    }
}

impl ServerHandle<Rules> {
    /// Registers a client by the rules of the administrator's form (docs/provider-facts.md 1f), until the
    /// next [reset](ServerHandle::reset).
    ///
    /// # Errors
    /// When the form would reject the name or the redirect URI.
    pub fn register_client(
        &self,
        name: impl Into<String>,
        redirect_uri: impl Into<String>,
    ) -> Result<RegisteredClient, InvalidClient> {
        let draft = ClientDraft { name: Some(name.into()), redirect_uri: Some(redirect_uri.into()) };
        let unique_names = self.core().options().unique_names();
        let created = self.core().state().create_client(draft, unique_names);
        let client = created.map_err(|messages| InvalidClient { messages })?;
        Ok(RegisteredClient {
            redirect_uri: client.redirect_uri().to_owned(),
            name: client.name,
            client_id: client.client_id,
            client_secret: client.client_secret,
        })
    }

    /// The page to manage OAuth clients. The first user is an administrator, the second is not.
    #[must_use]
    pub fn admin_url(&self) -> String {
        format!("{}/oauth/admin/clients", self.url())
    }
}
