//! How the client of a connection was made, kept in the store beside it.
//!
//! A token belongs to a provider, the origin of its token endpoint, and a client id, and to refresh it takes the client's secret.
//! So that nobody has to say all that again, each connection has a second record, under a provider's name that no provider has,
//! encrypted like the token itself.

use std::fmt;
use std::sync::Arc;

use oauth_core::store::{Content, Key, TokenStore};
use oauth_core::{App, Client, ClientBuilder, RedirectUri};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::failure::Failure;
use crate::providers::{Name, Offered};
use crate::setting::Settings;

const PROVIDER: &str = "oauth-cli";
/// The redirect URI of clients that will never use one.
const NO_REDIRECT: &str = "http://127.0.0.1/";

/// How a client is made.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Registration {
    pub(crate) client_id: String,
    /// In clear, in a record that is encrypted as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_uri: Option<String>,
    pub(crate) settings: Settings,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret.as_ref().map(|_| "[redacted]"))
            .field("redirect_uri", &self.redirect_uri)
            .field("settings", &self.settings)
            .finish()
    }
}

fn key(provider: Name, account: &str) -> Key {
    Key::new(PROVIDER, format!("{provider}/{account}"))
}

impl Registration {
    /// The client, which sends nothing before it is asked to.
    pub(crate) fn client<P: Offered>(&self) -> Result<Client<P>, Failure> {
        Ok(self.builder::<P>()?.build()?)
    }

    /// The same, before it is built.
    pub(crate) fn builder<P: Offered>(&self) -> Result<ClientBuilder<P>, Failure> {
        let redirect = |uri: &str| RedirectUri::new(uri).map_err(Failure::from);
        let uri = self.redirect_uri.as_deref();
        let app = match (&self.client_secret, uri) {
            (Some(secret), Some(uri)) => App::new(self.client_id.as_str(), secret.as_str(), redirect(uri)?),
            (Some(secret), None) => App::without_redirect(self.client_id.as_str(), secret.as_str()),
            (None, None) if self.client_id.is_empty() => App::none(),
            (None, uri) => App::public(self.client_id.as_str(), redirect(uri.unwrap_or(NO_REDIRECT))?),
        };
        let agent = format!("oauth-cli/{} ({})", env!("CARGO_PKG_VERSION"), P::NAME);
        Ok(Client::<P>::builder(P::site(&self.settings)?, app).user_agent(agent))
    }

    /// What was remembered of a connection; else what environment and configuration file say of the provider.
    ///
    /// The secret alone may have been changed since, so it is looked up anew where it is the same client's.
    pub(crate) async fn of(
        store: &Arc<dyn TokenStore>,
        config: &Config,
        provider: Name,
        account: &str,
    ) -> Result<Self, Failure> {
        let said = Self::configured(config, provider);
        let Some(mut kept) = Self::recall(store, provider, account).await? else { return Ok(said) };
        let same = said.client_id.is_empty() || said.client_id == kept.client_id;
        if let (Some(secret), true, true) = (said.client_secret, same, kept.client_secret.is_some()) {
            kept.client_secret = Some(secret);
        }
        Ok(kept)
    }

    /// What environment and configuration file say.
    pub(crate) fn configured(config: &Config, provider: Name) -> Self {
        let table = config.of(provider);
        Self {
            client_id: variable(provider, "CLIENT_ID").or(table.client_id).unwrap_or_default(),
            client_secret: variable(provider, "CLIENT_SECRET").or(table.client_secret),
            redirect_uri: table.redirect_uri,
            settings: table.settings,
        }
    }

    pub(crate) async fn recall(
        store: &Arc<dyn TokenStore>,
        provider: Name,
        account: &str,
    ) -> Result<Option<Self>, Failure> {
        let Some(record) = store.load(&key(provider, account)).await? else { return Ok(None) };
        // Not the parser's words: they may quote what they stumbled over.
        serde_json::from_slice(record.content.bytes()).map(Some).map_err(|_| {
            Failure::setup(format!("{provider}/{account}: how its client was made cannot be read"))
                .hint(format!("oauth connect {provider} {account}"))
        })
    }

    pub(crate) async fn remember(
        &self,
        store: &Arc<dyn TokenStore>,
        provider: Name,
        account: &str,
    ) -> Result<(), Failure> {
        let text = serde_json::to_vec(self)
            .map_err(|_| Failure::setup("how the client was made cannot be written"))?;
        store.insert(&key(provider, account), Content::new(text)).await?;
        Ok(())
    }

    pub(crate) async fn forget(
        store: &Arc<dyn TokenStore>,
        provider: Name,
        account: &str,
    ) -> Result<(), Failure> {
        store.remove(&key(provider, account)).await?;
        Ok(())
    }
}

/// `OAUTH_GO1_CLIENT_ID` and its like.
pub(crate) fn variable_name(provider: Name, what: &str) -> String {
    format!("OAUTH_{}_{what}", provider.as_str().to_ascii_uppercase().replace('-', "_"))
}

fn variable(provider: Name, what: &str) -> Option<String> {
    std::env::var(variable_name(provider, what)).ok().filter(|value| !value.is_empty())
}
