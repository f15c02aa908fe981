//! Request headers that say how and from where a browser loads a page: fetch metadata
//! (<https://www.w3.org/TR/fetch-metadata/>), `Origin`, and the marks of prefetches.

use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, Method};

/// Detects by `Sec-Fetch-Dest` that the response would be shown in a frame.
///
/// This includes the site's own frames: no provider's login works in a frame, and a frame below a foreign
/// page gets no `SameSite=Lax` cookie.
pub(crate) fn is_framed(headers: &HeaderMap) -> bool {
    matches!(text(headers, "sec-fetch-dest"), Some("iframe" | "frame" | "fencedframe" | "embed" | "object"))
}

/// Returns whether a page of this origin caused the request, by a link or a form.
///
/// A GET has to be a navigation: an image of the site's own content must not begin attempts. Browsers without
/// `Sec-Fetch-Site` send `Origin` with a POST, which is enough, and nothing with a GET.
pub(crate) fn is_from_own_page(method: &Method, headers: &HeaderMap, origin: &str) -> bool {
    match text(headers, "sec-fetch-site") {
        Some(site) => {
            let is_navigation = text(headers, "sec-fetch-mode").is_none_or(|mode| mode == "navigate");
            site == "same-origin" && (is_navigation || *method == Method::POST)
        }
        None => {
            !headers.contains_key("sec-fetch-site")
                && *method == Method::POST
                && text(headers, ORIGIN.as_str()) == Some(origin)
        }
    }
}

/// Detects a page that is loaded in advance, which the user may never open.
///
/// `Sec-Purpose` is the standard (HTML, "speculative loading"). `Purpose`, `X-Purpose` and `X-Moz` are of
/// older Chromium, Safari and Firefox.
pub(crate) fn is_prefetch(headers: &HeaderMap) -> bool {
    const WORDS: [&[u8]; 3] = [b"prefetch", b"prerender", b"preview"];
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        headers.get_all(*name).iter().any(|value| {
            value
                .as_bytes()
                .split(|byte| matches!(byte, b',' | b';' | b' '))
                .any(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
        })
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
