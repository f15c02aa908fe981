//! A connection goes where it stays alive.

use oauth_core::store::Key;
use oauth_core::{Client, Connection, Connections, Error, Provider, Token};
use oauth_sandbox::SandboxProvider;
use oauth_store::Sqlite;

use super::stage::{Failed, Stage};
use crate::show::Event;

/// The connections of one provider in this process.
pub(super) struct Kept<P: Provider> {
    store: Sqlite,
    connections: Connections<P>,
}

impl<P: Provider> Kept<P> {
    pub(super) fn get(&self, account: &str) -> Connection<P> {
        self.connections.get(account)
    }

    pub(super) async fn insert(&self, account: &str, token: Token<P>) -> Result<Connection<P>, Error> {
        self.connections.insert(account, token).await
    }

    /// Ends in order: what is under way is finished, and the file is closed.
    pub(super) async fn end(self) {
        self.connections.drain().await;
        self.store.close().await;
    }
}

/// Puts the token into the store. From here on nobody but its [`Connection`] holds it.
pub(super) async fn keep<P: Provider, S: SandboxProvider>(
    stage: &Stage<'_, S>,
    client: Client<P>,
    account: &str,
    token: Token<P>,
) -> Result<Kept<P>, Failed> {
    stage
        .step(
            "keep",
            "Keep the connection",
            "Connections::insert() puts the token into a store: here one SQLite file, encrypted, whose key is made anew for each demo.",
            async || {
                let store = stage.store().open().await?;
                let voice = stage.voice().clone();
                let connections = Connections::builder(client, store.clone())
                    .on_event(move |event| {
                        let (account, text) = (event.account.to_owned(), event.to_string());
                        voice.tell(&Event::Connection { account, text });
                    })
                    .build();
                stage.fact("account", account);
                stage.fact("file", stage.store().path().display());
                connections.insert(account, token).await?;
                let saved = tokens_saved(stage, account).await?;
                stage.check(saved == 1, "the file holds the connection, with its first token")?;
                check_disk(stage, account)?;
                Ok(Kept { store, connections })
            },
        )
        .await
}

/// Checks that whoever has the file but not the key has no token.
pub(super) fn check_disk<S: SandboxProvider>(stage: &Stage<'_, S>, account: &str) -> anyhow::Result<()> {
    let (bytes, secrets) = (stage.store().bytes()?, stage.secrets().values());
    stage.check(
        bytes.hold(account) && !secrets.is_empty() && !secrets.iter().any(|secret| bytes.hold(secret)),
        format!(
            "on the disk the account's name can be read, but none of the {} secrets that have passed so far",
            secrets.len()
        ),
    )
}

/// How many tokens the file has been given for this account.
pub(super) async fn tokens_saved<S: SandboxProvider>(
    stage: &Stage<'_, S>,
    account: &str,
) -> anyhow::Result<u64> {
    Ok(stage.store().record(&Key::new(stage.name(), account)).await?.generation)
}
