//! `oauth connect`: a customer says yes in a browser, and the connection is kept.

mod client;
mod stage;

use std::time::Duration;

use clap::Args;
use oauth_core::ErrorKind;
use oauth_core::connections::Connections;
use serde_json::json;

use crate::attempt::{Attempt, Visit};
use crate::context::{Common, Context};
use crate::failure::Failure;
use crate::providers::{ByProvider, Offered, Own, at};
use crate::redirect::Redirect;
use crate::registration::Registration;
use crate::report::Report;
use crate::setting::Of;
use crate::store::Store;
use crate::time::{now, relative};
use stage::Stage;

/// Arguments of `connect` at every provider.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Client id and secret come from these options, else from the environment (such as OAUTH_GO1_CLIENT_ID and
OAUTH_GO1_CLIENT_SECRET), else from the configuration file, else from an earlier connection of the same
account, else they are asked for. A secret is never taken from the command line.")]
pub(crate) struct Connect {
    /// What to call the account
    #[arg(value_name = "ACCOUNT", default_value = "default", value_parser = super::account_name)]
    account: String,

    /// The client's id
    #[arg(long, value_name = "ID", conflicts_with = "sandbox")]
    client_id: Option<String>,

    /// Read the client's secret from this file; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox")]
    client_secret_file: Option<String>,

    /// The redirect URI that is registered at the provider [default: http://127.0.0.1:8765/callback/PROVIDER]
    #[arg(long, value_name = "URI", conflicts_with_all = ["port", "sandbox"])]
    redirect_uri: Option<String>,

    /// Another port for the usual redirect URI; 0 takes any free one
    #[arg(long, value_name = "N")]
    port: Option<u16>,

    /// Open no browser: print the URL, and take the callback URL on stdin, too
    #[arg(long)]
    no_browser: bool,

    /// How many seconds to wait for the person
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=900))]
    timeout: u64,

    /// Connect at the sandbox on this machine, which ends with this command, and the connection with it
    #[arg(long)]
    sandbox: bool,

    #[command(flatten)]
    pub(crate) common: Common,
}

impl Own for Connect {
    fn takes(of: Of) -> bool {
        matches!(of, Of::Site | Of::Scopes | Of::Rights | Of::Connect)
    }
}

/// Connects.
pub(crate) async fn run(arguments: &ByProvider<Connect>) -> Result<(), Failure> {
    let context = Context::new(&arguments.own.common)?;
    at!(arguments.provider, P => connect::<P>(&context, arguments).await)
}

async fn connect<P: Offered>(context: &Context, arguments: &ByProvider<Connect>) -> Result<(), Failure> {
    if arguments.own.sandbox {
        return in_sandbox::<P>(context, arguments).await;
    }
    let earlier = context.store().await?;
    let kept = match &earlier {
        Some(store) => {
            Registration::recall(&store.shared(), arguments.provider, &arguments.own.account).await?
        }
        None => None,
    };
    let (registration, redirect) = client::registration::<P>(context, arguments, kept).await?;
    // Before the person is sent anywhere: what cannot be kept is not worth their time.
    let store = match earlier {
        Some(store) => store,
        None => context.until_interrupted(context.used.open_or_make()).await?,
    };
    let connected = through::<P>(context, arguments, &store, registration, redirect).await;
    store.close().await;
    let report = connected?;
    let (provider, account) = (report.provider, &report.account);
    context.output.result(
        &json!({ "event": "connected", "connection": report }),
        format_args!("Connected.\n{}", report.lines(now())),
    );
    context.output.note(format_args!("\nNow, for example:\n  oauth header {provider} {account}"));
    Ok(())
}

/// The same against the embedded sandbox, with a store that is thrown away.
async fn in_sandbox<P: Offered>(context: &Context, arguments: &ByProvider<Connect>) -> Result<(), Failure> {
    let stage = Stage::<P>::build(context, arguments).await?;
    let Stage { sandbox, registration, redirect, store, .. } = stage;
    let connected = through::<P>(context, arguments, &store, registration, redirect).await;
    store.close().await;
    let report = connected?;
    context.output.result(
        &json!({ "event": "connected", "connection": report, "sandbox": true }),
        format_args!("Connected, at the sandbox.\n{}", report.lines(now())),
    );
    drop(sandbox);
    context.output.note(format_args!(
        "\nThe sandbox has ended, and the connection is gone with it. To go on with one, run `oauth sandbox` in another\n\
         terminal, and `oauth connect {} --server URL` with the URL that it shows.",
        arguments.provider
    ));
    Ok(())
}

async fn through<P: Offered>(
    context: &Context,
    arguments: &ByProvider<Connect>,
    store: &Store,
    registration: Registration,
    redirect: Option<Redirect>,
) -> Result<Report, Failure> {
    let ByProvider { provider, own, .. } = arguments;
    let shared = store.shared();
    let connections = Connections::shared_builder(registration.client::<P>()?, shared.clone()).build();
    let attempt = Attempt {
        context,
        connections: &connections,
        account: &own.account,
        settings: &registration.settings,
        visit: Visit {
            no_browser: own.no_browser,
            timeout: Duration::from_secs(own.timeout),
            listener: redirect.and_then(|redirect| redirect.listener),
        },
        rehearsal: None,
    };
    match connections.get(&own.account).status().await {
        Ok(status) => attempt.note(format_args!(
            "This replaces {provider}/{}, whose token came {}.",
            own.account,
            relative(status.received_at, now())
        )),
        Err(error) if error.kind() == ErrorKind::NotConnected => {}
        Err(_) => attempt.note(format_args!("This replaces {provider}/{}.", own.account)),
    }
    P::connect(&attempt).await?;
    let registration = Registration { settings: provider.lasting(&registration.settings), ..registration };
    let remembered = registration.remember(&shared, *provider, &own.account).await;
    let status = connections.get(&own.account).status().await?;
    connections.drain().await;
    remembered.map_err(Failure::without_client)?;
    Ok(Report::of(*provider, &own.account, &status))
}
