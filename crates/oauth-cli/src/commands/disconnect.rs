//! `oauth disconnect`: the end of a connection.

use clap::Args;
use oauth_core::store::{Key, StoreErrorKind};
use serde_json::json;

use crate::context::{Common, Context};
use crate::failure::{Code, Failure};
use crate::held::{Held, Need};
use crate::output::can_ask;
use crate::prompt;
use crate::providers::{Name, Offered, Revoked, at};
use crate::registration::Registration;

/// Arguments of `disconnect`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Where the provider can, the token is revoked there first; if that fails, nothing is removed here. Only
Cobot offers it; at the others it is said what becomes of the token.")]
pub(crate) struct Disconnect {
    /// cohortgo, cobot, go1, gocd or gocd-personal
    #[arg(value_enum, value_name = "PROVIDER", hide_possible_values = true)]
    provider: Name,

    /// The account
    #[arg(value_name = "ACCOUNT")]
    account: String,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,

    /// Only remove it here
    #[arg(long)]
    no_revoke: bool,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// Disconnects.
pub(crate) async fn run(arguments: &Disconnect) -> Result<(), Failure> {
    let context = Context::new(&arguments.common)?;
    at!(arguments.provider, P => disconnect::<P>(&context, arguments).await)
}

async fn disconnect<P: Offered>(context: &Context, arguments: &Disconnect) -> Result<(), Failure> {
    let Disconnect { provider, account, .. } = arguments;
    let missing = || Failure::not_connected(P::NAME, account);
    let store = context.store().await?.ok_or_else(missing)?;
    let key = Key::new(P::NAME, account.as_str());
    let found = store.shared().load(&key).await;
    store.close().await;
    let is_there = match found {
        Ok(record) => record.is_some(),
        // Nobody can read what it holds, and that is a reason to be rid of it.
        Err(error) if matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::WrongKey) => true,
        Err(error) => return Err(error.into()),
    };
    if !is_there {
        return Err(missing());
    }
    if !arguments.yes {
        if !can_ask() {
            return Err(Failure::usage("nobody can be asked whether this is meant").hint("say so with --yes"));
        }
        if !prompt::confirm(context, &format!("Disconnect {provider}/{account}?")).await? {
            return Err(Failure::new(Code::Denied, "denied", "nothing was done"));
        }
    }
    let revoked = match arguments.no_revoke {
        true => None,
        false => Some(revoke::<P>(context, arguments).await?),
    };
    let store = context.store().await?.ok_or_else(missing)?;
    let shared = store.shared();
    let removed = shared.remove(&key).await;
    let forgotten = Registration::forget(&shared, *provider, account).await;
    store.close().await;
    removed?;
    forgotten?;
    let stays = match revoked {
        Some(Revoked::NotOffered(stays)) => Some(stays),
        _ => None,
    };
    context.output.result(
        &json!({
            "provider": P::NAME,
            "account": account,
            "removed": true,
            "revoked": revoked == Some(Revoked::Done),
            "note": stays,
        }),
        match revoked {
            Some(Revoked::Done) => format!("{provider}/{account}: revoked at {}, and removed.", P::TITLE),
            _ => format!("{provider}/{account}: removed."),
        },
    );
    if let Some(stays) = stays {
        context.output.note(format_args!("{stays}."));
    }
    Ok(())
}

async fn revoke<P: Offered>(context: &Context, arguments: &Disconnect) -> Result<Revoked, Failure> {
    if P::STAYS.is_empty() {
        let opened = Held::<P>::open(context, arguments.provider, &arguments.account, Need::Use).await;
        let held = opened.map_err(|failure| match failure.code {
            Code::Setup => failure.hint("to remove it here only, without revoking it: --no-revoke"),
            _ => failure,
        })?;
        // To its end: half of it would be a connection here that is none there.
        let revoked = P::revoke(&held.connection).await.map_err(|error| {
            held.failure(&error)
                .hint("the connection is still here; try again, or remove it here only with --no-revoke")
        });
        held.end(context).await;
        return revoked;
    }
    Ok(Revoked::NotOffered(P::STAYS))
}
