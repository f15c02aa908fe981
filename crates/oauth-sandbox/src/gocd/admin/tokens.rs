//! Revocation of tokens by an administrator (docs/provider-facts.md 1b).

use axum::response::Response;
use http::Method;

use super::super::{pages, user_tokens};
use super::auth::Admin;
use super::views;

/// Revokes one token by its number (`token_id`), or all tokens of a user (`user_id`, GoCD's user name).
pub(super) async fn revoke_by_admin(admin: Admin) -> Response {
    if admin.method != Method::DELETE {
        return axum::response::IntoResponse::into_response(views::no_such_page());
    }
    let (token_id, user_id) = (admin.params.present("token_id"), admin.params.present("user_id"));
    let revoked = match (token_id, user_id) {
        (Some(number), _) => {
            let number = number.parse::<u64>().ok();
            admin.core.state().revoke(|token| Some(token.number) == number)
        }
        // A user without tokens is no error.
        (None, Some(user)) => admin.core.state().revoke(|token| token.grant.user == user).max(1),
        (None, None) => 0,
    };
    if revoked == 0 {
        return user_tokens::not_authorized(&admin.log);
    }
    admin.log.note("tokens revoked by an administrator");
    admin.flash(user_tokens::DELETED);
    pages::redirect(&user_tokens::list_path(admin.prefix))
}
