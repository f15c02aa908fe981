//! The page that lists an account's connections, and the route that disconnects one.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use oauth_core::connections::DisconnectOutcome;
use oauth_core::url::form_urlencoded;

use crate::authorizer::{Purpose, Visit, param};
use crate::connect::{MAX_QUERY, refusal_response, without};
use crate::fetch_metadata::{is_framed, is_from_own_page, is_prefetch};
use crate::pages::{self, Row};
use crate::provider_route::DynProviderRoute;
use crate::return_to::ReturnTo;
use crate::web::OAuthWeb;

pub(crate) async fn connections(State(web): State<OAuthWeb>, parts: Parts) -> Response {
    if is_prefetch(&parts.headers) {
        return pages::not_in_advance(web.site());
    }
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > MAX_QUERY {
        return pages::long_link(web.site());
    }
    let mut rows = Vec::new();
    let mut first_refusal = None;
    for route in web.routes() {
        match route.summary(Visit::new(route.name(), Purpose::Manage, parts.clone())).await {
            Ok(Ok(summary)) => {
                let query = row_query(route, query, &summary.account);
                let (connect, disconnect) = (route.connect_link(&query), route.disconnect_link(&query));
                rows.push(Row { title: route.title(), health: summary.health, connect, disconnect });
            }
            // The connect page of this provider shows that it is misconfigured.
            Ok(Err(error)) => tracing::error!("a provider is left out of the list of connections: {error}"),
            Err(refusal) => drop(first_refusal.get_or_insert(refusal)),
        }
    }
    match first_refusal {
        Some(refusal) if rows.is_empty() => {
            refusal_response(&web, None, "You cannot manage connections here", refusal)
        }
        _ => pages::connections(web.site(), &rows),
    }
}

/// The query of a row's links: for this account, and back to the same page if that fits.
fn row_query(route: &dyn DynProviderRoute, query: &str, account: &str) -> String {
    let own = without(query, |name, _| matches!(name, "account" | "return_to" | "mode" | "confirm"));
    let mut link = form_urlencoded::Serializer::new(own);
    link.append_pair("account", account);
    let alone = link.finish();
    let Some(here) = ReturnTo::parse(&route.connections_link(query)) else { return alone };
    let whole =
        form_urlencoded::Serializer::new(alone.clone()).append_pair("return_to", here.as_str()).finish();
    if whole.len() > MAX_QUERY { alone } else { whole }
}

pub(crate) async fn disconnect(
    State(web): State<OAuthWeb>,
    Path(name): Path<String>,
    parts: Parts,
) -> Response {
    let Some(route) = web.route(&name) else { return pages::unknown_provider(web.site()) };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    if query.len() > MAX_QUERY {
        return pages::long_link(web.site());
    }
    let return_to = param(Some(&query), "return_to").filter(|path| !path.is_empty());
    let return_path = return_to.as_deref().and_then(ReturnTo::parse);
    if return_to.is_some() && return_path.is_none() {
        return pages::foreign_return_to(web.site());
    }
    let link = route.disconnect_link(&query);
    // A foreign page may show a page of the site in a frame and cover its button.
    if is_framed(&parts.headers) || !is_from_own_page(&parts.method, &parts.headers, &route.paths().origin) {
        return pages::confirm_disconnect(web.site(), route.title(), link);
    }
    match (route.disconnect(Visit::new(route.name(), Purpose::Manage, parts)).await, return_path) {
        (Err(refusal), _) => refusal_response(
            &web,
            Some(route.title()),
            format!("You cannot disconnect {} here", route.title()),
            refusal,
        ),
        (Ok(Ok(DisconnectOutcome::Revoked)), Some(path)) => Redirect::to(path.as_str()).into_response(),
        (Ok(Ok(outcome)), path) => {
            let is_revoked = outcome == DisconnectOutcome::Revoked;
            pages::disconnected(web.site(), route.title(), is_revoked, path.as_ref().map(ReturnTo::as_str))
        }
        (Ok(Err(error)), path) => {
            tracing::warn!("disconnecting failed: {error}");
            let status = match error.is_transient() {
                true => StatusCode::SERVICE_UNAVAILABLE,
                false => StatusCode::INTERNAL_SERVER_ERROR,
            };
            let back = path.as_ref().map(ReturnTo::as_str);
            pages::not_disconnected(web.site(), route.title(), status, link, back)
        }
    }
}
