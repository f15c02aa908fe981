//! Last step of connecting an account: one exchange of the callback's code for a stored connection.

use std::time::Duration;

use tokio::runtime::Handle;

use super::connection::Connection;
use super::registry::Connections;
use super::settings::Settings;
use crate::authorize::callback::{self, AcceptedCallback};
use crate::authorize::pending::PendingAuthorization;
use crate::client::client::Client;
use crate::error::{CallbackFault, Error, ErrorKind};
use crate::provider::grants::CodeGrant;
use crate::provider::provider::Provider;
use crate::store::Key;
use crate::token::token::Token;

/// Time for which the store remembers a finished attempt after its maximum age. Longer than machine clocks
/// differ.
const REMEMBERED: Duration = Duration::from_secs(24 * 3_600);
const MAX_SAVES: usize = 5;

impl<P: Provider> Connections<P> {
    /// Finishes an attempt to connect (like [`Client::finish`](crate::Client::finish)) and stores the
    /// connection (like [`insert`](Self::insert)).
    ///
    /// An attempt can be finished once, across all processes: the store records it before the code is sent.
    /// The exchange continues if the caller stops waiting, for example because the browser was closed: the
    /// code may be spent already, and the token must not be lost.
    ///
    /// # Errors
    /// [`ErrorKind::Callback`] if the callback is not acceptable, [`ErrorKind::Denied`] if the user refused
    /// access, and the errors of the token endpoint, the transport and the store.
    ///
    /// The attempt stays open after an unacceptable callback, and if the store fails before the code is sent.
    /// After any other error the user has to start again.
    ///
    /// ```
    /// # use oauth_core::{CodeGrant, Connection, Connections, Error, PendingAuthorization};
    /// async fn callback<P: CodeGrant>(
    ///     connections: &Connections<P>,
    ///     pending: PendingAuthorization, // from the user's session
    ///     url: &str,
    /// ) -> Result<Connection<P>, Error> {
    ///     connections.finish("acme", &pending, url).await
    /// }
    /// ```
    pub async fn finish(
        &self,
        account: &str,
        pending: &PendingAuthorization,
        callback: &str,
    ) -> Result<Connection<P>, Error>
    where
        P: CodeGrant,
    {
        let runtime = Handle::try_current().map_err(|source| {
            Error::new(ErrorKind::Setup, "there is no tokio runtime to connect in")
                .with_provider(P::NAME)
                .with_help("call this inside a tokio runtime with timers")
                .with_source(source)
        })?;
        let operation = self.0.begin_operation()?;
        let client = self.client();
        let accepted = client.accept(pending, callback).map_err(|error| error.with_provider(P::NAME))?;
        let (this, account, pending) = (self.clone(), account.to_owned(), pending.clone());
        let task = runtime.spawn(async move {
            let _operation = operation;
            this.exchange_and_store(&client, &account, &pending, &accepted).await
        });
        task.await.unwrap_or_else(|failed| {
            Err(Error::new(ErrorKind::Unanswered, "connecting was interrupted")
                .with_provider(P::NAME)
                .with_help("start the connection again")
                .with_source(failed))
        })
    }

    async fn exchange_and_store(
        &self,
        client: &Client<P>,
        account: &str,
        pending: &PendingAuthorization,
        accepted: &AcceptedCallback,
    ) -> Result<Connection<P>, Error>
    where
        P: CodeGrant,
    {
        let keep = client.limits().attempt_age + REMEMBERED;
        match self.0.store.claim_once(&pending.state().fingerprint(), keep).await {
            Ok(true) => {}
            Ok(false) => return Err(callback::fault(CallbackFault::Replayed).with_provider(P::NAME)),
            Err(error) => {
                // Nothing was sent, so this process accepts the callback again.
                client.reopen(pending);
                return Err(Error::from(error).with_provider(P::NAME));
            }
        }
        let mut pauses = Settings::calls();
        let token = loop {
            match client.exchange(pending, accepted).await {
                Err(error) if error.kind() == ErrorKind::NotSent => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(error),
                },
                Err(error) => {
                    self.0.emit_unrecognized(&Key::new(P::NAME, account), None, &error);
                    return Err(error);
                }
                Ok(token) => break token,
            }
        };
        self.store_with_retries(account, token).await
    }

    /// Stores a new token and retries when the store is unavailable: the code is spent.
    async fn store_with_retries(&self, account: &str, token: Token<P>) -> Result<Connection<P>, Error> {
        let mut pauses = self.0.settings.saves();
        for _ in 1..MAX_SAVES {
            match self.store_token(account, token.clone()).await {
                Err(error) if error.kind() == ErrorKind::Store && error.is_transient() => {
                    let pause = pauses.next().unwrap_or(self.0.settings.save_retry.1);
                    tracing::warn!("{}/{account}: connected but not saved yet: {error}", P::NAME);
                    tokio::time::sleep(pause).await;
                }
                result => return result,
            }
        }
        self.store_token(account, token).await
    }
}
