//! An existing connection together with its open store.

use std::sync::Arc;
use std::time::Duration;

use oauth_core::connections::{Connection, Connections};
use oauth_core::store::{Key, TokenStore};
use oauth_core::{Error, Renewal};

use crate::client_config::variable_name;
use crate::context::Context;
use crate::failure::Failure;
use crate::providers::{CliProvider, ProviderName};
use crate::registration::Registration;
use crate::store::Store;

/// The intended use of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Only its status is read: nothing is sent to the provider.
    StatusOnly,
    /// Its token is used, and refreshed if due.
    UseToken,
}

/// An existing connection together with its open store.
#[derive(Debug)]
pub(crate) struct OpenConnection<P: CliProvider> {
    pub(crate) store: Store,
    pub(crate) connections: Connections<P>,
    pub(crate) connection: Connection<P>,
}

impl<P: CliProvider> OpenConnection<P> {
    /// Opens the store and builds the client that made the connection.
    pub(crate) async fn open(
        context: &Context,
        provider: ProviderName,
        account: &str,
        access: Access,
    ) -> Result<Self, Failure> {
        let Some(store) = context.open_store().await? else {
            let failure = Failure::not_connected(P::NAME, account);
            let message = format!(
                "{}: {} does not exist",
                failure.message,
                context.store_location.address.display_name()
            );
            return Err(Failure { message, ..failure });
        };
        let shared = store.shared();
        let connections = connections::<P>(context, &shared, provider, account, access).await?;
        Ok(Self { store, connection: connections.get(account), connections })
    }

    /// Converts a library error about this connection.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        Failure::for_connection(error, P::NAME, self.connection.account())
    }

    /// Waits for a refresh in flight, then closes the store. A second signal ends the wait.
    pub(crate) async fn close(self, context: &Context) {
        finish(context, self.connections.drain()).await;
        self.store.close().await;
    }
}

/// Waits for refreshes in flight. A second signal ends the wait.
pub(crate) async fn finish(context: &Context, drain: impl Future<Output = ()>) {
    let mut interrupt = context.interrupt.clone();
    let mut drain = std::pin::pin!(drain);
    let mut signals = 0;
    loop {
        tokio::select! {
            biased;
            () = &mut drain => return,
            () = interrupt.wait() => {
                signals += 1;
                if signals > 1 {
                    return;
                }
                context.output.note("Finishing work in progress. Press Ctrl-C again to stop now; a connection may be lost.");
            }
        }
    }
}

/// Builds the connections of the client that made this one.
async fn connections<P: CliProvider>(
    context: &Context,
    store: &Arc<dyn TokenStore>,
    provider: ProviderName,
    account: &str,
    access: Access,
) -> Result<Connections<P>, Failure> {
    // Before anything else is found missing, such as a server that only a connection names.
    if let Ok(None) = store.load(&Key::new(P::NAME, account)).await {
        return Err(Failure::not_connected(P::NAME, account));
    }
    let registration = Registration::for_connection(store, &context.config, provider, account).await?;
    if access == Access::UseToken {
        check_secret::<P>(context, store, provider, account, &registration).await?;
    }
    Ok(Connections::shared_builder(registration.client::<P>(context.trace)?, Arc::clone(store))
        // A person waits, and decides.
        .refusal_window(Duration::ZERO)
        .on_event(context.unrecognized_responses().listener())
        .build())
}

/// Requires a client secret before a refresh: GoCD destroys the refresh token before it checks the secret.
async fn check_secret<P: CliProvider>(
    context: &Context,
    store: &Arc<dyn TokenStore>,
    provider: ProviderName,
    account: &str,
    registration: &Registration,
) -> Result<(), Failure> {
    let refreshes = P::HAS_CLIENTS && <P::Renewal as Renewal>::REFRESHES;
    if !refreshes || registration.client_secret.is_some() {
        return Ok(());
    }
    // Imported tokens have no refresh token.
    if Registration::load(store, provider, account).await?.is_some() {
        return Ok(());
    }
    Err(Failure::setup(format!(
        "{provider}/{account} was connected by another program, and its client is not known here"
    ))
    .with_help(format!(
        "set {} and {}, or add client_id and client_secret to [{provider}] in {}",
        variable_name(provider, "CLIENT_ID"),
        variable_name(provider, "CLIENT_SECRET"),
        context.config.path.display(),
    )))
}
