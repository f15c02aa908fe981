//! Registering applications without the pages, for tests.

use std::fmt;

use super::Rules;
use super::model::Draft;
use crate::server_handle::ServerHandle;

/// A registered application, as the administrator's page shows it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientCard {
    /// Its name.
    pub name: String,
    /// Its identifier.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Its redirect URI.
    pub redirect_uri: String,
}

/// Without the secret.
impl fmt::Debug for ClientCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCard")
            .field("name", &self.name)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// Why GoCD does not take an application.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("GoCD does not register this application: {}", self.messages.join(", "))]
pub struct InvalidClient {
    messages: Vec<String>,
}

impl InvalidClient {
    /// What the form would say.
    #[must_use]
    pub fn messages(&self) -> &[String] {
        &self.messages
    }
}

impl ServerHandle<Rules> {
    /// Registers one more application, by the rules of the administrator's form (docs/provider-facts.md 1f). A [reset](ServerHandle::reset)
    /// forgets it.
    ///
    /// # Errors
    /// When the form would refuse the name or the redirect URI.
    pub fn register_client(
        &self,
        name: impl Into<String>,
        redirect_uri: impl Into<String>,
    ) -> Result<ClientCard, InvalidClient> {
        let draft = Draft { name: Some(name.into()), redirect_uri: Some(redirect_uri.into()) };
        let unique_names = self.core().setup.options.unique_names();
        let created = self.core().state().create_client(draft, unique_names);
        let client = created.map_err(|messages| InvalidClient { messages })?;
        Ok(ClientCard {
            redirect_uri: client.redirect_uri().to_owned(),
            name: client.name,
            client_id: client.client_id,
            client_secret: client.client_secret,
        })
    }

    /// Where administrators manage OAuth clients in a browser. The first user is one, the second is not.
    #[must_use]
    pub fn admin_url(&self) -> String {
        format!("{}/oauth/admin/clients", self.url())
    }
}
