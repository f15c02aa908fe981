//! The page on which users make and revoke personal access tokens. **Guess**: texts and form; GoCD's page of
//! this address consists of scripts that call the API.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use maud::{Markup, html};

use super::model::Revocation;
use super::{Request, Rules, pages, user_tokens};
use crate::login_pages;
use crate::provider::SharedCore;
use crate::request::Handled;
use crate::session::Session;
use crate::user::User;

pub(super) const LIST: &str = "/go/access_tokens";

const REVOKED: &str = "The token was revoked.";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route(LIST, get(index).post(create))
        .route(&format!("{LIST}/{{number}}/revoke"), post(revoke))
}

async fn index(request: Request) -> Handled {
    let (session, user) = login_pages::require_user(&request, LIST)?;
    Ok(page(&request, &session, &user, None))
}

/// The user's tokens, and the new one, which is shown only once.
fn page(request: &Request, session: &Session, user: &User, new: Option<&str>) -> Response {
    let tokens = request.core.state().personal_tokens_of(&user.login, Some(false));
    let form_token = login_pages::form_token_field::<Rules>(session);
    let body = html! {
        (pages::flash(request, session))
        @if let Some(token) = new {
            p role="status" { "Copy the new token now; it is not shown again: " code #token { (token) } }
        }
        @if tokens.is_empty() { p { "There are no tokens." } }
        @else {
            div.scroll {
                table {
                    tr { th scope="col" { "Description" } th scope="col" { "Action" } }
                    @for token in &tokens {
                        @let description = token.description.as_deref().unwrap_or("Without a description");
                        tr { td { (description) } td { (revoke_form(token.number, description, &form_token)) } }
                    }
                }
            }
        }
        h2 { "Generate a token" }
        form method="post" action=(LIST) {
            (form_token)
            label for="description" { "Description" }
            input #description name="description" required;
            div.choices { button.main type="submit" { "Generate" } }
        }
        p { a href=(pages::HOME) { "Pipelines" } }
    };
    request.page("Personal Access Tokens", &body).into_response()
}

fn revoke_form(number: u64, description: &str, form_token: &Markup) -> Markup {
    html! {
        form method="post" action={ (LIST) "/" (number) "/revoke" } {
            (form_token)
            button type="submit" aria-label={ "Revoke the token " (description) } { "Revoke" }
        }
    }
}

async fn create(request: Request) -> Handled {
    let (session, user) = login_pages::author_of_form(&request, LIST)?;
    let (core, description) = (&request.core, request.params.present("description"));
    let token = core.state().create_personal_token(&user.login, description, core.now());
    request.log.note(format!("personal access token created for {}", user.login));
    Ok(page(&request, &session, &user, Some(&token.token)))
}

async fn revoke(Path(number): Path<String>, request: Request) -> Handled {
    let (session, user) = login_pages::author_of_form(&request, LIST)?;
    let mut state = request.core.state();
    let number = number.parse().ok();
    let token = number.and_then(|number| state.personal_token(&user.login, number));
    let Some(token) = token.filter(|token| token.revoked.is_none()) else {
        return Ok(user_tokens::not_authorized(&request));
    };
    token.revoked = Some(Revocation { at: request.core.now(), by: user.login.clone(), cause: None });
    request.log.note(format!("personal access token of {} revoked", user.login));
    state.set_flash(&session.form_token, REVOKED);
    Ok(login_pages::redirect(LIST))
}
