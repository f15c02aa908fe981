//! Login and home page, and helpers for all pages and forms.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use http::Method;
use maud::{Markup, html};

use super::model::ADMIN;
use super::{Request, Rules, feed, token_pages};
use crate::login_pages::{self, LoginForm, LoginPages};
use crate::params::Params;
use crate::provider::SharedCore;
use crate::session::Session;
use crate::user::User;

pub(super) const HOME: &str = "/go/pipelines";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    login_pages::routes()
        .route("/", get(async || Redirect::to(HOME)))
        .route("/go", get(async || Redirect::to(HOME)))
        .route("/go/", get(async || Redirect::to(HOME)))
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

pub(super) fn flash(request: &Request, session: &Session) -> Markup {
    let text = request.core.state().take_flash(&session.form_token);
    html! { @if let Some(text) = text { p role="status" { strong { (text) } } } }
}

impl LoginPages for Rules {
    /// Paths and names as in GoCD and Rails.
    const LOGIN: LoginForm = LoginForm {
        path: "/go/auth/login",
        action: "/go/auth/security_check",
        logout: "/go/auth/logout",
        home: HOME,
        form_token: "authenticity_token",
        form_token_header: Some("x-csrf-token"),
        stale_form: "The change you wanted was rejected",
        user_field: ("Username", "j_username"),
        password_field: "j_password",
        user_word: "user name",
    };

    fn account(user: &User) -> &str {
        &user.login
    }

    fn below_login() -> Markup {
        html! { p { strong { (ADMIN) } " is the system administrator." } }
    }

    fn home(request: &Request, user: &User) -> (String, Markup) {
        let stages = feed::stages_visible_to(&request.core.current_state(), user);
        let content = html! {
            p {
                a href="/go/oauth/user_tokens" { "OAuth access tokens" }
                " · " a href=(token_pages::LIST) { "Personal Access Tokens" }
                @if request.core.state().is_admin(user) {
                    " · " a href="/go/oauth/admin/clients" { "Admin: OAuth Clients" }
                }
            }
            div.scroll {
                table {
                    tr { th scope="col" { "Stage" } th scope="col" { "Last build" } th scope="col" { "Label" } }
                    @for (stage, _) in &stages {
                        tr { td { (stage.name) } td { (stage.status) } td { (stage.label) } }
                    }
                }
            }
        };
        ("Pipelines".to_owned(), content)
    }
}
