//! The authorization endpoint (docs/provider-facts.md 1c).

use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use maud::{Markup, html};
use url::form_urlencoded::Serializer;

use super::model::{CODE_LIFE, Grant};
use super::{Request, Rules};
use crate::consent_flow::{Authorization, ConsentFlow};
use crate::request::Rejection;
use crate::user::User;

impl ConsentFlow for Rules {
    /// The client's number.
    type Details = u64;
    const DECISION: (&'static str, &'static str, &'static str) = ("authorize", "Yes", "No");
    const DENIED: &'static [(&'static str, &'static str)] = &[("error", "access-denied")];
    /// GoCD's security filters run before the controller.
    const LOGIN_FIRST: bool = true;

    /// Runs the checks in GoCD's order. Errors go to the *supplied* redirect URI, even if it is not
    /// registered.
    fn validate(request: &Request) -> Result<Authorization<u64>, Rejection> {
        let params = &request.params;
        let redirect_uri = params.text("redirect_uri");
        let reject = |error| Err(Self::redirect_error(request, redirect_uri, error, ""));
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

    fn issue_code(request: &Request, authorization: Authorization<u64>, user: &User) -> String {
        let Authorization { redirect_uri, details: client, .. } = authorization;
        let grant = Grant { client, user: user.login.clone(), redirect_uri };
        request.core.state().issue_code(grant, request.core.now())
    }

    /// Redirects as Rails does: a target without a scheme is appended to the server's origin, without a slash
    /// (**guess**). Errors have no `state`.
    fn redirect(request: &Request, redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
        let absolute = redirect_uri.starts_with("//")
            || redirect_uri.split_once(':').is_some_and(|(scheme, _)| {
                scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                    && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
            });
        let origin = if absolute { String::new() } else { request.core.setup.origin.url() };
        let mut query = Serializer::new(String::new());
        query.extend_pairs(parameters);
        if parameters.iter().any(|(name, _)| *name == "code") {
            // The code's lifetime, not a token's.
            query.append_pair("expires_in", &CODE_LIFE.to_string());
            query.extend_pairs(request.params.present("state").map(|state| ("state", state)));
        }
        let target = format!("{origin}{redirect_uri}?{}", query.finish());
        match HeaderValue::from_bytes(target.as_bytes()) {
            Ok(location) => (StatusCode::FOUND, [(LOCATION, location)]).into_response(),
            // The redirect URI has control characters, which a header cannot contain.
            Err(_) => {
                let text = "The redirect URI is not a URI.";
                request.refuse(StatusCode::BAD_REQUEST, "Bad request", text).into_response()
            }
        }
    }
}
