//! `oauth add`: imports an existing token.

use clap::Args;
use oauth_core::Site as _;
use oauth_core::connections::Connections;
use oauth_core::store::{Content, Key, RecordState, StoreErrorKind};

use crate::client_config::ClientConfig;
use crate::connect_flow::token;
use crate::connection_name::account_name;
use crate::context::{CommonArgs, Context};
use crate::credential_text;
use crate::failure::{ExitCode, Failure};
use crate::output::is_interactive;
use crate::prompt;
use crate::providers::{CliProvider, CommandArgs, ProviderArgs, with_provider};
use crate::registration::Registration;
use crate::report::Report;
use crate::setting::SettingScope;
use crate::time::now;

/// Arguments of `add` at every provider.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Prompts for the token without echo, or reads it from stdin if there is no terminal. Never pass a token on the \
command line. The token is stored without a call to the provider, and cannot be refreshed.

Example:
  pass show my-token | oauth add cobot/hub --scope read")]
pub(crate) struct AddArgs {
    /// Name for the account
    #[arg(value_name = "ACCOUNT", value_parser = account_name)]
    account: String,

    /// Client that the token was issued to, if known
    #[arg(long, value_name = "ID", value_parser = credential_text::parse_option)]
    client_id: Option<String>,

    /// Replace an existing connection without asking
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

impl CommandArgs for AddArgs {
    fn accepts(scope: SettingScope) -> bool {
        matches!(scope, SettingScope::Site | SettingScope::Scopes | SettingScope::Add)
    }
}

/// Runs the command.
pub(crate) async fn run(arguments: &ProviderArgs<AddArgs>) -> Result<(), Failure> {
    let context = Context::new(&arguments.command.common)?;
    with_provider!(arguments.provider, P => add::<P>(&context, arguments).await)
}

async fn add<P: CliProvider>(context: &Context, arguments: &ProviderArgs<AddArgs>) -> Result<(), Failure> {
    let ProviderArgs { provider, command, settings } = arguments;
    let configured = ClientConfig::load(&context.config, *provider)?;
    let mut settings = settings.clone().with_defaults(configured.settings);
    settings.make_absolute("ca-certificate");
    let client_id = command.client_id.clone().unwrap_or(configured.client.id);
    let registration = Registration { client_id, client_secret: None, redirect_uri: None, settings };
    registration.settings.check_server()?;
    // Report invalid options before asking for a secret.
    let client = registration.client::<P>(context.trace)?;
    let extra = P::imported_extra(client.site(), &registration.settings)?;
    let scopes = registration.settings.scopes()?;
    ask_before_replacing::<P>(context, command).await?;
    let token = client.import_token_with(token(context).await?, scopes, extra)?;
    let store = context.until_interrupted(context.store_location.open_or_create()).await?;
    let shared = store.shared();
    let connections = Connections::shared_builder(client, shared.clone())
        .on_event(context.unrecognized_responses().listener())
        .build();
    let added = async {
        let connection = connections.insert(&command.account, token).await?;
        let saved = registration.save(&shared, *provider, &command.account).await;
        saved.map_err(Failure::without_client)?;
        let status = connection.status().await?;
        let client = connections.client();
        Ok::<_, Failure>(Report::from_status(*provider, &command.account, &status, client.site().token_url()))
    };
    let report = added.await;
    store.close().await;
    let report = report?;
    context.output.result(&report, report.lines(now()));
    Ok(())
}

/// Asks first if the import would replace a connection that is in use.
async fn ask_before_replacing<P: CliProvider>(context: &Context, command: &AddArgs) -> Result<(), Failure> {
    if command.replace {
        return Ok(());
    }
    let Some(store) = context.open_store().await? else { return Ok(()) };
    let found = store.shared().load(&Key::new(P::NAME, command.account.as_str())).await;
    store.close().await;
    let state = match found {
        Ok(Some(record)) if record.state == RecordState::Active => {
            if is_refreshable(&record.content) {
                "is connected and refreshes automatically; an imported token does not"
            } else {
                "is connected already"
            }
        }
        Ok(_) => return Ok(()),
        // Another program may have its key.
        Err(error) if matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::WrongKey) => {
            "exists and cannot be read here"
        }
        Err(error) => return Err(error.into()),
    };
    let message = format!("{}/{} {state}", P::NAME, command.account);
    if !is_interactive() {
        return Err(
            Failure::usage(message).with_help("choose another account name, or confirm with --replace")
        );
    }
    context.output.note(format_args!("{message}."));
    if prompt::confirm(context, "Replace it?").await? {
        return Ok(());
    }
    Err(Failure::new(ExitCode::Denied, "denied", "cancelled; nothing was changed"))
}

fn is_refreshable(content: &Content) -> bool {
    content.due_at.is_some() || content.lapses_at.is_some()
}
