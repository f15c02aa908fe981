//! The authorization endpoint.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::{StatusCode, Uri};
use maud::{Markup, html};

use super::model::{Grant, Member, Portal};
use super::{Rules, scope};
use crate::callback;
use crate::journal::RequestLog;
use crate::login_pages::{self, FORM_TOKEN};
use crate::page::{ConsentPage, Page};
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};

/// A valid authorization request.
struct AuthorizationRequest {
    client_id: String,
    application: String,
    redirect_uri: String,
    scopes: Vec<&'static str>,
    partner: Option<u64>,
}

/// `GET /oauth/authorize`: shows the consent page, after a login or sign-up if necessary.
pub(super) async fn show_consent(
    State(core): State<SharedCore<Rules>>,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    let request = match check(&core, &params, &log) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    if core.setup.auto_approve {
        let first = core.state().members[0].clone();
        return approve(&core, request, &first, &params, &log);
    }
    let Some((session, member, portal)) = logged_in(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    log.note("asked for consent");
    let consent = ConsentPage {
        provider: Rules::TITLE,
        application: &request.application,
        user: &member.user.name,
        redirect_uri: &request.redirect_uri,
        rights: rights(&request, &portal),
        action: uri.path(),
        hidden: &[
            (FORM_TOKEN, &session.form_token),
            ("client_id", params.text("client_id")),
            ("redirect_uri", params.text("redirect_uri")),
            ("response_type", params.text("response_type")),
            ("scope", params.text("scope")),
            ("partner_portal_id", params.text("partner_portal_id")),
            ("state", params.text("state")),
        ],
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
    let Some((session, member, _)) = logged_in(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    if let Err(response) = login_pages::check_form_token::<Rules>(&session, &params, &log) {
        return *response;
    }
    let request = match check(&core, &params, &log) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    if params.get("decision") != Some("approve") {
        log.note("the user denied the request");
        return redirect_error(&core, &params, "access_denied", "The user denied the request.");
    }
    approve(&core, request, &member, &params, &log)
}

fn logged_in(
    core: &ProviderCore<Rules>,
    jar: &CookieJar,
) -> Option<(crate::session::Session, Member, Portal)> {
    let (session, user) = login_pages::logged_in_user(core, jar)?;
    let state = core.state();
    let member = state.member(&user.login)?;
    Some((session, member.clone(), state.portal(member.portal)?.clone()))
}

/// Portal and permissions, as the consent page shows them.
fn rights(request: &AuthorizationRequest, portal: &Portal) -> Markup {
    html! {
        p { "It will be connected to the portal " strong { (portal.name) } " (" code { (portal.url) } ")." }
        @if request.scopes.is_empty() {
            p { "It asks for no permission." }
        } @else {
            p { "It will be able to:" }
            ul { @for scope in &request.scopes { li { (scope::description(scope)) " (" code { (scope) } ")" } } }
        }
        @if let Some(partner) = request.partner {
            p { "It comes to you through the Go1 partner " code { (partner) } "." }
        }
    }
}

/// Checks client and redirect URI first: without both, errors must not be redirected.
fn check(
    core: &ProviderCore<Rules>,
    params: &Params,
    log: &RequestLog,
) -> Result<AuthorizationRequest, Box<Response>> {
    let (client_id, redirect_uri) = (params.text("client_id"), params.text("redirect_uri"));
    let state = core.state();
    let client = state.clients.find(client_id);
    let Some(client) = client.filter(|client| client.has_registered(redirect_uri)) else {
        let text = match client {
            None => "There is no application with this client_id.",
            Some(_) => "The redirect_uri is not one that is registered for this application.",
        };
        log.note(format!("refused: {text}"));
        let page = Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, "Connecting is not possible", text);
        return Err(Box::new(page.into_response()));
    };
    let reject = |error: &str, description: &str| {
        log.note(format!("refused: {error}"));
        Box::new(redirect_error(core, params, error, description))
    };
    if params.get("response_type") != Some("code") {
        return Err(reject("unsupported_response_type", "The response_type has to be code."));
    }
    let scopes = scope::parse(params.text("scope"))
        .map_err(|unknown| reject("invalid_scope", &format!("There is no scope {unknown}.")))?;
    let partner = match params.present("partner_portal_id").map(str::parse::<u64>) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(_)) => return Err(reject("invalid_request", "The partner_portal_id has to be a number.")),
    };
    if let Some(id) = partner {
        log.note(format!("through partner {id}"));
    }
    Ok(AuthorizationRequest {
        client_id: client.client_id.clone(),
        application: client.name.clone(),
        redirect_uri: redirect_uri.to_owned(),
        scopes,
        partner,
    })
}

fn approve(
    core: &ProviderCore<Rules>,
    request: AuthorizationRequest,
    member: &Member,
    params: &Params,
    log: &RequestLog,
) -> Response {
    let AuthorizationRequest { client_id, redirect_uri, scopes, .. } = request;
    let user = member.user.login.clone();
    log.note(format!("code issued for {user}"));
    let grant = Grant { client_id, user: Some(user), portal: member.portal, scopes };
    let code = core.state().issue_code(grant, &redirect_uri, core.now());
    redirect(core, params, vec![("code", &code)])
}

fn redirect_error(core: &ProviderCore<Rules>, params: &Params, error: &str, description: &str) -> Response {
    redirect(core, params, vec![("error", error), ("error_description", description)])
}

/// Redirects to a registered URI, with the unchanged `state`.
fn redirect<'a>(
    core: &ProviderCore<Rules>,
    params: &'a Params,
    mut pairs: Vec<(&'a str, &'a str)>,
) -> Response {
    pairs.extend(params.get("state").filter(|state| !state.is_empty()).map(|state| ("state", state)));
    callback::redirect(params.text("redirect_uri"), core.setup.options.callback_slash, &pairs)
}
