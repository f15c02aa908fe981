//! Answers that are not quite HTTP, or not at all.

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;
use oauth_core::ErrorKind::{self, ApiRefused, InvalidResponse, RequestRefused, Unanswered, Unavailable};

use crate::case::{Case, Expect};
use crate::server::{Manner, Server, falls_silent, says};
use crate::subject::{Place, Subject};
use crate::trial;

/// Whole answers, with `GOOD` for a body that is taken, `LENGTH` for its length, and `LESS` for less than that.
const ANSWERS: &[(&str, &str, Expect)] = &[
    ("a good answer", "HTTP/1.1 200 OK\r\ncontent-length: LENGTH\r\n\r\nGOOD", Expect::Works),
    ("a good answer up to the end", "HTTP/1.1 200 OK\r\n\r\nGOOD", Expect::Works),
    ("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nGOOD", Expect::Works),
    ("no reason", "HTTP/1.1 200\r\ncontent-length: LENGTH\r\n\r\nGOOD", Expect::Works),
    ("lines ended by LF", "HTTP/1.1 200 OK\ncontent-length: LENGTH\n\nGOOD", Expect::Works),
    (
        "a preliminary answer",
        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nGOOD",
        Expect::Works,
    ),
    (
        "a length twice, the same",
        "HTTP/1.1 200 OK\r\ncontent-length: LENGTH\r\ncontent-length: LENGTH\r\n\r\nGOOD",
        Expect::Works,
    ),
    ("nothing", "", Expect::Fails(Unanswered)),
    ("half a status line", "HTTP/1.1 20", Expect::Fails(Unanswered)),
    ("half a head", "HTTP/1.1 200 OK\r\ncontent-len", Expect::Fails(Unanswered)),
    (
        "less than was said",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\nGOOD",
        Expect::Fails(InvalidResponse),
    ),
    (
        "a little less than was said",
        "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\nGOOD",
        Expect::Fails(Unanswered),
    ),
    (
        "more than was said",
        "HTTP/1.1 200 OK\r\ncontent-length: LESS\r\n\r\nGOOD",
        Expect::Fails(InvalidResponse),
    ),
    ("a length of none", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nGOOD", Expect::Fails(InvalidResponse)),
    ("a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    (
        "a length with a sign",
        "HTTP/1.1 200 OK\r\ncontent-length: +LENGTH\r\n\r\nGOOD",
        Expect::Fails(Unanswered),
    ),
    ("a length in hex", "HTTP/1.1 200 OK\r\ncontent-length: 0x7\r\n\r\nGOOD", Expect::Fails(Unanswered)),
    (
        "a length beyond all numbers",
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
        "chunks of a size beyond all numbers",
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
    ("a status of nought", "HTTP/1.1 000 OK\r\n\r\nGOOD", Expect::Fails(Unanswered)),
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
        "no content, but with one",
        "HTTP/1.1 204 No Content\r\ncontent-length: LENGTH\r\n\r\nGOOD",
        Expect::Fails(InvalidResponse),
    ),
];

pub(crate) fn all(subject: Subject) -> Vec<Trial> {
    let mut trials: Vec<Trial> = ANSWERS
        .iter()
        .map(|(name, bytes, expect)| {
            trial(subject, name, move |_| Case::says(filled(bytes, subject), expect.clone()))
        })
        .collect();
    let refused = move |error: ErrorKind| if subject.is_token_call() { RequestRefused } else { error };
    let switched = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: evil\r\n\r\n";
    trials.extend([
        // One that was never asked for: there is no protocol to switch to.
        trial(subject, "another protocol, politely", move |_| {
            Case::says(switched, Expect::Fails(refused(ApiRefused)))
        }),
        trial(subject, "an answer before the question", move |_| {
            let script =
                falls_silent(filled("HTTP/1.1 200 OK\r\ncontent-length: LENGTH\r\n\r\nGOOD", subject));
            Case::new(Manner::Rash(script), Expect::MayFail(Unanswered))
        }),
        trial(subject, "noise before the question", |_| {
            Case::new(Manner::Rash(says(vec![0xFF; 4096])), Expect::Fails(Unanswered))
        }),
        trial(subject, "slammed", |_| Case::new(Manner::Slam, Expect::Fails(Unanswered))),
    ]);
    if matches!((subject.provider, subject.call), ("go1", "me") | ("gocd", "user")) {
        for pause in [Duration::ZERO, Duration::from_millis(50)] {
            let name = format!("an answer to a question that was not asked, {} ms later", pause.as_millis());
            trials.push(Trial::test(format!("{} {}: {name}", subject.provider, subject.call), move || {
                unasked(subject, pause).map_err(libtest_mimic::Failed::from)
            }));
        }
    }
    trials
}

/// A second answer that comes after the first must not be taken for that to the next question.
fn unasked(subject: Subject, pause: Duration) -> Result<(), String> {
    let answer = |body: &str| format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let smuggled = subject.good.replace('1', "666").replace("jdoe", "666");
    let (first, second) = (answer(subject.good), answer(&smuggled));
    let server = Server::start(Manner::Http(Arc::new(move |line, _| {
        line.write_all(first.as_bytes())?;
        std::thread::sleep(pause);
        line.write_all(second.as_bytes())?;
        // Kept open, and answered no more.
        std::io::copy(&mut &mut *line, &mut std::io::sink()).map(drop)
    })));
    let base = format!("http://{}", server.address());
    let place = Place { base, limits: oauth_core::Limits::default(), root: None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcomes = runtime.block_on(subject.thrice(place));
    for (call, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(sound) if sound.text.contains("666") => return Err(format!("it was taken: {}", sound.text)),
            Ok(_) => {}
            // A connection that is closed at that moment may cost a later call its answer, and no more.
            Err(error) if error.kind() == Unanswered && call > 0 => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(())
}

fn filled(bytes: &str, subject: Subject) -> Vec<u8> {
    let length = subject.good.len();
    // For XML, less than all is an error only if it ends within a name.
    bytes
        .replace("LENGTH", &length.to_string())
        .replace("LESS", &(length - 1).to_string())
        .replace("GOOD", subject.good)
        .into_bytes()
}
