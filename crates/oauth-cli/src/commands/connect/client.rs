//! As which client to connect: put together from all places that may say so.

use super::Connect;
use crate::context::Context;
use crate::failure::Failure;
use crate::prompt;
use crate::providers::{ByProvider, Offered};
use crate::redirect::{PORT, Redirect};
use crate::registration::{Registration, variable_name};

/// The client, and the listener behind its redirect URI. `kept` is what an earlier connection of the account was made with.
pub(super) async fn registration<P: Offered>(
    context: &Context,
    arguments: &ByProvider<Connect>,
    kept: Option<Registration>,
) -> Result<(Registration, Option<Redirect>), Failure> {
    let ByProvider { provider, own, settings } = arguments;
    let said = Registration::configured(&context.config, *provider);
    let kept = kept.unwrap_or_default();
    let mut settings = settings.clone().over(said.settings).over(kept.settings);
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
                None => own.redirect_uri.clone().or(said.redirect_uri).or(kept.redirect_uri),
            };
            let uri = chosen.unwrap_or_else(|| Redirect::usual(*provider, PORT));
            Some(Redirect::listen(&uri).await?)
        }
    };
    let id_variable = variable_name(*provider, "CLIENT_ID");
    let client_id = match own.client_id.clone() {
        Some(id) => id,
        None => match [said.client_id, kept.client_id.clone()].into_iter().find(|id| !id.is_empty()) {
            Some(id) => id,
            None => prompt::text(
                &format!("Client id at {}", P::TITLE),
                &format!("give it with --client-id, or set {id_variable}"),
            )?,
        },
    };
    let kept_secret = kept.client_secret.filter(|_| kept.client_id == client_id);
    let client_secret = match (&own.client_secret_file, said.client_secret.or(kept_secret)) {
        (Some(path), _) => prompt::from_file(path, "the client secret")?,
        (None, Some(secret)) => secret,
        (None, None) => prompt::secret(
            "Client secret",
            &format!(
                "set {}, or give it with --client-secret-file",
                variable_name(*provider, "CLIENT_SECRET")
            ),
        )?,
    };
    let redirect_uri = redirect.as_ref().map(|redirect| redirect.uri.clone());
    Ok((Registration { client_id, client_secret: Some(client_secret), redirect_uri, settings }, redirect))
}
