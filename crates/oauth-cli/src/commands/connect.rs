//! `oauth connect`: connects an account, usually in a browser.

mod client_lookup;
mod embedded_sandbox;

use std::time::Duration;

use clap::Args;
use oauth_core::connections::Connections;
use oauth_core::store::RecordSummary;
use oauth_core::{ErrorKind, Site as _};
use serde_json::json;

use super::api::similar_scope;
use super::list::summaries;
use crate::connect_flow::{BrowserOptions, ConnectFlow};
use crate::connection_name::{DEFAULT_ACCOUNT, account_name, shell_name, shell_quoted};
use crate::context::{CommonArgs, Context};
use crate::credential_text;
use crate::failure::Failure;
use crate::output::is_interactive;
use crate::prompt;
use crate::providers::{CliProvider, CommandArgs, ProviderArgs, with_provider};
use crate::redirect::Redirect;
use crate::registration::Registration;
use crate::report::Report;
use crate::setting::SettingScope;
use crate::store::Store;
use crate::time::{now, relative};
use embedded_sandbox::EmbeddedSandbox;

/// Time to ask who is connected.
const USER_TIMEOUT: Duration = Duration::from_secs(10);

/// Arguments of `connect` at every provider.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Client id and secret come from these options, the environment (such as OAUTH_GO1_CLIENT_ID and \
OAUTH_GO1_CLIENT_SECRET), the configuration file, an earlier connection of the same account, or a prompt, in \
this order. Secrets are never accepted as options.

Examples:
  oauth connect go1 --scope user.read
  oauth connect cobot/hub --scope read_user,read_bookings
  oauth connect gocd-personal \\
    --server https://go.example.com:8154")]
pub(crate) struct ConnectArgs {
    /// Name for the account
    #[arg(value_name = "ACCOUNT", default_value = DEFAULT_ACCOUNT, value_parser = account_name)]
    account: String,

    /// Client id
    #[arg(long, value_name = "ID", conflicts_with = "sandbox", value_parser = credential_text::parse_option)]
    client_id: Option<String>,

    /// Read the client secret from this file; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox")]
    client_secret_file: Option<String>,

    /// Redirect URI registered at the provider [default: http://127.0.0.1:8765/callback/PROVIDER]
    #[arg(long, value_name = "URI", conflicts_with_all = ["port", "sandbox"])]
    redirect_uri: Option<String>,

    /// Use another port in the default redirect URI; 0 picks a free port
    #[arg(long, value_name = "N")]
    port: Option<u16>,

    /// Print the URL instead of opening a browser, and also accept the callback URL on stdin
    #[arg(long)]
    no_browser: bool,

    /// Seconds to wait for the browser
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=900))]
    timeout: u64,

    /// Connect at a temporary sandbox; it and the connection end with this command
    #[arg(long)]
    sandbox: bool,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

impl CommandArgs for ConnectArgs {
    fn accepts(scope: SettingScope) -> bool {
        matches!(
            scope,
            SettingScope::Site | SettingScope::Scopes | SettingScope::Permissions | SettingScope::Connect
        )
    }
}

/// Runs the command.
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
    for scope in &registration.settings.scopes()? {
        if let Some(similar) = similar_scope(arguments.provider, scope.as_str()) {
            context.output.note(format_args!(
                "No call is documented to need the scope `{scope}`; did you mean `{similar}`?"
            ));
            let asks = is_interactive() && !context.output.is_json();
            if asks && !prompt::confirm(context, &format!("Request `{scope}`?")).await? {
                return Err(Failure::usage(format!("`{scope}` is not requested"))
                    .with_help(format!("request `{similar}` in its place")));
            }
        }
    }
    let (_, first_scope) = P::FIRST_CALL;
    if !first_scope.is_empty()
        && P::uses_redirect(&registration.settings)
        && registration.settings.scopes()?.is_empty()
    {
        context.output.note(format_args!(
            "No scope is requested, so the token can do almost nothing. Example: --scope {first_scope};\n\
             `oauth api {}` lists the scopes.",
            arguments.provider
        ));
    }
    // Open the store before the user spends time in the browser.
    let store = match existing {
        Some(store) => store,
        None => context.until_interrupted(context.store_location.open_or_create()).await?,
    };
    let is_other = |one: &RecordSummary| one.account != arguments.command.account;
    if !P::EFFECT_ON_OTHERS.is_empty()
        && summaries(&store.shared(), arguments.provider).await?.iter().any(is_other)
    {
        context.output.note(P::EFFECT_ON_OTHERS);
    }
    let connected = connect_account::<P>(context, arguments, &store, registration, redirect).await;
    store.close().await;
    let report = connected?;
    context.output.result(
        &json!({ "event": "connected", "connection": report }),
        format_args!("Connected.\n{}", report.lines(now())),
    );
    context.output.note(format_args!("\nTry it:\n  {}", first_command::<P>(&report)));
    Ok(())
}

/// Returns a command that uses the new connection and prints no secret.
fn first_command<P: CliProvider>(report: &Report) -> String {
    let (path, scope) = P::FIRST_CALL;
    if is_first_call_allowed::<P>(report) {
        return format!(
            "oauth request {} {}",
            shell_name(report.provider, &report.account),
            shell_quoted(path)
        );
    }
    let account = shell_name(report.provider, &report.account);
    format!("oauth connect {account} --scope {}", shell_quoted(scope))
}

/// Connects at an embedded sandbox, with a temporary store.
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
        format_args!("Connected at the sandbox.\n{}", report.lines(now())),
    );
    drop(sandbox);
    context.output.note(format_args!(
        "\nThe sandbox and the connection are gone. For a lasting connection, run `oauth sandbox` in another\n\
         terminal, then `oauth connect {} --server URL` with the URL it shows.",
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
    let connections = Connections::shared_builder(registration.client::<P>(context.trace)?, shared.clone())
        .on_event(context.unrecognized_responses().listener())
        .build();
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
            "This replaces {provider}/{}, whose token was received {}.",
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
    let client = connections.client();
    let report = Report::from_status(*provider, &command.account, &status, client.site().token_url());
    let user = match is_first_call_allowed::<P>(&report) {
        // Only for the report: what goes wrong here shows when the connection is used.
        true => context.until_interrupted(user(&connections, &command.account)).await.unwrap_or_default(),
        false => None,
    };
    connections.drain().await;
    save_result.map_err(Failure::without_client)?;
    Ok(Report { user, ..report })
}

/// Asks the provider who is connected.
async fn user<P: CliProvider>(
    connections: &Connections<P>,
    account: &str,
) -> Result<Option<String>, Failure> {
    let client = connections.client();
    let token = connections.get(account).token().await?;
    match tokio::time::timeout(USER_TIMEOUT, P::user(&client, &token)).await {
        Ok(user) => Ok(user?),
        Err(_) => Ok(None),
    }
}

/// Returns whether the connection has the scope of [`CliProvider::FIRST_CALL`].
fn is_first_call_allowed<P: CliProvider>(report: &Report) -> bool {
    let (_, scope) = P::FIRST_CALL;
    scope.is_empty() || report.scopes.iter().any(|granted| granted == scope)
}
