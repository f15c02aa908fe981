//! Bodies that are invalid, ambiguous or excessive JSON.

use libtest_mimic::Trial;
use oauth_core::ErrorKind::InvalidResponse;

use crate::api_call::{ApiCall, ResponseKind};
use crate::case::{Case, Expect};
use crate::server::json;
use crate::trial;

/// Bodies that are not valid responses.
const UNREADABLE: &[(&str, &[u8])] = &[
    ("empty", b""),
    ("white space", b" \r\n\t "),
    ("NUL", b"\0"),
    ("a byte order mark alone", b"\xEF\xBB\xBF"),
    ("UTF-16", b"\xFF\xFE{\0}\0"),
    ("invalid UTF-8", b"\xFF\xC3\x28\xA0\xA1"),
    ("null", b"null"),
    ("a number", b"7"),
    ("an overflowing number", b"1e999999"),
    ("a string", b"\"canary-access-token\""),
    ("half an object", b"{\"access_token\":\"canary-a"),
    ("an object and more", b"{} {}"),
    ("a trailing comma", b"{\"access_token\":\"canary-a\",}"),
    ("a comment", b"/* */ {\"access_token\":\"canary-a\"}"),
    ("single quotes", b"{'access_token':'canary-a'}"),
    ("no quotes", b"{access_token:canary-a}"),
    ("NaN", b"{\"access_token\":\"canary-a\",\"expires_in\":NaN}"),
    ("an HTML page", b"<!DOCTYPE html><html><title>canary-a</title></html>"),
    (
        "expanding entities",
        b"<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><Projects>&c;</Projects>",
    ),
    (
        "an external entity",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><Projects>&b;</Projects>",
    ),
    ("a script prefix", b"for(;;);{\"access_token\":\"canary-a\"}"),
];

/// Members of a token response, with the expected result.
const MEMBERS: &[(&str, &str, Expect)] = &[
    (
        "the token twice",
        r#""access_token":"canary-a","access_token":"canary-b""#,
        Expect::Fails(InvalidResponse),
    ),
    (
        "the token twice, escaped differently",
        r#""access_token":"canary-a","\u0061ccess_token":"canary-b""#,
        Expect::Fails(InvalidResponse),
    ),
    (
        "the lifetime twice",
        r#""access_token":"canary-a","expires_in":1,"expires_in":2"#,
        // Nothing beside the token costs the connection: a member with two values is dropped.
        Expect::Lasts(None),
    ),
    (
        "the token twice, with the same value",
        r#""access_token":"canary-a","access_token":"canary-a""#,
        Expect::Works,
    ),
    (
        "the refresh token twice",
        r#""access_token":"canary-a","refresh_token":"canary-b","refresh_token":"canary-c""#,
        Expect::Fails(InvalidResponse),
    ),
    ("an unknown member twice", r#""access_token":"canary-a","x":1,"x":2"#, Expect::Works),
    ("a nested member twice", r#""access_token":"canary-a","x":{"y":[{"z":1,"z":2}]}"#, Expect::Works),
    ("the token in capitals", r#""Access_Token":"canary-a""#, Expect::Fails(InvalidResponse)),
    ("the token in a nested object", r#""data":{"access_token":"canary-a"}"#, Expect::Fails(InvalidResponse)),
    ("no token", r#""token_type":"bearer""#, Expect::Fails(InvalidResponse)),
    ("an unpaired surrogate", r#""access_token":"canary-a","x":"\ud800""#, Expect::Works),
    ("an unescaped tab beside the token", "\"access_token\":\"canary-a\",\"x\":\"a\tb\"", Expect::Works),
    ("an unescaped control character", "\"access_token\":\"canary-a\u{1}\"", Expect::Fails(InvalidResponse)),
    ("an unescaped line end", "\"access_token\":\"canary-a\n\"", Expect::Fails(InvalidResponse)),
    (
        "unknown members of every type",
        r#""access_token":"canary-a","a":null,"b":[{}],"":"","ä":1e-9,"__proto__":{"x":1}"#,
        Expect::Works,
    ),
];

/// Members of an API response with a duplicate name.
const DUPLICATES: &[(&str, &str)] = &[
    ("an unknown member twice", r#""x":1,"x":2"#),
    ("an unknown member twice, with the same value", r#""x":1,"x":1"#),
    ("an unknown member twice, escaped differently", r#""x":1,"\u0078":2"#),
    ("a nested member twice", r#""x":{"y":[{"z":1,"z":2}]}"#),
];

/// The valid response of an API call with additional members, in its object or the only item of its list.
fn with_members(good: &str, members: &str) -> Vec<u8> {
    match good.strip_suffix('}') {
        Some(object) => format!("{object},{members}}}").into_bytes(),
        None => format!("[{{{members}}}]").into_bytes(),
    }
}

pub(crate) fn all(call: ApiCall) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, body) in UNREADABLE {
        trials.push(trial(call, name, move |_| Case::response(json(body), Expect::Fails(InvalidResponse))));
    }
    let mut add = |name: &'static str, body: Vec<u8>, expect: Expect| {
        trials.push(trial(call, name, move |_| Case::response(json(body), expect)));
    };
    let fails = Expect::Fails(InvalidResponse);
    add("endless nesting", "[".repeat(60_000).into_bytes(), fails.clone());
    add("deep nesting", format!("{}{}", "[".repeat(30_000), "]".repeat(30_000)).into_bytes(), fails.clone());
    add("endless nested objects", "{\"a\":".repeat(12_000).into_bytes(), fails.clone());
    add("endless nested elements", "<Projects>".repeat(6_000).into_bytes(), fails.clone());
    add(
        "endless unknown elements",
        format!("<Projects><Project name=\"a\">{}", "<a>".repeat(20_000)).into_bytes(),
        fails.clone(),
    );
    if call.kind != ResponseKind::Xml {
        add(
            "a byte order mark before a good response",
            [b"\xEF\xBB\xBF", call.good.as_bytes()].concat(),
            Expect::Works,
        );
        add(
            "two byte order marks",
            [b"\xEF\xBB\xBF\xEF\xBB\xBF", call.good.as_bytes()].concat(),
            Expect::Works,
        );
        let expect = if call.is_token_call() { Expect::Works } else { fails.clone() };
        add("a good response and NUL", [call.good.as_bytes(), b"\0"].concat(), expect);
        add(
            "invalid UTF-8 in a string",
            [&b"{\"access_token\":\"canary-\xFF\",\"login_name\":\"\xC0\xAF\"}"[..]].concat(),
            fails.clone(),
        );
    }
    if call.is_token_call() {
        for (name, members, expect) in MEMBERS {
            add(name, call.token_response(members).into_bytes(), expect.clone());
        }
        let deep = format!(r#""access_token":"canary-a","x":{}{}"#, "[".repeat(5_000), "]".repeat(5_000));
        add("deep nesting in a member", call.token_response(&deep).into_bytes(), Expect::Works);
        let many: Vec<String> = (0..5_000).map(|n| format!("\"x{n}\":{n}")).collect();
        let many = format!(r#""access_token":"canary-a",{}"#, many.join(","));
        add("thousands of members", call.token_response(&many).into_bytes(), Expect::Works);
        let lists = format!(r#""access_token":"canary-a","x":[{}[]]"#, "[],".repeat(20_000));
        add("thousands of lists", call.token_response(&lists).into_bytes(), Expect::Works);
        add(
            "a form with the token twice",
            b"access_token=canary-a&access_token=canary-b".to_vec(),
            fails.clone(),
        );
        add(
            "a form with the token twice, escaped differently",
            b"access_token=canary-a&access%5Ftoken=canary-b".to_vec(),
            fails,
        );
    }
    if call.name == "space token" {
        add(
            "the token twice",
            br#"{"token":"canary-a","token":"canary-b"}"#.to_vec(),
            Expect::Fails(InvalidResponse),
        );
    }
    if matches!(call.kind, ResponseKind::Api | ResponseKind::ApiToken) {
        let own = call.good.trim_start_matches('{').trim_end_matches('}');
        let known = [("all members twice", own)].into_iter().filter(|_| call.good.ends_with('}'));
        for (name, members) in DUPLICATES.iter().copied().chain(known) {
            let body = with_members(call.good, members);
            trials.push(trial(call, name, move |_| Case {
                expected_text: Some("duplicate"),
                ..Case::response(json(body), Expect::Fails(InvalidResponse))
            }));
        }
    }
    trials
}
