//! The way in: what real servers send, made into what RFC 6749 says. Pure.
//!
//! | What servers send | What we do |
//! |---|---|
//! | any 2xx | read like 200 |
//! | any or no content type | look at the body |
//! | a form-encoded body | read into the same fields |
//! | `error` inside a 200 | an error |
//! | a byte order mark | skipped |
//! | a number that no double can hold | the nearest one |
//! | a parameter that stands twice | an error: which of the two counts is anybody's guess |

use chrono::{DateTime, Utc};
use http::header::RETRY_AFTER;
use http::{Response, StatusCode};
use serde_json::{Map, Value};
use std::time::Duration;
use url::{Url, form_urlencoded};

use super::{Dialect, Refusal};
use crate::numbers;
use crate::unique::{self, Object};
use crate::wire::says_error;
use crate::{Error, ErrorKind, OAuthCode};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Whether a reply looks as RFC 6749 section 5.1 says. If it also reads so, [`normalise`] would change nothing in it.
pub(crate) fn is_ordinary(response: &Response<Vec<u8>>) -> bool {
    response.status().is_success() && response.body().starts_with(b"{")
}

/// The reply to a token call as JSON. What holds no token is an error that says all that may be said. `secrets` are those that were in the request.
pub(crate) fn normalise(
    response: Response<Vec<u8>>,
    asked: &Url,
    dialect: &Dialect,
    secrets: &[&str],
    now: DateTime<Utc>,
) -> Result<Vec<u8>, Error> {
    let (parts, mut body) = response.into_parts();
    let status = parts.status;
    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    let mut json = unique::object(&body);
    if json == Object::Unreadable
        && let Some(cut) = numbers::within_range(&body)
    {
        json = unique::object(&cut);
        // A form is left as it is.
        if json != Object::Unreadable {
            body = cut;
        }
    }
    let is_json = !matches!(json, Object::Unreadable);
    let fields = if is_json { json } else { read_form(&body) };
    if status.is_redirection() {
        return Err(Error::new(ErrorKind::Redirected, "the token endpoint answered with a redirect")
            .with_status(status)
            .with_message(location_host(&parts.headers, asked, secrets).map(|host| format!("to {host}"))));
    }
    let fields = match fields {
        Object::Read(fields) if status.is_success() && !is_error(&fields) => fields,
        Object::Read(fields) => {
            return Err(refused(status, &fields, dialect, retry_after(&parts.headers, now), secrets));
        }
        unread if status.is_success() => {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                match unread {
                    _ if body.is_empty() => "the token reply is empty",
                    Object::Ambiguous => "the token reply names a parameter twice",
                    _ => "the token reply is neither a JSON object nor form-encoded",
                },
            )
            .with_status(status));
        }
        _ => {
            return Err(Error::new(
                unreadable_kind(status),
                "the token endpoint answered with something other than an OAuth error",
            )
            .with_status(status)
            .with_retry_after(retry_after(&parts.headers, now)));
        }
    };
    Ok(if is_json { body } else { Value::Object(fields).to_string().into_bytes() })
}

fn is_error(fields: &Map<String, Value>) -> bool {
    let has_token = match fields.get("access_token") {
        None | Some(Value::Null) => false,
        Some(Value::String(token)) => !token.is_empty(),
        Some(_) => true,
    };
    !has_token && says_error(fields)
}

fn read_form(body: &[u8]) -> Object {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let first = text.split('&').next().unwrap_or_default();
    let looks_like_a_form = first.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    });
    if !looks_like_a_form {
        return Object::Unreadable;
    }
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()).into_owned() {
        if fields.insert(name, Value::String(value)).is_some() {
            return Object::Ambiguous;
        }
    }
    Object::Read(fields)
}

fn refused(
    status: StatusCode,
    fields: &Map<String, Value>,
    dialect: &Dialect,
    retry_after: Option<Duration>,
    secrets: &[&str],
) -> Error {
    // A refusal with tokens in it, as a broken server may send it, repeats none of them in its words.
    let given =
        ["access_token", "refresh_token", "id_token"].iter().filter_map(|name| fields.get(*name)?.as_str());
    let secrets: Vec<&str> = secrets.iter().copied().chain(given).collect();
    let secrets = secrets.as_slice();
    let code = fields
        .get("error")
        .and_then(Value::as_str)
        .map(|code| OAuthCode::parse(&crate::text::scrub(code, secrets, 64)));
    let message = ["error_description", "message", "hint"]
        .iter()
        .find_map(|name| fields.get(*name).and_then(Value::as_str))
        .filter(|message| !message.is_empty());
    let is_one_of = |refusals: &[Refusal]| {
        refusals.iter().any(|refusal| {
            refusal.status == status.as_u16()
                && ["error", "message", "error_description", "hint"].iter().any(|name| {
                    fields
                        .get(*name)
                        .and_then(Value::as_str)
                        .is_some_and(|text| text.to_ascii_lowercase().contains(refusal.contains))
                })
        })
    };
    let kind = if is_one_of(dialect.client_refused) {
        ErrorKind::ClientRefused
    } else if is_one_of(dialect.grant_refused) {
        ErrorKind::GrantRefused
    } else {
        match &code {
            // A server that fails says nothing about the customer, whatever words it finds.
            _ if matches!(status.as_u16(), 429 | 500..) => unreadable_kind(status),
            Some(OAuthCode::InvalidGrant) => ErrorKind::GrantRefused,
            Some(code) if code.blames_client() => ErrorKind::ClientRefused,
            Some(OAuthCode::ServerError | OAuthCode::TemporarilyUnavailable) => ErrorKind::Unavailable,
            None | Some(OAuthCode::Other(_)) => unreadable_kind(status),
            Some(_) => ErrorKind::RequestRefused,
        }
    };
    let mut error = Error::new(kind, "the token endpoint refused")
        .with_status(status)
        .with_message(message.map(|message| crate::text::scrub(message, secrets, 200)))
        .with_retry_after(retry_after);
    if let Some(code) = code {
        error = error.with_code(code);
    }
    error
}

fn unreadable_kind(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        429 => ErrorKind::RateLimited,
        408 | 425 | 500.. => ErrorKind::Unavailable,
        // At a token endpoint 401 is about the client's credentials (RFC 6749 section 5.2).
        401 => ErrorKind::ClientRefused,
        _ => ErrorKind::RequestRefused,
    }
}

/// `Retry-After` as seconds or as a date (RFC 9110 section 10.2.3), capped at a day.
pub(crate) fn retry_after(headers: &http::HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = DateTime::parse_from_rfc2822(text).ok()?;
            // The server's own clock where it says what time it has, so that a skew does not stretch the wait.
            let now = headers
                .get(http::header::DATE)
                .and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok())
                .unwrap_or_else(|| now.fixed_offset());
            (until - now).to_std().unwrap_or_default()
        }
    };
    Some(wait.min(Duration::from_secs(86_400)))
}

/// Where an answer to `asked` redirects to, if it says so.
pub(crate) fn location(headers: &http::HeaderMap, asked: &Url) -> Option<Url> {
    asked.join(headers.get(http::header::LOCATION)?.to_str().ok()?).ok()
}

/// The host that a redirect points to; never its path or query, which may hold secrets. Nor do its labels.
pub(crate) fn location_host(headers: &http::HeaderMap, asked: &Url, secrets: &[&str]) -> Option<String> {
    location(headers, asked).map(|url| crate::text::scrub(&crate::confine::authority(&url), secrets, 100))
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;

    use super::*;
    use proptest::strategy::Strategy;

    fn reply(status: u16, content_type: &str, body: &str) -> Response<Vec<u8>> {
        Response::builder()
            .status(status)
            .header(CONTENT_TYPE, content_type)
            .body(body.as_bytes().to_vec())
            .unwrap()
    }

    fn asked() -> Url {
        Url::parse("https://provider.example/token").unwrap()
    }

    const SECRET: &str = "canary-s3cret";

    fn now() -> DateTime<Utc> {
        "1994-11-06T08:49:30Z".parse().unwrap()
    }

    fn read(status: u16, content_type: &str, body: &str) -> Result<Value, Error> {
        normalise(reply(status, content_type, body), &asked(), &Dialect::rfc6749(), &[SECRET], now())
            .map(|body| serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn what_oauth2_refuses_is_read() {
        let json = r#"{"access_token":"t"}"#;
        for (status, content_type, body) in [
            (201, "application/json", json),
            (200, "text/html; charset=utf-8", json),
            (200, "application/vnd.provider+json", json),
            (200, "text/plain", "access_token=t"),
            (200, "application/x-www-form-urlencoded", "access_token=t"),
            (200, "application/x-www-form-urlencoded", "access_token=t&scope=1e999"),
            (200, "application/json", "\u{FEFF}{\"access_token\":\"t\"}"),
            (200, "application/json", r#"{"access_token":"t","error":null}"#),
            (200, "application/json", r#"{"access_token":"t","expires_in":1e999,"x":[-1e999]}"#),
            // A token is a token, whatever else the server says: it may be the only live one.
            (200, "application/json", r#"{"access_token":"t","error":"slow"}"#),
        ] {
            let value = read(status, content_type, body).unwrap();
            assert_eq!(value["access_token"], "t", "{status} {content_type} {body}");
        }
    }

    #[test]
    fn errors_say_what_may_be_said_and_no_more() {
        let mut out = String::new();
        for (status, body) in [
            (400, r#"{"error":"invalid-grant","error_description":"Authorization expired or invalid!"}"#),
            (200, r#"{"error":"invalid_client"}"#),
            (401, r#"{"error":"invalid_request","message":"code canary-s3cret is spent"}"#),
            (400, r#"{"error":"canary-s3cret"}"#),
            (400, "error=invalid_scope"),
            (500, r#"{"error":"invalid_grant"}"#),
            (429, r#"{"error":"invalid_grant"}"#),
            (200, r#"{"error":"invalid_grant","access_token":null}"#),
            (401, r#"{"message":"who are you"}"#),
            (408, ""),
            (502, "<html>Bad gateway</html>"),
            (429, "slow down"),
            (404, "{}"),
            (200, ""),
            (200, "<html></html>"),
            (200, "[1]"),
            (302, ""),
        ] {
            let error = read(status, "application/json", body).unwrap_err();
            out += &format!("{status} {}\n  {:?}\n", body.replace(SECRET, "[secret]"), error);
        }
        insta::assert_snapshot!(out);
    }

    #[test]
    fn a_parameter_that_stands_twice_is_nobody_s_guess() {
        for body in [
            r#"{"access_token":"a","access_token":"b"}"#,
            r#"{"access_token":"a","account":{"api_base_url":"x","api_base_url":"y"}}"#,
            "access_token=a&access_token=b",
        ] {
            let error = read(200, "", body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
            assert!(error.to_string().contains("twice"), "{error}");
        }
        // A refusal that says two things says nothing: above all not that the customer's grant is dead.
        let error = read(400, "", r#"{"error":"invalid_grant","error":"invalid_client"}"#).unwrap_err();
        assert_eq!((error.kind(), error.oauth_code()), (ErrorKind::RequestRefused, None));
    }

    #[test]
    fn a_refusal_with_tokens_in_it_repeats_none_of_them() {
        let body = r#"{"error":"invalid_request","access_token":"canary-a1","refresh_token":"canary-r1",
            "error_description":"no scope for canary-a1 and canary-r1"}"#;
        let error = read(400, "", body).unwrap_err();
        assert_eq!(error.message(), Some("no scope for [redacted] and [redacted]"));
    }

    #[test]
    fn a_long_secret_in_the_code_leaves_nothing_behind() {
        let secret = "d".repeat(100);
        let body = format!(r#"{{"error":"{secret}"}}"#);
        let error =
            normalise(reply(400, "", &body), &asked(), &Dialect::rfc6749(), &[&secret], now()).unwrap_err();
        assert!(!format!("{error:?}").contains("dddd"), "{error:?}");
    }

    #[test]
    fn a_redirect_names_the_host_it_points_to() {
        for (location, host) in [
            ("//evil.example/x?code=1", "evil.example"),
            ("/login", "provider.example"),
            ("https://evil.example:8443/x", "evil.example:8443"),
            ("https://Canary-S.evil.example/", "[redacted].evil.example"),
        ] {
            let mut response = reply(302, "", "");
            response.headers_mut().insert("location", location.parse().unwrap());
            let error = normalise(response, &asked(), &Dialect::rfc6749(), &["Canary-S"], now()).unwrap_err();
            assert_eq!(error.message(), Some(format!("to {host}").as_str()));
        }
    }

    #[test]
    fn retry_after_as_seconds_and_as_a_date() {
        let wait = |value: &str, servers_date: Option<&str>| {
            let mut headers = http::HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            if let Some(date) = servers_date {
                headers.insert(http::header::DATE, date.parse().unwrap());
            }
            retry_after(&headers, now()).map(|wait| wait.as_secs())
        };
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wait("30", date), Some(30));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", date), Some(60));
        assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT", date), Some(0));
        assert_eq!(wait("99999999999", date), Some(86_400));
        assert_eq!(wait("soon", date), None);
        // Without the server's clock, by the client's.
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", None), Some(67));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", Some("today")), Some(67));
    }

    proptest::proptest! {
        #[test]
        fn no_reply_panics_or_brings_a_secret_back(
            status in 100_u16..600,
            content_type in "[ -~]{0,30}",
            body in proptest::prop_oneof![
                proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80),
                "\\{\"(error|message|hint|access_token|error_description)\":\"(s3cret| |[a-z_-]){0,4}\"\\}".prop_map(String::into_bytes),
                "(error|access_token|x)=(s3cret|%|[a-z]){0,4}".prop_map(String::into_bytes),
            ],
        ) {
            let response =
                Response::builder().status(status).header(CONTENT_TYPE, content_type).body(body).unwrap();
            match normalise(response, &asked(), &Dialect::rfc6749(), &["s3cret"], now()) {
                Ok(body) => proptest::prop_assert!(serde_json::from_slice::<Map<String, Value>>(&body).is_ok()),
                Err(error) => proptest::prop_assert!(!format!("{error} {error:?}").contains("s3cret"), "{}", error),
            }
        }

        /// So that the way past `normalise` is a shorter one to the same place.
        #[test]
        fn an_ordinary_reply_that_can_be_read_is_not_changed(
            members in proptest::collection::vec(
                (
                    proptest::sample::select(vec!["access_token", "error", "expires_in", "scope", "x", "\\u0078"]),
                    proptest::sample::select(vec![
                        "\"\"", "\"t\"", "null", "1", "1e999", "[{\"a\":1}]", "{\"a\":1,\"a\":2}", "{\"}\":\"{\"}",
                    ]),
                ),
                0..5,
            ),
            after in proptest::sample::select(vec!["", " \n", "}", "{}", " x", "\u{0c}"]),
        ) {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            let body = format!("{{{}}}{after}", members.join(","));
            let response = reply(200, "", &body);
            if is_ordinary(&response) && serde_json::from_str::<crate::wire::WireToken>(&body).is_ok() {
                let normal = normalise(response, &asked(), &Dialect::rfc6749(), &[], now()).unwrap();
                proptest::prop_assert_eq!(normal, body.as_bytes());
            }
        }
    }
}
