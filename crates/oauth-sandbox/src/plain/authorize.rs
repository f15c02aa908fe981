//! The authorization endpoint (RFC 6749 3.1, 4.1.1 and 4.1.2).

use axum::response::Response;
use http::StatusCode;
use maud::Markup;

use super::model::Grant;
use super::options::Pkce;
use super::unique_params::UniqueParams;
use super::{Request, Rules};
use crate::consent_flow::{Authorization, ConsentFlow, scope_list};
use crate::request::Rejection;
use crate::user::User;
use crate::{callback, pkce};

pub(crate) struct Details {
    client_id: String,
    requested_redirect_uri: Option<String>,
    scopes: Option<Vec<String>>,
    challenge: Option<String>,
}

impl ConsentFlow for Rules {
    type Details = Details;
    const DENIED: &'static [(&'static str, &'static str)] =
        &[("error", "access_denied"), ("error_description", "The resource owner denied the request.")];

    /// Checks client and redirect URI first: without both, errors must not be redirected (4.1.2.1).
    fn validate(request: &Request) -> Result<Authorization<Details>, Rejection> {
        let params = UniqueParams::of_either(&request.params);
        let page = |text| Err(request.refuse(StatusCode::BAD_REQUEST, "This link does not work", text));
        let options = &request.core.setup.options;
        let repeated = params.repeated();
        if matches!(repeated, Some("client_id" | "redirect_uri")) {
            return page("The client_id or the redirect_uri is repeated.");
        }
        let state = request.core.state();
        let Some(client) = state.clients.find(params.text("client_id")) else {
            return page("There is no application with this client_id.");
        };
        let redirect_uri = match (params.get("redirect_uri"), client.redirect_uris.as_slice()) {
            (Some(uri), _) if client.has_registered(uri) => uri,
            (None, [only]) => only,
            (None, _) => return page("The redirect_uri is missing, and the application has several."),
            (Some(_), _) => return page("The redirect_uri is not one that the application has registered."),
        };
        let reject =
            |error, description: &str| Err(Self::redirect_error(request, redirect_uri, error, description));
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
            Err(error) => return reject(error.error, &error.description),
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
        let none = "This server has no scopes: the application will have all your permissions.";
        scope_list("It asks for these scopes:", scopes, none)
    }

    fn issue_code(request: &Request, authorization: Authorization<Details>, user: &User) -> String {
        let core = &request.core;
        let Details { client_id, requested_redirect_uri, scopes, challenge } = authorization.details;
        let grant = Grant::new(core, client_id, Some(user.login.clone()), scopes);
        core.state().issue_code(grant, requested_redirect_uri, challenge, core.now())
    }

    fn redirect(request: &Request, redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
        let state = UniqueParams::of_either(&request.params).get("state");
        callback::redirect(redirect_uri, false, parameters, state)
    }
}
