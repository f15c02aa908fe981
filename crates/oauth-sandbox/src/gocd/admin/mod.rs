//! Administration of OAuth clients, as HTML pages and as XML under the same paths (docs/provider-facts.md 1b,
//! 1f).
//!
//! The pages have three path prefixes: `/go/oauth/admin`, `/oauth/admin` as in GoCD's "OAuth Overview",
//! and `/go/admin/oauth` from before Rails 4. Links keep the prefix of the request.

mod auth;
mod clients;
mod views;
mod xml;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use http::Method;

use super::{Rules, user_tokens};
use crate::login_pages;
use crate::provider::{SharedCore, no_such_page};
use auth::Admin;

const PREFIXES: [&str; 3] = ["/go/oauth/admin", "/oauth/admin", "/go/admin/oauth"];

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    PREFIXES.iter().fold(Router::new(), |routes, prefix| {
        routes
            .route(&format!("{prefix}/clients"), get(clients::index).post(clients::create))
            .route(&format!("{prefix}/clients.xml"), get(clients::index).post(clients::create))
            .route(&format!("{prefix}/clients/new"), get(clients::new))
            .route(&format!("{prefix}/clients/{{id}}"), any(clients::client))
            .route(&format!("{prefix}/clients/{{id}}/edit"), get(clients::edit))
            .route(&format!("{prefix}/clients/{{id}}/destroy"), get(clients::confirm))
            .route(&format!("{prefix}/user_tokens/revoke_by_admin"), any(revoke_by_admin))
    })
}

/// Revokes one token by its number (`token_id`), or all tokens of a user (`user_id`, GoCD's user name;
/// docs/provider-facts.md 1b).
async fn revoke_by_admin(admin: Admin) -> Response {
    if admin.method != Method::DELETE {
        return no_such_page::<Rules>().into_response();
    }
    let (token_id, user_id) =
        (admin.request.params.present("token_id"), admin.request.params.present("user_id"));
    let revoked = match (token_id, user_id) {
        (Some(number), _) => {
            let number = number.parse::<u64>().ok();
            admin.request.core.state().revoke(|token| Some(token.number) == number)
        }
        // A user without tokens is no error.
        (None, Some(user)) => admin.request.core.state().revoke(|token| token.grant.user == user).max(1),
        (None, None) => 0,
    };
    if revoked == 0 {
        return user_tokens::not_authorized(&admin.request);
    }
    admin.request.log.note("tokens revoked by an administrator");
    admin.set_flash(user_tokens::DELETED);
    login_pages::redirect(&user_tokens::list_path(admin.prefix))
}
