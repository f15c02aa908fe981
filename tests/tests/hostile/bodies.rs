//! Bodies and heads that are endless, slow, too long or compressed.

use std::time::Duration;

use libtest_mimic::Trial;
use oauth_core::ErrorKind::{InvalidResponse, Unanswered};

use crate::api_call::{ApiCall, ResponseKind};
use crate::case::{BODY_LIMIT, Case, Expect};
use crate::server::{Behavior, repeats, response, stays_silent};
use crate::trial;

const OK: &str = "HTTP/1.1 200 OK\r\n";
const NO_PAUSE: Duration = Duration::ZERO;
const PAUSE: Duration = Duration::from_millis(20);

type Make = Box<dyn FnOnce() -> Case + Send>;

pub(crate) fn all(call: ApiCall) -> Vec<Trial> {
    let endless = |first: String, then: Vec<u8>, pause, expect| {
        move || {
            Case::new(Behavior::Http(repeats(first, then, pause)), Expect::Fails(expect))
                .with_short_deadline()
        }
    };
    let overlong = |first: String, then: Vec<u8>| {
        move || {
            Case::new(Behavior::Http(repeats(first, then, NO_PAUSE)), Expect::Fails(Unanswered))
                .with_late_deadline()
        }
    };
    let kilobyte = vec![b'a'; 1024];
    let chunk = [b"400\r\n".as_slice(), &kilobyte, b"\r\n"].concat();
    let mut cases: Vec<(&str, Make)> = vec![
        // Fast and endless: the size limit ends them long before the deadline.
        (
            "an endless body",
            Box::new(endless(format!("{OK}\r\n{{\"a\":\""), kilobyte.clone(), NO_PAUSE, InvalidResponse)),
        ),
        (
            "an endless body in chunks",
            Box::new(endless(
                format!("{OK}transfer-encoding: chunked\r\n\r\n"),
                chunk,
                NO_PAUSE,
                InvalidResponse,
            )),
        ),
        (
            "an announced terabyte",
            Box::new(endless(
                format!("{OK}content-length: 1099511627776\r\n\r\n"),
                kilobyte.clone(),
                NO_PAUSE,
                InvalidResponse,
            )),
        ),
        (
            "endless white space",
            Box::new(endless(format!("{OK}\r\n"), vec![b' '; 1024], NO_PAUSE, InvalidResponse)),
        ),
        (
            "a gzip bomb of 10 GB",
            Box::new(endless(
                format!("{OK}content-encoding: gzip\r\n\r\n"),
                bomb(),
                NO_PAUSE,
                InvalidResponse,
            )),
        ),
        // Slow and endless: the deadline ends them.
        ("a slow body", Box::new(endless(format!("{OK}\r\n"), b" ".to_vec(), PAUSE, Unanswered))),
        (
            "slow chunks",
            Box::new(endless(
                format!("{OK}transfer-encoding: chunked\r\n\r\n"),
                b"1\r\n \r\n".to_vec(),
                PAUSE,
                Unanswered,
            )),
        ),
        (
            "a slow chunk size",
            Box::new(endless(
                format!("{OK}transfer-encoding: chunked\r\n\r\n"),
                b"0".to_vec(),
                PAUSE,
                Unanswered,
            )),
        ),
        ("a slow head", Box::new(endless(OK.to_owned(), b"x".to_vec(), PAUSE, Unanswered))),
        (
            "a slow status line",
            Box::new(endless("HTTP/1.1 200 ".to_owned(), b"O".to_vec(), PAUSE, Unanswered)),
        ),
        (
            "endless informational responses",
            Box::new(endless(String::new(), b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(), PAUSE, Unanswered)),
        ),
        // Endless heads: the HTTP client's own limit ends them.
        ("endless headers", Box::new(overlong(OK.to_owned(), b"x-a: 1\r\n".repeat(100)))),
        ("an endless header", Box::new(overlong(format!("{OK}x-a: "), kilobyte.clone()))),
        ("an endless header name", Box::new(overlong(OK.to_owned(), kilobyte.clone()))),
        ("an endless reason phrase", Box::new(overlong("HTTP/1.1 200 ".to_owned(), kilobyte.clone()))),
        (
            "an endless chunk extension",
            Box::new(overlong(format!("{OK}transfer-encoding: chunked\r\n\r\n1;"), kilobyte.clone())),
        ),
        (
            "endless trailers",
            Box::new(overlong(
                format!("{OK}transfer-encoding: chunked\r\n\r\n0\r\n"),
                b"x-a: 1\r\n".repeat(100),
            )),
        ),
    ];
    // The deadline cannot end the call before the HTTP client has used up tokio's cooperative budget.
    cases.push((
        "endless informational responses without a pause",
        Box::new(|| {
            let script = repeats("", b"HTTP/1.1 100 Continue\r\n\r\n".repeat(50), NO_PAUSE);
            Case::new(Behavior::Http(script), Expect::Fails(Unanswered)).with_short_deadline()
        }),
    ));
    for (name, first) in [
        ("silence", String::new()),
        ("silence after the status", OK.to_owned()),
        ("silence after the head", format!("{OK}content-length: 20\r\n\r\n")),
        ("silence in the body", format!("{OK}content-length: 20\r\n\r\n{{\"access")),
        ("silence after an informational response", "HTTP/1.1 100 Continue\r\n\r\n".to_owned()),
    ] {
        cases.push((
            name,
            Box::new(move || {
                Case::new(Behavior::Http(stays_silent(first)), Expect::Fails(Unanswered))
                    .with_short_deadline()
            }),
        ));
    }
    cases.push((
        "a small gzip bomb",
        Box::new(|| {
            let body = [&bomb_head(), &bomb().repeat(5)[..BODY_LIMIT / 2]].concat();
            Case::response(
                response("200 OK", "content-encoding: gzip\r\n", body),
                Expect::Fails(InvalidResponse),
            )
        }),
    ));
    cases.push((
        "one byte above the limit",
        Box::new(move || Case::response(padded(call, BODY_LIMIT + 1), Expect::Fails(InvalidResponse))),
    ));
    cases.push((
        "exactly the limit",
        Box::new(move || Case::response(padded(call, BODY_LIMIT), Expect::Works)),
    ));
    if matches!((call.provider, call.name), ("go1", "exchange") | ("cobot", "user")) {
        cases.push(("a body in one-byte chunks", Box::new(move || in_one_byte_chunks(call))));
    }
    cases.into_iter().map(|(name, make)| trial(call, name, move |_| make())).collect()
}

/// A good response, padded with white space to this length.
fn padded(call: ApiCall, length: usize) -> Vec<u8> {
    // XML without a declaration may begin with white space.
    response("200 OK", "", format!("{}{}", " ".repeat(length - call.good.len()), call.good))
}

/// One buffer for each chunk would use many times the memory. `oauth-core` measures it with more chunks.
fn in_one_byte_chunks(call: ApiCall) -> Case {
    assert_ne!(call.kind, ResponseKind::Xml);
    let body = format!("{}{}", " ".repeat((1 << 14) - call.good.len()), call.good);
    let mut bytes = format!("{OK}transfer-encoding: chunked\r\n\r\n").into_bytes();
    for byte in body.bytes() {
        bytes.extend([b'1', b'\r', b'\n', byte, b'\r', b'\n']);
    }
    bytes.extend(b"0\r\n\r\n");
    Case::response(bytes, Expect::Works)
}

/// The header of a gzip file and the start of a block with fixed codes (RFC 1951 section 3.2.6).
fn bomb_head() -> Vec<u8> {
    vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
}

/// Repeated copies of 258 bytes from one byte back, 13 bits each: 158 bytes for each byte here.
fn bomb() -> Vec<u8> {
    // Length 285 is 11000101, most significant bit first; distance 0 is 00000.
    let code = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    let bits: Vec<u8> = code.iter().copied().cycle().take(13 * 8 * 512).collect();
    bits.chunks(8).map(|byte| byte.iter().enumerate().map(|(n, bit)| bit << n).sum()).collect()
}
