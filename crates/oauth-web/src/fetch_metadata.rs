//! Fetch metadata request headers (<https://www.w3.org/TR/fetch-metadata/>).

use axum::http::HeaderMap;

/// Detects by `Sec-Fetch-Dest` that the response would be shown in a frame.
///
/// This includes the site's own frames: no provider's login works in a frame, and a frame below a foreign
/// page gets no `SameSite=Lax` cookie.
pub(crate) fn is_framed(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-dest")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|dest| matches!(dest, "iframe" | "frame" | "fencedframe" | "embed" | "object"))
}
