//! As which client to connect: put together from all places that may say so.

use oauth_core::ClientSecret;

use super::Connect;
use crate::context::Context;
use crate::failure::Failure;
use crate::prompt;
use crate::providers::{ByProvider, Name, Offered};
use crate::redirect::{PORT, Redirect};
use crate::registration::Registration;
use crate::said::{Client, Said, variable_name};
use crate::setting::{Of, Settings};

/// The client, and the listener behind its redirect URI. `kept` is what an earlier connection of the account was made with.
pub(super) async fn registration<P: Offered>(
    context: &Context,
    arguments: &ByProvider<Connect>,
    kept: Option<Registration>,
) -> Result<(Registration, Option<Redirect>), Failure> {
    let ByProvider { provider, own, settings } = arguments;
    let said = Said::of(&context.config, *provider);
    let kept = kept.unwrap_or_default();
    let settings = settings.clone().over(said.settings.clone());
    let inherited = inherited(*provider, &settings, &kept);
    let mut settings = settings.over(inherited);
    settings.make_absolute("ca-certificate");
    // Whatever is wrong with them, before anything is asked for.
    P::site(&settings)?;
    if !P::HAS_CLIENTS {
        return Ok((Registration { settings, ..Registration::default() }, None));
    }
    let redirect = match P::comes_back(&settings) {
        false => None,
        true => {
            let chosen = match own.port {
                Some(port) => Some(Redirect::usual(*provider, port)),
                None => own
                    .redirect_uri
                    .clone()
                    .or_else(|| said.redirect_uri.clone())
                    .or_else(|| kept.redirect_uri.clone()),
            };
            let uri = chosen.unwrap_or_else(|| Redirect::usual(*provider, PORT));
            Some(Redirect::listen(&uri).await?)
        }
    };
    // Clients of this server, and of no other.
    let said = said.client_at(&settings);
    let kept = kept
        .is_at(*provider, &settings)
        .then(|| Client { id: kept.client_id.clone(), secret: kept.client_secret.clone() });
    let other_server = said.is_none().then_some("server");
    let known = [said, kept.as_ref()];
    let known_id = known.into_iter().flatten().map(|one| &one.id).find(|id| !id.is_empty());
    let client_id = match own.client_id.as_ref().or(known_id).cloned() {
        Some(id) => id,
        None => {
            let what = format!("Client id at {}", P::TITLE);
            prompt::text(context, &what, &instead("--client-id", other_server, *provider, "CLIENT_ID"))
                .await?
        }
    };
    let client_secret = match (&own.client_secret_file, secret(&client_id, known)) {
        (Some(path), _) => prompt::from_file(context, path, "the client secret").await?,
        (None, Some(secret)) => secret.clone(),
        (None, None) => {
            let other_client =
                said.filter(|said| !said.id.is_empty() && said.id != client_id).map(|_| "client");
            let instead =
                instead("--client-secret-file", other_server.or(other_client), *provider, "CLIENT_SECRET");
            prompt::secret(context, "Client secret", &instead).await?
        }
    };
    let redirect_uri = redirect.as_ref().map(|redirect| redirect.uri.clone());
    Ok((Registration { client_id, client_secret: Some(client_secret), redirect_uri, settings }, redirect))
}

/// What holds for this connection as it did for the one before. What is particular to a server holds for no other.
fn inherited(provider: Name, asked: &Settings, kept: &Registration) -> Settings {
    let lasting = provider.lasting(&kept.settings);
    if asked.one("server").is_none() || kept.is_at(provider, asked) {
        return lasting;
    }
    let is_of_site =
        |name: &str| provider.settings().iter().any(|one| one.name == name && one.of == Of::Site);
    lasting.only(|name| !is_of_site(name))
}

/// The secret of this client. One that was said of no client may be anybody's: it is of use only where none is known.
fn secret<'a>(client_id: &str, known: [Option<&'a Client>; 2]) -> Option<&'a ClientSecret> {
    let of =
        |id: &str| known.into_iter().flatten().filter(|one| one.id == id).find_map(|one| one.secret.as_ref());
    of(client_id).or_else(|| of(""))
}

/// How to give what is missing, where nobody can be asked. A variable is of no use beside what is configured `of_another`.
fn instead(option: &str, of_another: Option<&str>, provider: Name, what: &str) -> String {
    match of_another {
        None => format!("give it with {option}, or set {}", variable_name(provider, what)),
        Some(other) => {
            format!("give it with {option}: what is configured of {provider} is of another {other}")
        }
    }
}
