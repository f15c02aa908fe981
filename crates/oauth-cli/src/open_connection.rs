//! One connection that is there already, with the store it is in.

use std::sync::Arc;

use oauth_core::connections::{Connection, Connections};
use oauth_core::store::{Key, TokenStore};
use oauth_core::{Error, Renewal};

use crate::client_config::variable_name;
use crate::context::Context;
use crate::failure::Failure;
use crate::providers::{CliProvider, ProviderName};
use crate::registration::Registration;
use crate::store::Store;

/// What is to be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is looked at: nothing is sent to the provider.
    StatusOnly,
    /// Its token is used, and refreshed where that is due.
    UseToken,
}

/// One connection, with what it depends on.
#[derive(Debug)]
pub(crate) struct OpenConnection<P: CliProvider> {
    pub(crate) store: Store,
    pub(crate) connections: Connections<P>,
    pub(crate) connection: Connection<P>,
}

impl<P: CliProvider> OpenConnection<P> {
    /// Opens the store, and makes the client that the connection was made by.
    pub(crate) async fn open(
        context: &Context,
        provider: ProviderName,
        account: &str,
        access: Access,
    ) -> Result<Self, Failure> {
        let Some(store) = context.open_store().await? else {
            return Err(Failure::not_connected(P::NAME, account));
        };
        let shared = store.shared();
        let connections = connections::<P>(context, &shared, provider, account, access).await?;
        Ok(Self { store, connection: connections.get(account), connections })
    }

    /// What the library says, in terms of this connection.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        Failure::for_connection(error, P::NAME, self.connection.account())
    }

    /// Ends in order: a refresh that is under way is finished and saved first, unless somebody insists on the end.
    pub(crate) async fn close(self, context: &Context) {
        finish(context, self.connections.drain()).await;
        self.store.close().await;
    }
}

/// Finishes what is under way, unless somebody insists on the end.
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
                context.output.note("Finishing what is under way. Ctrl-C once more ends it now, and may lose a connection.");
            }
        }
    }
}

/// The connections of the client that this one was made by.
async fn connections<P: CliProvider>(
    context: &Context,
    store: &Arc<dyn TokenStore>,
    provider: ProviderName,
    account: &str,
    access: Access,
) -> Result<Connections<P>, Failure> {
    let registration = Registration::for_connection(store, &context.config, provider, account).await?;
    if access == Access::UseToken {
        check_secret::<P>(context, store, provider, account, &registration).await?;
    }
    Ok(Connections::shared_builder(registration.client::<P>()?, Arc::clone(store)).build())
}

/// GoCD destroys a refresh token before it looks at the client's secret: nothing may be refreshed without.
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
    // One that was added by hand has no refresh token either.
    if Registration::load(store, provider, account).await?.is_some() {
        return Ok(());
    }
    if store.load(&Key::new(P::NAME, account)).await?.is_none() {
        return Err(Failure::not_connected(P::NAME, account));
    }
    Err(Failure::setup(format!(
        "{provider}/{account} was connected by another program, and its client is not known here"
    ))
    .with_help(format!(
        "set {} and {}, or write client_id and client_secret below [{provider}] into {}",
        variable_name(provider, "CLIENT_ID"),
        variable_name(provider, "CLIENT_SECRET"),
        context.config.path.display(),
    )))
}
