//! Login, logout and home page, and helpers for all pages and forms.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;
use http::header::LOCATION;
use http::{HeaderMap, Method, StatusCode, Uri};
use maud::{Markup, html};

use super::model::ADMIN;
use super::{Rules, feed, token_pages};
use crate::journal::RequestLog;
use crate::page::{LoginPage, Page};
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};
use crate::session::Session;
use crate::user::User;

/// The form field with the session's form token, named as in Rails.
pub(super) const FORM_TOKEN: &str = "authenticity_token";

const LOGIN: &str = "/go/auth/login";
pub(super) const HOME: &str = "/go/pipelines";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route("/", get(async || Redirect::to(HOME)))
        .route("/go", get(async || Redirect::to(HOME)))
        .route("/go/", get(async || Redirect::to(HOME)))
        .route(HOME, get(home))
        .route(LOGIN, get(show_login))
        .route("/go/auth/security_check", post(submit_login))
        .route("/go/auth/logout", get(logout))
}

/// The browser's session and the logged-in user.
pub(super) fn logged_in(core: &ProviderCore<Rules>, jar: &CookieJar) -> Option<(Session, User)> {
    let session = core.sessions.find(jar)?;
    let user = core.state().user(session.user.as_deref()?)?.clone();
    Some((session, user))
}

/// Redirects to the login page, which redirects back to `return_to`, a path with its query.
pub(super) fn redirect_to_login(
    core: &ProviderCore<Rules>,
    jar: CookieJar,
    return_to: String,
) -> impl IntoResponse + use<> {
    // Two slashes would lead to another server.
    let return_to = Some(return_to).filter(|path| path.starts_with('/') && !path.starts_with("//"));
    let (_, jar) = core.sessions.update(jar, |session| session.return_to = return_to);
    (jar, redirect(LOGIN))
}

/// The request's path and query, to return to after a login.
pub(super) fn path_and_query(uri: &Uri) -> String {
    uri.path_and_query().map(ToString::to_string).unwrap_or_default()
}

/// Redirects to `path` with status 302, as Rails does.
pub(super) fn redirect(path: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, path)]).into_response()
}

/// The request's method, overridden by `_method` as in Rails: HTML forms only support `GET` and `POST`.
pub(super) fn effective_method(method: &Method, params: &Params) -> Method {
    match params.get("_method").map(str::to_ascii_lowercase).as_deref() {
        Some("put") if method == Method::POST => Method::PUT,
        Some("patch") if method == Method::POST => Method::PATCH,
        Some("delete") if method == Method::POST => Method::DELETE,
        _ => method.clone(),
    }
}

/// Checks the session's form token, in a form field or in the header that Rails accepts from scripts.
pub(super) fn has_form_token(session: &Session, params: &Params, headers: &HeaderMap) -> bool {
    let in_header = headers.get("x-csrf-token").and_then(|value| value.to_str().ok());
    session.has_form_token(params.get(FORM_TOKEN).or(in_header).unwrap_or_default())
}

/// The message of the last change, shown once.
pub(super) fn flash(core: &ProviderCore<Rules>, form_token: &str) -> Markup {
    let text = core.state().take_flash(form_token);
    html! { @if let Some(text) = text { p role="status" { strong { (text) } } } }
}

/// The response to a form without the session's token.
pub(super) fn stale_form() -> Page {
    let text = "The form did not come from a page of this session. Go back, reload the page and try again.";
    Page::message(Rules::TITLE, StatusCode::UNPROCESSABLE_ENTITY, "The change you wanted was rejected", text)
}

async fn show_login(State(core): State<SharedCore<Rules>>, jar: CookieJar) -> Response {
    let (session, jar) = core.sessions.update(jar, |_| {});
    (jar, login_page(&core, &session, "", None)).into_response()
}

fn login_page(core: &ProviderCore<Rules>, session: &Session, typed: &str, message: Option<&str>) -> Page {
    let accounts: Vec<_> =
        core.state().users.iter().map(|user| (user.login.clone(), user.password.clone())).collect();
    LoginPage {
        provider: Rules::TITLE,
        action: "/go/auth/security_check",
        form_token: (FORM_TOKEN, &session.form_token),
        user_field: ("Username", "j_username"),
        typed_user: typed,
        password_field: "j_password",
        message,
        accounts: &accounts,
        more: html! { p { strong { (ADMIN) } " is the system administrator." } },
    }
    .page()
}

async fn submit_login(
    State(core): State<SharedCore<Rules>>,
    jar: CookieJar,
    headers: HeaderMap,
    params: Params,
    log: RequestLog,
) -> Response {
    let (session, jar) = core.sessions.update(jar, |_| {});
    if !has_form_token(&session, &params, &headers) {
        log.note("refused: the form is not from a page of this session");
        return (jar, stale_form()).into_response();
    }
    let typed = params.text("j_username");
    let user = {
        let state = core.state();
        let matches = |user: &&User| user.matches_login(typed) && user.password == params.text("j_password");
        state.users.iter().find(matches).map(|user| user.login.clone())
    };
    let Some(user) = user else {
        log.note("wrong user name or password");
        let page = login_page(&core, &session, typed, Some("Wrong user name or password. Please try again."));
        return (jar, page.with_status(StatusCode::UNAUTHORIZED)).into_response();
    };
    log.note(format!("{user} logged in"));
    let (return_to, jar) = core.sessions.log_in(jar, &user);
    (jar, Redirect::to(return_to.as_deref().unwrap_or(HOME))).into_response()
}

async fn logout(State(core): State<SharedCore<Rules>>, jar: CookieJar) -> Response {
    (core.sessions.log_out(jar), Redirect::to(LOGIN)).into_response()
}

async fn home(State(core): State<SharedCore<Rules>>, jar: CookieJar, uri: Uri) -> Response {
    let Some((_, user)) = logged_in(&core, &jar) else {
        return redirect_to_login(&core, jar, path_and_query(&uri)).into_response();
    };
    let admin = core.state().is_admin(&user);
    let page = Page::new(
        Rules::TITLE,
        "Pipelines",
        &html! {
            p { "Logged in as " strong { (user.name) } ". " a href="/go/auth/logout" { "Log out" } }
            p {
                a href="/go/oauth/user_tokens" { "OAuth access tokens" }
                " · " a href=(token_pages::LIST) { "Personal Access Tokens" }
                @if admin { " · " a href="/go/oauth/admin/clients" { "Admin: OAuth Clients" } }
            }
            div.scroll {
                table {
                    tr { th scope="col" { "Stage" } th scope="col" { "Last build" } th scope="col" { "Label" } }
                    @for stage in feed::visible_to(&user) {
                        tr { td { (stage.name()) } td { (stage.status) } td { (stage.label) } }
                    }
                }
            }
        },
    );
    page.into_response()
}
