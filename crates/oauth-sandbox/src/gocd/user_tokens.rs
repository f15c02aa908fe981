//! The page on which users list and revoke their tokens (docs/provider-facts.md 1b).

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use axum_extra::extract::cookie::CookieJar;
use http::{HeaderMap, Method, StatusCode, Uri};
use maud::html;

use super::Rules;
use super::pages::{self, FORM_TOKEN};
use crate::journal::RequestLog;
use crate::page::Page;
use crate::params::Params;
use crate::provider::{ProviderRules as _, SharedCore};

/// The message on the next page.
pub(super) const DELETED: &str = "OAuth access token was successfully deleted.";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    ["/go/oauth", "/oauth"].iter().fold(Router::new(), |routes, prefix| {
        routes
            .route(&format!("{prefix}/user_tokens"), get(index))
            .route(&format!("{prefix}/user_tokens/revoke/{{token_id}}"), any(revoke))
    })
}

/// The path of the list, with the prefix of `path`.
pub(super) fn list_path(path: &str) -> String {
    let prefix = if path.starts_with("/oauth") { "/oauth" } else { "/go/oauth" };
    format!("{prefix}/user_tokens")
}

/// The same response for unknown tokens, so that a user cannot probe for numbers.
pub(super) fn not_authorized(log: &RequestLog) -> Response {
    log.note("refused: the user has no such token");
    (StatusCode::BAD_REQUEST, "You are not authorized to perform this action!").into_response()
}

async fn index(State(core): State<SharedCore<Rules>>, jar: CookieJar, uri: Uri, log: RequestLog) -> Response {
    let Some((session, user)) = pages::logged_in(&core, &jar) else {
        log.note("not logged in");
        return pages::redirect_to_login(&core, jar, list_path(uri.path())).into_response();
    };
    let tokens: Vec<_> = {
        let state = core.state();
        let own = state.tokens().filter(|(token, _)| token.grant.user == user.login);
        own.map(|(token, client)| (token.number, client.name.clone())).collect()
    };
    let list = list_path(uri.path());
    let body = html! {
        (pages::flash(&core, &session.form_token))
        @if tokens.is_empty() { p { "There are no tokens." } }
        @else {
            div.scroll {
                table {
                    tr { th scope="col" { "Client allowed to access GoCD on your behalf" } th scope="col" { "Action" } }
                    @for (number, client) in tokens {
                        tr {
                            td { (client) }
                            td {
                                form method="post" action=(format!("{list}/revoke/{number}")) {
                                    input type="hidden" name=(FORM_TOKEN) value=(session.form_token);
                                    input type="hidden" name="_method" value="delete";
                                    button type="submit" aria-label=(format!("Delete the token for {client}")) { "Delete" }
                                }
                            }
                        }
                    }
                }
            }
        }
        p { a href=(pages::HOME) { "Pipelines" } }
    };
    Page::new(Rules::TITLE, "OAuth Access Tokens", &body).into_response()
}

async fn revoke(
    State(core): State<SharedCore<Rules>>,
    Path(token_id): Path<String>,
    (method, uri, headers): (Method, Uri, HeaderMap),
    jar: CookieJar,
    params: Params,
    log: RequestLog,
) -> Response {
    if pages::effective_method(&method, &params) != Method::DELETE {
        let text = "The GoCD sandbox has nothing here.";
        return Page::message(Rules::TITLE, StatusCode::NOT_FOUND, "Page not found", text).into_response();
    }
    let Some((session, user)) = pages::logged_in(&core, &jar) else {
        log.note("not logged in");
        return pages::redirect_to_login(&core, jar, list_path(uri.path())).into_response();
    };
    if !pages::has_form_token(&session, &params, &headers) {
        log.note("refused: the form is not from a page of this session");
        return pages::stale_form().into_response();
    }
    let number = token_id.parse::<u64>().ok();
    let own = |token: &super::model::Token| Some(token.number) == number && token.grant.user == user.login;
    if core.state().revoke(own) == 0 {
        return not_authorized(&log);
    }
    log.note(format!("token revoked by {}", user.login));
    core.state().set_flash(&session.form_token, DELETED);
    pages::redirect(&list_path(uri.path()))
}
