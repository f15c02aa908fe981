//! The end of an attempt to connect: the callback's code becomes a connection, once.

use std::time::Duration;

use tokio::runtime::Handle;

use super::{Connection, Connections};
use crate::authorize::callback;
use crate::authorize::pending::PendingAuthorization;
use crate::error::{CallbackFault, Error, ErrorKind};
use crate::provider::grants::CodeGrant;
use crate::provider::provider::Provider;
use crate::token::token::Token;
use crate::util::secret::AuthorizationCode;

/// How much longer than an attempt may take the store remembers that it was finished: more than the clocks of machines
/// differ.
const REMEMBERED: Duration = Duration::from_secs(24 * 3_600);
/// How often a fresh token is offered to a store that does not take it.
const SAVES: usize = 5;

impl<P: Provider> Connections<P> {
    /// Finishes an attempt ([`Client::finish`](crate::Client::finish)) and takes the connection in
    /// ([`insert`](Self::insert)).
    ///
    /// An attempt is finished once, on whichever machine: the store records it before anything is sent. Once the code is
    /// accepted this goes on although the caller may stop waiting, as a browser does that is closed: the code is spent by
    /// then, and the token must not be lost.
    ///
    /// # Errors
    /// [`ErrorKind::Callback`] if the callback is not acceptable, [`ErrorKind::Denied`] if the person refused, and
    /// whatever the provider, the way to it, or the store may fail with. After any of them but an unacceptable callback
    /// the person begins anew.
    ///
    /// ```
    /// # use oauth_core::{CodeGrant, Connection, Connections, Error, PendingAuthorization};
    /// async fn callback<P: CodeGrant>(
    ///     connections: &Connections<P>,
    ///     pending: PendingAuthorization, // from the person's session
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
        let under_way = self.0.begin()?;
        let client = self.client();
        let code = client.accept(pending, callback).map_err(|error| error.with_provider(P::NAME))?;
        let (this, account, pending) = (self.clone(), account.to_owned(), pending.clone());
        let finishing = runtime.spawn(async move {
            let _under_way = under_way;
            this.connect(&client, &account, &pending, &code).await
        });
        finishing.await.unwrap_or_else(|failed| {
            Err(Error::new(ErrorKind::Unanswered, "connecting was cut short")
                .with_provider(P::NAME)
                .with_help("start the connection again")
                .with_source(failed))
        })
    }

    async fn connect(
        &self,
        client: &crate::client::client::Client<P>,
        account: &str,
        pending: &PendingAuthorization,
        code: &AuthorizationCode,
    ) -> Result<Connection<P>, Error>
    where
        P: CodeGrant,
    {
        let keep = client.limits().attempt_age + REMEMBERED;
        match self.0.store.claim_once(&pending.state().fingerprint(), keep).await {
            Ok(true) => {}
            Ok(false) => return Err(callback::fault(CallbackFault::Replayed).with_provider(P::NAME)),
            Err(error) => {
                // Nothing was sent, so as far as this process goes the callback may come again.
                client.reopen(pending);
                return Err(Error::from(error).with_provider(P::NAME));
            }
        }
        let mut pauses = super::settings::Settings::calls();
        let token = loop {
            match client.exchange(pending, code).await {
                Err(error) if error.kind() == ErrorKind::NotSent => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(error),
                },
                answered => break answered?,
            }
        };
        self.hold(account, token).await
    }

    /// Takes a fresh token in, and does not let go of it at the first failure of the store: the code it came for is spent.
    async fn hold(&self, account: &str, token: Token<P>) -> Result<Connection<P>, Error> {
        let mut pauses = self.0.settings.saves();
        for _ in 1..SAVES {
            match self.take_in(account, token.clone()).await {
                Err(error) if error.kind() == ErrorKind::Store && error.is_transient() => {
                    let pause = pauses.next().unwrap_or(self.0.settings.save_retry.1);
                    tracing::warn!("{}/{account}: connected but not saved yet: {error}", P::NAME);
                    tokio::time::sleep(pause).await;
                }
                answered => return answered,
            }
        }
        self.take_in(account, token).await
    }
}
