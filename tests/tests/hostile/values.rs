//! Replies of the right form with the wrong things in it, and refusals that say too much.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use libtest_mimic::Trial;
use oauth_core::ErrorKind::{ApiRefused, GrantRefused, InvalidResponse, RequestRefused};

use crate::case::{Case, Expect};
use crate::server::{Manner, answer, each_secret, json};
use crate::subject::{Kind, Subject};
use crate::trial;

/// Values of a token that is none.
const NO_TOKENS: &[(&str, &str)] = &[
    ("empty", r#""""#),
    ("with CR LF", r#""canary-a\r\nx-evil: 1""#),
    ("with LF", r#""canary-a\nx""#),
    ("with a tab", r#""canary-a\tx""#),
    ("with NUL", r#""canary-a\u0000""#),
    ("with DEL", r#""canary-a\u007f""#),
    ("with an umlaut", r#""canary-ä""#),
    ("with an emoji", r#""canary-🔑""#),
    ("with a mark of direction", r#""canary-\u202e""#),
    ("a number", "7"),
    ("true", "true"),
    ("a list", r#"["canary-a"]"#),
    ("an object", r#"{"value":"canary-a"}"#),
];

pub(crate) fn all(subject: Subject) -> Vec<Trial> {
    let mut trials = Vec::new();
    match subject.kind {
        Kind::Token => token_replies(subject, &mut trials),
        Kind::ApiToken => {
            for (name, value) in NO_TOKENS.iter().chain(&[("null", "null")]) {
                let body = format!(r#"{{"token":{value},"scope":[]}}"#);
                trials.push(trial(subject, &format!("a token {name}"), move |_| {
                    Case::says(json(body), Expect::Fails(InvalidResponse))
                }));
            }
        }
        Kind::Api | Kind::Xml => {}
    }
    refusals(subject, &mut trials);
    trials
}

fn token_replies(subject: Subject, trials: &mut Vec<Trial>) {
    let mut add = |name: String, members: String, expect: Expect, cap: Option<usize>| {
        let body = subject.reply(&members);
        trials.push(trial(subject, &name, move |_| {
            let mut case = Case::says(json(body), expect);
            case.cap = cap.unwrap_or(case.cap);
            case
        }));
    };
    let fails = || Expect::Fails(InvalidResponse);
    for (name, value) in NO_TOKENS {
        add(format!("an access token {name}"), format!(r#""access_token":{value}"#), fails(), None);
        let members = format!(r#""access_token":"canary-a","refresh_token":{value}"#);
        // Some servers send an empty one and mean none.
        let expect = if *name == "empty" { Expect::Works } else { fails() };
        add(format!("a refresh token {name}"), members, expect, None);
    }
    add("an access token null".to_owned(), r#""access_token":null"#.to_owned(), fails(), None);
    let null = r#""access_token":"canary-a","refresh_token":null"#;
    let expect = if subject.call == "refresh" { Expect::Works } else { Expect::NoRefreshToken };
    add("a refresh token null".to_owned(), null.to_owned(), expect, None);
    let megabyte = "a".repeat(1 << 20);
    add(
        "an access token of a megabyte".to_owned(),
        format!(r#""access_token":"{megabyte}""#),
        fails(),
        Some(2 << 20),
    );
    add(
        "a refresh token of a megabyte".to_owned(),
        format!(r#""access_token":"canary-a","refresh_token":"{megabyte}""#),
        fails(),
        Some(2 << 20),
    );
    for (value, expect) in [
        (r#""mac""#, fails()),
        (r#""DPoP""#, fails()),
        (r#""N_A""#, fails()),
        (r#""bearer, mac""#, fails()),
        (r#""bearer\u0000""#, fails()),
        (r#""canary-a""#, fails()),
        ("7", fails()),
        ("{}", fails()),
        (r#"["bearer"]"#, fails()),
        // GoCD's own type is `token`; its replies name none.
        (r#"" BEARER ""#, if subject.provider == "gocd" { fails() } else { Expect::Works }),
        (r#""""#, Expect::Works),
        ("null", Expect::Works),
    ] {
        add(
            format!("of the type {value}"),
            format!(r#""access_token":"canary-a","token_type":{value}"#),
            expect,
            None,
        );
    }
    let many = vec!["s"; 20_000].iter().enumerate().map(|(n, s)| format!("{s}{n}")).collect::<Vec<_>>();
    for (name, value) in [
        ("null", "null".to_owned()),
        ("a number", "7".to_owned()),
        ("an object", r#"{"read":true}"#.to_owned()),
        ("lists in lists", r#"[["read"],[],null]"#.to_owned()),
        ("with CR LF", r#""read\r\nx-evil: 1""#.to_owned()),
        ("with quotes", r#""read \"write\" \\""#.to_owned()),
        ("of thousands", format!("\"{}\"", &many.join(" ")[..60_000])),
    ] {
        // A strange scope must not cost the customer the token.
        add(
            format!("a scope {name}"),
            format!(r#""access_token":"canary-a","scope":{value}"#),
            Expect::Works,
            None,
        );
    }
    if subject.provider == "cohortgo" {
        for (name, value) in [
            ("no URL", r#""nowhere""#),
            ("null", "null"),
            ("a list", r#"["https://portal.cohortgo.com"]"#),
            ("with a secret", r#""canary-a""#),
        ] {
            let body = format!(r#"{{"access_token":"canary-a","api_base_url":{value}}}"#);
            trials.push(trial(subject, &format!("an API base URL {name}"), move |_| {
                Case::says(json(body), Expect::Fails(InvalidResponse))
            }));
        }
    }
    mixed_up(subject, trials);
}

/// The replies and refusals of all four, to each of the four: a code, or an answer, that came to the wrong one.
fn mixed_up(subject: Subject, trials: &mut Vec<Trial>) {
    // Cohort Go's reply says where its API is; GoCD's tokens are of another type than `bearer`.
    let own = |of: &str| match subject.provider {
        "cohortgo" => of == "Cohort Go",
        "gocd" => of == "GoCD",
        _ => true,
    };
    for (of, body) in [
        ("Cohort Go", include_str!("../../../crates/cohortgo/tests/replies/token.json")),
        ("Go1", include_str!("../../../crates/go1/tests/replies/token.json")),
        ("GoCD", include_str!("../../../crates/gocd/tests/replies/token.json")),
    ] {
        let expect = if own(of) { Expect::Works } else { Expect::Fails(InvalidResponse) };
        trials.push(trial(subject, &format!("the reply of {of}"), move |_| Case::says(json(body), expect)));
    }
    for (name, body) in [
        (
            "as RFC 6749 has it",
            r#"{"error":"invalid_grant","error_description":"The code is not of this server"}"#,
        ),
        (
            "as GoCD has it",
            r#"{"error":"invalid-grant","error_description":"Authorization expired or invalid!"}"#,
        ),
    ] {
        trials.push(trial(subject, &format!("another one's code, {name}"), move |_| {
            Case::says(answer("400 Bad Request", "", body), Expect::Fails(GrantRefused))
        }));
    }
}

/// Whatever the request held comes back in the words of the refusal.
fn refusals(subject: Subject, trials: &mut Vec<Trial>) {
    let refused = if subject.is_token_call() { RequestRefused } else { ApiRefused };
    type Spelling = fn(&[u8]) -> String;
    let spellings: [(&str, Spelling); 3] = [
        ("as it was", |request| String::from_utf8_lossy(request).into_owned()),
        ("in base64", |request| each_secret(request, |secret| BASE64_STANDARD.encode(secret))),
        ("in hex", |request| {
            each_secret(request, |secret| secret.iter().map(|b| format!("{b:02X}")).collect())
        }),
    ];
    for (how, spelled) in spellings {
        for member in ["error", "error_description", "message", "hint", "errors", "error_code"] {
            let script = Arc::new(move |line: &mut dyn crate::server::Line, request: &[u8]| {
                let body = serde_json::json!({ member: spelled(request) }).to_string();
                line.write_all(&answer("418 Teapot", "content-type: application/json\r\n", body))
            });
            trials.push(trial(subject, &format!("its request in `{member}`, {how}"), move |_| {
                Case::new(Manner::Http(script), Expect::Fails(refused))
            }));
        }
    }
    for (name, headers) in [
        ("in the reason", "418 ECHO\r\n"),
        (
            "in headers",
            "418 Teapot\r\nretry-after: ECHO\r\nlocation: ECHO\r\nwww-authenticate: ECHO\r\nset-cookie: a=ECHO\r\n",
        ),
    ] {
        let script = Arc::new(move |line: &mut dyn crate::server::Line, request: &[u8]| {
            let echo = String::from_utf8_lossy(request).replace(['\r', '\n'], " ");
            let head = format!("HTTP/1.1 {}content-length: 2\r\n\r\n{{}}", headers.replace("ECHO", &echo));
            line.write_all(head.as_bytes())
        });
        trials.push(trial(subject, &format!("its request {name}"), move |_| {
            Case::new(Manner::Http(script), Expect::Fails(refused))
        }));
    }
    let escape = r#"{"error":"\u001b[2J\u202e","message":"\u001b]0;x\u0007 line\r\nFAKE ERROR line\u2028"}"#;
    trials.push(trial(subject, "words for a terminal", move |_| {
        Case::says(answer("418 Teapot", "", escape), Expect::Fails(refused))
    }));
    let long = serde_json::json!({ "error": "e".repeat(30_000), "message": "m ".repeat(15_000) }).to_string();
    trials.push(trial(subject, "words without end", move |_| {
        Case::says(answer("418 Teapot", "", long), Expect::Fails(refused))
    }));
}
