//! Whether a page is asked for by a frame.

use axum::http::HeaderMap;

/// Whether the answer would be shown in a frame: browsers tell by `Sec-Fetch-Dest`
/// (<https://www.w3.org/TR/fetch-metadata/>).
///
/// Also of the site's own frames: a provider's login cannot be shown in any, and a frame within a foreign page gets no
/// `SameSite=Lax` cookie although the link to us stood on a page of our own.
pub(crate) fn is_framed(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-dest")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|dest| matches!(dest, "iframe" | "frame" | "fencedframe" | "embed" | "object"))
}
