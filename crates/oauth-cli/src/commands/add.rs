//! `oauth add`: a token that was got elsewhere.

use clap::Args;
use oauth_core::connections::Connections;
use oauth_core::store::{Content, Key, RecordState, StoreErrorKind};

use super::account_name;
use crate::attempt::token;
use crate::context::{Common, Context};
use crate::failure::{Code, Failure};
use crate::output::can_ask;
use crate::prompt;
use crate::providers::{ByProvider, Offered, Own, at};
use crate::registration::Registration;
use crate::report::Report;
use crate::said::Said;
use crate::setting::Of;
use crate::time::now;

/// Arguments of `add` at every provider.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
The token is asked for without being shown; where there is no terminal, it is read from stdin. Never
give it on the command line. A token that is added cannot be refreshed.")]
pub(crate) struct Add {
    /// What to call the account
    #[arg(value_name = "ACCOUNT", value_parser = account_name)]
    account: String,

    /// The client that the token was issued to, if that is known
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,

    /// Replace a connection that is there already, without asking
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    pub(crate) common: Common,
}

impl Own for Add {
    fn takes(of: Of) -> bool {
        matches!(of, Of::Site | Of::Scopes | Of::Add)
    }
}

/// Adds it.
pub(crate) async fn run(arguments: &ByProvider<Add>) -> Result<(), Failure> {
    let context = Context::new(&arguments.own.common)?;
    at!(arguments.provider, P => add::<P>(&context, arguments).await)
}

async fn add<P: Offered>(context: &Context, arguments: &ByProvider<Add>) -> Result<(), Failure> {
    let ByProvider { provider, own, settings } = arguments;
    let said = Said::of(&context.config, *provider);
    let mut settings = settings.clone().over(said.settings);
    settings.make_absolute("ca-certificate");
    let client_id = own.client_id.clone().unwrap_or(said.client.id);
    let registration = Registration { client_id, client_secret: None, redirect_uri: None, settings };
    // Whatever is wrong with the rest, before a secret is asked for.
    let client = registration.client::<P>()?;
    ask_before_replacing::<P>(context, own).await?;
    let token = P::import_token(&client, token(context).await?, &registration.settings)?;
    let store = context.until_interrupted(context.used.open_or_make()).await?;
    let shared = store.shared();
    let connections = Connections::shared_builder(client, shared.clone()).build();
    let added = async {
        let connection = connections.insert(&own.account, token).await?;
        let remembered = registration.remember(&shared, *provider, &own.account).await;
        remembered.map_err(Failure::without_client)?;
        Ok::<_, Failure>(Report::of(*provider, &own.account, &connection.status().await?))
    };
    let report = added.await;
    store.close().await;
    let report = report?;
    context.output.result(&report, report.lines(now()));
    Ok(())
}

/// What is added is never refreshed, so it is no match for a connection that is.
async fn ask_before_replacing<P: Offered>(context: &Context, own: &Add) -> Result<(), Failure> {
    if own.replace {
        return Ok(());
    }
    let Some(store) = context.store().await? else { return Ok(()) };
    let found = store.shared().load(&Key::new(P::NAME, own.account.as_str())).await;
    store.close().await;
    let what = match found {
        Ok(Some(record)) if record.state == RecordState::Active && is_refreshed(&record.content) => {
            "is connected, and refreshed by itself; a token that is added is not"
        }
        Ok(_) => return Ok(()),
        // Others may have the key.
        Err(error) if matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::WrongKey) => {
            "is there already, and cannot be read here"
        }
        Err(error) => return Err(error.into()),
    };
    let told = format!("{}/{} {what}", P::NAME, own.account);
    if !can_ask() {
        return Err(Failure::usage(told).hint("choose another name, or say that it is meant with --replace"));
    }
    context.output.note(format_args!("{told}."));
    if prompt::confirm(context, "Replace it?").await? {
        return Ok(());
    }
    Err(Failure::new(Code::Denied, "denied", "nothing was done"))
}

fn is_refreshed(content: &Content) -> bool {
    content.due_at.is_some() || content.lapses_at.is_some()
}
