//! The authorization endpoint and its consent page (Cobot's "OAuth Flow"; docs/provider-facts.md 2a).

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::{StatusCode, Uri};
use maud::{Markup, html};

use super::host_routing::PageHost;
use super::model::Grant;
use super::{Rules, pages};
use crate::journal::RequestLog;
use crate::login_pages;
use crate::page::{ConsentPage, Page};
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};
use crate::user::User;
use crate::{callback, pkce};

/// Parameters of the authorize URL that the consent form sends again.
const FORWARDED: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// A validated authorization request.
struct AuthorizationRequest {
    application: String,
    scopes: Vec<String>,
    challenge: Option<String>,
}

/// `GET /oauth/authorize`: shows the consent page, or redirects to the login.
pub(super) async fn show_consent(
    State(core): State<SharedCore<Rules>>,
    PageHost(space): PageHost,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    let request = match validate(&core, &params, &log) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    if core.setup.auto_approve {
        let user = core.state().users[0].clone();
        return approve(&core, request, &user, &params, &log);
    }
    let Some((session, user)) = login_pages::logged_in_user(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    log.note("asked the person");
    let mut hidden = vec![(login_pages::FORM_TOKEN, session.form_token.as_str())];
    hidden.extend(FORWARDED.iter().filter_map(|name| Some((*name, params.get(name)?))));
    let consent = ConsentPage {
        provider: &pages::title(space),
        application: &request.application,
        user: &user.name,
        redirect_uri: params.text("redirect_uri"),
        rights: rights(&request.scopes),
        action: uri.path(),
        hidden: &hidden,
        decision: ("authorize", "yes", "no"),
    };
    consent.page().into_response()
}

fn rights(scopes: &[String]) -> Markup {
    html! {
        @if scopes.is_empty() {
            p { "It requests no scopes. It only learns that you gave your consent." }
        } @else {
            p { "It requests these scopes:" }
            ul { @for scope in scopes { li { code { (scope) } } } }
        }
    }
}

/// `POST /oauth/authorize`: handles the decision. Anything but `authorize=yes` denies access.
pub(super) async fn submit_decision(
    State(core): State<SharedCore<Rules>>,
    PageHost(_): PageHost,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    let Some((session, user)) = login_pages::logged_in_user(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    if let Err(response) = login_pages::check_form_token::<Rules>(&session, &params, &log) {
        return *response;
    }
    let request = match validate(&core, &params, &log) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    if params.get("authorize") != Some("yes") {
        log.note("the person said no");
        return redirect_back(&params, &[("error", "access_denied")]);
    }
    approve(&core, request, &user, &params, &log)
}

/// Validates the request. Errors are pages, not redirects, until the client and its redirect URI are known.
fn validate(
    core: &ProviderCore<Rules>,
    params: &Params,
    log: &RequestLog,
) -> Result<AuthorizationRequest, Box<Response>> {
    let error_page = |text: &str| {
        log.note(format!("refused: {text}"));
        let page = Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, "This link does not work", text);
        Err(Box::new(page.into_response()))
    };
    let state = core.state();
    let Some(client) = state.clients.find(params.text("client_id")) else {
        return error_page("The application is not known here.");
    };
    if !client.has_registered_with_query(params.text("redirect_uri")) {
        return error_page("The redirect URI is not one that the application has registered.");
    }
    let redirect_error = |error: &str, description: &str| {
        log.note(format!("refused: {error}"));
        Err(Box::new(redirect_back(params, &[("error", error), ("error_description", description)])))
    };
    match params.present("response_type") {
        Some("code") => {}
        None => return redirect_error("invalid_request", "response_type is missing"),
        Some(_) => return redirect_error("unsupported_response_type", "response_type must be code"),
    }
    let Some(scopes) = state.granted(params.text("scope")) else {
        return redirect_error("invalid_scope", "the application does not have all of these scopes");
    };
    let application = client.name.clone();
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (None, None) => Ok(AuthorizationRequest { application, scopes, challenge: None }),
        (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => {
            Ok(AuthorizationRequest { application, scopes, challenge: Some(challenge.to_owned()) })
        }
        _ => redirect_error(
            "invalid_request",
            "PKCE needs a code_challenge and the code_challenge_method S256",
        ),
    }
}

fn approve(
    core: &ProviderCore<Rules>,
    request: AuthorizationRequest,
    user: &User,
    params: &Params,
    log: &RequestLog,
) -> Response {
    let grant = Grant { user: user.login.clone(), scopes: request.scopes };
    let code = core.state().issue_code(grant, request.challenge, core.now());
    log.note(format!("code issued for {}", user.login));
    redirect_back(params, &[("code", &code)])
}

/// Redirects to the redirect URI with `parameters` and the request's `state`.
fn redirect_back(params: &Params, parameters: &[(&str, &str)]) -> Response {
    let state = params.get("state").map(|state| ("state", state));
    let pairs: Vec<_> = parameters.iter().copied().chain(state).collect();
    callback::redirect(params.text("redirect_uri"), false, &pairs)
}
