//! Extreme and invalid numbers in responses.

use libtest_mimic::Trial;
use oauth_core::ErrorKind::InvalidResponse;

use crate::api_call::ApiCall;
use crate::case::{Case, Expect};
use crate::server::{json, response};
use crate::trial;

/// 68 years in seconds, the longest lifetime that the client reports.
const MAX_LIFETIME: i64 = i32::MAX as i64;

pub(crate) fn all(call: ApiCall) -> Vec<Trial> {
    let mut trials = Vec::new();
    if call.is_token_call() {
        // By default, 0 and less mean that the lifetime is not stated.
        let unknown = [
            "0",
            "-0",
            "-1",
            "-9223372036854775809",
            "-1e308",
            "0.0001",
            "5e-324",
            "\"-inf\"",
            "\"-5\"",
            "\"NaN\"",
            "\"0x10\"",
            "\"1,000\"",
            "\"٣\"",
            "\"\"",
            "null",
            "true",
            "[3600]",
            "{}",
            "-1e999",
        ];
        // Overflows are clamped.
        let digits = "9".repeat(10_000);
        let longest = [
            "2147483647",
            "2147483648",
            "4294967296",
            "9007199254740993",
            "9223372036854775807",
            "18446744073709551616",
            "1e308",
            "\"1e999\"",
            "\"inf\"",
            "1e999",
            &digits,
        ];
        let lasts = |seconds: i64| Expect::Lasts(Some(seconds - 60..=seconds));
        for (values, expect) in [
            (&unknown[..], Expect::Lasts(None)),
            (&["3600.999", "\"3600\""][..], lasts(3_600)),
            (&longest[..], lasts(MAX_LIFETIME)),
            (&["01", "+1", "0x10", "1."][..], Expect::Fails(InvalidResponse)),
        ] {
            for value in values {
                let (name, expect) = (format!("expires_in {value:.24}"), expect.clone());
                let body = call.token_response(&format!(r#""access_token":"canary-a","expires_in":{value}"#));
                trials.push(trial(call, &name, move |_| Case::response(json(body), expect)));
            }
        }
    }
    // Go1's identifiers are unsigned; amounts and identifiers of Cohort Go may be any number.
    let odd = match (call.provider, call.name) {
        ("go1", "me") => Some((r#"{"id":N}"#, Expect::Fails(InvalidResponse))),
        ("cohortgo", "list") => Some((r#"[{"id":N,"amount":N}]"#, Expect::Works)),
        _ => None,
    };
    if let Some((body, expect)) = odd {
        for (value, expect) in [
            ("18446744073709551615", Expect::Works),
            ("-1", expect.clone()),
            ("18446744073709551616", expect.clone()),
            ("1e308", expect.clone()),
            ("0.1", expect),
            ("1e999", Expect::Fails(InvalidResponse)),
        ] {
            let body = body.replace('N', value);
            trials.push(trial(call, &format!("the number {value}"), move |_| {
                Case::response(json(body), expect)
            }));
        }
    }
    // Retry-After.
    for wait in ["-1", "99999999999999999999999", "1e9", "NaN", "Fri, 31 Dec 9999 23:59:59 GMT", "0", ""] {
        trials.push(trial(call, &format!("Retry-After {wait}"), move |_| {
            let headers = format!("retry-after: {wait}\r\n");
            let kind = oauth_core::ErrorKind::RateLimited;
            Case::response(response("429 Too Many Requests", &headers, "{}"), Expect::Fails(kind))
        }));
    }
    trials
}
