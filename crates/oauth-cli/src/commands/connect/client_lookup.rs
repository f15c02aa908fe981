//! Resolves the client for `connect` from options, environment, configuration, an earlier connection and
//! prompts.

use oauth_core::ClientSecret;

use super::ConnectArgs;
use crate::client_config::{ClientConfig, ClientCredentials, origin, variable_name};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::is_interactive;
use crate::prompt;
use crate::providers::{CliProvider, ProviderArgs, ProviderName};
use crate::redirect::{DEFAULT_PORT, Redirect};
use crate::registration::Registration;
use crate::running_sandbox::RunningSandbox;
use crate::setting::{SettingScope, Settings};

/// Returns the client, and its redirect URI with listener. `saved` is the client of an earlier connection.
pub(super) async fn resolve_client<P: CliProvider>(
    context: &Context,
    arguments: &ProviderArgs<ConnectArgs>,
    saved: Option<Registration>,
) -> Result<(Registration, Option<Redirect>), Failure> {
    let ProviderArgs { provider, command, settings } = arguments;
    let configured = ClientConfig::load(&context.config, *provider)?;
    let is_new = saved.is_none();
    let saved = saved.unwrap_or_default();
    let settings = settings.clone().with_defaults(configured.settings.clone());
    let inherited = inherited(*provider, &settings, &saved);
    let mut settings = settings.with_defaults(inherited);
    settings.make_absolute("ca-certificate");
    let sandbox = RunningSandbox::find(*provider);
    // Not in place of a configured site or client.
    let is_unconfigured = is_new
        && settings.one("server").is_none()
        && configured.client == ClientCredentials::default()
        && command.client_id.is_none()
        && command.client_secret_file.is_none();
    if let Some(sandbox) = sandbox.as_ref().filter(|_| is_unconfigured) {
        let place = format!("the {provider} sandbox on this machine, {}", sandbox.url);
        if !is_interactive() {
            context.output.note(format_args!("To connect to {place}, pass --server {}.", sandbox.url));
        } else if prompt::confirm(context, &format!("Connect to {place}?")).await? {
            settings.set("server", vec![sandbox.url.clone()]);
        }
    }
    // Report invalid settings before prompting.
    settings.check_server()?;
    P::site(&settings)?;
    if !P::HAS_CLIENTS {
        return Ok((Registration { settings, ..Registration::default() }, None));
    }
    let redirect = match P::uses_redirect(&settings) {
        false => None,
        true => {
            let chosen = match command.port {
                Some(port) => Some(Redirect::default_uri(*provider, port)),
                None => command
                    .redirect_uri
                    .clone()
                    .or_else(|| configured.redirect_uri.clone())
                    .or_else(|| saved.redirect_uri.clone()),
            };
            let uri = chosen.unwrap_or_else(|| Redirect::default_uri(*provider, DEFAULT_PORT));
            Some(Redirect::listen(&uri).await?)
        }
    };
    // Clients of another server do not apply.
    let configured = configured.client_for(&settings);
    let saved = saved
        .is_for_server(*provider, &settings)
        .then(|| ClientCredentials { id: saved.client_id.clone(), secret: saved.client_secret.clone() });
    let other_server = configured.is_none().then_some("server");
    // A saved client may be that of an earlier sandbox.
    let sandbox = sandbox.filter(|sandbox| {
        let mut at_sandbox = Settings::default();
        at_sandbox.set("server", vec![sandbox.url.clone()]);
        origin(*provider, &at_sandbox) == origin(*provider, &settings)
    });
    let known = [configured, sandbox.as_ref().map(|sandbox| &sandbox.client), saved.as_ref()];
    let known_id = known.into_iter().flatten().map(|one| &one.id).find(|id| !id.is_empty());
    let client_id = match command.client_id.as_ref().or(known_id).cloned() {
        Some(id) => id,
        None => {
            let label = format!("Client id at {}", P::TITLE);
            prompt::text(
                context,
                &label,
                &how_to_provide("--client-id", other_server, *provider, "CLIENT_ID"),
            )
            .await?
        }
    };
    let client_secret = match (&command.client_secret_file, secret(&client_id, known)) {
        (Some(path), _) => prompt::secret_from_file(context, path, "the client secret").await?,
        (None, Some(secret)) => secret.clone(),
        (None, None) => {
            let other_client = configured
                .filter(|configured| !configured.id.is_empty() && configured.id != client_id)
                .map(|_| "client");
            let alternative = how_to_provide(
                "--client-secret-file",
                other_server.or(other_client),
                *provider,
                "CLIENT_SECRET",
            );
            prompt::secret(context, "Client secret", &alternative).await?
        }
    };
    let redirect_uri = redirect.as_ref().map(|redirect| redirect.uri.clone());
    Ok((Registration { client_id, client_secret: Some(client_secret), redirect_uri, settings }, redirect))
}

/// Returns the saved settings that still apply. Those of another server do not.
fn inherited(provider: ProviderName, settings: &Settings, saved: &Registration) -> Settings {
    let persistent = provider.persistent(&saved.settings);
    if settings.one("server").is_none() || saved.is_for_server(provider, settings) {
        return persistent;
    }
    let is_of_site = |name: &str| {
        provider.settings().iter().any(|one| one.name == name && one.scope == SettingScope::Site)
    };
    persistent.filter(|name| !is_of_site(name))
}

/// Returns the secret of this client. A secret without client id applies only if no other is known.
fn secret<'a>(client_id: &str, known: [Option<&'a ClientCredentials>; 3]) -> Option<&'a ClientSecret> {
    let of =
        |id: &str| known.into_iter().flatten().filter(|one| one.id == id).find_map(|one| one.secret.as_ref());
    of(client_id).or_else(|| of(""))
}

/// Describes how to provide a missing value. A variable would not help if another client or server is
/// configured.
fn how_to_provide(option: &str, other: Option<&str>, provider: ProviderName, suffix: &str) -> String {
    match other {
        None => format!("pass {option}, or set {}", variable_name(provider, suffix)),
        Some(other) => {
            format!("pass {option}: the configured {provider} client belongs to another {other}")
        }
    }
}
