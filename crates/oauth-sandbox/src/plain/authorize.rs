//! The authorization endpoint (RFC 6749 3.1, 4.1.1 and 4.1.2).

use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};

use super::model::Grant;
use super::options::Pkce;
use super::unique_params::UniqueParams;
use super::{Request, Rules};
use crate::consent_flow::{Authorization, ConsentFlow, PARAMETERS};
use crate::page::Page;
use crate::provider::ProviderRules as _;
use crate::request::Rejection;
use crate::user::User;
use crate::{callback, pkce};

/// The application, the scopes that it asks for, and the values that its token call has to match.
pub(crate) struct Details {
    client_id: String,
    /// The `redirect_uri` parameter of the request.
    requested_redirect_uri: Option<String>,
    scopes: Option<Vec<String>>,
    challenge: Option<String>,
}

impl ConsentFlow for Rules {
    type Details = Details;

    fn forwarded(request: &Request) -> Vec<(&'static str, &str)> {
        let params = UniqueParams::of_either(&request.params);
        PARAMETERS.iter().filter_map(|name| Some((*name, params.get(name)?))).collect()
    }

    /// Checks client and redirect URI first: without both, errors must not be redirected (4.1.2.1).
    fn validate(request: &Request) -> Result<Authorization<Details>, Rejection> {
        let (core, log) = (&request.core, &request.log);
        let params = UniqueParams::of_either(&request.params);
        let page = |text: &str| {
            log.note(format!("refused: {text}"));
            let heading = "This link does not work";
            Rejection::new(Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, heading, text))
        };
        let options = &core.setup.options;
        let repeated = params.repeated();
        if matches!(repeated, Some("client_id" | "redirect_uri")) {
            return Err(page("The client_id or the redirect_uri is repeated."));
        }
        let state = core.state();
        let Some(client) = state.clients.find(params.text("client_id")) else {
            return Err(page("There is no application with this client_id."));
        };
        let redirect_uri = match (params.get("redirect_uri"), client.redirect_uris.as_slice()) {
            (Some(uri), _) if client.has_registered(uri) => uri,
            (None, [only]) => only,
            (None, _) => return Err(page("The redirect_uri is missing, and the application has several.")),
            (Some(_), _) => {
                return Err(page("The redirect_uri is not one that the application has registered."));
            }
        };
        let reject = |error: &str, description: &str| {
            log.note(format!("refused: {error}"));
            let pairs = [("error", error), ("error_description", description)];
            Err(Rejection::new(redirect(request, redirect_uri, &pairs)))
        };
        if let Some(name) = repeated {
            return reject("invalid_request", &format!("{name} is repeated"));
        }
        match params.get("response_type") {
            Some("code") => {}
            None => return reject("invalid_request", "response_type is missing"),
            Some(_) => return reject("unsupported_response_type", "response_type must be code"),
        }
        let scopes = match params.scopes(options) {
            Ok(scopes) => scopes,
            Err(unknown) => return reject("invalid_scope", &format!("there is no scope {unknown}")),
        };
        let (challenge, method) = (params.get("code_challenge"), params.get("code_challenge_method"));
        let challenge = match (options.pkce, challenge, method) {
            (Pkce::Ignored, _, _) | (Pkce::Understood, None, None) => None,
            (Pkce::Required, None, _) => return reject("invalid_request", "code challenge required"),
            (_, Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => Some(challenge.to_owned()),
            (_, Some(_), Some("S256")) => {
                return reject("invalid_request", "this is no code_challenge for S256");
            }
            // RFC 7636 4.3: without a method it is `plain`.
            _ => return reject("invalid_request", "transform algorithm not supported"),
        };
        Ok(Authorization {
            application: client.name.clone(),
            redirect_uri: redirect_uri.to_owned(),
            details: Details {
                client_id: client.client_id.clone(),
                requested_redirect_uri: params.get("redirect_uri").map(str::to_owned),
                scopes,
                challenge,
            },
        })
    }

    fn rights(request: &Request, details: &Details, _: &User) -> Markup {
        let scopes = details.scopes.as_ref().unwrap_or(&request.core.setup.options.scopes);
        html! {
            @if scopes.is_empty() {
                p { "This server has no scopes: the application will have all your permissions." }
            } @else {
                p { "It asks for these scopes:" }
                ul { @for scope in scopes { li { code { (scope) } } } }
            }
        }
    }

    fn approve(request: &Request, authorization: Authorization<Details>, user: &User) -> Response {
        let core = &request.core;
        let Details { client_id, requested_redirect_uri, scopes, challenge } = authorization.details;
        let grant = Grant::new(core, client_id, Some(user.login.clone()), scopes);
        let code = core.state().issue_code(grant, requested_redirect_uri, challenge, core.now());
        redirect(request, &authorization.redirect_uri, &[("code", &code)])
    }

    fn deny(request: &Request, authorization: &Authorization<Details>) -> Response {
        let pairs =
            [("error", "access_denied"), ("error_description", "The resource owner denied the request.")];
        redirect(request, &authorization.redirect_uri, &pairs)
    }
}

/// Redirects to a registered URI, with the unchanged `state`.
fn redirect(request: &Request, redirect_uri: &str, pairs: &[(&str, &str)]) -> Response {
    let state = UniqueParams::of_either(&request.params).get("state");
    callback::redirect(redirect_uri, false, pairs, state)
}
