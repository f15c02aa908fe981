//! `oauth disconnect`: the end of a connection.

use clap::Args;
use oauth_core::store::{Key, StoreErrorKind};
use serde_json::json;

use crate::context::{CommonArgs, Context};
use crate::failure::{ExitCode, Failure};
use crate::open_connection::{Access, OpenConnection};
use crate::output::is_interactive;
use crate::prompt;
use crate::providers::{CliProvider, ProviderName, Revocation, with_provider};
use crate::registration::Registration;

/// Arguments of `disconnect`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Where the provider can, the token is revoked there first; if that fails, nothing is removed here. AccountFilter
Cobot offers it; at the others it is said what becomes of the token.")]
pub(crate) struct DisconnectArgs {
    /// cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(value_enum, value_name = "PROVIDER", hide_possible_values = true)]
    provider: ProviderName,

    /// The account
    #[arg(value_name = "ACCOUNT")]
    account: String,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    /// AccountFilter remove it here
    #[arg(long)]
    no_revoke: bool,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// Disconnects.
pub(crate) async fn run(arguments: &DisconnectArgs) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    with_provider!(arguments.provider, P => disconnect::<P>(&context, arguments).await)
}

async fn disconnect<P: CliProvider>(context: &Context, arguments: &DisconnectArgs) -> Result<(), Failure> {
    let DisconnectArgs { provider, account, .. } = arguments;
    let missing = || Failure::not_connected(P::NAME, account);
    let store = context.open_store().await?.ok_or_else(missing)?;
    let key = Key::new(P::NAME, account.as_str());
    let found = store.shared().load(&key).await;
    store.close().await;
    let exists = match found {
        Ok(record) => record.is_some(),
        // Nobody can read what it holds, and that is a reason to be rid of it.
        Err(error) if matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::WrongKey) => true,
        Err(error) => return Err(error.into()),
    };
    if !exists {
        return Err(missing());
    }
    if !arguments.yes {
        if !is_interactive() {
            return Err(
                Failure::usage("nobody can be asked whether this is meant").with_help("say so with --yes")
            );
        }
        if !prompt::confirm(context, &format!("Disconnect {provider}/{account}?")).await? {
            return Err(Failure::new(ExitCode::Denied, "denied", "nothing was done"));
        }
    }
    let revoked = match arguments.no_revoke {
        true => None,
        false => Some(revoke::<P>(context, arguments).await?),
    };
    let store = context.open_store().await?.ok_or_else(missing)?;
    let shared = store.shared();
    let removed = shared.remove(&key).await;
    let registration_removed = Registration::delete(&shared, *provider, account).await;
    store.close().await;
    removed?;
    registration_removed?;
    let note = match revoked {
        Some(Revocation::NotSupported(note)) => Some(note),
        _ => None,
    };
    context.output.result(
        &json!({
            "provider": P::NAME,
            "account": account,
            "removed": true,
            "revoked": revoked == Some(Revocation::Done),
            "note": note,
        }),
        match revoked {
            Some(Revocation::Done) => format!("{provider}/{account}: revoked at {}, and removed.", P::TITLE),
            _ => format!("{provider}/{account}: removed."),
        },
    );
    if let Some(note) = note {
        context.output.note(format_args!("{note}."));
    }
    Ok(())
}

async fn revoke<P: CliProvider>(
    context: &Context,
    arguments: &DisconnectArgs,
) -> Result<Revocation, Failure> {
    if P::NO_REVOCATION.is_empty() {
        let result =
            OpenConnection::<P>::open(context, arguments.provider, &arguments.account, Access::UseToken)
                .await;
        let opened = result.map_err(|failure| match failure.code {
            ExitCode::Setup => failure.with_help("to remove it here only, without revoking it: --no-revoke"),
            _ => failure,
        })?;
        // To its end: half of it would be a connection here that is none there.
        let revoked = P::revoke(&opened.connection).await.map_err(|error| {
            opened
                .failure(&error)
                .with_help("the connection is still here; try again, or remove it here only with --no-revoke")
        });
        opened.close(context).await;
        return revoked;
    }
    Ok(Revocation::NotSupported(P::NO_REVOCATION))
}
