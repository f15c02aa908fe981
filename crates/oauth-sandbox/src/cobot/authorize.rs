//! The authorization endpoint and its consent page (Cobot's "OAuth Flow"; docs/provider-facts.md 2a).

use axum::response::Response;
use http::StatusCode;
use maud::Markup;

use super::model::Grant;
use super::{Request, Rules};
use crate::consent_flow::{Authorization, ConsentFlow, scope_list};
use crate::request::Rejection;
use crate::user::User;
use crate::{callback, pkce};

pub(crate) struct Details {
    scopes: Vec<String>,
    challenge: Option<String>,
}

impl ConsentFlow for Rules {
    type Details = Details;
    const DECISION: (&'static str, &'static str, &'static str) = ("authorize", "yes", "no");

    /// Errors are pages, not redirects, until the client and its redirect URI are known.
    fn validate(request: &Request) -> Result<Authorization<Details>, Rejection> {
        let params = &request.params;
        let redirect_uri = params.text("redirect_uri");
        let page = |text| Err(request.refuse(StatusCode::BAD_REQUEST, "This link does not work", text));
        let state = request.core.state();
        let Some(client) = state.clients.find(params.text("client_id")) else {
            return page("The application is not known here.");
        };
        if !client.has_registered_with_query(redirect_uri) {
            return page("The redirect URI is not one that the application has registered.");
        }
        let reject =
            |error, description| Err(Self::redirect_error(request, redirect_uri, error, description));
        match params.present("response_type") {
            Some("code") => {}
            None => return reject("invalid_request", "response_type is missing"),
            Some(_) => return reject("unsupported_response_type", "response_type must be code"),
        }
        let Some(scopes) = state.granted(params.text("scope")) else {
            return reject("invalid_scope", "the application does not have all of these scopes");
        };
        let challenge = match (params.get("code_challenge"), params.get("code_challenge_method")) {
            (None, None) => None,
            (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => Some(challenge.to_owned()),
            _ => {
                let text = "PKCE needs a code_challenge and the code_challenge_method S256";
                return reject("invalid_request", text);
            }
        };
        Ok(Authorization {
            application: client.name.clone(),
            redirect_uri: redirect_uri.to_owned(),
            details: Details { scopes, challenge },
        })
    }

    fn rights(_: &Request, Details { scopes, .. }: &Details, _: &User) -> Markup {
        let none = "It requests no scopes. It only learns that you gave your consent.";
        scope_list("It requests these scopes:", scopes, none)
    }

    fn issue_code(request: &Request, authorization: Authorization<Details>, user: &User) -> String {
        let Details { scopes, challenge } = authorization.details;
        let grant = Grant { user: user.login.clone(), scopes };
        request.core.state().issue_code(grant, challenge, request.core.now())
    }

    fn redirect(request: &Request, redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
        callback::redirect(redirect_uri, false, parameters, request.params.get("state"))
    }
}
