//! Bodies and heads without end, too slow, too long, or blown up.

use std::time::Duration;

use libtest_mimic::Trial;
use oauth_core::ErrorKind::{InvalidResponse, Unanswered};

use crate::case::{CAP, Case, Expect};
use crate::server::{Manner, answer, falls_silent, goes_on};
use crate::subject::{Kind, Subject};
use crate::trial;

const OK: &str = "HTTP/1.1 200 OK\r\n";
const AT_ONCE: Duration = Duration::ZERO;
const SLOWLY: Duration = Duration::from_millis(20);

type Make = Box<dyn FnOnce() -> Case + Send>;

pub(crate) fn all(subject: Subject) -> Vec<Trial> {
    let endless = |first: String, then: Vec<u8>, pause, expect| {
        move || Case::new(Manner::Http(goes_on(first, then, pause)), Expect::Fails(expect)).soon()
    };
    let overlong = |first: String, then: Vec<u8>| {
        move || {
            Case::new(Manner::Http(goes_on(first, then, AT_ONCE)), Expect::Fails(Unanswered))
                .without_a_deadline()
        }
    };
    let kilobyte = vec![b'a'; 1024];
    let chunk = [b"400\r\n".as_slice(), &kilobyte, b"\r\n"].concat();
    let mut cases: Vec<(&str, Make)> = vec![
        // Quick and without end: the cap ends it, long before the deadline.
        (
            "an endless body",
            Box::new(endless(format!("{OK}\r\n{{\"a\":\""), kilobyte.clone(), AT_ONCE, InvalidResponse)),
        ),
        (
            "an endless body in chunks",
            Box::new(endless(
                format!("{OK}transfer-encoding: chunked\r\n\r\n"),
                chunk,
                AT_ONCE,
                InvalidResponse,
            )),
        ),
        (
            "an announced terabyte",
            Box::new(endless(
                format!("{OK}content-length: 1099511627776\r\n\r\n"),
                kilobyte.clone(),
                AT_ONCE,
                InvalidResponse,
            )),
        ),
        (
            "endless white space",
            Box::new(endless(format!("{OK}\r\n"), vec![b' '; 1024], AT_ONCE, InvalidResponse)),
        ),
        (
            "a gzip bomb of 10 GB",
            Box::new(endless(
                format!("{OK}content-encoding: gzip\r\n\r\n"),
                bomb(),
                AT_ONCE,
                InvalidResponse,
            )),
        ),
        // Slow and without end: the deadline ends it.
        ("a body that drips", Box::new(endless(format!("{OK}\r\n"), b" ".to_vec(), SLOWLY, Unanswered))),
        (
            "chunks that drip",
            Box::new(endless(
                format!("{OK}transfer-encoding: chunked\r\n\r\n"),
                b"1\r\n \r\n".to_vec(),
                SLOWLY,
                Unanswered,
            )),
        ),
        (
            "a chunk's size that drips",
            Box::new(endless(
                format!("{OK}transfer-encoding: chunked\r\n\r\n"),
                b"0".to_vec(),
                SLOWLY,
                Unanswered,
            )),
        ),
        ("a head that drips", Box::new(endless(OK.to_owned(), b"x".to_vec(), SLOWLY, Unanswered))),
        (
            "a status line that drips",
            Box::new(endless("HTTP/1.1 200 ".to_owned(), b"O".to_vec(), SLOWLY, Unanswered)),
        ),
        (
            "preliminary answers without end",
            Box::new(endless(
                String::new(),
                b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(),
                SLOWLY,
                Unanswered,
            )),
        ),
        // Heads without end: the HTTP client's own limit ends them.
        ("headers without end", Box::new(overlong(OK.to_owned(), b"x-a: 1\r\n".repeat(100)))),
        ("one header without end", Box::new(overlong(format!("{OK}x-a: "), kilobyte.clone()))),
        ("a name of a header without end", Box::new(overlong(OK.to_owned(), kilobyte.clone()))),
        ("a reason without end", Box::new(overlong("HTTP/1.1 200 ".to_owned(), kilobyte.clone()))),
        (
            "a chunk's extension without end",
            Box::new(overlong(format!("{OK}transfer-encoding: chunked\r\n\r\n1;"), kilobyte.clone())),
        ),
        (
            "trailers without end",
            Box::new(overlong(
                format!("{OK}transfer-encoding: chunked\r\n\r\n0\r\n"),
                b"x-a: 1\r\n".repeat(100),
            )),
        ),
    ];
    // The HTTP client reads on without a turn for anybody else, timers included, until it has used up what tokio allows at a
    // time: so it may read but little at once.
    cases.push((
        "preliminary answers without end, at once",
        Box::new(|| {
            let script = goes_on("", b"HTTP/1.1 100 Continue\r\n\r\n".repeat(50), AT_ONCE);
            Case::new(Manner::Http(script), Expect::Fails(Unanswered)).soon()
        }),
    ));
    for (name, first) in [
        ("silence", String::new()),
        ("silence after the status", OK.to_owned()),
        ("silence after the head", format!("{OK}content-length: 20\r\n\r\n")),
        ("silence in the body", format!("{OK}content-length: 20\r\n\r\n{{\"access")),
        ("silence after a preliminary answer", "HTTP/1.1 100 Continue\r\n\r\n".to_owned()),
    ] {
        cases.push((
            name,
            Box::new(move || Case::new(Manner::Http(falls_silent(first)), Expect::Fails(Unanswered)).soon()),
        ));
    }
    cases.push((
        "a small gzip bomb",
        Box::new(|| {
            let body = [&bomb_head(), &bomb().repeat(5)[..CAP / 2]].concat();
            Case::says(answer("200 OK", "content-encoding: gzip\r\n", body), Expect::Fails(InvalidResponse))
        }),
    ));
    cases.push((
        "one byte more than may be",
        Box::new(move || Case::says(padded(subject, CAP + 1), Expect::Fails(InvalidResponse))),
    ));
    cases.push((
        "not a byte more than may be",
        Box::new(move || Case::says(padded(subject, CAP), Expect::Works)),
    ));
    if matches!((subject.provider, subject.call), ("go1", "exchange") | ("cobot", "user")) {
        cases.push(("a body in chunks of a byte", Box::new(move || in_bytes(subject))));
    }
    cases.into_iter().map(|(name, make)| trial(subject, name, move |_| make())).collect()
}

/// A good answer with white space to this length.
fn padded(subject: Subject, length: usize) -> Vec<u8> {
    // XML may have white space before its root as well, as there is no declaration.
    answer("200 OK", "", format!("{}{}", " ".repeat(length - subject.good.len()), subject.good))
}

/// Parts that were kept as they come would hold many times what they say; how much is held is seen where there are more of
/// them, in `oauth-core`.
fn in_bytes(subject: Subject) -> Case {
    assert_ne!(subject.kind, Kind::Xml);
    let body = format!("{}{}", " ".repeat((1 << 14) - subject.good.len()), subject.good);
    let mut bytes = format!("{OK}transfer-encoding: chunked\r\n\r\n").into_bytes();
    for byte in body.bytes() {
        bytes.extend([b'1', b'\r', b'\n', byte, b'\r', b'\n']);
    }
    bytes.extend(b"0\r\n\r\n");
    Case::says(bytes, Expect::Works)
}

/// The head of a gzip file, and the first bits of a block with fixed codes (RFC 1951 section 3.2.6): a zero, and then
/// what [`bomb`] goes on with.
fn bomb_head() -> Vec<u8> {
    vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
}

/// Copies of 258 bytes from one byte back, 13 bits each, over and over: 158 bytes for each of these.
fn bomb() -> Vec<u8> {
    // Length 285 is 11000101, most significant bit first; distance 0 is 00000.
    let code = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    let bits: Vec<u8> = code.iter().copied().cycle().take(13 * 8 * 512).collect();
    bits.chunks(8).map(|byte| byte.iter().enumerate().map(|(n, bit)| bit << n).sum()).collect()
}
