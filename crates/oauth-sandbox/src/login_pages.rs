//! Login, logout and home page, shared by providers whose real login pages do not matter to a client.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;
use http::header::LOCATION;
use http::{StatusCode, Uri};
use maud::{Markup, html};

use crate::journal::RequestLog;
use crate::page::{LoginPage, Page};
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules, SharedCore};
use crate::session::Session;
use crate::user::User;

/// The form field with the session's form token.
pub(crate) const FORM_TOKEN: &str = "form_token";
/// The login and logout paths.
pub(crate) const LOGIN: &str = "/login";
pub(crate) const LOGOUT: &str = "/logout";
/// The home page's path.
pub(crate) const HOME: &str = "/";

/// A provider that uses these pages.
pub(crate) trait LoginPages: ProviderRules {
    /// Content below the login form.
    fn below_login() -> Markup {
        html! {}
    }

    /// The content of the home page.
    fn home(state: &Self::State, user: &User) -> Markup;
}

pub(crate) fn routes<P: LoginPages>() -> Router<SharedCore<P>> {
    Router::new()
        .route(LOGIN, get(login::<P>).post(submit::<P>))
        .route(LOGOUT, get(logout::<P>))
        .route(HOME, get(home::<P>))
}

/// The browser's session and the logged-in user.
pub(crate) fn logged_in_user<P: ProviderRules>(
    core: &ProviderCore<P>,
    jar: &CookieJar,
) -> Option<(Session, User)> {
    let session = core.sessions.find(jar)?;
    let login = session.user.clone()?;
    let user = P::users(&core.state()).into_iter().find(|user| user.login == login)?;
    Some((session, user))
}

/// Redirects to the login page, which redirects back to `uri`.
pub(crate) fn redirect_to_login<P: ProviderRules>(
    core: &ProviderCore<P>,
    jar: CookieJar,
    uri: &Uri,
) -> Response {
    let requested = uri.path_and_query().map(ToString::to_string);
    let (_, jar) = core.sessions.update(jar, |session| session.return_to = requested);
    (jar, (StatusCode::FOUND, [(LOCATION, LOGIN)])).into_response()
}

/// Logs `user` in and redirects to the page requested before the login.
pub(crate) fn log_in<P: ProviderRules>(core: &ProviderCore<P>, jar: CookieJar, user: &str) -> Response {
    let (return_to, jar) = core.sessions.log_in(jar, user);
    (jar, Redirect::to(return_to.as_deref().unwrap_or(HOME))).into_response()
}

/// Checks that the form came from a page of `session`. Otherwise returns an error page.
pub(crate) fn check_form_token<P: ProviderRules>(
    session: &Session,
    params: &Params,
    log: &RequestLog,
) -> Result<(), Box<Response>> {
    if session.has_form_token(params.text(FORM_TOKEN)) {
        return Ok(());
    }
    log.note("refused: the form is not from a page of this session");
    let text = "The form did not come from a page of this session. Go back, reload the page and try again.";
    let page = Page::message(P::TITLE, StatusCode::UNPROCESSABLE_ENTITY, "This form is out of date", text);
    Err(Box::new(page.into_response()))
}

async fn login<P: LoginPages>(State(core): State<SharedCore<P>>, jar: CookieJar) -> Response {
    show_login(&core, P::TITLE, P::below_login(), jar)
}

/// Shows the login form under `title`, with `more` below.
pub(crate) fn show_login<P: ProviderRules>(
    core: &ProviderCore<P>,
    title: &str,
    more: Markup,
    jar: CookieJar,
) -> Response {
    let (session, jar) = core.sessions.update(jar, |_| {});
    (jar, page(core, title, more, &session, "", None)).into_response()
}

fn page<P: ProviderRules>(
    core: &ProviderCore<P>,
    title: &str,
    more: Markup,
    session: &Session,
    typed: &str,
    message: Option<&str>,
) -> Page {
    let users = P::users(&core.state());
    let accounts: Vec<_> = users.into_iter().map(|user| (user.email, user.password)).collect();
    LoginPage {
        provider: title,
        action: LOGIN,
        form_token: (FORM_TOKEN, &session.form_token),
        user_field: ("E-mail address", "email"),
        typed_user: typed,
        password_field: "password",
        message,
        accounts: &accounts,
        more,
    }
    .page()
}

async fn submit<P: LoginPages>(
    State(core): State<SharedCore<P>>,
    jar: CookieJar,
    params: Params,
    log: RequestLog,
) -> Response {
    submit_login(&core, P::TITLE, P::below_login(), jar, &params, &log)
}

/// Handles the submitted login form: logs the user in, or shows the form again.
pub(crate) fn submit_login<P: ProviderRules>(
    core: &ProviderCore<P>,
    title: &str,
    more: Markup,
    jar: CookieJar,
    params: &Params,
    log: &RequestLog,
) -> Response {
    let (session, jar) = core.sessions.update(jar, |_| {});
    if let Err(response) = check_form_token::<P>(&session, params, log) {
        return (jar, *response).into_response();
    }
    let typed = params.text("email");
    let users = P::users(&core.state());
    let found =
        users.iter().find(|user| user.matches_login(typed) && user.password == params.text("password"));
    let Some(user) = found else {
        log.note("wrong e-mail address or password");
        let message = Some("Wrong e-mail address or password. Please try again.");
        let page = page(core, title, more, &session, typed, message);
        return (jar, page.with_status(StatusCode::UNAUTHORIZED)).into_response();
    };
    log.note(format!("{} logged in", user.login));
    log_in(core, jar, &user.login)
}

pub(crate) async fn logout<P: ProviderRules>(State(core): State<SharedCore<P>>, jar: CookieJar) -> Response {
    (core.sessions.log_out(jar), Redirect::to(LOGIN)).into_response()
}

async fn home<P: LoginPages>(State(core): State<SharedCore<P>>, jar: CookieJar, uri: Uri) -> Response {
    let Some((_, user)) = logged_in_user(&core, &jar) else {
        return redirect_to_login(&core, jar, &uri);
    };
    let content = P::home(&core.state(), &user);
    let body = html! {
        p { "Logged in as " strong { (user.name) } ". " a href=(LOGOUT) { "Log out" } }
        (content)
    };
    Page::new(P::TITLE, "Home", &body).into_response()
}
