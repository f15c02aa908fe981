//! How the client of a connection was made, kept in the store beside it.
//!
//! A token belongs to a provider, the origin of its token endpoint, and a client id, and to refresh it takes the client's secret.
//! So that nobody has to say all that again, each connection has a second record, under a provider's name that no provider has,
//! encrypted like the token itself.

use std::sync::Arc;
use std::time::Duration;

use oauth_core::store::{Content, Key, TokenStore};
use oauth_core::{App, Client, ClientBuilder, ClientSecret, RedirectUri};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::config::Config;
use crate::failure::Failure;
use crate::providers::{Name, Offered};
use crate::said::{Said, origin};
use crate::setting::Settings;

const PROVIDER: &str = "oauth-cli";
/// The redirect URI of clients that will never use one.
const NO_REDIRECT: &str = "http://127.0.0.1/";

/// How long to wait before it is tried again to keep one, where the store may be back by then.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_secs(2)];

/// How a client is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Registration {
    pub(crate) client_id: String,
    /// In clear, in a record that is encrypted as a whole.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "in_clear",
        deserialize_with = "from_clear"
    )]
    pub(crate) client_secret: Option<ClientSecret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_uri: Option<String>,
    pub(crate) settings: Settings,
}

fn in_clear<S: Serializer>(secret: &Option<ClientSecret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ClientSecret::expose).serialize(serializer)
}

fn from_clear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ClientSecret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(ClientSecret::from))
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
            (Some(secret), Some(uri)) => App::new(self.client_id.as_str(), secret.clone(), redirect(uri)?),
            (Some(secret), None) => App::without_redirect(self.client_id.as_str(), secret.clone()),
            (None, None) if self.client_id.is_empty() => App::none(),
            (None, uri) => App::public(self.client_id.as_str(), redirect(uri.unwrap_or(NO_REDIRECT))?),
        };
        let agent = format!("oauth-cli/{} ({})", env!("CARGO_PKG_VERSION"), P::NAME);
        Ok(Client::<P>::builder(P::site(&self.settings)?, app).user_agent(agent))
    }

    /// What was remembered of a connection; else what environment and configuration file say of the provider.
    ///
    /// The secret alone may have been changed since, so it is looked up anew where the same client at the same server is named.
    pub(crate) async fn of(
        store: &Arc<dyn TokenStore>,
        config: &Config,
        provider: Name,
        account: &str,
    ) -> Result<Self, Failure> {
        let said = Said::of(config, provider);
        let Some(mut kept) = Self::recall(store, provider, account).await? else {
            return Ok(said.registration());
        };
        let named = said.client_at(&kept.settings).filter(|client| client.id == kept.client_id);
        let secret = named.and_then(|client| client.secret.clone());
        if kept.client_secret.is_some() && secret.is_some() {
            kept.client_secret = secret;
        }
        Ok(kept)
    }

    /// Whether it is a client of the server that these settings lead to.
    pub(crate) fn is_at(&self, provider: Name, settings: &Settings) -> bool {
        let here = origin(provider, &self.settings);
        here.is_some() && here == origin(provider, settings)
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
        // Wiped when it is dropped.
        let content = Content::new(text);
        let key = key(provider, account);
        for pause in PAUSES {
            match store.insert(&key, content.clone()).await {
                Err(error) if error.is_transient() => tokio::time::sleep(pause).await,
                done => return Ok(done.map(drop)?),
            }
        }
        store.insert(&key, content).await?;
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use oauth_core::store::MemoryStore;

    use super::*;
    use crate::testing::Failing;

    /// The token is kept already, and of no use for long without its client.
    #[tokio::test(start_paused = true)]
    async fn it_is_kept_by_a_store_that_is_gone_for_a_moment() {
        let failing = Arc::new(Failing::new());
        let store: Arc<dyn TokenStore> = Arc::clone(&failing) as _;
        let registration = Registration { client_id: "id".to_owned(), ..Registration::default() };
        failing.refusals.store(PAUSES.len(), Ordering::SeqCst);
        registration.remember(&store, Name::Go1, "acme").await.unwrap();
        failing.refusals.store(PAUSES.len() + 1, Ordering::SeqCst);
        let failure = registration.remember(&store, Name::Go1, "other").await.unwrap_err();
        assert_eq!(failure.code, crate::failure::Code::TryLater);
        let failure = failure.without_client();
        assert!(failure.message.starts_with("connected, but its client was not kept: "), "{failure}");
    }

    #[tokio::test]
    async fn the_secret_is_kept_as_it_was_before() {
        let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::new());
        let registration = Registration {
            client_id: "id".to_owned(),
            client_secret: Some("canary".into()),
            ..Registration::default()
        };
        registration.remember(&store, Name::Go1, "acme").await.unwrap();
        let record = store.load(&key(Name::Go1, "acme")).await.unwrap().unwrap();
        let text = std::str::from_utf8(record.content.bytes()).unwrap();
        assert_eq!(text, r#"{"client_id":"id","client_secret":"canary","settings":{}}"#);
        let found = Registration::recall(&store, Name::Go1, "acme").await.unwrap();
        assert_eq!(found, Some(registration));
        assert!(!format!("{found:?}").contains("canary"));
    }
}
