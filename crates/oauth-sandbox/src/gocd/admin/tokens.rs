//! Revocation of tokens by an administrator (docs/provider-facts.md 1b).

use axum::response::{IntoResponse as _, Response};
use http::Method;

use super::super::{Rules, user_tokens};
use super::auth::Admin;
use crate::login_pages;
use crate::provider::no_such_page;

/// Revokes one token by its number (`token_id`), or all tokens of a user (`user_id`, GoCD's user name).
pub(super) async fn revoke_by_admin(admin: Admin) -> Response {
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
