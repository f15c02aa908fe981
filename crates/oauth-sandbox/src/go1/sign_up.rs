//! The sign-up page: creates an account and a portal, during an authorization request or independently.

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;
use http::StatusCode;
use maud::html;
use url::form_urlencoded;

use super::model::SignUpForm;
use super::{Request, Rules};
use crate::login_pages::{self, LoginForm};
use crate::page::Page;
use crate::provider::SharedCore;
use crate::session::Session;

pub(super) const SIGN_UP: &str = "/signup";

/// Field name, label, input type, and `autocomplete` value.
const FIELDS: [(&str, &str, &str, &str); 4] = [
    ("organisation", "Organisation", "text", "organization"),
    ("name", "Your name", "text", "name"),
    ("email", "E-mail address", "email", "email"),
    ("password", "Password", "password", "new-password"),
];

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new().route(SIGN_UP, get(show).post(submit))
}

async fn show(request: Request) -> Response {
    let (session, jar) = request.core.sessions.update(&request.jar, |_| {});
    (jar, page(&request, &session, None)).into_response()
}

/// The form, with the `message` about the previous attempt.
fn page(request: &Request, session: &Session, message: Option<&str>) -> Page {
    let body = html! {
        @if let Some(message) = message {
            p.alert role="alert" { (message) }
        }
        form method="post" action=(SIGN_UP) {
            (login_pages::form_token_field::<Rules>(session))
            @for (name, label, kind, autocomplete) in FIELDS {
                label for=(name) { (label) }
                @let is_kept = message.is_some() && kind != "password";
                input id=(name) type=(kind) name=(name) value=(if is_kept { request.params.text(name) } else { "" })
                    autocomplete=(autocomplete) required;
            }
            div.choices { button.main type="submit" { "Create the portal" } }
        }
        p { "You have an account? " a href=(LoginForm::USUAL.path) { "Log in" } }
    };
    request.page("Create a portal", &body)
}

async fn submit(request: Request) -> Response {
    let (params, log) = (&request.params, &request.log);
    let (session, jar) = request.core.sessions.update(&request.jar, |_| {});
    if let Err(rejection) = login_pages::check_form_token(&request, &session) {
        return (jar, rejection).into_response();
    }
    let show_again = |message: &str, jar: CookieJar| {
        log.note("sign-up refused");
        let page = page(&request, &session, Some(message)).with_status(StatusCode::UNPROCESSABLE_ENTITY);
        (jar, page).into_response()
    };
    let typed = FIELDS.map(|(name, ..)| params.text(name).trim());
    let [organisation, name, email, _] = typed;
    if typed.contains(&"") {
        return show_again("Please fill in everything.", jar);
    }
    let form = SignUpForm {
        organisation,
        name,
        email,
        password: params.text("password"),
        partner_portal_id: partner_of(session.return_to.as_deref()),
    };
    let Some(user) = request.core.state().sign_up(&form, request.core.now()) else {
        return show_again("There is already an account with this e-mail address.", jar);
    };
    match form.partner_portal_id {
        Some(partner) => log.note(format!("{user} signed up, portal linked to partner {partner}")),
        None => log.note(format!("{user} signed up")),
    }
    login_pages::log_in(&request, &user)
}

/// The partner in the authorize URL that the browser returns to after the sign-up.
fn partner_of(return_to: Option<&str>) -> Option<u64> {
    let (_, query) = return_to?.split_once('?')?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "partner_portal_id").and_then(|(_, id)| id.parse().ok())
}
