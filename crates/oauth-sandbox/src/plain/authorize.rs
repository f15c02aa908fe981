//! The authorization endpoint (RFC 6749 3.1, 4.1.1 and 4.1.2): question and answer.

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

/// What an authorization request may say. The form carries it along.
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
    client_id: String,
    application: String,
    /// Where the answer goes.
    redirect_uri: String,
    /// As it was said, if it was.
    said_redirect_uri: Option<String>,
    scopes: Option<Vec<String>>,
    challenge: Option<String>,
}

/// `GET`: shows the question, after a login if need be.
pub(super) async fn ask(
    State(core): State<SharedCore<Rules>>,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    let said = UniqueParams::of_either(&params);
    let asked = match check(&core, said, &log) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if core.setup.auto_approve {
        let first = core.state().users[0].clone();
        return approve(&core, asked, &first, said, &log);
    }
    let Some((session, user)) = login_pages::logged_in_user(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    log.note("asked the person");
    let mut hidden = vec![(FORM_TOKEN, session.form_token.as_str())];
    hidden.extend(CARRIED.iter().filter_map(|name| Some((*name, said.get(name)?))));
    let consent = ConsentPage {
        provider: Rules::TITLE,
        application: &asked.application,
        user: &user.name,
        redirect_uri: &asked.redirect_uri,
        rights: rights(asked.scopes.as_ref().unwrap_or(&core.setup.options.scopes)),
        action: uri.path(),
        hidden: &hidden,
        decision: ("decision", "approve", "deny"),
    };
    consent.page().into_response()
}

/// `POST`: takes the decision. Anything but `decision=approve` is a no.
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
    if let Err(stopped) = login_pages::check_form_token::<Rules>(&session, &params, &log) {
        return *stopped;
    }
    let said = UniqueParams::of_either(&params);
    let asked = match check(&core, said, &log) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if said.get("decision") != Some("approve") {
        log.note("the person said no");
        let pairs = [("error", "access_denied"), ("error_description", "The resource owner said no.")];
        return answer(&asked.redirect_uri, said, &pairs);
    }
    approve(&core, asked, &user, said, &log)
}

fn rights(scopes: &[String]) -> Markup {
    html! {
        @if scopes.is_empty() {
            p { "There are no scopes here: it will be able to do what you can." }
        } @else {
            p { "It asks for these scopes:" }
            ul { @for scope in scopes { li { code { (scope) } } } }
        }
    }
}

/// Client and redirect URI first: until both are known, nobody is sent anywhere (4.1.2.1).
fn check(
    core: &ProviderCore<Rules>,
    said: UniqueParams<'_>,
    log: &RequestLog,
) -> Result<Asked, Box<Response>> {
    let page = |text: &str| {
        log.note(format!("refused: {text}"));
        let page = Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, "This link does not work", text);
        Box::new(page.into_response())
    };
    let options = &core.setup.options;
    let repeated = said.repeated();
    if matches!(repeated, Some("client_id" | "redirect_uri")) {
        return Err(page("The client_id or the redirect_uri is there more than once."));
    }
    let state = core.state();
    let Some(client) = state.clients.find(said.text("client_id")) else {
        return Err(page("There is no application with this client_id."));
    };
    let redirect_uri = match (said.get("redirect_uri"), client.redirect_uris.as_slice()) {
        (Some(uri), _) if client.has_registered(uri) => uri,
        (None, [only]) => only,
        (None, _) => return Err(page("The redirect_uri is missing, and the application has several.")),
        (Some(_), _) => return Err(page("The redirect_uri is not one that the application has registered.")),
    };
    let refused = |error: &str, description: &str| {
        log.note(format!("refused: {error}"));
        let pairs = [("error", error), ("error_description", description)];
        Err(Box::new(answer(redirect_uri, said, &pairs)))
    };
    if let Some(name) = repeated {
        return refused("invalid_request", &format!("{name} is there more than once"));
    }
    match said.get("response_type") {
        Some("code") => {}
        None => return refused("invalid_request", "response_type is missing"),
        Some(_) => return refused("unsupported_response_type", "response_type must be code"),
    }
    let scopes = match said.scopes(options) {
        Ok(scopes) => scopes,
        Err(unknown) => return refused("invalid_scope", &format!("there is no scope {unknown}")),
    };
    let challenge = match (options.pkce, said.get("code_challenge"), said.get("code_challenge_method")) {
        (Pkce::Ignored, _, _) | (Pkce::Understood, None, None) => None,
        (Pkce::Required, None, _) => return refused("invalid_request", "code challenge required"),
        (_, Some(challenge), Some("S256")) if pkce::is_challenge(challenge) => Some(challenge.to_owned()),
        (_, Some(_), Some("S256")) => return refused("invalid_request", "this is no code_challenge by S256"),
        // RFC 7636 4.3: without a method it is `plain`.
        _ => return refused("invalid_request", "transform algorithm not supported"),
    };
    Ok(Asked {
        client_id: client.client_id.clone(),
        application: client.name.clone(),
        redirect_uri: redirect_uri.to_owned(),
        said_redirect_uri: said.get("redirect_uri").map(str::to_owned),
        scopes,
        challenge,
    })
}

fn approve(
    core: &ProviderCore<Rules>,
    asked: Asked,
    user: &User,
    said: UniqueParams<'_>,
    log: &RequestLog,
) -> Response {
    let Asked { client_id, redirect_uri, said_redirect_uri, scopes, challenge, .. } = asked;
    let named = scopes.is_some();
    let scopes = scopes.unwrap_or_else(|| core.setup.options.scopes.clone());
    let grant = Grant { client_id, user: Some(user.login.clone()), scopes, named };
    let code = core.state().issue_code(grant, said_redirect_uri, challenge, core.now());
    log.note(format!("code issued for {}", user.login));
    answer(&redirect_uri, said, &[("code", &code)])
}

/// Back to the redirect URI, which is known to be registered, with the `state` as it came.
fn answer(redirect_uri: &str, said: UniqueParams<'_>, parameters: &[(&str, &str)]) -> Response {
    let state = said.get("state").map(|state| ("state", state));
    let pairs: Vec<_> = parameters.iter().copied().chain(state).collect();
    callback::redirect(redirect_uri, false, &pairs)
}
