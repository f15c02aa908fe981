//! The connections of a provider, with an encrypted SQLite store.

use std::time::Duration;

use oauth_core::store::Key;
use oauth_core::{Client, Connection, Connections, Error, Token};
use oauth_store::Sqlite;

use super::connect::connect;
use super::scenario::{Scenario, StepFailed};
use crate::output::Event;
use crate::provider::DemoProvider;

/// The connections of one provider in this process, and their store.
pub(super) struct StoredConnections<P: DemoProvider> {
    store: Sqlite,
    connections: Connections<P>,
}

impl<P: DemoProvider> StoredConnections<P> {
    pub(super) fn get(&self, account: &str) -> Connection<P> {
        self.connections.get(account)
    }

    pub(super) async fn insert(&self, account: &str, token: Token<P>) -> Result<Connection<P>, Error> {
        self.connections.insert(account, token).await
    }

    /// Finishes refreshes in flight and closes the store.
    pub(super) async fn close(self) {
        self.connections.drain().await;
        self.store.close().await;
    }
}

/// The first steps at every provider: from the registration, explained by `why`, to the stored connection.
pub(super) async fn connect_and_store<P: DemoProvider>(
    scenario: &Scenario<'_, P>,
    why: &'static str,
    options: Result<P::Connect, Error>,
    account: &str,
) -> Result<StoredConnections<P>, StepFailed> {
    let client = scenario.register(why).await?;
    let token = connect(scenario, &client, options).await?;
    store_token(scenario, client, account, token).await
}

/// Stores the token. From here on it is used only through its [`Connection`].
async fn store_token<P: DemoProvider>(
    scenario: &Scenario<'_, P>,
    client: Client<P>,
    account: &str,
    token: Token<P>,
) -> Result<StoredConnections<P>, StepFailed> {
    scenario
        .step(
            "keep",
            "Store the connection",
            "Connections::insert() saves the token in a store: here an encrypted SQLite file with a new key for each demo.",
            async || {
                let store = scenario.store().open().await?;
                let output = scenario.output().clone();
                let connections = Connections::builder(client, store.clone())
                    // The demo does not wait to see whether a refusal is final.
                    .refusal_window(Duration::ZERO)
                    .on_event(move |event| {
                        let (account, text) = (event.account.to_owned(), event.to_string());
                        output.emit(&Event::Connection { account, text });
                    })
                    .build();
                scenario.fact("account", account);
                scenario.fact("file", scenario.store().path().display());
                connections.insert(account, token).await?;
                let saved = saved_token_count(scenario, account).await?;
                scenario.check(saved == 1, "the file contains the connection and its first token")?;
                check_file(scenario, account)?;
                Ok(StoredConnections { store, connections })
            },
        )
        .await
}

/// Checks that the file reveals no secret without the key.
pub(super) fn check_file<P: DemoProvider>(scenario: &Scenario<'_, P>, account: &str) -> anyhow::Result<()> {
    let (bytes, secrets) = (scenario.store().bytes()?, scenario.secrets().values());
    scenario.check(
        bytes.contains(account)
            && !secrets.is_empty()
            && !secrets.iter().any(|secret| bytes.contains(secret)),
        format!(
            "the file contains the account's name, but none of the {} secrets seen so far",
            secrets.len()
        ),
    )
}

/// The number of tokens saved for this account so far.
pub(super) async fn saved_token_count<P: DemoProvider>(
    scenario: &Scenario<'_, P>,
    account: &str,
) -> anyhow::Result<u64> {
    Ok(scenario.store().record(&Key::new(P::NAME, account)).await?.generation)
}
