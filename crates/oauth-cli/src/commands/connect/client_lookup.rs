//! As which client to connect: put together from all places that may say so.

use oauth_core::ClientSecret;

use super::ConnectArgs;
use crate::client_config::{ClientConfig, ClientCredentials, variable_name};
use crate::context::Context;
use crate::failure::Failure;
use crate::prompt;
use crate::providers::{CliProvider, ProviderArgs, ProviderName};
use crate::redirect::{DEFAULT_PORT, Redirect};
use crate::registration::Registration;
use crate::setting::{SettingScope, Settings};

/// The client, and the listener behind its redirect URI. `kept` is what an earlier connection of the account was made with.
pub(super) async fn resolve_client<P: CliProvider>(
    context: &Context,
    arguments: &ProviderArgs<ConnectArgs>,
    saved: Option<Registration>,
) -> Result<(Registration, Option<Redirect>), Failure> {
    let ProviderArgs { provider, command, settings } = arguments;
    let configured = ClientConfig::load(&context.config, *provider);
    let saved = saved.unwrap_or_default();
    let settings = settings.clone().with_defaults(configured.settings.clone());
    let inherited = inherited(*provider, &settings, &saved);
    let mut settings = settings.with_defaults(inherited);
    settings.make_absolute("ca-certificate");
    // Whatever is wrong with them, before anything is asked for.
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
    // Clients of this server, and of no other.
    let configured = configured.client_for(&settings);
    let saved = saved
        .is_for_server(*provider, &settings)
        .then(|| ClientCredentials { id: saved.client_id.clone(), secret: saved.client_secret.clone() });
    let other_server = configured.is_none().then_some("server");
    let known = [configured, saved.as_ref()];
    let known_id = known.into_iter().flatten().map(|one| &one.id).find(|id| !id.is_empty());
    let client_id = match command.client_id.as_ref().or(known_id).cloned() {
        Some(id) => id,
        None => {
            let what = format!("Client id at {}", P::TITLE);
            prompt::text(context, &what, &how_to_provide("--client-id", other_server, *provider, "CLIENT_ID"))
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

/// What holds for this connection as it did for the one before. What is particular to a server holds for no other.
fn inherited(provider: ProviderName, asked: &Settings, saved: &Registration) -> Settings {
    let lasting = provider.persistent(&saved.settings);
    if asked.one("server").is_none() || saved.is_for_server(provider, asked) {
        return lasting;
    }
    let is_of_site = |name: &str| {
        provider.settings().iter().any(|one| one.name == name && one.scope == SettingScope::Site)
    };
    lasting.filter(|name| !is_of_site(name))
}

/// The secret of this client. One that was said of no client may be anybody's: it is of use only where none is known.
fn secret<'a>(client_id: &str, known: [Option<&'a ClientCredentials>; 2]) -> Option<&'a ClientSecret> {
    let of =
        |id: &str| known.into_iter().flatten().filter(|one| one.id == id).find_map(|one| one.secret.as_ref());
    of(client_id).or_else(|| of(""))
}

/// How to give what is missing, where nobody can be asked. A variable is of no use beside what is configured `of_another`.
fn how_to_provide(option: &str, other: Option<&str>, provider: ProviderName, what: &str) -> String {
    match other {
        None => format!("give it with {option}, or set {}", variable_name(provider, what)),
        Some(other) => {
            format!("give it with {option}: what is configured of {provider} is of another {other}")
        }
    }
}
