//! The authorization endpoint (RFC 6749 3.1, 4.1.1 and 4.1.2).

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::{StatusCode, Uri};
use maud::{Markup, html};

use super::Rules;
use super::model::Grant;
use super::options::Pkce;
use super::unique_params::UniqueParams;
use crate::journal::RequestLog;
use crate::login_pages::{self, FORM_TOKEN};
use crate::page::{ConsentPage, Page};
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};
use crate::user::User;
use crate::{callback, pkce};

/// The parameters of an authorization request, repeated in the consent form.
const REQUEST_PARAMETERS: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// A valid authorization request.
struct AuthorizationRequest {
    client_id: String,
    application: String,
    /// The redirect target, with the default applied.
    redirect_uri: String,
    /// The `redirect_uri` parameter of the request.
    requested_redirect_uri: Option<String>,
    scopes: Option<Vec<String>>,
    challenge: Option<String>,
}

/// `GET /oauth/authorize`: shows the consent page, after a login if necessary.
pub(super) async fn show_consent(
    State(core): State<SharedCore<Rules>>,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    let params = UniqueParams::of_either(&params);
    let request = match check(&core, params, &log) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    if core.setup.auto_approve {
        let first = core.state().users[0].clone();
        return approve(&core, request, &first, params, &log);
    }
    let Some((session, user)) = login_pages::logged_in_user(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    log.note("asked for consent");
    let mut hidden = vec![(FORM_TOKEN, session.form_token.as_str())];
    hidden.extend(REQUEST_PARAMETERS.iter().filter_map(|name| Some((*name, params.get(name)?))));
    let consent = ConsentPage {
        provider: Rules::TITLE,
        application: &request.application,
        user: &user.name,
        redirect_uri: &request.redirect_uri,
        rights: rights(request.scopes.as_ref().unwrap_or(&core.setup.options.scopes)),
        action: uri.path(),
        hidden: &hidden,
        decision: ("decision", "approve", "deny"),
    };
    consent.page().into_response()
}

/// `POST /oauth/authorize`: handles the decision. Anything but `decision=approve` denies the request.
pub(super) async fn decide(
    State(core): State<SharedCore<Rules>>,
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
    let params = UniqueParams::of_either(&params);
    let request = match check(&core, params, &log) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    if params.get("decision") != Some("approve") {
        log.note("the user denied the request");
        let pairs =
            [("error", "access_denied"), ("error_description", "The resource owner denied the request.")];
        return redirect(&request.redirect_uri, params, &pairs);
    }
    approve(&core, request, &user, params, &log)
}

fn rights(scopes: &[String]) -> Markup {
    html! {
        @if scopes.is_empty() {
            p { "This server has no scopes: the application will have all your permissions." }
        } @else {
            p { "It asks for these scopes:" }
            ul { @for scope in scopes { li { code { (scope) } } } }
        }
    }
}

/// Checks client and redirect URI first: without both, errors must not be redirected (4.1.2.1).
fn check(
    core: &ProviderCore<Rules>,
    params: UniqueParams<'_>,
    log: &RequestLog,
) -> Result<AuthorizationRequest, Box<Response>> {
    let page = |text: &str| {
        log.note(format!("refused: {text}"));
        let page = Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, "This link does not work", text);
        Box::new(page.into_response())
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
        (Some(_), _) => return Err(page("The redirect_uri is not one that the application has registered.")),
    };
    let reject = |error: &str, description: &str| {
        log.note(format!("refused: {error}"));
        let pairs = [("error", error), ("error_description", description)];
        Err(Box::new(redirect(redirect_uri, params, &pairs)))
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
    let challenge = match (options.pkce, params.get("code_challenge"), params.get("code_challenge_method")) {
        (Pkce::Ignored, _, _) | (Pkce::Understood, None, None) => None,
        (Pkce::Required, None, _) => return reject("invalid_request", "code challenge required"),
        (_, Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => Some(challenge.to_owned()),
        (_, Some(_), Some("S256")) => return reject("invalid_request", "this is no code_challenge for S256"),
        // RFC 7636 4.3: without a method it is `plain`.
        _ => return reject("invalid_request", "transform algorithm not supported"),
    };
    Ok(AuthorizationRequest {
        client_id: client.client_id.clone(),
        application: client.name.clone(),
        redirect_uri: redirect_uri.to_owned(),
        requested_redirect_uri: params.get("redirect_uri").map(str::to_owned),
        scopes,
        challenge,
    })
}

fn approve(
    core: &ProviderCore<Rules>,
    request: AuthorizationRequest,
    user: &User,
    params: UniqueParams<'_>,
    log: &RequestLog,
) -> Response {
    let AuthorizationRequest { client_id, redirect_uri, requested_redirect_uri, scopes, challenge, .. } =
        request;
    let scopes_requested = scopes.is_some();
    let scopes = scopes.unwrap_or_else(|| core.setup.options.scopes.clone());
    let grant = Grant { client_id, user: Some(user.login.clone()), scopes, scopes_requested };
    let code = core.state().issue_code(grant, requested_redirect_uri, challenge, core.now());
    log.note(format!("code issued for {}", user.login));
    redirect(&redirect_uri, params, &[("code", &code)])
}

/// Redirects to a registered URI, with the unchanged `state`.
fn redirect(redirect_uri: &str, params: UniqueParams<'_>, parameters: &[(&str, &str)]) -> Response {
    let state = params.get("state").map(|state| ("state", state));
    let pairs: Vec<_> = parameters.iter().copied().chain(state).collect();
    callback::redirect(redirect_uri, false, &pairs)
}
