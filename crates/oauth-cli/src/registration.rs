//! The client of a connection, saved in the store next to its token.
//!
//! A token belongs to a provider, the origin of its token endpoint, and a client id; refreshing it takes the
//! client's secret. So that later commands need only the account's name, each connection has a second
//! encrypted record, stored under a provider name that no provider uses.

use std::sync::Arc;
use std::time::Duration;

use oauth_core::store::{Content, Key, TokenStore};
use oauth_core::{App, Client, ClientBuilder, ClientSecret, RedirectUri};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::client_config::{ClientConfig, origin};
use crate::config::Config;
use crate::failure::Failure;
use crate::providers::{CliProvider, ProviderName};
use crate::setting::Settings;
use crate::wire_trace::Trace;

const STORE_PROVIDER: &str = "oauth-cli";
/// Redirect URI of clients that never redirect.
const UNUSED_REDIRECT_URI: &str = "http://127.0.0.1/";

/// Delays between attempts to save, while the store is unavailable.
const SAVE_RETRY_DELAYS: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_secs(2)];

/// A client, its redirect URI and the provider's options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Registration {
    pub(crate) client_id: String,
    /// In clear: the whole record is encrypted.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "serialize_secret",
        deserialize_with = "deserialize_secret"
    )]
    pub(crate) client_secret: Option<ClientSecret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_uri: Option<String>,
    pub(crate) settings: Settings,
}

fn serialize_secret<S: Serializer>(secret: &Option<ClientSecret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ClientSecret::expose).serialize(serializer)
}

fn deserialize_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ClientSecret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(ClientSecret::from))
}

fn key(provider: ProviderName, account: &str) -> Key {
    Key::new(STORE_PROVIDER, format!("{provider}/{account}"))
}

impl Registration {
    /// Builds the client.
    pub(crate) fn client<P: CliProvider>(&self, trace: Trace) -> Result<Client<P>, Failure> {
        Ok(trace.apply(self.builder::<P>()?, &P::site(&self.settings)?, self).build()?)
    }

    /// Returns a builder for the client.
    pub(crate) fn builder<P: CliProvider>(&self) -> Result<ClientBuilder<P>, Failure> {
        let redirect = |uri: &str| RedirectUri::new(uri).map_err(Failure::from);
        let uri = self.redirect_uri.as_deref();
        let app = match (&self.client_secret, uri) {
            // Only a part of a client is configured, and this command does not need it.
            _ if self.client_id.is_empty() => App::none(),
            (Some(secret), Some(uri)) => App::new(self.client_id.as_str(), secret.clone(), redirect(uri)?),
            (Some(secret), None) => App::without_redirect(self.client_id.as_str(), secret.clone()),
            (None, uri) => {
                App::public(self.client_id.as_str(), redirect(uri.unwrap_or(UNUSED_REDIRECT_URI))?)
            }
        };
        let agent = format!("oauth-cli/{} ({})", env!("CARGO_PKG_VERSION"), P::NAME);
        Ok(Client::<P>::builder(P::site(&self.settings)?, app).user_agent(agent))
    }

    /// Returns the saved client of a connection, or else the configured client of the provider.
    ///
    /// A configured secret for the same client and server replaces the saved one: it may be newer.
    pub(crate) async fn for_connection(
        store: &Arc<dyn TokenStore>,
        config: &Config,
        provider: ProviderName,
        account: &str,
    ) -> Result<Self, Failure> {
        let configured = ClientConfig::load(config, provider)?;
        let Some(mut saved) = Self::load(store, provider, account).await? else {
            return Ok(configured.into_registration());
        };
        let named = configured.client_for(&saved.settings).filter(|client| client.id == saved.client_id);
        let secret = named.and_then(|client| client.secret.clone());
        if saved.client_secret.is_some() && secret.is_some() {
            saved.client_secret = secret;
        }
        Ok(saved)
    }

    /// Returns whether the client belongs to the server of these settings.
    pub(crate) fn is_for_server(&self, provider: ProviderName, settings: &Settings) -> bool {
        let here = origin(provider, &self.settings);
        here.is_some() && here == origin(provider, settings)
    }

    pub(crate) async fn load(
        store: &Arc<dyn TokenStore>,
        provider: ProviderName,
        account: &str,
    ) -> Result<Option<Self>, Failure> {
        let Some(record) = store.load(&key(provider, account)).await? else { return Ok(None) };
        // Without serde's message, which may quote a secret.
        serde_json::from_slice(record.content.bytes()).map(Some).map_err(|_| {
            Failure::setup(format!("cannot read the saved client of {provider}/{account}"))
                .with_help(format!("run `oauth connect {provider} {account}`"))
        })
    }

    pub(crate) async fn save(
        &self,
        store: &Arc<dyn TokenStore>,
        provider: ProviderName,
        account: &str,
    ) -> Result<(), Failure> {
        let text = serde_json::to_vec(self).map_err(|_| Failure::setup("cannot serialize the client"))?;
        // Wiped on drop.
        let content = Content::new(text);
        let key = key(provider, account);
        for pause in SAVE_RETRY_DELAYS {
            match store.insert(&key, content.clone()).await {
                Err(error) if error.is_transient() => tokio::time::sleep(pause).await,
                done => return Ok(done.map(drop)?),
            }
        }
        store.insert(&key, content).await?;
        Ok(())
    }

    pub(crate) async fn delete(
        store: &Arc<dyn TokenStore>,
        provider: ProviderName,
        account: &str,
    ) -> Result<(), Failure> {
        store.remove(&key(provider, account)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use oauth_core::store::MemoryStore;

    use super::*;
    use crate::testing::flaky_store;

    /// The token is already stored and cannot be refreshed without its client.
    #[tokio::test(start_paused = true)]
    async fn save_retries_while_store_is_unavailable() {
        let failing = Arc::new(flaky_store());
        let store: Arc<dyn TokenStore> = Arc::clone(&failing) as _;
        let registration = Registration { client_id: "id".to_owned(), ..Registration::default() };
        failing.hook().inserts_to_fail.store(SAVE_RETRY_DELAYS.len(), Ordering::SeqCst);
        registration.save(&store, ProviderName::Go1, "acme").await.unwrap();
        failing.hook().inserts_to_fail.store(SAVE_RETRY_DELAYS.len() + 1, Ordering::SeqCst);
        let failure = registration.save(&store, ProviderName::Go1, "other").await.unwrap_err();
        assert_eq!(failure.code, crate::failure::ExitCode::TryLater);
        let failure = failure.without_client();
        assert!(failure.message.starts_with("connected, but the client was not saved: "), "{failure}");
    }

    #[tokio::test]
    async fn saved_format_is_stable() {
        let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
        let registration = Registration {
            client_id: "id".to_owned(),
            client_secret: Some("canary".into()),
            ..Registration::default()
        };
        registration.save(&store, ProviderName::Go1, "acme").await.unwrap();
        let record = store.load(&key(ProviderName::Go1, "acme")).await.unwrap().unwrap();
        let text = std::str::from_utf8(record.content.bytes()).unwrap();
        assert_eq!(text, r#"{"client_id":"id","client_secret":"canary","settings":{}}"#);
        let found = Registration::load(&store, ProviderName::Go1, "acme").await.unwrap();
        assert_eq!(found, Some(registration));
        assert!(!format!("{found:?}").contains("canary"));
    }
}
