//! Login, logout and a home page.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;
use http::{StatusCode, Uri};
use maud::html;

use super::{Rules, feed};
use crate::journal::Ticket;
use crate::page::{Login, Page};
use crate::params::Params;
use crate::played::{Core, Played as _, Shared};
use crate::session::Session;
use crate::user::User;

/// The field with the session's form token, as Rails calls it.
pub(super) const FORM_TOKEN: &str = "authenticity_token";

const LOGIN: &str = "/go/auth/login";
const HOME: &str = "/go/pipelines";

pub(super) fn routes() -> Router<Shared<Rules>> {
    Router::new()
        .route("/", get(async || Redirect::to(HOME)))
        .route("/go", get(async || Redirect::to(HOME)))
        .route("/go/", get(async || Redirect::to(HOME)))
        .route(HOME, get(home))
        .route(LOGIN, get(login))
        .route("/go/auth/security_check", post(check))
        .route("/go/auth/logout", get(logout))
}

/// The browser's session and its user, when somebody is logged in.
pub(super) fn logged_in(core: &Core<Rules>, jar: &CookieJar) -> Option<(Session, User)> {
    let session = core.sessions.of(jar)?;
    let user = core.state().user(session.user.as_deref()?)?.clone();
    Some((session, user))
}

/// Sends the browser to the login, from where it comes back to `uri`.
pub(super) fn to_login(core: &Core<Rules>, jar: CookieJar, uri: &Uri) -> impl IntoResponse + use<> {
    let wanted = uri.path_and_query().map(ToString::to_string);
    let (_, jar) = core.sessions.keep(jar, |session| session.return_to = wanted);
    (jar, (StatusCode::FOUND, [(http::header::LOCATION, LOGIN)]))
}

/// A form without the session's token.
pub(super) fn stale_form() -> Page {
    let text = "The form did not come from a page of this session. Go back, reload the page and try again.";
    Page::message(Rules::TITLE, StatusCode::UNPROCESSABLE_ENTITY, "The change you wanted was rejected", text)
}

async fn login(State(core): State<Shared<Rules>>, jar: CookieJar) -> Response {
    let (session, jar) = core.sessions.keep(jar, |_| {});
    (jar, login_page(&core, &session, "", None)).into_response()
}

fn login_page(core: &Core<Rules>, session: &Session, typed: &str, message: Option<&str>) -> Page {
    let accounts: Vec<_> =
        core.state().users.iter().map(|user| (user.login.clone(), user.password.clone())).collect();
    Login {
        provider: Rules::TITLE,
        action: "/go/auth/security_check",
        form_token: (FORM_TOKEN, &session.form_token),
        user: ("Username", "j_username"),
        typed,
        password: "j_password",
        message,
        accounts: &accounts,
        more: html! {},
    }
    .page()
}

async fn check(
    State(core): State<Shared<Rules>>,
    jar: CookieJar,
    params: Params,
    ticket: Ticket,
) -> Response {
    let (session, jar) = core.sessions.keep(jar, |_| {});
    if !session.sent_form(params.text(FORM_TOKEN)) {
        ticket.note("refused: the form is not from a page of this session");
        return (jar, stale_form()).into_response();
    }
    let typed = params.text("j_username");
    let user = {
        let state = core.state();
        let right = |user: &&User| user.is_called(typed) && user.password == params.text("j_password");
        state.users.iter().find(right).map(|user| user.login.clone())
    };
    let Some(user) = user else {
        ticket.note("wrong user name or password");
        let page = login_page(&core, &session, typed, Some("Wrong user name or password. Please try again."));
        return (jar, page.with_status(StatusCode::UNAUTHORIZED)).into_response();
    };
    ticket.note(format!("{user} logged in"));
    let (wanted, jar) = core.sessions.log_in(jar, &user);
    (jar, Redirect::to(wanted.as_deref().unwrap_or(HOME))).into_response()
}

async fn logout(State(core): State<Shared<Rules>>, jar: CookieJar) -> Response {
    (core.sessions.log_out(jar), Redirect::to(LOGIN)).into_response()
}

async fn home(State(core): State<Shared<Rules>>, jar: CookieJar, uri: Uri) -> Response {
    let Some((_, user)) = logged_in(&core, &jar) else {
        return to_login(&core, jar, &uri).into_response();
    };
    let page = Page::new(
        Rules::TITLE,
        "Pipelines",
        &html! {
            p { "Logged in as " strong { (user.name) } ". " a href="/go/auth/logout" { "Log out" } }
            table {
                tr { th scope="col" { "Stage" } th scope="col" { "Last build" } th scope="col" { "Label" } }
                @for stage in feed::visible_to(&user) {
                    tr { td { (stage.name()) } td { (stage.status) } td { (stage.label) } }
                }
            }
        },
    );
    page.into_response()
}
