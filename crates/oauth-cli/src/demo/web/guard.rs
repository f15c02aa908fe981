//! Who may ask: a browser that was sent to this very address, and for changes only a page of ours.
//!
//! A name that a foreign site has its DNS lead to this machine makes that site's pages ours, as far as browsers can tell: so the `Host` has
//! to be the address that was printed. And any page of the web can send a form here: so what changes something has to say that it
//! comes from here, which browsers see to (`Sec-Fetch-Site`, or `Origin` where that is missing).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::page::refused;
use super::world::World;

/// Lets through who may ask.
pub(super) async fn guard(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let origin = world.origin();
    if !is_ours(request.uri(), request.headers(), origin) {
        let page =
            refused("This is not where the demo is", "Open it by the address that it printed:", origin);
        return (StatusCode::MISDIRECTED_REQUEST, page).into_response();
    }
    let only_looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if !only_looks && !is_from_here(request.headers(), origin) {
        let page =
            refused("That did not come from the demo's own page", "Nothing was done. Go there:", origin);
        return (StatusCode::FORBIDDEN, page).into_response();
    }
    next.run(request).await
}

/// Whether the address that was asked for is the one that was printed.
fn is_ours(uri: &Uri, headers: &HeaderMap, origin: &str) -> bool {
    let own = origin.strip_prefix("http://").unwrap_or(origin);
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().is_some_and(|host| host == own) && hosts.next().is_none();
    host && uri.authority().is_none_or(|authority| authority == own)
}

/// Whether a page of ours asks for it.
fn is_from_here(headers: &HeaderMap, origin: &str) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.get(ORIGIN).is_some_and(|from| from == origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "http://127.0.0.1:4567";

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_the_printed_address_will_do() {
        for (uri, host, is_fine) in [
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
            assert_eq!(is_ours(&uri.parse().unwrap(), &headers(&fields), OWN), is_fine, "{uri} {host:?}");
        }
    }

    #[test]
    fn only_our_own_pages_change_anything() {
        for (fields, is_fine) in [
            (&[("sec-fetch-site", "same-origin"), ("origin", OWN)][..], true),
            // A page without referrers says so of its forms.
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("origin", OWN)], true),
            (&[("sec-fetch-site", "same-site"), ("origin", OWN)], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "http://127.0.0.1:4568")], false),
            (&[("origin", "https://127.0.0.1:4567")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(is_from_here(&headers(fields), OWN), is_fine, "{fields:?}");
        }
    }
}
