//! The authorization endpoint and its consent page.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::cookie::CookieJar;
use http::{StatusCode, Uri};
use maud::{Markup, html};

use super::Rules;
use super::model::{Account, Grant};
use super::scope::Scopes;
use crate::callback;
use crate::journal::RequestLog;
use crate::login_pages::{self, FORM_TOKEN};
use crate::page::{ConsentPage, Page};
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};
use crate::session::Session;
use crate::user::User;

/// A validated authorization request.
struct AuthorizationRequest {
    client_id: String,
    application: String,
    scopes: Scopes,
}

/// `GET /oauth2/authorize`: shows the consent page, or redirects to the login.
pub(super) async fn show_consent(
    State(core): State<SharedCore<Rules>>,
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
        let first = core.state().logins().swap_remove(0);
        let account = &super::model::ACCOUNTS[0];
        return approve(&core, request, &first, account, &params, &log);
    }
    let Some((session, user, account)) = logged_in(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    log.note("asked the person");
    let consent = ConsentPage {
        provider: Rules::TITLE,
        application: &request.application,
        user: &user.name,
        redirect_uri: params.text("redirect_uri"),
        rights: rights(request.scopes, account),
        action: uri.path(),
        hidden: &[
            (FORM_TOKEN, &session.form_token),
            ("client_id", params.text("client_id")),
            ("redirect_uri", params.text("redirect_uri")),
            ("response_type", params.text("response_type")),
            ("scope", params.text("scope")),
            ("state", params.text("state")),
        ],
        decision: ("decision", "approve", "deny"),
    };
    consent.page().into_response()
}

/// `POST /oauth2/authorize`: handles the decision. Anything but `decision=approve` denies access.
pub(super) async fn submit_decision(
    State(core): State<SharedCore<Rules>>,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    log: RequestLog,
) -> Response {
    let Some((session, user, account)) = logged_in(&core, &jar) else {
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
    if params.get("decision") != Some("approve") {
        log.note("the person said no");
        return redirect_back(&core, &params, ("error", "access_denied"));
    }
    approve(&core, request, &user, account, &params, &log)
}

fn logged_in(core: &ProviderCore<Rules>, jar: &CookieJar) -> Option<(Session, User, &'static Account)> {
    let (session, user) = login_pages::logged_in_user(core, jar)?;
    let account = core.state().account_of(&user.login)?;
    Some((session, user, account))
}

/// Describes the requested access, with emphasis on access beyond the user's own.
fn rights(scopes: Scopes, account: &Account) -> Markup {
    html! {
        @if scopes.act_as_user {
            p {
                strong { "It will be able to act as any user of the account " (account.name) }
                ", not only as you. Its own calls will be made by a system user."
            }
        } @else {
            p { "It will be able to act as you in the account " strong { (account.name) } "." }
        }
        @if scopes.auto_create_users {
            p {
                "It will also be able to create users. A new user gets the branch " (account.default_branch)
                ", the role 'None' and no login."
            }
        }
    }
}

/// Validates the request. Errors are pages, not redirects, until the client and its redirect URI are known.
fn validate(
    core: &ProviderCore<Rules>,
    params: &Params,
    log: &RequestLog,
) -> Result<AuthorizationRequest, Box<Response>> {
    let state = core.state();
    let known = state.clients.find(params.text("client_id"));
    let Some(client) = known.filter(|client| client.has_registered(params.text("redirect_uri"))) else {
        let text = match known {
            None => "There is no application with this client_id.",
            Some(_) => "The redirect_uri is not one that is registered for this application.",
        };
        log.note(format!("refused: {text}"));
        let page = Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, "Connecting is not possible", text);
        return Err(Box::new(page.into_response()));
    };
    let redirect_error = |error: &str| {
        log.note(format!("refused: {error}"));
        Box::new(redirect_back(core, params, ("error", error)))
    };
    if params.get("response_type") != Some("code") {
        return Err(redirect_error("unsupported_response_type"));
    }
    let scopes = Scopes::parse(params.text("scope")).ok_or_else(|| redirect_error("invalid_scope"))?;
    Ok(AuthorizationRequest { client_id: client.client_id.clone(), application: client.name.clone(), scopes })
}

fn approve(
    core: &ProviderCore<Rules>,
    request: AuthorizationRequest,
    user: &User,
    account: &'static Account,
    params: &Params,
    log: &RequestLog,
) -> Response {
    log.note(format!("code issued for {}", user.login));
    let AuthorizationRequest { client_id, scopes, .. } = request;
    let grant = Grant { client_id, account, user: user.login.clone(), scopes };
    let code = core.state().issue_code(grant, core.now());
    redirect_back(core, params, ("code", &code))
}

/// Redirects to the redirect URI with `parameter`, and with the request's `state` if the option is on.
fn redirect_back(core: &ProviderCore<Rules>, params: &Params, parameter: (&str, &str)) -> Response {
    let mut pairs = vec![parameter];
    if core.options().echo_state {
        pairs.extend(params.get("state").filter(|state| !state.is_empty()).map(|state| ("state", state)));
    }
    callback::redirect(params.text("redirect_uri"), false, &pairs)
}
