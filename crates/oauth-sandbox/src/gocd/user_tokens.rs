//! The page on which users list and revoke their tokens (docs/provider-facts.md 1b).

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use http::{Method, StatusCode};
use maud::html;

use super::model::Token;
use super::{Request, Rules, pages};
use crate::login_pages;
use crate::provider::{SharedCore, no_such_page};
use crate::request::Handled;

pub(super) const DELETED: &str = "OAuth access token was successfully deleted.";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    ["/go/oauth", "/oauth"].iter().fold(Router::new(), |routes, prefix| {
        routes
            .route(&format!("{prefix}/user_tokens"), get(index))
            .route(&format!("{prefix}/user_tokens/revoke/{{token_id}}"), any(revoke))
    })
}

pub(super) fn list_path(path: &str) -> String {
    let prefix = if path.starts_with("/oauth") { "/oauth" } else { "/go/oauth" };
    format!("{prefix}/user_tokens")
}

/// The same response for unknown tokens, so that a user cannot probe for numbers.
pub(super) fn not_authorized(request: &Request) -> Response {
    request.log.note("refused: the user has no such token");
    (StatusCode::BAD_REQUEST, "You are not authorized to perform this action!").into_response()
}

async fn index(request: Request) -> Handled {
    let list = list_path(request.uri.path());
    let (session, user) = login_pages::require_user(&request, &list)?;
    let tokens: Vec<_> = {
        let state = request.core.state();
        let own = state.tokens().filter(|(token, _)| token.grant.user == user.login);
        own.map(|(token, client)| (token.number, client.name.clone())).collect()
    };
    let body = html! {
        (pages::flash(&request, &session))
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
                                    (login_pages::form_token_field::<Rules>(&session))
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
    Ok(request.page("OAuth Access Tokens", &body).into_response())
}

async fn revoke(Path(token_id): Path<String>, request: Request) -> Handled {
    if pages::effective_method(&request.method, &request.params) != Method::DELETE {
        return Ok(no_such_page::<Rules>().into_response());
    }
    let list = list_path(request.uri.path());
    let (session, user) = login_pages::author_of_form(&request, &list)?;
    let number = token_id.parse::<u64>().ok();
    let own = |token: &Token| Some(token.number) == number && token.grant.user == user.login;
    if request.core.state().revoke(own) == 0 {
        return Ok(not_authorized(&request));
    }
    request.log.note(format!("token revoked by {}", user.login));
    request.core.state().set_flash(&session.form_token, DELETED);
    Ok(login_pages::redirect(&list))
}
