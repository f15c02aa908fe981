//! Response headers: `Retry-After`, `WWW-Authenticate`, and the host of `Location`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::{DATE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue};
use http_auth::ChallengeRef;
use http_auth::parser::ChallengeParser;
use url::Url;

use crate::util::redact::redact;
use crate::util::url_policy::authority;

const DAY: f64 = 86_400.0;

/// Parses `Retry-After` (RFC 9110 section 10.2.3). At most a day.
///
/// Read are seconds and the three date formats of section 5.6.7, and what servers send besides: fractions of
/// a second, a list, an RFC 3339 date, and seconds or milliseconds since 1970.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let values = headers.get_all(RETRY_AFTER).iter().filter_map(|value| value.to_str().ok());
    let seconds = values.map(str::trim).find_map(|text| {
        let until = match number(text) {
            Some(seconds) if seconds < 1e9 => return Some(seconds),
            // No server asks for a wait of 30 years, so this is a point in time.
            Some(since_1970) if since_1970 < 1e12 => since_1970,
            Some(since_1970) => since_1970 / 1e3,
            None => seconds_since_1970(date(text)?),
        };
        // By the server's clock if it sends `Date`, so that clock skew does not change the wait.
        let now = headers.get(DATE).and_then(|value| date(value.to_str().ok()?)).unwrap_or(now);
        Some(until - seconds_since_1970(now))
    })?;
    Some(Duration::from_secs(seconds.ceil().clamp(0.0, DAY) as u64))
}

fn seconds_since_1970(date: DateTime<Utc>) -> f64 {
    date.timestamp_millis() as f64 / 1e3
}

/// Parses a number of digits with an optional fraction: the first of a list, as two headers become one on the
/// way.
fn number(text: &str) -> Option<f64> {
    let text = text.split(',').next().unwrap_or_default().trim();
    let is_decimal = text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_decimal { text.parse().ok() } else { None }
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    httpdate::parse_http_date(text)
        .map(DateTime::<Utc>::from)
        .or_else(|_| DateTime::parse_from_rfc2822(text).map(|date| date.to_utc()))
        .or_else(|_| DateTime::parse_from_rfc3339(text).map(|date| date.to_utc()))
        .ok()
}

/// Positions at which parsing of one header is tried.
const MAX_CHALLENGES: usize = 16;

/// A challenge of `WWW-Authenticate` (RFC 9110 section 11.6.1).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    scheme: String,
    params: Vec<(String, String)>,
}

impl Challenge {
    pub(crate) fn is_scheme(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(param, _)| param.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Parses all `WWW-Authenticate` headers. A challenge that breaks the grammar is no evidence, and is skipped.
pub(crate) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    headers.get_all(WWW_AUTHENTICATE).iter().flat_map(challenges_of).collect()
}

fn challenges_of(header: &HeaderValue) -> Vec<Challenge> {
    // A description in another alphabet must not cost the evidence beside it.
    let visible = |byte: &u8| if matches!(byte, b' '..=b'~' | b'\t') { char::from(*byte) } else { '?' };
    let text: String = header.as_bytes().iter().map(visible).collect();
    // The parser stops at a `token68` (RFC 9110 section 11.2), as of `Negotiate`: the rest still counts.
    let mut found = Vec::new();
    for start in challenge_starts(&text).take(MAX_CHALLENGES) {
        let mut is_complete = true;
        for parsed in ChallengeParser::new(text[start..].trim_start()) {
            match parsed {
                Ok(challenge) => found.push(Challenge::from(challenge)),
                Err(_) => is_complete = false,
            }
        }
        if is_complete {
            break;
        }
    }
    found
}

/// Positions where a challenge may start: the start, and behind each comma that is not quoted.
fn challenge_starts(text: &str) -> impl Iterator<Item = usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let commas = text.bytes().enumerate().filter_map(move |(at, byte)| {
        let is_comma = byte == b',' && !is_quoted;
        is_quoted ^= byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && is_quoted && !is_escaped;
        is_comma.then_some(at + 1)
    });
    std::iter::once(0).chain(commas)
}

impl From<ChallengeRef<'_>> for Challenge {
    fn from(challenge: ChallengeRef<'_>) -> Self {
        let params = challenge.params.iter();
        Self {
            scheme: challenge.scheme.to_owned(),
            params: params.map(|(name, value)| ((*name).to_owned(), value.to_unescaped())).collect(),
        }
    }
}

/// Resolves `Location` against the requested URL.
pub(crate) fn location(headers: &HeaderMap, requested: &Url) -> Option<Url> {
    requested.join(headers.get(LOCATION)?.to_str().ok()?).ok()
}

/// Returns the host that a redirect points to, redacted; never its path or query, which may hold secrets.
pub(crate) fn location_host(headers: &HeaderMap, requested: &Url, secrets: &[&str]) -> Option<String> {
    location(headers, requested).map(|url| redact(&authority(&url), secrets, 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "1994-11-06T08:49:30Z".parse().unwrap()
    }

    fn wait(value: &str, servers_date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        if let Some(date) = servers_date {
            headers.insert(DATE, date.parse().unwrap());
        }
        retry_after(&headers, now()).map(|wait| wait.as_secs())
    }

    #[test]
    fn reads_retry_after_as_seconds_or_date() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wait("30", date), Some(30));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", date), Some(60));
        assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT", date), Some(0));
        assert_eq!(wait("99999999999", date), Some(86_400));
        assert_eq!(wait("soon", date), None);
        // Without `Date` by the client's clock.
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", None), Some(67));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", Some("today")), Some(67));
    }

    #[test]
    fn reads_retry_after_in_every_form() {
        // RFC 9110 section 5.6.7: the current format and the two obsolete ones, here also as `Date`.
        let formats =
            ["Sun, 06 Nov 1994 08:50:37 GMT", "Sunday, 06-Nov-94 08:50:37 GMT", "Sun Nov  6 08:50:37 1994"];
        for value in formats {
            assert_eq!(wait(value, None), Some(67), "{value}");
            assert_eq!(wait("Sun, 06 Nov 1994 08:51:37 GMT", Some(value)), Some(60), "{value}");
        }
        for (value, expected) in [
            (" 30 ", Some(30)),
            ("0", Some(0)),
            ("1.5", Some(2)),
            ("30, 60", Some(30)),
            ("99999999999999999999999999", Some(86_400)),
            ("Sun, 6 Nov 1994 09:50:37 +0100", Some(67)),
            ("1994-11-06T08:50:37Z", Some(67)),
            ("1994-11-06T08:50:37.2Z", Some(68)),
            ("-1", None),
            ("1e3", None),
            ("", None),
        ] {
            assert_eq!(wait(value, None), expected, "{value}");
        }
        let now = "2026-11-29T00:00:00Z".parse().unwrap();
        for value in [format!("{}", 1_795_910_400 + 90), format!("{}", (1_795_910_400_i64 + 90) * 1_000)] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(90)), "{value}");
        }
        // The first header that can be read counts.
        let mut headers = HeaderMap::new();
        for value in ["soon", "7", "8"] {
            headers.append(RETRY_AFTER, value.parse().unwrap());
        }
        assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(7)));
    }

    #[test]
    fn reads_challenges_of_all_headers() {
        let mut headers = HeaderMap::new();
        for value in [
            r#"Basic realm="gateway", bearer Realm="a \"b\"", ERROR=invalid_token"#,
            r#"Bearer error="unfinished"#,
            r#"Bearer scope="a b""#,
        ] {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        let all = challenges(&headers);
        assert_eq!(all.len(), 3, "{all:?}");
        assert!(all[0].is_scheme("basic") && all[1].is_scheme("Bearer"));
        assert_eq!((all[1].param("realm"), all[1].param("error")), (Some("a \"b\""), Some("invalid_token")));
        assert_eq!(all[2].param("scope"), Some("a b"));
    }

    proptest::proptest! {
        #[test]
        fn readers_never_panic(value in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let mut headers = HeaderMap::new();
                for name in [RETRY_AFTER, DATE, WWW_AUTHENTICATE] {
                    headers.append(name, value.clone());
                }
                proptest::prop_assert!(retry_after(&headers, now()).is_none_or(|wait| wait.as_secs() <= 86_400));
                challenges(&headers);
            }
        }
    }

    #[test]
    fn challenge_survives_bad_bytes_and_token68_beside_it() {
        for value in [
            &b"Bearer error=\"invalid_token\", error_description=\"Jeton expir\xE9\""[..],
            b"Negotiate TlRM, Bearer error=\"invalid_token\"",
            b"Bearer error=\"invalid_token\", Negotiate TlRM",
            b"Negotiate TlRM, Basic realm=\"a, bearer x\", Bearer error=\"invalid_token\"",
            b"Basic realm=\"a\\\"\", NTLM TlRM, Negotiate TlRM, Bearer error=\"invalid_token\"",
            b"Basic realm=\"x\", bearer error=invalid_token",
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_bytes(value).unwrap());
            let found = challenges(&headers);
            let bearer = found.iter().find(|challenge| challenge.is_scheme("Bearer"));
            let error = bearer.and_then(|bearer| bearer.param("error"));
            assert_eq!(error, Some("invalid_token"), "{found:?}");
        }
    }
}
