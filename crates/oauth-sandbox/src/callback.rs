//! The redirect back to the application.

use axum::response::{IntoResponse as _, Response};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use url::form_urlencoded::Serializer;

/// A redirect to `redirect_uri` with `pairs` and the `state` added to its query. With `slash`, the path is
/// made to end in a slash.
pub(crate) fn redirect(
    redirect_uri: &str,
    slash: bool,
    pairs: &[(&str, &str)],
    state: Option<&str>,
) -> Response {
    let state = state.map(|state| ("state", state));
    let pairs: Vec<_> = pairs.iter().copied().chain(state).collect();
    match HeaderValue::from_bytes(target(redirect_uri, slash, &pairs).as_bytes()) {
        Ok(location) => (StatusCode::FOUND, [(LOCATION, location)]).into_response(),
        // The registered redirect URI has control characters, which a header cannot contain.
        Err(_) => (StatusCode::BAD_REQUEST, "The redirect URI is not a URI.").into_response(),
    }
}

fn target(redirect_uri: &str, slash: bool, pairs: &[(&str, &str)]) -> String {
    let (path, query) = redirect_uri.split_once('?').unwrap_or((redirect_uri, ""));
    let mut target = path.to_owned();
    if slash && !path.ends_with('/') {
        target.push('/');
    }
    target.push('?');
    if !query.is_empty() {
        target.push_str(query);
        target.push('&');
    }
    target.push_str(&Serializer::new(String::new()).extend_pairs(pairs).finish());
    target
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn target_keeps_query_and_adds_slash() {
        for (redirect_uri, slash, expected) in [
            ("https://a.example", true, "https://a.example/?code=1+2"),
            ("https://a.example", false, "https://a.example?code=1+2"),
            ("https://a.example/cb", true, "https://a.example/cb/?code=1+2"),
            ("https://a.example/cb", false, "https://a.example/cb?code=1+2"),
            ("https://a.example/cb/", true, "https://a.example/cb/?code=1+2"),
            ("https://a.example/cb?x=%20", true, "https://a.example/cb/?x=%20&code=1+2"),
            ("https://a.example/cb?x=%20", false, "https://a.example/cb?x=%20&code=1+2"),
        ] {
            assert_eq!(target(redirect_uri, slash, &[("code", "1 2")]), expected);
        }
    }
}
