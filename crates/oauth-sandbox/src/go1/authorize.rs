//! The authorization endpoint.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::Uri;
use maud::{Markup, html};

use super::model::{Grant, Member, Portal};
use super::oauth_error::OAuthError;
use super::{Rules, scope};
use crate::callback;
use crate::client::Client;
use crate::journal::RequestLog;
use crate::login_pages::{self, FORM_TOKEN};
use crate::page::ConsentPage;
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};

/// A valid authorization request.
struct AuthorizationRequest {
    client_id: String,
    application: String,
    redirect_uri: RedirectUri,
    scopes: Vec<&'static str>,
    partner: Option<u64>,
}

/// The redirect URI of a request: one of the registered.
struct RedirectUri {
    uri: String,
    /// The request names it. Otherwise it is the only one that is registered.
    is_given: bool,
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
        redirect_uri: &request.redirect_uri.uri,
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
        return redirect(&core, &request.redirect_uri, &params, &OAuthError::denied().pairs());
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

/// Checks the request like `league/oauth2-server` 8.5: only an unknown scope is reported by a redirect,
/// without `state`. All other errors are JSON, to the user.
fn check(
    core: &ProviderCore<Rules>,
    params: &Params,
    log: &RequestLog,
) -> Result<AuthorizationRequest, Box<Response>> {
    let reject = |error: &OAuthError| {
        log.note(format!("refused: {}", error.error));
        Box::new(error.response(false))
    };
    if params.get("response_type") != Some("code") {
        return Err(reject(&OAuthError::grant_type()));
    }
    let Some(client_id) = params.present("client_id") else {
        return Err(reject(&OAuthError::parameter("client_id")));
    };
    let state = core.state();
    let client = state.clients.find(client_id);
    let Some((client, redirect_uri)) =
        client.and_then(|client| Some((client, redirect_uri(client, params)?)))
    else {
        return Err(reject(&OAuthError::client()));
    };
    let scopes = scope::parse(params.text("scope")).map_err(|unknown| {
        log.note("refused: invalid_scope");
        let error = OAuthError::scope(&unknown);
        let slash = core.options().callback_slash;
        Box::new(callback::redirect(&redirect_uri.uri, slash, &error.pairs()))
    })?;
    let partner = match params.present("partner_portal_id").map(str::parse::<u64>) {
        None => None,
        Some(Ok(id)) => Some(id),
        Some(Err(_)) => return Err(reject(&OAuthError::parameter("partner_portal_id"))),
    };
    if let Some(id) = partner {
        log.note(format!("through partner {id}"));
    }
    Ok(AuthorizationRequest {
        client_id: client.client_id.clone(),
        application: client.name.clone(),
        redirect_uri,
        scopes,
        partner,
    })
}

/// Returns the given redirect URI if it is registered, or else the only one that is registered.
fn redirect_uri(client: &Client, params: &Params) -> Option<RedirectUri> {
    match (params.present("redirect_uri"), &*client.redirect_uris) {
        (Some(uri), _) => {
            client.has_registered(uri).then(|| RedirectUri { uri: uri.to_owned(), is_given: true })
        }
        (None, [only]) => Some(RedirectUri { uri: only.clone(), is_given: false }),
        (None, _) => None,
    }
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
    let given = redirect_uri.is_given.then_some(redirect_uri.uri.as_str());
    let code = core.state().issue_code(grant, given, core.now());
    redirect(core, &redirect_uri, params, &[("code", &code)])
}

/// Redirects to a registered URI, with the unchanged `state`.
fn redirect(
    core: &ProviderCore<Rules>,
    redirect_uri: &RedirectUri,
    params: &Params,
    pairs: &[(&str, &str)],
) -> Response {
    let state = params.get("state").filter(|state| !state.is_empty()).map(|state| ("state", state));
    let pairs: Vec<_> = pairs.iter().copied().chain(state).collect();
    let slash = core.options().callback_slash;
    callback::redirect(&redirect_uri.uri, slash, &pairs)
}
