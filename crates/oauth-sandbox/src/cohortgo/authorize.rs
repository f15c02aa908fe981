//! The authorize URL: question and answer.

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

/// A request that passed the checks.
struct Asked {
    client_id: String,
    application: String,
    scopes: Scopes,
}

/// `GET`: shows the question, after a login if need be.
pub(super) async fn ask(
    State(core): State<SharedCore<Rules>>,
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
        let first = core.state().logins().swap_remove(0);
        let account = &super::model::ACCOUNTS[0];
        return approve(&core, asked, &first, account, &params, &log);
    }
    let Some((session, user, account)) = logged_in(&core, &jar) else {
        log.note("not logged in");
        return login_pages::redirect_to_login(&core, jar, &uri);
    };
    log.note("asked the person");
    let consent = ConsentPage {
        provider: Rules::TITLE,
        application: &asked.application,
        user: &user.name,
        redirect_uri: params.text("redirect_uri"),
        rights: rights(asked.scopes, account),
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

/// `POST`: takes the decision. Anything but `decision=approve` is a no.
pub(super) async fn decide(
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
    if let Err(stopped) = login_pages::check_form_token::<Rules>(&session, &params, &log) {
        return *stopped;
    }
    let asked = match check(&core, &params, &log) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if params.get("decision") != Some("approve") {
        log.note("the person said no");
        return answer(&core, &params, ("error", "access_denied"));
    }
    approve(&core, asked, &user, account, &params, &log)
}

fn logged_in(core: &ProviderCore<Rules>, jar: &CookieJar) -> Option<(Session, User, &'static Account)> {
    let (session, user) = login_pages::logged_in_user(core, jar)?;
    let account = core.state().account_of(&user.login)?;
    Some((session, user, account))
}

/// What the application will be able to do. The person is told when that reaches beyond themselves.
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
                "It will also be able to create users: whoever it names and does not exist yet gets the branch "
                (account.default_branch) ", the role 'None' and no login."
            }
        }
    }
}

/// Client and redirect URI first: until both are known, nothing is sent anywhere.
fn check(core: &ProviderCore<Rules>, params: &Params, log: &RequestLog) -> Result<Asked, Box<Response>> {
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
    let refused = |error: &str| {
        log.note(format!("refused: {error}"));
        Box::new(answer(core, params, ("error", error)))
    };
    if params.get("response_type") != Some("code") {
        return Err(refused("unsupported_response_type"));
    }
    let scopes = Scopes::parse(params.text("scope")).ok_or_else(|| refused("invalid_scope"))?;
    Ok(Asked { client_id: client.client_id.clone(), application: client.name.clone(), scopes })
}

fn approve(
    core: &ProviderCore<Rules>,
    asked: Asked,
    user: &User,
    account: &'static Account,
    params: &Params,
    log: &RequestLog,
) -> Response {
    log.note(format!("code issued for {}", user.login));
    let Asked { client_id, scopes, .. } = asked;
    let grant = Grant { client_id, account, user: user.login.clone(), scopes };
    let code = core.state().issue_code(grant, core.now());
    answer(core, params, ("code", &code))
}

/// Back to the redirect URI, which is known to be registered; with the `state` as it came, unless that is switched off.
fn answer(core: &ProviderCore<Rules>, params: &Params, what: (&str, &str)) -> Response {
    let mut pairs = vec![what];
    if core.setup.options.echo_state {
        pairs.extend(params.get("state").filter(|state| !state.is_empty()).map(|state| ("state", state)));
    }
    callback::redirect(params.text("redirect_uri"), false, &pairs)
}
