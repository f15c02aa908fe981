//! Numbers of every size, where the answer has a number.

use libtest_mimic::Trial;
use oauth_core::ErrorKind::InvalidResponse;

use crate::case::{Case, Expect};
use crate::server::{answer, json};
use crate::subject::Subject;
use crate::trial;

/// 68 years: more than any token lives, and no calendar overflows by it.
const LONGEST: i64 = i32::MAX as i64;

pub(crate) fn all(subject: Subject) -> Vec<Trial> {
    let mut trials = Vec::new();
    if subject.is_token_call() {
        let lasts = |seconds: i64| Expect::Lasts(Some(seconds - 60..=seconds));
        let unknown = Expect::Lasts(None);
        let digits = "9".repeat(10_000);
        for (value, expect) in [
            ("0", lasts(0)),
            ("-0", lasts(0)),
            ("-1", lasts(0)),
            ("-9223372036854775809", lasts(0)),
            ("-1e308", lasts(0)),
            ("0.0001", lasts(0)),
            ("5e-324", lasts(0)),
            ("3600.999", lasts(3600)),
            ("2147483647", lasts(LONGEST)),
            ("2147483648", lasts(LONGEST)),
            ("4294967296", lasts(LONGEST)),
            ("9007199254740993", lasts(LONGEST)),
            ("9223372036854775807", lasts(LONGEST)),
            ("18446744073709551616", lasts(LONGEST)),
            ("1e308", lasts(LONGEST)),
            ("\"1e999\"", lasts(LONGEST)),
            ("\"inf\"", lasts(LONGEST)),
            ("\"-inf\"", lasts(0)),
            ("\"-5\"", lasts(0)),
            ("\"3600\"", lasts(3600)),
            ("\"NaN\"", unknown.clone()),
            ("\"0x10\"", unknown.clone()),
            ("\"1,000\"", unknown.clone()),
            ("\"٣\"", unknown.clone()),
            ("\"\"", unknown.clone()),
            ("null", unknown.clone()),
            ("true", unknown.clone()),
            ("[3600]", unknown.clone()),
            ("{}", unknown.clone()),
            // Beyond every number that can be held: the nearest one.
            ("1e999", lasts(LONGEST)),
            ("-1e999", lasts(0)),
            (digits.as_str(), lasts(LONGEST)),
            ("01", Expect::Fails(InvalidResponse)),
            ("+1", Expect::Fails(InvalidResponse)),
            ("0x10", Expect::Fails(InvalidResponse)),
            ("1.", Expect::Fails(InvalidResponse)),
        ] {
            let name = format!("good for {value:.24}");
            let body = subject.reply(&format!(r#""access_token":"canary-a","expires_in":{value}"#));
            trials.push(trial(subject, &name, move |_| Case::says(json(body), expect)));
        }
    }
    // Go1's identifiers are numbers from nought; an amount of Cohort Go may be any, and so may an identifier of its.
    let odd = match (subject.provider, subject.call) {
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
            trials.push(trial(subject, &format!("the number {value}"), move |_| {
                Case::says(json(body), expect)
            }));
        }
    }
    // How long to wait is a number as well.
    for wait in ["-1", "99999999999999999999999", "1e9", "NaN", "Fri, 31 Dec 9999 23:59:59 GMT", "0", ""] {
        trials.push(trial(subject, &format!("wait {wait}"), move |_| {
            let headers = format!("retry-after: {wait}\r\n");
            let kind = oauth_core::ErrorKind::RateLimited;
            Case::says(answer("429 Too Many Requests", &headers, "{}"), Expect::Fails(kind))
        }));
    }
    trials
}
