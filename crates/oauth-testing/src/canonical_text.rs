//! Canonical text forms of requests and authorize URLs, for snapshots.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oauth_core::http::HeaderValue;
use oauth_core::http::Request;
use oauth_core::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use oauth_core::url::{Url, form_urlencoded};

/// Formats a request: method and URL, headers sorted by name, body. A form-encoded body or query is shown
/// with one parameter per line, in the order and encoding of the wire; any other body is unchanged.
pub fn request(request: &Request<Vec<u8>>) -> String {
    let url = request.uri().to_string();
    let (base, query) = url.split_once('?').map_or((url.as_str(), None), |(base, query)| (base, Some(query)));
    let mut out = format!("{} {base}\n", request.method());
    for pair in query.into_iter().flat_map(|query| query.split('&')) {
        out += &format!("    ? {}\n", parameter(pair));
    }
    let mut headers: Vec<_> = request.headers().iter().filter(|(name, _)| **name != HOST).collect();
    headers.sort_by_key(|(name, _)| name.as_str());
    for (name, value) in headers {
        let value = if *name == USER_AGENT {
            "[user agent]".to_owned()
        } else if let Some(credentials) = (*name == AUTHORIZATION).then(|| basic(value)).flatten() {
            format!("Basic [base64 of {credentials}]")
        } else {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        out += &format!("{name}: {value}\n");
    }
    let body = String::from_utf8_lossy(request.body());
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if !body.is_empty() {
        out += "\n";
        out += &if is_form {
            body.split('&').map(parameter).collect::<Vec<_>>().join("\n")
        } else {
            body.replace("\r\n", "\n")
        };
        out += "\n";
    }
    mask(&out)
}

/// Decodes the credentials of HTTP Basic, because `mask` cannot find secrets in base64.
fn basic(value: &HeaderValue) -> Option<String> {
    let encoded = value.to_str().ok()?.strip_prefix("Basic ")?;
    String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()
}

/// Formats an authorize URL with one parameter per line, as on the wire. Random values are replaced by their
/// names.
pub fn authorize_url(url: &Url) -> String {
    let mut out = format!("{}\n", url.as_str().split('?').next().unwrap_or_default());
    for pair in url.query().unwrap_or_default().split('&') {
        out += &format!("    ? {}\n", parameter(pair));
    }
    mask(&out)
}

/// Replaces a random value by its name and length.
fn parameter(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name @ ("state" | "code_challenge" | "code_verifier"), _)) => {
            let length = form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value.len()).sum::<usize>();
            format!("{name}=[{name}, {length} characters]")
        }
        Some((name, value)) => format!("{name}={value}"),
        None => pair.to_owned(),
    }
}

/// `canary-some-secret` becomes `[some-secret]`.
fn mask(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("canary-") {
        let end = after
            .find(|c: char| !c.is_ascii_lowercase() && !matches!(c, '-' | '0'..='9'))
            .unwrap_or(after.len());
        let (name, tail) = after.split_at(end);
        out += before;
        out += &format!("[{name}]");
        rest = tail;
    }
    out + rest
}
