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
use crate::journal::Ticket;
use crate::page::{Consent, Page};
use crate::params::Params;
use crate::played::{Core, Rulebook as _, Shared};
use crate::session::Session;
use crate::sign_in::{self, FORM_TOKEN};
use crate::user::User;

/// A request that passed the checks.
struct Asked {
    client_id: String,
    application: String,
    scopes: Scopes,
}

/// `GET`: shows the question, after a login if need be.
pub(super) async fn ask(
    State(core): State<Shared<Rules>>,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    ticket: Ticket,
) -> Response {
    let asked = match check(&core, &params, &ticket) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if core.setup.auto_approve {
        let first = core.state().logins().swap_remove(0);
        let account = &super::model::ACCOUNTS[0];
        return approve(&core, asked, &first, account, &params, &ticket);
    }
    let Some((session, user, account)) = logged_in(&core, &jar) else {
        ticket.note("not logged in");
        return sign_in::to_login(&core, jar, &uri);
    };
    ticket.note("asked the person");
    let consent = Consent {
        provider: Rules::TITLE,
        application: &asked.application,
        person: &user.name,
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
    State(core): State<Shared<Rules>>,
    jar: CookieJar,
    uri: Uri,
    params: Params,
    ticket: Ticket,
) -> Response {
    let Some((session, user, account)) = logged_in(&core, &jar) else {
        ticket.note("not logged in");
        return sign_in::to_login(&core, jar, &uri);
    };
    if let Err(stopped) = sign_in::form_is_ours::<Rules>(&session, &params, &ticket) {
        return *stopped;
    }
    let asked = match check(&core, &params, &ticket) {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    if params.get("decision") != Some("approve") {
        ticket.note("the person said no");
        return answer(&core, &params, ("error", "access_denied"));
    }
    approve(&core, asked, &user, account, &params, &ticket)
}

fn logged_in(core: &Core<Rules>, jar: &CookieJar) -> Option<(Session, User, &'static Account)> {
    let (session, user) = sign_in::logged_in(core, jar)?;
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
fn check(core: &Core<Rules>, params: &Params, ticket: &Ticket) -> Result<Asked, Box<Response>> {
    let state = core.state();
    let known = state.clients.find(params.text("client_id"));
    let Some(client) = known.filter(|client| client.has_registered(params.text("redirect_uri"))) else {
        let text = match known {
            None => "There is no application with this client_id.",
            Some(_) => "The redirect_uri is not one that is registered for this application.",
        };
        ticket.note(format!("refused: {text}"));
        let page = Page::message(Rules::TITLE, StatusCode::BAD_REQUEST, "Connecting is not possible", text);
        return Err(Box::new(page.into_response()));
    };
    let refused = |error: &str| {
        ticket.note(format!("refused: {error}"));
        Box::new(answer(core, params, ("error", error)))
    };
    if params.get("response_type") != Some("code") {
        return Err(refused("unsupported_response_type"));
    }
    let scopes = Scopes::parse(params.text("scope")).ok_or_else(|| refused("invalid_scope"))?;
    Ok(Asked { client_id: client.client_id.clone(), application: client.name.clone(), scopes })
}

fn approve(
    core: &Core<Rules>,
    asked: Asked,
    user: &User,
    account: &'static Account,
    params: &Params,
    ticket: &Ticket,
) -> Response {
    ticket.note(format!("code issued for {}", user.login));
    let Asked { client_id, scopes, .. } = asked;
    let grant = Grant { client_id, account, user: user.login.clone(), scopes };
    let code = core.state().issue_code(grant, core.now());
    answer(core, params, ("code", &code))
}

/// Back to the redirect URI, which is known to be registered; with the `state` as it came, unless that is switched off.
fn answer(core: &Core<Rules>, params: &Params, what: (&str, &str)) -> Response {
    let mut pairs = vec![what];
    if core.setup.options.echo_state {
        pairs.extend(params.get("state").filter(|state| !state.is_empty()).map(|state| ("state", state)));
    }
    callback::redirect(params.text("redirect_uri"), false, &pairs)
}
