//! Response headers that errors report: `Retry-After` and the host of `Location`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::RETRY_AFTER;
use url::Url;

use crate::util::redact::redact;
use crate::util::url_policy::authority;

/// Parses `Retry-After`, as seconds or as a date (RFC 9110 section 10.2.3). At most a day.
pub(crate) fn retry_after(headers: &http::HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = DateTime::parse_from_rfc2822(text).ok()?;
            // By the server's clock if it sends `Date`, so that clock skew does not change the wait.
            let now = headers
                .get(http::header::DATE)
                .and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok())
                .unwrap_or_else(|| now.fixed_offset());
            (until - now).to_std().unwrap_or_default()
        }
    };
    Some(wait.min(Duration::from_secs(86_400)))
}

/// Resolves `Location` against the requested URL.
pub(crate) fn location(headers: &http::HeaderMap, requested: &Url) -> Option<Url> {
    requested.join(headers.get(http::header::LOCATION)?.to_str().ok()?).ok()
}

/// Returns the host that a redirect points to, redacted; never its path or query, which may hold secrets.
pub(crate) fn location_host(headers: &http::HeaderMap, requested: &Url, secrets: &[&str]) -> Option<String> {
    location(headers, requested).map(|url| redact(&authority(&url), secrets, 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "1994-11-06T08:49:30Z".parse().unwrap()
    }

    #[test]
    fn reads_retry_after_as_seconds_or_date() {
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
        // Without `Date` by the client's clock.
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", None), Some(67));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT", Some("today")), Some(67));
    }
}
