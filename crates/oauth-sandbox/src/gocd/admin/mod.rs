//! OAuth clients, for administrators: pages, and the same as XML under the same paths (docs/provider-facts.md 1b, 1f).
//!
//! Three layouts of paths lead here: `/go/oauth/admin/clients`, `/oauth/admin/clients` as the seed leaves `/go` out, and
//! `/go/admin/oauth/clients` from before Rails 4. Links stay in the layout that was asked for.

mod auth;
mod clients;
mod tokens;
mod views;
mod xml;

use axum::Router;
use axum::routing::{any, get};

use super::Rules;
use crate::provider::SharedCore;

const LAYOUTS: [&str; 3] = ["/go/oauth/admin", "/oauth/admin", "/go/admin/oauth"];

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    LAYOUTS.iter().fold(Router::new(), |routes, layout| {
        routes
            .route(&format!("{layout}/clients"), get(clients::index).post(clients::create))
            .route(&format!("{layout}/clients.xml"), get(clients::index).post(clients::create))
            .route(&format!("{layout}/clients/new"), get(clients::new))
            .route(&format!("{layout}/clients/{{id}}"), any(clients::one))
            .route(&format!("{layout}/clients/{{id}}/edit"), get(clients::edit))
            .route(&format!("{layout}/clients/{{id}}/destroy"), get(clients::confirm))
            .route(&format!("{layout}/user_tokens/revoke_by_admin"), any(tokens::revoke_by_admin))
    })
}
