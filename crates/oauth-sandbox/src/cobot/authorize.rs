//! The authorization endpoint and its consent page (Cobot's "OAuth Flow"; docs/provider-facts.md 2a).

use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};

use super::model::Grant;
use super::{Request, Rules};
use crate::consent_flow::{Authorization, ConsentFlow};
use crate::page::Page;
use crate::provider::ProviderRules as _;
use crate::request::Rejection;
use crate::user::User;
use crate::{callback, pkce};

/// The scopes that the application asks for, and its PKCE challenge.
pub(crate) struct Details {
    scopes: Vec<String>,
    challenge: Option<String>,
}

impl ConsentFlow for Rules {
    type Details = Details;
    const DECISION: (&'static str, &'static str, &'static str) = ("authorize", "yes", "no");
    const NOTES: (&'static str, &'static str) = ("asked the person", "the person said no");

    /// Errors are pages, not redirects, until the client and its redirect URI are known.
    fn validate(request: &Request) -> Result<Authorization<Details>, Rejection> {
        let params = &request.params;
        let error_page = |text: &str| {
            request.log.note(format!("refused: {text}"));
            let heading = "This link does not work";
            Err(Rejection::new(Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, heading, text)))
        };
        let state = request.core.state();
        let Some(client) = state.clients.find(params.text("client_id")) else {
            return error_page("The application is not known here.");
        };
        if !client.has_registered_with_query(params.text("redirect_uri")) {
            return error_page("The redirect URI is not one that the application has registered.");
        }
        let redirect_error = |error: &str, description: &str| {
            request.log.note(format!("refused: {error}"));
            let pairs = [("error", error), ("error_description", description)];
            Err(Rejection::new(redirect_back(request, &pairs)))
        };
        match params.present("response_type") {
            Some("code") => {}
            None => return redirect_error("invalid_request", "response_type is missing"),
            Some(_) => return redirect_error("unsupported_response_type", "response_type must be code"),
        }
        let Some(scopes) = state.granted(params.text("scope")) else {
            return redirect_error("invalid_scope", "the application does not have all of these scopes");
        };
        let challenge = match (params.get("code_challenge"), params.get("code_challenge_method")) {
            (None, None) => None,
            (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => Some(challenge.to_owned()),
            _ => {
                let text = "PKCE needs a code_challenge and the code_challenge_method S256";
                return redirect_error("invalid_request", text);
            }
        };
        Ok(Authorization {
            application: client.name.clone(),
            redirect_uri: params.text("redirect_uri").to_owned(),
            details: Details { scopes, challenge },
        })
    }

    fn rights(_: &Request, Details { scopes, .. }: &Details, _: &User) -> Markup {
        html! {
            @if scopes.is_empty() {
                p { "It requests no scopes. It only learns that you gave your consent." }
            } @else {
                p { "It requests these scopes:" }
                ul { @for scope in scopes { li { code { (scope) } } } }
            }
        }
    }

    fn approve(request: &Request, authorization: Authorization<Details>, user: &User) -> Response {
        let Details { scopes, challenge } = authorization.details;
        let grant = Grant { user: user.login.clone(), scopes };
        let code = request.core.state().issue_code(grant, challenge, request.core.now());
        redirect_back(request, &[("code", &code)])
    }

    fn deny(request: &Request, _: &Authorization<Details>) -> Response {
        redirect_back(request, &[("error", "access_denied")])
    }
}

/// Redirects to the redirect URI with `parameters` and the request's `state`.
fn redirect_back(request: &Request, parameters: &[(&str, &str)]) -> Response {
    let params = &request.params;
    callback::redirect(params.text("redirect_uri"), false, parameters, params.get("state"))
}
