//! The authorize URL: question and answer (seed 001; docs/provider-facts.md 2a).

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::{StatusCode, Uri};
use maud::{Markup, html};

use super::model::Grant;
use super::place::Pages;
use super::{Rules, pages};
use crate::journal::RequestLog;
use crate::login_pages;
use crate::page::{ConsentPage, Page};
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};
use crate::user::User;
use crate::{callback, pkce};

/// What an authorize URL may say. The form carries it along.
const CARRIED: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// A request that passed the checks.
struct Asked {
    application: String,
    scopes: Vec<String>,
    challenge: Option<String>,
}

/// `GET`: shows the question, after a login if need be.
pub(super) async fn ask(
    State(core): State<SharedCore<Rules>>,
    Pages(space): Pages,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    let asked = match check(&core, &params, &log) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if core.setup.auto_approve {
        let user = core.state().users[0].clone();
        return approve(&core, asked, &user, &params, &log);
    }
    let Some((session, user)) = login_pages::logged_in_user(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    log.note("asked the person");
    let mut hidden = vec![(login_pages::FORM_TOKEN, session.form_token.as_str())];
    hidden.extend(CARRIED.iter().filter_map(|name| Some((*name, params.get(name)?))));
    let consent = ConsentPage {
        provider: &pages::title(space),
        application: &asked.application,
        user: &user.name,
        redirect_uri: params.text("redirect_uri"),
        rights: rights(&asked.scopes),
        action: uri.path(),
        hidden: &hidden,
        decision: ("authorize", "yes", "no"),
    };
    consent.page().into_response()
}

fn rights(scopes: &[String]) -> Markup {
    html! {
        @if scopes.is_empty() {
            p { "It asks for no scope: it learns that you said yes, and nothing else." }
        } @else {
            p { "It asks for these scopes:" }
            ul { @for scope in scopes { li { code { (scope) } } } }
        }
    }
}

/// `POST`: takes the decision. Anything but `authorize=yes` is a no.
pub(super) async fn decide(
    State(core): State<SharedCore<Rules>>,
    Pages(_): Pages,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    let Some((session, user)) = login_pages::logged_in_user(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    if let Err(stopped) = login_pages::check_form_token::<Rules>(&session, &params, &log) {
        return *stopped;
    }
    let asked = match check(&core, &params, &log) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if params.get("authorize") != Some("yes") {
        log.note("the person said no");
        return answer(&params, &[("error", "access_denied")]);
    }
    approve(&core, asked, &user, &params, &log)
}

/// Nobody is sent to a redirect URI that is not the client's: until that is known, refusals are pages.
fn check(core: &ProviderCore<Rules>, params: &Params, log: &RequestLog) -> Result<Asked, Box<Response>> {
    let page = |text: &str| {
        log.note(format!("refused: {text}"));
        let page = Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, "This link does not work", text);
        Err(Box::new(page.into_response()))
    };
    let state = core.state();
    let Some(client) = state.clients.find(params.text("client_id")) else {
        return page("The application is not known here.");
    };
    if !client.has_registered(params.text("redirect_uri")) {
        return page("The redirect URI is not one that the application has registered.");
    }
    let refused = |error: &str, description: &str| {
        log.note(format!("refused: {error}"));
        Err(Box::new(answer(params, &[("error", error), ("error_description", description)])))
    };
    match params.present("response_type") {
        Some("code") => {}
        None => return refused("invalid_request", "response_type is missing"),
        Some(_) => return refused("unsupported_response_type", "response_type must be code"),
    }
    let Some(scopes) = state.granted(params.text("scope")) else {
        return refused("invalid_scope", "the application does not have all of these scopes");
    };
    let application = client.name.clone();
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (None, None) => Ok(Asked { application, scopes, challenge: None }),
        (Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => {
            Ok(Asked { application, scopes, challenge: Some(challenge.to_owned()) })
        }
        _ => refused("invalid_request", "PKCE needs a code_challenge and the code_challenge_method S256"),
    }
}

fn approve(
    core: &ProviderCore<Rules>,
    asked: Asked,
    user: &User,
    params: &Params,
    log: &RequestLog,
) -> Response {
    let grant = Grant { user: user.login.clone(), scopes: asked.scopes };
    let code = core.state().issue_code(grant, asked.challenge, core.now());
    log.note(format!("code issued for {}", user.login));
    answer(params, &[("code", &code)])
}

/// Back to the redirect URI, with the state that came.
fn answer(params: &Params, parameters: &[(&str, &str)]) -> Response {
    let state = params.get("state").map(|state| ("state", state));
    let pairs: Vec<_> = parameters.iter().copied().chain(state).collect();
    callback::redirect(params.text("redirect_uri"), false, &pairs)
}
