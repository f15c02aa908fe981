//! Administration of OAuth clients, as HTML pages and as XML under the same paths (docs/provider-facts.md 1b,
//! 1f).
//!
//! The pages have three path prefixes: `/go/oauth/admin`, `/oauth/admin` as in GoCD's "OAuth Overview",
//! and `/go/admin/oauth` from before Rails 4. Links keep the prefix of the request.

mod auth;
mod clients;
mod tokens;
mod views;
mod xml;

use axum::Router;
use axum::routing::{any, get};

use super::Rules;
use crate::provider::SharedCore;

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
            .route(&format!("{prefix}/user_tokens/revoke_by_admin"), any(tokens::revoke_by_admin))
    })
}
