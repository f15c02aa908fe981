//! Protection against DNS rebinding and cross-site request forgery.
//!
//! A foreign site can point a host name at this machine, so `Host` must be the printed address. Any web page
//! can send a form to this server, so a request that changes something must come from this origin. Browsers
//! state that in `Sec-Fetch-Site`, or in `Origin` if that header is missing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::app_state::AppState;
use super::page::error_page;

/// Middleware that rejects requests for another host or from another origin.
pub(super) async fn check_origin(
    State(state): State<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let origin = state.origin();
    if !is_for_origin(request.uri(), request.headers(), origin) {
        let page = error_page("Wrong address", "Open the demo at the printed address:", origin);
        return (StatusCode::MISDIRECTED_REQUEST, page).into_response();
    }
    let is_read_only = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read_only && !is_same_origin(request.headers(), origin) {
        let page = error_page("Request from another site", "Nothing was changed. Open the demo:", origin);
        return (StatusCode::FORBIDDEN, page).into_response();
    }
    next.run(request).await
}

/// Returns `true` if the request is for the printed address.
fn is_for_origin(uri: &Uri, headers: &HeaderMap, origin: &str) -> bool {
    let authority = origin.strip_prefix("http://").unwrap_or(origin);
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().is_some_and(|host| host == authority) && hosts.next().is_none();
    host && uri.authority().is_none_or(|requested| requested == authority)
}

/// Returns `true` if a page of this origin sent the request.
fn is_same_origin(headers: &HeaderMap, origin: &str) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.get(ORIGIN).is_some_and(|from| from == origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN_URL: &str = "http://127.0.0.1:4567";

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn accepts_only_the_printed_address() {
        for (uri, host, is_allowed) in [
            ("/", &["127.0.0.1:4567"][..], true),
            ("http://127.0.0.1:4567/", &["127.0.0.1:4567"], true),
            ("/", &["127.0.0.1"], false),
            ("/", &["127.0.0.1:4568"], false),
            ("/", &["localhost:4567"], false),
            ("/", &["127.0.0.1:4567.evil.example"], false),
            ("/", &["rebound.evil.example:4567"], false),
            ("/", &["127.0.0.1:4567", "evil.example"], false),
            ("http://evil.example/", &["127.0.0.1:4567"], false),
            ("/", &[], false),
        ] {
            let fields: Vec<_> = host.iter().map(|host| ("host", *host)).collect();
            assert_eq!(
                is_for_origin(&uri.parse().unwrap(), &headers(&fields), ORIGIN_URL),
                is_allowed,
                "{uri} {host:?}"
            );
        }
    }

    #[test]
    fn accepts_only_same_origin_requests() {
        for (fields, is_allowed) in [
            (&[("sec-fetch-site", "same-origin"), ("origin", ORIGIN_URL)][..], true),
            // Forms of a page with `no-referrer` send `Origin: null`.
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("origin", ORIGIN_URL)], true),
            (&[("sec-fetch-site", "same-site"), ("origin", ORIGIN_URL)], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "http://127.0.0.1:4568")], false),
            (&[("origin", "https://127.0.0.1:4567")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(is_same_origin(&headers(fields), ORIGIN_URL), is_allowed, "{fields:?}");
        }
    }
}
