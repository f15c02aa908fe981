//! Responses that are invalid or ambiguous HTTP.

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;
use oauth_core::ErrorKind::{self, ApiRefused, InvalidResponse, RequestRefused, Unanswered, Unavailable};

use crate::api_call::{ApiCall, Target};
use crate::case::{Case, Expect};
use crate::server::{Behavior, Server, sends, stays_silent};
use crate::trial;

// Placeholders in responses: `<OK>` is a status line, `<CHUNKED>` a head that announces chunks, `GOOD` a
// valid body, `LENGTH` its length, `LESS` a smaller length.

/// Unusual but valid responses.
const VALID: &[(&str, &str)] = &[
    ("a good response", "<OK>content-length: LENGTH\r\n\r\nGOOD"),
    ("a good response until the connection closes", "<OK>\r\nGOOD"),
    ("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nGOOD"),
    ("no reason", "HTTP/1.1 200\r\ncontent-length: LENGTH\r\n\r\nGOOD"),
    ("lines ended by LF", "HTTP/1.1 200 OK\ncontent-length: LENGTH\n\nGOOD"),
    ("an informational response", "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n<OK>\r\nGOOD"),
    ("a length twice, the same", "<OK>content-length: LENGTH\r\ncontent-length: LENGTH\r\n\r\nGOOD"),
    ("an unknown coding", "<OK>transfer-encoding: evil\r\ncontent-length: LENGTH\r\n\r\nGOOD"),
];

/// Invalid or incomplete HTTP.
const INVALID: &[(&str, &str)] = &[
    ("empty", ""),
    ("half a status line", "HTTP/1.1 20"),
    ("half a head", "<OK>content-len"),
    ("a body shorter than its length", "<OK>content-length: 9999\r\n\r\nGOOD"),
    ("a negative length", "<OK>content-length: -1\r\n\r\nGOOD"),
    ("a length with a sign", "<OK>content-length: +LENGTH\r\n\r\nGOOD"),
    ("a length in hex", "<OK>content-length: 0x7\r\n\r\nGOOD"),
    ("an overflowing length", "<OK>content-length: 99999999999999999999999\r\n\r\nGOOD"),
    ("two lengths", "<OK>content-length: LENGTH\r\ncontent-length: 1\r\n\r\nGOOD"),
    ("two lengths in one", "<OK>content-length: LENGTH, 1\r\n\r\nGOOD"),
    ("chunks of no size", "<CHUNKED>\r\nGOOD"),
    ("chunks of a negative size", "<CHUNKED>-1\r\nGOOD\r\n0\r\n\r\n"),
    ("an overflowing chunk size", "<CHUNKED>fffffffffffffffff\r\nGOOD"),
    ("a chunk without its end", "<CHUNKED>2\r\n  XX0\r\n\r\n"),
    ("chunks without an end", "<CHUNKED>2\r\n  \r\n"),
    ("HTTP/0.9", "GOOD"),
    ("HTTP/2", "HTTP/2.0 200 OK\r\ncontent-length: LENGTH\r\n\r\nGOOD"),
    ("HTTP/9.9", "HTTP/9.9 200 OK\r\ncontent-length: LENGTH\r\n\r\nGOOD"),
    ("frames of HTTP/2", "\0\0\u{12}\u{4}\0\0\0\0\0\0\u{3}\0\0\0\u{64}"),
    ("another protocol", "SSH-2.0-OpenSSH_9.9\r\n"),
    ("a status of two digits", "HTTP/1.1 20 OK\r\n\r\nGOOD"),
    ("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\nGOOD"),
    ("a status of zero", "HTTP/1.1 000 OK\r\n\r\nGOOD"),
    ("a status of letters", "HTTP/1.1 abc OK\r\n\r\nGOOD"),
    ("a folded header", "<OK>x-a: 1\r\n 2\r\n\r\nGOOD"),
    ("a header without a name", "<OK>: 1\r\n\r\nGOOD"),
    ("a header without a colon", "<OK>x-a\r\n\r\nGOOD"),
    ("a space before the colon", "<OK>x-a : 1\r\n\r\nGOOD"),
    ("a NUL in a header", "<OK>x-a: 1\0\r\n\r\nGOOD"),
    ("a lone CR in a header", "<OK>x-a: 1\rx-b: 2\r\n\r\nGOOD"),
];

/// The body and its length disagree.
const WRONG_LENGTH: &[(&str, &str)] = &[
    ("a body much shorter than its length", "<OK>content-length: 99999\r\n\r\nGOOD"),
    ("a body longer than its length", "<OK>content-length: LESS\r\n\r\nGOOD"),
    ("a length of zero", "<OK>content-length: 0\r\n\r\nGOOD"),
    ("a 204 with content", "HTTP/1.1 204 No Content\r\ncontent-length: LENGTH\r\n\r\nGOOD"),
];

/// Statuses that HTTP does not define.
const UNKNOWN_STATUS: &[(&str, &str)] = &[
    ("a status of 600", "HTTP/1.1 600 Odd\r\ncontent-length: 2\r\n\r\n{}"),
    ("a status of 999", "HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\n{}"),
];

pub(crate) fn all(call: ApiCall) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (responses, expect) in [
        (VALID, Expect::Works),
        (INVALID, Expect::Fails(Unanswered)),
        (WRONG_LENGTH, Expect::Fails(InvalidResponse)),
        (UNKNOWN_STATUS, Expect::Fails(Unavailable)),
    ] {
        trials.extend(responses.iter().map(|(name, bytes)| {
            let expect = expect.clone();
            trial(call, name, move |_| Case::response(fill(bytes, call), expect))
        }));
    }
    let refused = move |error: ErrorKind| if call.is_token_call() { RequestRefused } else { error };
    let switched = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: evil\r\n\r\n";
    trials.extend([
        // The client never offers an upgrade.
        trial(call, "an unrequested protocol switch", move |_| {
            Case::response(switched, Expect::Fails(refused(ApiRefused)))
        }),
        trial(call, "a response before the request", move |_| {
            let script = stays_silent(fill("HTTP/1.1 200 OK\r\ncontent-length: LENGTH\r\n\r\nGOOD", call));
            Case::new(Behavior::SendFirst(script), Expect::MayFail(Unanswered))
        }),
        trial(call, "noise before the request", |_| {
            Case::new(Behavior::SendFirst(sends(vec![0xFF; 4096])), Expect::Fails(Unanswered))
        }),
        trial(call, "a connection reset", |_| Case::new(Behavior::Reset, Expect::Fails(Unanswered))),
    ]);
    if matches!((call.provider, call.name), ("go1", "me") | ("gocd", "user")) {
        for pause in [Duration::ZERO, Duration::from_millis(50)] {
            let name = format!("an unrequested second response, {} ms later", pause.as_millis());
            trials.push(Trial::test(format!("{} {}: {name}", call.provider, call.name), move || {
                unrequested_response(call, pause).map_err(libtest_mimic::Failed::from)
            }));
        }
    }
    trials
}

/// A second response after the first must not be used for the next request.
fn unrequested_response(call: ApiCall, pause: Duration) -> Result<(), String> {
    let response = |body: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let smuggled = call.good.replace('1', "666").replace("jdoe", "666");
    let (first, second) = (response(call.good), response(&smuggled));
    let server = Server::start(Behavior::Http(Arc::new(move |connection, _| {
        connection.write_all(first.as_bytes())?;
        std::thread::sleep(pause);
        connection.write_all(second.as_bytes())?;
        // Keeps the connection open, without more responses.
        std::io::copy(&mut &mut *connection, &mut std::io::sink()).map(drop)
    })));
    let base = format!("http://{}", server.address());
    let target = Target { base, limits: oauth_core::Limits::default(), root: None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcomes = runtime.block_on(call.run_three_times(target));
    for (call, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(accepted) if accepted.text.contains("666") => {
                return Err(format!("the second response was used: {}", accepted.text));
            }
            Ok(_) => {}
            // The connection may be closed during a later call, which then has no response.
            Err(error) if error.kind() == Unanswered && call > 0 => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}

fn fill(bytes: &str, call: ApiCall) -> Vec<u8> {
    let length = call.good.len();
    // A shorter XML body is invalid only if it ends within a name.
    bytes
        .replace("<CHUNKED>", "<OK>transfer-encoding: chunked\r\n\r\n")
        .replace("<OK>", "HTTP/1.1 200 OK\r\n")
        .replace("LENGTH", &length.to_string())
        .replace("LESS", &(length - 1).to_string())
        .replace("GOOD", call.good)
        .into_bytes()
}
