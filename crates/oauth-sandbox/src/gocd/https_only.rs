//! The rejection of plain HTTP at the OAuth pages next to TLS (docs/provider-facts.md 1b). GoCD's flash
//! message is not simulated.

use axum::Router;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use super::{PlainHttp, Request, Rules};
use crate::login_pages::redirect;
use crate::page::Page;
use crate::provider::{ProviderRules as _, SharedCore};

/// The routes behind the rule. Without TLS all endpoints use plain HTTP.
pub(super) fn https_only(
    core: &SharedCore<Rules>,
    routes: Router<SharedCore<Rules>>,
) -> Router<SharedCore<Rules>> {
    if core.setup.plain.is_none() {
        return routes;
    }
    routes.route_layer(from_fn_with_state(core.clone(), reject_plain_http))
}

async fn reject_plain_http(request: Request, inner: axum::extract::Request, next: Next) -> Response {
    if request.connection.secure {
        return next.run(inner).await;
    }
    request.log.note("refused: plain HTTP");
    let setup = &request.core.setup;
    match setup.options.plain_http {
        PlainHttp::Forbidden => StatusCode::FORBIDDEN.into_response(),
        PlainHttp::NotFound => {
            let text = "No secure site URL is configured.";
            Page::message(Rules::TITLE, StatusCode::NOT_FOUND, "Page not found", text).into_response()
        }
        PlainHttp::Redirect => redirect(&format!("{}{}", setup.origin.url(), request.path_and_query())),
    }
}
