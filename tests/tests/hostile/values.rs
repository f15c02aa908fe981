//! Well-formed responses with invalid values, and error responses that echo secrets.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use libtest_mimic::Trial;
use oauth_core::ErrorKind::{ApiRefused, GrantRefused, InvalidResponse, RequestRefused};

use crate::api_call::{ApiCall, ResponseKind};
use crate::case::{Case, Expect};
use crate::server::{Behavior, each_secret, json, response};
use crate::trial;

/// Invalid values of a token.
const INVALID_TOKENS: &[(&str, &str)] = &[
    ("empty", r#""""#),
    ("with CR LF", r#""canary-a\r\nx-evil: 1""#),
    ("with LF", r#""canary-a\nx""#),
    ("with a tab", r#""canary-a\tx""#),
    ("with NUL", r#""canary-a\u0000""#),
    ("with DEL", r#""canary-a\u007f""#),
    ("with an umlaut", r#""canary-ä""#),
    ("with an emoji", r#""canary-🔑""#),
    ("with a direction override", r#""canary-\u202e""#),
    ("a number", "7"),
    ("true", "true"),
    ("a list", r#"["canary-a"]"#),
    ("an object", r#"{"value":"canary-a"}"#),
];

pub(crate) fn all(call: ApiCall) -> Vec<Trial> {
    let mut trials = Vec::new();
    match call.kind {
        ResponseKind::Token => token_responses(call, &mut trials),
        ResponseKind::ApiToken => {
            for (name, value) in INVALID_TOKENS.iter().chain(&[("null", "null")]) {
                let body = format!(r#"{{"token":{value},"scope":[]}}"#);
                trials.push(trial(call, &format!("a token {name}"), move |_| {
                    Case::response(json(body), Expect::Fails(InvalidResponse))
                }));
            }
        }
        ResponseKind::Api | ResponseKind::Xml => {}
    }
    error_responses(call, &mut trials);
    trials
}

fn token_responses(call: ApiCall, trials: &mut Vec<Trial>) {
    let mut add = |name: String, members: String, expect: Expect, body_limit: Option<usize>| {
        let body = call.token_response(&members);
        trials.push(trial(call, &name, move |_| {
            let mut case = Case::response(json(body), expect);
            case.body_limit = body_limit.unwrap_or(case.body_limit);
            case
        }));
    };
    let fails = || Expect::Fails(InvalidResponse);
    for (name, value) in INVALID_TOKENS {
        add(format!("an access token {name}"), format!(r#""access_token":{value}"#), fails(), None);
        let members = format!(r#""access_token":"canary-a","refresh_token":{value}"#);
        // Some servers send an empty refresh token instead of none.
        let expect = if *name == "empty" { Expect::Works } else { fails() };
        add(format!("a refresh token {name}"), members, expect, None);
    }
    add("an access token null".to_owned(), r#""access_token":null"#.to_owned(), fails(), None);
    let null = r#""access_token":"canary-a","refresh_token":null"#;
    let expect = if call.name == "refresh" { Expect::Works } else { Expect::NoRefreshToken };
    add("a refresh token null".to_owned(), null.to_owned(), expect, None);
    let megabyte = "a".repeat(1 << 20);
    add(
        "an access token of one megabyte".to_owned(),
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
        // Not text: a damaged field, not another type.
        ("7", Expect::Works),
        ("{}", Expect::Works),
        // GoCD's own type is `token`; its responses name no type.
        (r#"["bearer"]"#, if call.provider == "gocd" { fails() } else { Expect::Works }),
        (r#"" BEARER ""#, if call.provider == "gocd" { fails() } else { Expect::Works }),
        (r#""""#, Expect::Works),
        ("null", Expect::Works),
    ] {
        add(
            format!("of type {value}"),
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
        ("nested lists", r#"[["read"],[],null]"#.to_owned()),
        ("with CR LF", r#""read\r\nx-evil: 1""#.to_owned()),
        ("with quotes", r#""read \"write\" \\""#.to_owned()),
        ("with thousands of entries", format!("\"{}\"", &many.join(" ")[..60_000])),
    ] {
        // An invalid scope does not invalidate the token.
        add(
            format!("a scope {name}"),
            format!(r#""access_token":"canary-a","scope":{value}"#),
            Expect::Works,
            None,
        );
    }
    if call.provider == "cohortgo" {
        for (name, value) in [
            ("not a URL", r#""nowhere""#),
            ("null", "null"),
            ("a list", r#"["https://portal.cohortgo.com"]"#),
            ("with a secret", r#""canary-a""#),
        ] {
            let body = format!(r#"{{"access_token":"canary-a","api_base_url":{value}}}"#);
            trials.push(trial(call, &format!("an API base URL {name}"), move |_| {
                Case::response(json(body), Expect::Fails(InvalidResponse))
            }));
        }
    }
    mix_up(call, trials);
}

/// Token responses and errors of one provider, received by another (mix-up).
fn mix_up(call: ApiCall, trials: &mut Vec<Trial>) {
    // Cohort Go requires `api_base_url`; GoCD's token type is not `bearer`.
    let own = |of: &str| match call.provider {
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
        trials
            .push(trial(call, &format!("the response of {of}"), move |_| Case::response(json(body), expect)));
    }
    for (name, body) in [
        (
            "as in RFC 6749",
            r#"{"error":"invalid_grant","error_description":"The code is not of this server"}"#,
        ),
        (
            "as from GoCD",
            r#"{"error":"invalid-grant","error_description":"Authorization expired or invalid!"}"#,
        ),
    ] {
        trials.push(trial(call, &format!("another provider's code, {name}"), move |_| {
            Case::response(response("400 Bad Request", "", body), Expect::Fails(GrantRefused))
        }));
    }
}

/// Error responses that echo the request.
fn error_responses(call: ApiCall, trials: &mut Vec<Trial>) {
    let refused = if call.is_token_call() { RequestRefused } else { ApiRefused };
    type Encoding = fn(&[u8]) -> String;
    let encodings: [(&str, Encoding); 3] = [
        ("unchanged", |request| String::from_utf8_lossy(request).into_owned()),
        ("in base64", |request| each_secret(request, |secret| BASE64_STANDARD.encode(secret))),
        ("in hex", |request| {
            each_secret(request, |secret| secret.iter().map(|b| format!("{b:02X}")).collect())
        }),
    ];
    for (encoding, encode) in encodings {
        for member in ["error", "error_description", "message", "hint", "errors", "error_code"] {
            let script = Arc::new(move |connection: &mut dyn crate::server::Connection, request: &[u8]| {
                let body = serde_json::json!({ member: encode(request) }).to_string();
                connection.write_all(&response("418 Teapot", "content-type: application/json\r\n", body))
            });
            trials.push(trial(call, &format!("its request in `{member}`, {encoding}"), move |_| {
                Case::new(Behavior::Http(script), Expect::Fails(refused))
            }));
        }
    }
    for (name, headers) in [
        ("in the reason phrase", "418 ECHO\r\n"),
        (
            "in headers",
            "418 Teapot\r\nretry-after: ECHO\r\nlocation: ECHO\r\nwww-authenticate: ECHO\r\nset-cookie: a=ECHO\r\n",
        ),
    ] {
        let script = Arc::new(move |connection: &mut dyn crate::server::Connection, request: &[u8]| {
            let echo = String::from_utf8_lossy(request).replace(['\r', '\n'], " ");
            let head = format!("HTTP/1.1 {}content-length: 2\r\n\r\n{{}}", headers.replace("ECHO", &echo));
            connection.write_all(head.as_bytes())
        });
        trials.push(trial(call, &format!("its request {name}"), move |_| {
            Case::new(Behavior::Http(script), Expect::Fails(refused))
        }));
    }
    let escape = r#"{"error":"\u001b[2J\u202e","message":"\u001b]0;x\u0007 line\r\nFAKE ERROR line\u2028"}"#;
    trials.push(trial(call, "terminal escape sequences", move |_| {
        Case::response(response("418 Teapot", "", escape), Expect::Fails(refused))
    }));
    let long = serde_json::json!({ "error": "e".repeat(30_000), "message": "m ".repeat(15_000) }).to_string();
    trials.push(trial(call, "very long messages", move |_| {
        Case::response(response("418 Teapot", "", long), Expect::Fails(refused))
    }));
}
