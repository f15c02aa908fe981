//! The authorization endpoint (docs/provider-facts.md 1c).

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::header::LOCATION;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use maud::html;
use url::form_urlencoded;

use super::model::Grant;
use super::{Rules, pages};
use crate::journal::RequestLog;
use crate::page::{ConsentPage, Page};
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};

/// A valid authorization request.
struct AuthorizationRequest {
    client: u64,
    application: String,
    redirect_uri: String,
}

/// `GET /go/oauth/authorize`: shows the consent page, after a login if necessary.
pub(super) async fn show_consent(
    State(core): State<SharedCore<Rules>>,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    if core.setup.auto_approve {
        return match check(&core, &params, &log) {
            Ok(request) => {
                let user = core.state().users[0].login.clone();
                approve(&core, request, &user, &params, &log)
            }
            Err(response) => *response,
        };
    }
    // GoCD's security filters run before the controller: parameters are not checked without a login.
    let Some((session, user)) = pages::logged_in(&core, &jar) else {
        log.note("not logged in");
        return pages::redirect_to_login(&core, jar, pages::path_and_query(&uri)).into_response();
    };
    let request = match check(&core, &params, &log) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    log.note("asked for consent");
    let consent = ConsentPage {
        provider: Rules::TITLE,
        application: &request.application,
        user: &user.name,
        redirect_uri: &request.redirect_uri,
        rights: html! { p { "GoCD has no scopes: the application can read everything that you can read." } },
        action: uri.path(),
        hidden: &[
            (pages::FORM_TOKEN, &session.form_token),
            ("client_id", params.text("client_id")),
            ("redirect_uri", params.text("redirect_uri")),
            ("response_type", params.text("response_type")),
            ("state", params.text("state")),
        ],
        decision: ("authorize", "Yes", "No"),
    };
    consent.page().into_response()
}

/// `POST /go/oauth/authorize`: handles the decision. Anything but `authorize=Yes` denies the request.
pub(super) async fn decide(
    State(core): State<SharedCore<Rules>>,
    jar: CookieJar,
    uri: Uri,
    headers: HeaderMap,
    params: Params,
    log: RequestLog,
) -> Response {
    let Some((session, user)) = pages::logged_in(&core, &jar) else {
        log.note("not logged in");
        return pages::redirect_to_login(&core, jar, pages::path_and_query(&uri)).into_response();
    };
    if !pages::has_form_token(&session, &params, &headers) {
        log.note("refused: the form is not from a page of this session");
        return pages::stale_form().into_response();
    }
    let request = match check(&core, &params, &log) {
        Ok(request) => request,
        Err(response) => return *response,
    };
    if params.get("authorize") != Some("Yes") {
        log.note("the user denied the request");
        return redirect_error(&core, &request.redirect_uri, "access-denied");
    }
    approve(&core, request, &user.login, &params, &log)
}

/// Runs the checks in GoCD's order. Errors go to the *supplied* redirect URI, even if it is not registered.
fn check(
    core: &Arc<ProviderCore<Rules>>,
    params: &Params,
    log: &RequestLog,
) -> Result<AuthorizationRequest, Box<Response>> {
    let redirect_uri = params.text("redirect_uri");
    let reject = |error: &str| {
        log.note(format!("refused: {error}"));
        Err(Box::new(redirect_error(core, redirect_uri, error)))
    };
    let (Some(client_id), Some(response_type)) =
        (params.present("client_id"), params.present("response_type"))
    else {
        return reject("invalid-request");
    };
    if response_type != "code" {
        return reject("unsupported-response-type");
    }
    if params.present("redirect_uri").is_none() {
        log.note("refused: no redirect_uri");
        let text = "You did not specify the 'redirect_uri' parameter!";
        return Err(Box::new((StatusCode::BAD_REQUEST, text).into_response()));
    }
    let state = core.state();
    let Some(client) = state.client(client_id) else {
        return reject("invalid-client-id");
    };
    if !client.redirect_uris.iter().any(|uri| uri == redirect_uri) {
        return reject("redirect-uri-mismatch");
    }
    Ok(AuthorizationRequest {
        client: client.number,
        application: client.name.clone(),
        redirect_uri: redirect_uri.to_owned(),
    })
}

/// Redirects with a code. `expires_in` is the code's lifetime, not a token's. Errors have no `state`.
fn approve(
    core: &Arc<ProviderCore<Rules>>,
    request: AuthorizationRequest,
    user: &str,
    params: &Params,
    log: &RequestLog,
) -> Response {
    let AuthorizationRequest { client, redirect_uri, .. } = request;
    let grant = Grant { client, user: user.to_owned(), redirect_uri: redirect_uri.clone() };
    let (code, life) = core.state().issue_code(grant, core.now());
    log.note(format!("code issued for {user}"));
    let mut target = format!("{redirect_uri}?code={code}&expires_in={life}");
    if let Some(state) = params.present("state") {
        target.push_str("&state=");
        target.extend(form_urlencoded::byte_serialize(state.as_bytes()));
    }
    redirect(core, &target)
}

fn redirect_error(core: &ProviderCore<Rules>, redirect_uri: &str, error: &str) -> Response {
    redirect(core, &format!("{redirect_uri}?error={error}"))
}

/// Redirects as Rails does: a target without a scheme is appended to the server's origin, without a slash
/// (**guess**).
fn redirect(core: &ProviderCore<Rules>, target: &str) -> Response {
    let absolute = target.starts_with("//")
        || target.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        });
    let target = if absolute { target.to_owned() } else { format!("{}{target}", core.setup.origin.url()) };
    match HeaderValue::from_bytes(target.as_bytes()) {
        Ok(location) => (StatusCode::FOUND, [(LOCATION, location)]).into_response(),
        // The target has control characters, which a header cannot contain.
        Err(_) => Page::message(
            Rules::TITLE,
            StatusCode::BAD_REQUEST,
            "Bad request",
            "The redirect URI is not a URI.",
        )
        .into_response(),
    }
}
