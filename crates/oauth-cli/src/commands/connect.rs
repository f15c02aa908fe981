//! `oauth connect`: a customer says yes in a browser, and the connection is kept.

mod client_lookup;
mod embedded_sandbox;

use std::time::Duration;

use clap::Args;
use oauth_core::ErrorKind;
use oauth_core::connections::Connections;
use serde_json::json;

use crate::connect_flow::{BrowserOptions, ConnectFlow};
use crate::context::{CommonArgs, Context};
use crate::failure::Failure;
use crate::providers::{CliProvider, CommandArgs, ProviderArgs, with_provider};
use crate::redirect::Redirect;
use crate::registration::Registration;
use crate::report::Report;
use crate::setting::SettingScope;
use crate::store::Store;
use crate::time::{now, relative};
use embedded_sandbox::EmbeddedSandbox;

/// Arguments of `connect` at every provider.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Client id and secret come from these options, else from the environment (such as OAUTH_GO1_CLIENT_ID and
OAUTH_GO1_CLIENT_SECRET), else from the configuration file, else from an existing connection of the same
account, else they are asked for. A secret is never taken from the command line.")]
pub(crate) struct ConnectArgs {
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
    pub(crate) common: CommonArgs,
}

impl CommandArgs for ConnectArgs {
    fn accepts(scope: SettingScope) -> bool {
        matches!(
            scope,
            SettingScope::Site | SettingScope::Scopes | SettingScope::Rights | SettingScope::Connect
        )
    }
}

/// Connects.
pub(crate) async fn run(arguments: &ProviderArgs<ConnectArgs>) -> Result<(), Failure> {
    let context = Context::new(&arguments.command.common)?;
    with_provider!(arguments.provider, P => connect::<P>(&context, arguments).await)
}

async fn connect<P: CliProvider>(
    context: &Context,
    arguments: &ProviderArgs<ConnectArgs>,
) -> Result<(), Failure> {
    if arguments.command.sandbox {
        return in_sandbox::<P>(context, arguments).await;
    }
    let existing = context.open_store().await?;
    let saved = match &existing {
        Some(store) => {
            Registration::load(&store.shared(), arguments.provider, &arguments.command.account).await?
        }
        None => None,
    };
    let (registration, redirect) = client_lookup::resolve_client::<P>(context, arguments, saved).await?;
    // Before the person is sent anywhere: what cannot be kept is not worth their time.
    let store = match existing {
        Some(store) => store,
        None => context.until_interrupted(context.store_location.open_or_create()).await?,
    };
    let connected = connect_account::<P>(context, arguments, &store, registration, redirect).await;
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
async fn in_sandbox<P: CliProvider>(
    context: &Context,
    arguments: &ProviderArgs<ConnectArgs>,
) -> Result<(), Failure> {
    let embedded = EmbeddedSandbox::<P>::start(context, arguments).await?;
    let EmbeddedSandbox { sandbox, registration, redirect, store, .. } = embedded;
    let connected = connect_account::<P>(context, arguments, &store, registration, redirect).await;
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

async fn connect_account<P: CliProvider>(
    context: &Context,
    arguments: &ProviderArgs<ConnectArgs>,
    store: &Store,
    registration: Registration,
    redirect: Option<Redirect>,
) -> Result<Report, Failure> {
    let ProviderArgs { provider, command, .. } = arguments;
    let shared = store.shared();
    let connections = Connections::shared_builder(registration.client::<P>()?, shared.clone()).build();
    let flow = ConnectFlow {
        context,
        connections: &connections,
        account: &command.account,
        settings: &registration.settings,
        browser: BrowserOptions {
            no_browser: command.no_browser,
            timeout: Duration::from_secs(command.timeout),
            listener: redirect.and_then(|redirect| redirect.listener),
        },
        dry_run: None,
    };
    match connections.get(&command.account).status().await {
        Ok(status) => flow.note(format_args!(
            "This replaces {provider}/{}, whose token came {}.",
            command.account,
            relative(status.received_at, now())
        )),
        Err(error) if error.kind() == ErrorKind::NotConnected => {}
        Err(_) => flow.note(format_args!("This replaces {provider}/{}.", command.account)),
    }
    P::connect(&flow).await?;
    let registration = Registration { settings: provider.persistent(&registration.settings), ..registration };
    let save_result = registration.save(&shared, *provider, &command.account).await;
    let status = connections.get(&command.account).status().await?;
    connections.drain().await;
    save_result.map_err(Failure::without_client)?;
    Ok(Report::from_status(*provider, &command.account, &status))
}
