//! The authorization endpoint (docs/provider-facts.md 1c).

use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use maud::{Markup, html};
use url::form_urlencoded;

use super::model::Grant;
use super::{Request, Rules};
use crate::consent_flow::{Authorization, ConsentFlow};
use crate::page::Page;
use crate::provider::ProviderRules as _;
use crate::request::Rejection;
use crate::user::User;

impl ConsentFlow for Rules {
    /// The client's number.
    type Details = u64;
    const DECISION: (&'static str, &'static str, &'static str) = ("authorize", "Yes", "No");
    /// GoCD's security filters run before the controller.
    const LOGIN_FIRST: bool = true;

    fn forwarded(request: &Request) -> Vec<(&'static str, &str)> {
        let names = ["client_id", "redirect_uri", "response_type", "state"];
        names.map(|name| (name, request.params.text(name))).into()
    }

    /// Runs the checks in GoCD's order. Errors go to the *supplied* redirect URI, even if it is not
    /// registered.
    fn validate(request: &Request) -> Result<Authorization<u64>, Rejection> {
        let params = &request.params;
        let redirect_uri = params.text("redirect_uri");
        let reject = |error: &str| {
            request.log.note(format!("refused: {error}"));
            Err(Rejection::new(redirect_error(request, redirect_uri, error)))
        };
        let (Some(client_id), Some(response_type)) =
            (params.present("client_id"), params.present("response_type"))
        else {
            return reject("invalid-request");
        };
        if response_type != "code" {
            return reject("unsupported-response-type");
        }
        if params.present("redirect_uri").is_none() {
            request.log.note("refused: no redirect_uri");
            let text = "You did not specify the 'redirect_uri' parameter!";
            return Err(Rejection::new((StatusCode::BAD_REQUEST, text)));
        }
        let state = request.core.state();
        let Some(client) = state.client(client_id) else {
            return reject("invalid-client-id");
        };
        if !client.redirect_uris.iter().any(|uri| uri == redirect_uri) {
            return reject("redirect-uri-mismatch");
        }
        Ok(Authorization {
            application: client.name.clone(),
            redirect_uri: redirect_uri.to_owned(),
            details: client.number,
        })
    }

    fn rights(_: &Request, _: &u64, _: &User) -> Markup {
        html! { p { "GoCD has no scopes: the application can read everything that you can read." } }
    }

    /// Redirects with a code. `expires_in` is the code's lifetime, not a token's. Errors have no `state`.
    fn approve(request: &Request, authorization: Authorization<u64>, user: &User) -> Response {
        let Authorization { redirect_uri, details: client, .. } = authorization;
        let grant = Grant { client, user: user.login.clone(), redirect_uri: redirect_uri.clone() };
        let (code, life) = request.core.state().issue_code(grant, request.core.now());
        let mut target = format!("{redirect_uri}?code={code}&expires_in={life}");
        if let Some(state) = request.params.present("state") {
            target.push_str("&state=");
            target.extend(form_urlencoded::byte_serialize(state.as_bytes()));
        }
        redirect(request, &target)
    }

    fn deny(request: &Request, authorization: &Authorization<u64>) -> Response {
        redirect_error(request, &authorization.redirect_uri, "access-denied")
    }
}

fn redirect_error(request: &Request, redirect_uri: &str, error: &str) -> Response {
    redirect(request, &format!("{redirect_uri}?error={error}"))
}

/// Redirects as Rails does: a target without a scheme is appended to the server's origin, without a slash
/// (**guess**).
fn redirect(request: &Request, target: &str) -> Response {
    let absolute = target.starts_with("//")
        || target.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        });
    let origin = if absolute { String::new() } else { request.core.setup.origin.url() };
    match HeaderValue::from_bytes(format!("{origin}{target}").as_bytes()) {
        Ok(location) => (StatusCode::FOUND, [(LOCATION, location)]).into_response(),
        // The target has control characters, which a header cannot contain.
        Err(_) => {
            let text = "The redirect URI is not a URI.";
            Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, "Bad request", text).into_response()
        }
    }
}
