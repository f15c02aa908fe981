//! `oauth disconnect`: revokes and removes a connection.

use clap::Args;
use oauth_core::store::{Key, StoreErrorKind};
use serde_json::json;

use crate::connection_name::ConnectionArgs;
use crate::context::Context;
use crate::failure::{ExitCode, Failure};
use crate::open_connection::{Access, OpenConnection};
use crate::output::is_interactive;
use crate::prompt;
use crate::providers::{CliProvider, ProviderName, with_provider};
use crate::registration::Registration;

/// Arguments of `disconnect`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Revokes the token first where the provider supports it (Cobot); if that fails, the connection is kept. For \
other providers, explains how the user can revoke it or when it expires.

Example: oauth disconnect go1/acme")]
pub(crate) struct DisconnectArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,

    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,

    /// Remove the connection here without revoking the token
    #[arg(long)]
    no_revoke: bool,
}

/// Runs the command.
pub(crate) async fn run(arguments: &DisconnectArgs) -> Result<(), Failure> {
    let context = Context::new(&arguments.connection.common)?;
    let (provider, account) = arguments.connection.resolve()?;
    with_provider!(provider, P => disconnect::<P>(&context, arguments, provider, &account).await)
}

async fn disconnect<P: CliProvider>(
    context: &Context,
    arguments: &DisconnectArgs,
    provider: ProviderName,
    account: &str,
) -> Result<(), Failure> {
    let missing = || Failure::not_connected(P::NAME, account);
    let store = context.open_store().await?.ok_or_else(missing)?;
    let key = Key::new(P::NAME, account);
    let found = store.shared().load(&key).await;
    store.close().await;
    let exists = match found {
        Ok(record) => record.is_some(),
        // An unreadable record can still be removed.
        Err(error) if matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::WrongKey) => true,
        Err(error) => return Err(error.into()),
    };
    if !exists {
        return Err(missing());
    }
    if !arguments.yes {
        if !is_interactive() {
            return Err(Failure::usage("confirmation is required, and there is no terminal to ask on")
                .with_help("confirm with --yes"));
        }
        if !prompt::confirm(context, &format!("Disconnect {provider}/{account}?")).await? {
            return Err(Failure::new(ExitCode::Denied, "denied", "cancelled; nothing was changed"));
        }
    }
    let is_revocable = P::NO_REVOCATION.is_empty();
    let is_revoked = is_revocable && !arguments.no_revoke;
    if is_revoked {
        revoke::<P>(context, provider, account).await?;
    }
    let store = context.open_store().await?.ok_or_else(missing)?;
    let shared = store.shared();
    let removed = shared.remove(&key).await;
    let registration_removed = Registration::delete(&shared, provider, account).await;
    store.close().await;
    removed?;
    registration_removed?;
    let note = Some(P::NO_REVOCATION).filter(|_| !is_revocable && !arguments.no_revoke);
    context.output.result(
        &json!({
            "provider": P::NAME,
            "account": account,
            "removed": true,
            "revoked": is_revoked,
            "note": note,
        }),
        match is_revoked {
            true => format!("{provider}/{account}: revoked at {} and removed.", P::TITLE),
            false => format!("{provider}/{account}: removed."),
        },
    );
    if let Some(note) = note {
        context.output.note(format_args!("{note}."));
    }
    Ok(())
}

async fn revoke<P: CliProvider>(
    context: &Context,
    provider: ProviderName,
    account: &str,
) -> Result<(), Failure> {
    let result = OpenConnection::<P>::open(context, provider, account, Access::UseToken).await;
    let opened = result.map_err(|failure| match failure.code {
        ExitCode::Setup => {
            failure.with_help("use --no-revoke to remove the connection without revoking the token")
        }
        _ => failure,
    })?;
    // Not cancelled by a signal: the token could be revoked while the connection stays.
    let revoked = opened.connections.disconnect(account).await.map_err(|error| {
        opened.failure(&error).with_help(
            "the connection was kept; try again, or remove it without revoking the token with --no-revoke",
        )
    });
    opened.close(context).await;
    revoked.map(drop)
}
