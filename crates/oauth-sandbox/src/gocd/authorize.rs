//! The authorize URL: question and answer (docs/provider-facts.md 1c).

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

/// A request that passed the checks.
struct Asked {
    client: u64,
    application: String,
    redirect_uri: String,
}

/// `GET`: shows the question, after a login if need be.
pub(super) async fn ask(
    State(core): State<SharedCore<Rules>>,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    if core.setup.auto_approve {
        return match check(&core, &params, &log) {
            Ok(asked) => {
                let user = core.state().users[0].login.clone();
                approve(&core, asked, &user, &params, &log)
            }
            Err(refused) => *refused,
        };
    }
    // Security filters come before the controller, so a stranger learns nothing about the parameters.
    let Some((session, user)) = pages::logged_in(&core, &jar) else {
        log.note("not logged in");
        return pages::to_login(&core, jar, pages::here(&uri)).into_response();
    };
    let asked = match check(&core, &params, &log) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    log.note("asked the person");
    let consent = ConsentPage {
        provider: Rules::TITLE,
        application: &asked.application,
        user: &user.name,
        redirect_uri: &asked.redirect_uri,
        rights: html! { p { "GoCD knows no scopes: the application may read whatever you may read." } },
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

/// `POST`: takes the decision. Anything but `authorize=Yes` is a no.
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
        return pages::to_login(&core, jar, pages::here(&uri)).into_response();
    };
    if !pages::form_is_ours(&session, &params, &headers) {
        log.note("refused: the form is not from a page of this session");
        return pages::stale_form().into_response();
    }
    let asked = match check(&core, &params, &log) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if params.get("authorize") != Some("Yes") {
        log.note("the person said no");
        return refuse(&core, &asked.redirect_uri, "access-denied");
    }
    approve(&core, asked, &user.login, &params, &log)
}

/// The checks in GoCD's order. What fails is told to the *supplied* redirect URI, registered or not.
fn check(core: &Arc<ProviderCore<Rules>>, params: &Params, log: &RequestLog) -> Result<Asked, Box<Response>> {
    let redirect_uri = params.text("redirect_uri");
    let refused = |error: &str| {
        log.note(format!("refused: {error}"));
        Err(Box::new(refuse(core, redirect_uri, error)))
    };
    let (Some(client_id), Some(response_type)) =
        (params.present("client_id"), params.present("response_type"))
    else {
        return refused("invalid-request");
    };
    if response_type != "code" {
        return refused("unsupported-response-type");
    }
    if params.present("redirect_uri").is_none() {
        log.note("refused: no redirect_uri");
        let text = "You did not specify the 'redirect_uri' parameter!";
        return Err(Box::new((StatusCode::BAD_REQUEST, text).into_response()));
    }
    let state = core.state();
    let Some(client) = state.client(client_id) else {
        return refused("invalid-client-id");
    };
    if !client.redirect_uris.iter().any(|uri| uri == redirect_uri) {
        return refused("redirect-uri-mismatch");
    }
    Ok(Asked {
        client: client.number,
        application: client.name.clone(),
        redirect_uri: redirect_uri.to_owned(),
    })
}

/// `expires_in` is the code's life, not a token's. Only here is `state` sent back.
fn approve(
    core: &Arc<ProviderCore<Rules>>,
    asked: Asked,
    user: &str,
    params: &Params,
    log: &RequestLog,
) -> Response {
    let Asked { client, redirect_uri, .. } = asked;
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

fn refuse(core: &ProviderCore<Rules>, redirect_uri: &str, error: &str) -> Response {
    redirect(core, &format!("{redirect_uri}?error={error}"))
}

/// As Rails redirects: what has no scheme is put behind the server's own origin, without so much as a slash (**guess**).
fn redirect(core: &ProviderCore<Rules>, target: &str) -> Response {
    let absolute = target.starts_with("//")
        || target.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        });
    let target = if absolute { target.to_owned() } else { format!("{}{target}", core.setup.origin.url()) };
    match HeaderValue::from_bytes(target.as_bytes()) {
        Ok(location) => (StatusCode::FOUND, [(LOCATION, location)]).into_response(),
        // Control characters, which no browser could be sent to.
        Err(_) => Page::message(
            Rules::TITLE,
            StatusCode::BAD_REQUEST,
            "Bad request",
            "The redirect URI is not a URI.",
        )
        .into_response(),
    }
}
