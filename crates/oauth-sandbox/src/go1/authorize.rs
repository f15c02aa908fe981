//! The authorization endpoint.

use axum::response::Response;
use maud::{Markup, html};

use super::model::Grant;
use super::oauth_error::OAuthError;
use super::{Request, Rules, scope};
use crate::callback;
use crate::client::Client;
use crate::consent_flow::{Authorization, ConsentFlow};
use crate::params::Params;
use crate::request::Rejection;
use crate::user::User;

pub(crate) struct Details {
    client_id: String,
    /// The redirect URI of the request. Without one, the only registered one counts.
    given_redirect_uri: Option<String>,
    scopes: Vec<&'static str>,
    partner: Option<u64>,
}

impl ConsentFlow for Rules {
    type Details = Details;
    const DENIED: &'static [(&'static str, &'static str)] = &[
        ("error", "access_denied"),
        ("error_description", "The resource owner or authorization server denied the request."),
        ("hint", "The user denied the request"),
        ("message", "The resource owner or authorization server denied the request."),
    ];

    /// Checks the request like `league/oauth2-server` 8.5: only an unknown scope is reported by a redirect,
    /// without `state`. All other errors are JSON, to the user.
    fn validate(request: &Request) -> Result<Authorization<Details>, Rejection> {
        let (params, log) = (&request.params, &request.log);
        let reject = |error: &OAuthError| {
            log.note(format!("refused: {}", error.error));
            Rejection::new(error.response(false))
        };
        if params.get("response_type") != Some("code") {
            return Err(reject(&OAuthError::grant_type()));
        }
        let Some(client_id) = params.present("client_id") else {
            return Err(reject(&OAuthError::parameter("client_id")));
        };
        let state = request.core.state();
        let client = state.clients.find(client_id);
        let Some((client, redirect_uri)) =
            client.and_then(|client| Some((client, redirect_uri(client, params)?)))
        else {
            return Err(reject(&OAuthError::client()));
        };
        let scopes = scope::parse(params.text("scope")).map_err(|unknown| {
            log.note("refused: invalid_scope");
            let slash = request.core.options().callback_slash;
            let pairs = OAuthError::scope(&unknown);
            Rejection::new(callback::redirect(redirect_uri, slash, &pairs.pairs(), None))
        })?;
        let partner = match params.present("partner_portal_id").map(str::parse::<u64>) {
            None => None,
            Some(Ok(id)) => Some(id),
            Some(Err(_)) => return Err(reject(&OAuthError::parameter("partner_portal_id"))),
        };
        if let Some(id) = partner {
            log.note(format!("through partner {id}"));
        }
        Ok(Authorization {
            application: client.name.clone(),
            redirect_uri: redirect_uri.to_owned(),
            details: Details {
                client_id: client.client_id.clone(),
                given_redirect_uri: params.present("redirect_uri").map(str::to_owned),
                scopes,
                partner,
            },
        })
    }

    fn rights(request: &Request, details: &Details, user: &User) -> Markup {
        let state = request.core.state();
        html! {
            @if let Some(portal) = state.portal_of(user) {
                p { "It will be connected to the portal " strong { (portal.name) } " (" code { (portal.url) } ")." }
            }
            @if details.scopes.is_empty() {
                p { "It asks for no permission." }
            } @else {
                p { "It will be able to:" }
                ul { @for scope in &details.scopes { li { (scope::description(scope)) " (" code { (scope) } ")" } } }
            }
            @if let Some(partner) = details.partner {
                p { "It comes to you through the Go1 partner " code { (partner) } "." }
            }
        }
    }

    fn issue_code(request: &Request, authorization: Authorization<Details>, user: &User) -> String {
        let Details { client_id, given_redirect_uri, scopes, .. } = authorization.details;
        let mut state = request.core.state();
        let portal = state.member(&user.login).map(|member| member.portal).unwrap_or_default();
        let grant = Grant { client_id, user: Some(user.login.clone()), portal, scopes };
        state.issue_code(grant, given_redirect_uri, request.core.now())
    }

    fn redirect(request: &Request, redirect_uri: &str, parameters: &[(&str, &str)]) -> Response {
        let state = request.params.get("state").filter(|state| !state.is_empty());
        callback::redirect(redirect_uri, request.core.options().callback_slash, parameters, state)
    }
}

/// Returns the given redirect URI if it is registered, or else the only one that is registered.
fn redirect_uri<'a>(client: &'a Client, params: &'a Params) -> Option<&'a str> {
    match (params.present("redirect_uri"), &*client.redirect_uris) {
        (Some(uri), _) => client.has_registered(uri).then_some(uri),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}
