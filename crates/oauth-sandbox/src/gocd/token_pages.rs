//! The page on which users make and revoke personal access tokens. **Guess**: texts and form; GoCD's page of
//! this address consists of scripts that call the API.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;
use http::HeaderMap;
use maud::{Markup, html};

use super::Rules;
use super::model::{Filter, Revocation};
use super::pages::{self, FORM_TOKEN};
use crate::journal::RequestLog;
use crate::page::Page;
use crate::params::Params;
use crate::provider::{ProviderCore, ProviderRules as _, SharedCore};
use crate::session::Session;
use crate::user::User;

pub(super) const LIST: &str = "/go/access_tokens";

const REVOKED: &str = "The token was revoked.";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route(LIST, get(index).post(create))
        .route(&format!("{LIST}/{{number}}/revoke"), post(revoke))
}

async fn index(State(core): State<SharedCore<Rules>>, jar: CookieJar, log: RequestLog) -> Response {
    match pages::logged_in(&core, &jar) {
        Some((session, user)) => page(&core, &session, &user, None).into_response(),
        None => to_login(&core, jar, &log),
    }
}

fn to_login(core: &ProviderCore<Rules>, jar: CookieJar, log: &RequestLog) -> Response {
    log.note("not logged in");
    pages::redirect_to_login(core, jar, LIST.to_owned()).into_response()
}

/// The user who sent a form of this session, or the response that ends the request.
fn author_of_form(
    core: &ProviderCore<Rules>,
    jar: CookieJar,
    params: &Params,
    headers: &HeaderMap,
    log: &RequestLog,
) -> Result<(Session, User), Box<Response>> {
    let Some((session, user)) = pages::logged_in(core, &jar) else {
        return Err(Box::new(to_login(core, jar, log)));
    };
    if !pages::has_form_token(&session, params, headers) {
        log.note("refused: the form is not from a page of this session");
        return Err(Box::new(pages::stale_form().into_response()));
    }
    Ok((session, user))
}

/// The user's tokens, and the new one, which is shown only once.
fn page(core: &ProviderCore<Rules>, session: &Session, user: &User, new: Option<&str>) -> Page {
    let tokens = core.state().personal_tokens_of(&user.login, Filter::Active);
    let form_token = html! { input type="hidden" name=(FORM_TOKEN) value=(session.form_token); };
    let body = html! {
        (pages::flash(core, &session.form_token))
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
    Page::new(Rules::TITLE, "Personal Access Tokens", &body)
}

fn revoke_form(number: u64, description: &str, form_token: &Markup) -> Markup {
    html! {
        form method="post" action={ (LIST) "/" (number) "/revoke" } {
            (form_token)
            button type="submit" aria-label={ "Revoke the token " (description) } { "Revoke" }
        }
    }
}

async fn create(
    State(core): State<SharedCore<Rules>>,
    headers: HeaderMap,
    jar: CookieJar,
    params: Params,
    log: RequestLog,
) -> Response {
    let (session, user) = match author_of_form(&core, jar, &params, &headers, &log) {
        Ok(author) => author,
        Err(response) => return *response,
    };
    let description = params.present("description");
    let token = core.state().create_personal_token(&user.login, description, core.now());
    log.note(format!("personal access token created for {}", user.login));
    page(&core, &session, &user, Some(&token.token)).into_response()
}

async fn revoke(
    State(core): State<SharedCore<Rules>>,
    Path(number): Path<String>,
    headers: HeaderMap,
    jar: CookieJar,
    params: Params,
    log: RequestLog,
) -> Response {
    let (session, user) = match author_of_form(&core, jar, &params, &headers, &log) {
        Ok(author) => author,
        Err(response) => return *response,
    };
    let revocation = Revocation { at: core.now(), by: user.login.clone(), cause: None };
    let is_revoked = {
        let mut state = core.state();
        let number = number.parse().ok();
        match number.and_then(|number| state.personal_token(&user.login, number)) {
            Some(token) if token.revoked.is_none() => {
                token.revoked = Some(revocation);
                true
            }
            _ => false,
        }
    };
    if !is_revoked {
        return super::user_tokens::not_authorized(&log);
    }
    log.note(format!("personal access token of {} revoked", user.login));
    core.state().set_flash(&session.form_token, REVOKED);
    pages::redirect(LIST)
}
