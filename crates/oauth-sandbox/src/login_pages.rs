//! Login, logout and home page of all providers.

use axum::Router;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::header::LOCATION;
use maud::{Markup, html};

use crate::page::Page;
use crate::provider::{ProviderRules, ProviderState as _, SharedCore};
use crate::request::{Handled, ProviderRequest, Rejection};
use crate::session::Session;
use crate::user::User;

pub(crate) struct LoginForm {
    pub(crate) path: &'static str,
    pub(crate) action: &'static str,
    pub(crate) logout: &'static str,
    pub(crate) home: &'static str,
    /// The hidden field with the session's form token, in all forms.
    pub(crate) form_token: &'static str,
    /// A header that may have the form token, for scripts.
    pub(crate) form_token_header: Option<&'static str>,
    /// The heading of the page after a form without the token.
    pub(crate) stale_form: &'static str,
    /// The user field's label and name.
    pub(crate) user_field: (&'static str, &'static str),
    pub(crate) password_field: &'static str,
    /// The user's name in the message about a wrong login.
    pub(crate) user_word: &'static str,
}

impl LoginForm {
    /// For providers whose real login pages do not matter to a client.
    pub(crate) const USUAL: Self = Self {
        path: "/login",
        action: "/login",
        logout: "/logout",
        home: "/",
        form_token: "form_token",
        form_token_header: None,
        stale_form: "This form is out of date",
        user_field: ("E-mail address", "email"),
        password_field: "password",
        user_word: "e-mail address",
    };
}

pub(crate) trait LoginPages: ProviderRules {
    const LOGIN: LoginForm = LoginForm::USUAL;

    /// The provider's name on a page, or the response to a request for a host without pages.
    fn title(request: &ProviderRequest<Self>) -> Result<String, Rejection> {
        let _ = request;
        Ok(Self::TITLE.to_owned())
    }

    /// The user as the login page names its accounts.
    fn account(user: &User) -> &str {
        &user.email
    }

    fn below_login() -> Markup {
        html! {}
    }

    fn home(request: &ProviderRequest<Self>, user: &User) -> (String, Markup);
}

pub(crate) fn routes<P: LoginPages>() -> Router<SharedCore<P>> {
    Router::new()
        .route(P::LOGIN.path, get(show_login::<P>))
        .route(P::LOGIN.action, post(submit_login::<P>))
        .route(P::LOGIN.logout, get(log_out::<P>))
        .route(P::LOGIN.home, get(home::<P>))
}

pub(crate) fn logged_in_user<P: LoginPages>(request: &ProviderRequest<P>) -> Option<(Session, User)> {
    let session = request.core.sessions.find(&request.jar)?;
    let login = session.user.clone()?;
    let user = request.core.state().users().into_iter().find(|user| user.login == login)?;
    Some((session, user))
}

/// Like [`logged_in_user`], or a redirect to the login page, which redirects back to `return_to`, a path with
/// its query.
pub(crate) fn require_user<P: LoginPages>(
    request: &ProviderRequest<P>,
    return_to: &str,
) -> Result<(Session, User), Rejection> {
    logged_in_user(request).ok_or_else(|| {
        request.log.note("not logged in");
        Rejection::new(redirect_to_login(request, return_to))
    })
}

fn redirect_to_login<P: LoginPages>(request: &ProviderRequest<P>, return_to: &str) -> Response {
    // Two slashes would lead to another server.
    let return_to = Some(return_to).filter(|path| path.starts_with('/') && !path.starts_with("//"));
    let return_to = return_to.map(str::to_owned);
    let (_, jar) = request.core.sessions.update(&request.jar, |session| session.return_to = return_to);
    (jar, redirect(P::LOGIN.path)).into_response()
}

pub(crate) fn redirect(path: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, path)]).into_response()
}

/// Logs `user` in and redirects to the page requested before the login.
pub(crate) fn log_in<P: LoginPages>(request: &ProviderRequest<P>, user: &str) -> Response {
    let (return_to, jar) = request.core.sessions.log_in(&request.jar, user);
    (jar, Redirect::to(return_to.as_deref().unwrap_or(P::LOGIN.home))).into_response()
}

/// Checks that the form came from a page of `session`. Otherwise returns an error page.
pub(crate) fn check_form_token<P: LoginPages>(
    request: &ProviderRequest<P>,
    session: &Session,
) -> Result<(), Rejection> {
    let in_header = || P::LOGIN.form_token_header.and_then(|name| request.header(name));
    let token = request.params.get(P::LOGIN.form_token).or_else(in_header);
    if session.has_form_token(token.unwrap_or_default()) {
        return Ok(());
    }
    request.log.note("refused: the form is not from a page of this session");
    let text = "The form did not come from a page of this session. Go back, reload the page and try again.";
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Err(Rejection::new(Page::message(P::TITLE, status, P::LOGIN.stale_form, text)))
}

/// The user who sent a form of this session.
pub(crate) fn author_of_form<P: LoginPages>(
    request: &ProviderRequest<P>,
    return_to: &str,
) -> Result<(Session, User), Rejection> {
    let (session, user) = require_user(request, return_to)?;
    check_form_token(request, &session)?;
    Ok((session, user))
}

pub(crate) fn form_token_field<P: LoginPages>(session: &Session) -> Markup {
    html! { input type="hidden" name=(P::LOGIN.form_token) value=(session.form_token); }
}

async fn show_login<P: LoginPages>(request: ProviderRequest<P>) -> Handled {
    let title = P::title(&request)?;
    let (session, jar) = request.core.sessions.update(&request.jar, |_| {});
    Ok((jar, login_page(&request, &title, &session, None)).into_response())
}

fn login_page<P: LoginPages>(
    request: &ProviderRequest<P>,
    title: &str,
    session: &Session,
    message: Option<&str>,
) -> Page {
    let LoginForm { user_field: (user_label, user_name), password_field, .. } = P::LOGIN;
    let typed = if message.is_some() { request.params.text(user_name) } else { "" };
    // [`Browser`](crate::Browser) finds the form by its password field. The accounts are made up.
    let body = html! {
        @if let Some(message) = message {
            p.alert role="alert" { (message) }
        }
        form method="post" action=(P::LOGIN.action) {
            (form_token_field::<P>(session))
            label for="user" { (user_label) }
            input #user type="text" name=(user_name) value=(typed) autocomplete="username"
                autocapitalize="none" required autofocus;
            label for="password" { "Password" }
            input #password type="password" name=(password_field) autocomplete="current-password" required;
            div.choices { button.main type="submit" { "Log in" } }
        }
        (P::below_login())
        h2 { "Accounts to try" }
        table.stacks {
            tr { th scope="col" { (user_label) } th scope="col" { "Password" } }
            @for user in request.core.state().users() {
                tr {
                    td data-label=(user_label) { code { (P::account(&user)) } }
                    td data-label="Password" { code { (user.password) } }
                }
            }
        }
    };
    Page::new(title, &format!("Log in to {title}"), &body)
}

async fn submit_login<P: LoginPages>(request: ProviderRequest<P>) -> Handled {
    let title = P::title(&request)?;
    let (session, jar) = request.core.sessions.update(&request.jar, |_| {});
    if let Err(rejection) = check_form_token(&request, &session) {
        return Ok((jar, rejection).into_response());
    }
    let typed = request.params.text(P::LOGIN.user_field.1);
    let password = request.params.text(P::LOGIN.password_field);
    let users = request.core.state().users();
    let found = users.iter().find(|user| user.matches_login(typed) && user.password == password);
    let Some(user) = found else {
        let wrong = format!("{} or password", P::LOGIN.user_word);
        request.log.note(format!("wrong {wrong}"));
        let message = format!("Wrong {wrong}. Please try again.");
        let page = login_page(&request, &title, &session, Some(&message));
        return Ok((jar, page.with_status(StatusCode::UNAUTHORIZED)).into_response());
    };
    request.log.note(format!("{} logged in", user.login));
    Ok(log_in(&request, &user.login))
}

async fn log_out<P: LoginPages>(request: ProviderRequest<P>) -> Handled {
    P::title(&request)?;
    Ok((request.core.sessions.log_out(&request.jar), Redirect::to(P::LOGIN.path)).into_response())
}

async fn home<P: LoginPages>(request: ProviderRequest<P>) -> Handled {
    let title = P::title(&request)?;
    let Some((_, user)) = logged_in_user(&request) else {
        return Ok(redirect_to_login(&request, request.path_and_query()));
    };
    let (heading, content) = P::home(&request, &user);
    let body = html! {
        p { "Logged in as " strong { (user.name) } ". " a href=(P::LOGIN.logout) { "Log out" } }
        (content)
    };
    Ok(Page::new(&title, &heading, &body).into_response())
}
