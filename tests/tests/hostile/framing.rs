//! Responses that are invalid or ambiguous HTTP.

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;
use oauth_core::ErrorKind::{self, ApiRefused, InvalidResponse, RequestRefused, Unanswered, Unavailable};

use crate::api_call::{ApiCall, Target};
use crate::case::{Case, Expect};
use crate::server::{Behavior, Server, sends, stays_silent};
use crate::trial;

/// Responses with placeholders: `GOOD` is a valid body, `LENGTH` its length, `LESS` a smaller length.
const RESPONSES: &[(&str, &str, Expect)] = &[
    ("a good response", "HTTP/1.1 200 OK\r\ncontent-length: LENGTH\r\n\r\nGOOD", Expect::Works),
    ("a good response until the connection closes", "HTTP/1.1 200 OK\r\n\r\nGOOD", Expect::Works),
    ("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nGOOD", Expect::Works),
    ("no reason", "HTTP/1.1 200\r\ncontent-length: LENGTH\r\n\r\nGOOD", Expect::Works),
    ("lines ended by LF", "HTTP/1.1 200 OK\ncontent-length: LENGTH\n\nGOOD", Expect::Works),
    (
        "an informational response",
        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nGOOD",
        Expect::Works,
    ),
    (
        "a length twice, the same",
        "HTTP/1.1 200 OK\r\ncontent-length: LENGTH\r\ncontent-length: LENGTH\r\n\r\nGOOD",
        Expect::Works,
    ),
    ("empty", "", Expect::Fails(Unanswered)),
    ("half a status line", "HTTP/1.1 20", Expect::Fails(Unanswered)),
    ("half a head", "HTTP/1.1 200 OK\r\ncontent-len", Expect::Fails(Unanswered)),
    (
        "a body much shorter than its length",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\nGOOD",
        Expect::Fails(InvalidResponse),
    ),
    (
        "a body shorter than its length",
        "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\nGOOD",
        Expect::Fails(Unanswered),
    ),
    (
        "a body longer than its length",
        "HTTP/1.1 200 OK\r\ncontent-length: LESS\r\n\r\nGOOD",
        Expect::Fails(InvalidResponse),
    ),
    ("a length of zero", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nGOOD", Expect::Fails(InvalidResponse)),
    ("a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    (
        "a length with a sign",
        "HTTP/1.1 200 OK\r\ncontent-length: +LENGTH\r\n\r\nGOOD",
        Expect::Fails(Unanswered),
    ),
    ("a length in hex", "HTTP/1.1 200 OK\r\ncontent-length: 0x7\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    (
        "an overflowing length",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999999\r\n\r\nGOOD",
        Expect::Fails(Unanswered),
    ),
    (
        "two lengths",
        "HTTP/1.1 200 OK\r\ncontent-length: LENGTH\r\ncontent-length: 1\r\n\r\nGOOD",
        Expect::Fails(Unanswered),
    ),
    (
        "two lengths in one",
        "HTTP/1.1 200 OK\r\ncontent-length: LENGTH, 1\r\n\r\nGOOD",
        Expect::Fails(Unanswered),
    ),
    (
        "chunks of no size",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\nGOOD",
        Expect::Fails(Unanswered),
    ),
    (
        "chunks of a negative size",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\nGOOD\r\n0\r\n\r\n",
        Expect::Fails(Unanswered),
    ),
    (
        "an overflowing chunk size",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nGOOD",
        Expect::Fails(Unanswered),
    ),
    (
        "a chunk without its end",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n  XX0\r\n\r\n",
        Expect::Fails(Unanswered),
    ),
    (
        "chunks without an end",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n  \r\n",
        Expect::Fails(Unanswered),
    ),
    (
        "an unknown coding",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: evil\r\ncontent-length: LENGTH\r\n\r\nGOOD",
        Expect::Works,
    ),
    ("HTTP/0.9", "GOOD", Expect::Fails(Unanswered)),
    ("HTTP/2", "HTTP/2.0 200 OK\r\ncontent-length: LENGTH\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("HTTP/9.9", "HTTP/9.9 200 OK\r\ncontent-length: LENGTH\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("frames of HTTP/2", "\0\0\u{12}\u{4}\0\0\0\0\0\0\u{3}\0\0\0\u{64}", Expect::Fails(Unanswered)),
    ("another protocol", "SSH-2.0-OpenSSH_9.9\r\n", Expect::Fails(Unanswered)),
    ("a status of two digits", "HTTP/1.1 20 OK\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a status of zero", "HTTP/1.1 000 OK\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a status of letters", "HTTP/1.1 abc OK\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a folded header", "HTTP/1.1 200 OK\r\nx-a: 1\r\n 2\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a header without a name", "HTTP/1.1 200 OK\r\n: 1\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a header without a colon", "HTTP/1.1 200 OK\r\nx-a\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a space before the colon", "HTTP/1.1 200 OK\r\nx-a : 1\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a NUL in a header", "HTTP/1.1 200 OK\r\nx-a: 1\0\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a lone CR in a header", "HTTP/1.1 200 OK\r\nx-a: 1\rx-b: 2\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    ("a status of 600", "HTTP/1.1 600 Odd\r\ncontent-length: 2\r\n\r\n{}", Expect::Fails(Unavailable)),
    ("a status of 999", "HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\n{}", Expect::Fails(Unavailable)),
    (
        "a 204 with content",
        "HTTP/1.1 204 No Content\r\ncontent-length: LENGTH\r\n\r\nGOOD",
        Expect::Fails(InvalidResponse),
    ),
];

pub(crate) fn all(call: ApiCall) -> Vec<Trial> {
    let mut trials: Vec<Trial> = RESPONSES
        .iter()
        .map(|(name, bytes, expect)| {
            trial(call, name, move |_| Case::response(fill(bytes, call), expect.clone()))
        })
        .collect();
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
        .replace("LENGTH", &length.to_string())
        .replace("LESS", &(length - 1).to_string())
        .replace("GOOD", call.good)
        .into_bytes()
}
