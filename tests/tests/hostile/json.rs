//! Bodies that are not quite JSON, or more than JSON should be.

use libtest_mimic::Trial;
use oauth_core::ErrorKind::InvalidResponse;

use crate::case::{Case, Expect};
use crate::server::json;
use crate::subject::{Kind, Subject};
use crate::trial;

/// What nobody takes for an answer.
const UNREADABLE: &[(&str, &[u8])] = &[
    ("nothing", b""),
    ("white space", b" \r\n\t "),
    ("NUL", b"\0"),
    ("a byte order mark alone", b"\xEF\xBB\xBF"),
    ("UTF-16", b"\xFF\xFE{\0}\0"),
    ("invalid UTF-8", b"\xFF\xC3\x28\xA0\xA1"),
    ("null", b"null"),
    ("a number", b"7"),
    ("a number beyond all numbers", b"1e999999"),
    ("a string", b"\"canary-access-token\""),
    ("half an object", b"{\"access_token\":\"canary-a"),
    ("an object and more", b"{} {}"),
    ("a comma too many", b"{\"access_token\":\"canary-a\",}"),
    ("a comment", b"/* */ {\"access_token\":\"canary-a\"}"),
    ("single quotes", b"{'access_token':'canary-a'}"),
    ("no quotes", b"{access_token:canary-a}"),
    ("NaN", b"{\"access_token\":\"canary-a\",\"expires_in\":NaN}"),
    ("a page", b"<!DOCTYPE html><html><title>canary-a</title></html>"),
    (
        "entities that grow",
        b"<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><Projects>&c;</Projects>",
    ),
    (
        "an entity of elsewhere",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><Projects>&b;</Projects>",
    ),
    ("an unknown entity", b"<Projects><Project name=\"&b;\"/></Projects>"),
    ("script", b"for(;;);{\"access_token\":\"canary-a\"}"),
];

/// Members of a token reply, each with what must come of it.
const MEMBERS: &[(&str, &str, Expect)] = &[
    (
        "the token twice",
        r#""access_token":"canary-a","access_token":"canary-b""#,
        Expect::Fails(InvalidResponse),
    ),
    (
        "the token twice, spelled otherwise",
        r#""access_token":"canary-a","\u0061ccess_token":"canary-b""#,
        Expect::Fails(InvalidResponse),
    ),
    (
        "the lifetime twice",
        r#""access_token":"canary-a","expires_in":1,"expires_in":2"#,
        Expect::Fails(InvalidResponse),
    ),
    ("a stranger twice", r#""access_token":"canary-a","x":1,"x":2"#, Expect::Fails(InvalidResponse)),
    (
        "a stranger's member twice",
        r#""access_token":"canary-a","x":{"y":[{"z":1,"z":2}]}"#,
        Expect::Fails(InvalidResponse),
    ),
    ("the token in capitals", r#""Access_Token":"canary-a""#, Expect::Fails(InvalidResponse)),
    ("the token in a shell", r#""data":{"access_token":"canary-a"}"#, Expect::Fails(InvalidResponse)),
    ("no token", r#""token_type":"bearer""#, Expect::Fails(InvalidResponse)),
    ("half a character", r#""access_token":"canary-a","x":"\ud800""#, Expect::Fails(InvalidResponse)),
    ("a raw control character", "\"access_token\":\"canary-a\u{1}\"", Expect::Fails(InvalidResponse)),
    ("a raw line end", "\"access_token\":\"canary-a\n\"", Expect::Fails(InvalidResponse)),
    (
        "strangers of every kind",
        r#""access_token":"canary-a","a":null,"b":[{}],"":"","ä":1e-9,"__proto__":{"x":1}"#,
        Expect::Works,
    ),
];

/// Members of an API's answer in which a name stands twice.
const TWICE: &[(&str, &str)] = &[
    ("a stranger twice", r#""x":1,"x":2"#),
    ("a stranger twice, with the same value", r#""x":1,"x":1"#),
    ("a stranger twice, spelled otherwise", r#""x":1,"\u0078":2"#),
    ("a stranger's member twice", r#""x":{"y":[{"z":1,"z":2}]}"#),
];

/// The good answer of an API call with these members too: in its object, or in the one item of its list.
fn with(good: &str, members: &str) -> Vec<u8> {
    match good.strip_suffix('}') {
        Some(object) => format!("{object},{members}}}").into_bytes(),
        None => format!("[{{{members}}}]").into_bytes(),
    }
}

pub(crate) fn all(subject: Subject) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, body) in UNREADABLE {
        trials.push(trial(subject, name, move |_| Case::says(json(body), Expect::Fails(InvalidResponse))));
    }
    let mut add = |name: &'static str, body: Vec<u8>, expect: Expect| {
        trials.push(trial(subject, name, move |_| Case::says(json(body), expect)));
    };
    let fails = Expect::Fails(InvalidResponse);
    add("depth without end", "[".repeat(60_000).into_bytes(), fails.clone());
    add("depth", format!("{}{}", "[".repeat(30_000), "]".repeat(30_000)).into_bytes(), fails.clone());
    add("objects without end", "{\"a\":".repeat(12_000).into_bytes(), fails.clone());
    add("elements without end", "<Projects>".repeat(6_000).into_bytes(), fails.clone());
    add(
        "strangers without end",
        format!("<Projects><Project name=\"a\">{}", "<a>".repeat(20_000)).into_bytes(),
        fails.clone(),
    );
    if subject.kind != Kind::Xml {
        add(
            "a mark before a good answer",
            [b"\xEF\xBB\xBF", subject.good.as_bytes()].concat(),
            Expect::Works,
        );
        add("a mark twice", [b"\xEF\xBB\xBF\xEF\xBB\xBF", subject.good.as_bytes()].concat(), fails.clone());
        add("a good answer and NUL", [subject.good.as_bytes(), b"\0"].concat(), fails.clone());
        add(
            "invalid UTF-8 in a string",
            [&b"{\"access_token\":\"canary-\xFF\",\"login_name\":\"\xC0\xAF\"}"[..]].concat(),
            fails.clone(),
        );
    }
    if subject.is_token_call() {
        for (name, members, expect) in MEMBERS {
            add(name, subject.reply(members).into_bytes(), expect.clone());
        }
        let deep = format!(r#""access_token":"canary-a","x":{}{}"#, "[".repeat(5_000), "]".repeat(5_000));
        add("depth in a member", subject.reply(&deep).into_bytes(), fails.clone());
        let many: Vec<String> = (0..5_000).map(|n| format!("\"x{n}\":{n}")).collect();
        let many = format!(r#""access_token":"canary-a",{}"#, many.join(","));
        add("thousands of members", subject.reply(&many).into_bytes(), Expect::Works);
        let lists = format!(r#""access_token":"canary-a","x":[{}[]]"#, "[],".repeat(20_000));
        add("thousands of lists", subject.reply(&lists).into_bytes(), Expect::Works);
        add(
            "a form with the token twice",
            b"access_token=canary-a&access_token=canary-b".to_vec(),
            fails.clone(),
        );
        add(
            "a form with the token twice, spelled otherwise",
            b"access_token=canary-a&access%5Ftoken=canary-b".to_vec(),
            fails,
        );
    }
    if subject.call == "token of a space" {
        add(
            "the token twice",
            br#"{"token":"canary-a","token":"canary-b"}"#.to_vec(),
            Expect::Fails(InvalidResponse),
        );
    }
    if matches!(subject.kind, Kind::Api | Kind::ApiToken) {
        let own = subject.good.trim_start_matches('{').trim_end_matches('}');
        let known = [("all of it twice", own)].into_iter().filter(|_| subject.good.ends_with('}'));
        for (name, members) in TWICE.iter().copied().chain(known) {
            let body = with(subject.good, members);
            trials.push(trial(subject, name, move |_| Case {
                says: Some("twice"),
                ..Case::says(json(body), Expect::Fails(InvalidResponse))
            }));
        }
    }
    trials
}
