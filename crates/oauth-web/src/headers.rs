//! Security headers of all responses: codes in URLs must not leak, and other sites must not frame the pages.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::pages::{HasForm, MayBeFramed, SCRIPT, STYLE};

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy("form-action 'none'; frame-ancestors 'none'"));
/// Pages with a form. One of them leads to the provider: browsers apply `form-action` to the redirects after it,
/// and the hosts of the provider's login are not known here. The pages contain no foreign HTML.
static POLICY_WITH_FORM: LazyLock<HeaderValue> = LazyLock::new(|| policy("frame-ancestors 'none'"));
/// The page that leads out of a frame works in any site's frame. It contains one link, which anyone could
/// write.
static POLICY_IN_FRAMES: LazyLock<HeaderValue> =
    LazyLock::new(|| policy("form-action 'none'; frame-ancestors *"));

fn policy(rest: &str) -> HeaderValue {
    let text = format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; {rest}",
        hash(STYLE),
        hash(SCRIPT),
    );
    // The text is printable ASCII.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// Allows exactly this inline text.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// Adds the headers to a response. A response of the application's authorizer keeps its own policy.
pub(crate) async fn protect(mut response: Response) -> Response {
    let may_be_framed = response.extensions_mut().remove::<MayBeFramed>().is_some();
    let has_form = response.extensions_mut().remove::<HasForm>().is_some();
    let headers = response.headers_mut();
    // With `no-referrer`, browsers would send `Origin: null` with the form.
    let referrer = if has_form { "same-origin" } else { "no-referrer" };
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    let policy: &HeaderValue = match (may_be_framed, has_form) {
        (true, _) => &POLICY_IN_FRAMES,
        (false, true) => &POLICY_WITH_FORM,
        (false, false) => &POLICY,
    };
    headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| policy.clone());
    if !may_be_framed {
        headers.entry(X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    }
    response
}
