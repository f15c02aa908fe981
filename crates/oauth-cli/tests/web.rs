//! `oauth demo --web`, run as a person would. What is on the page is tested beside its code, and by `cargo xtask browser`.
#![allow(clippy::unwrap_used)] // a test that cannot go on may panic

mod common;

#[cfg(unix)]
use std::io::{Read as _, Write as _};
#[cfg(unix)]
use std::net::TcpStream;
#[cfg(unix)]
use std::time::Duration;

use common::{Running, run};

/// The first line on stdout, and host and port in it.
fn address(demo: &mut Running) -> (String, String) {
    let line = demo.line();
    let host = line.trim().strip_prefix("http://").and_then(|rest| rest.strip_suffix('/'));
    (line.clone(), host.unwrap_or_else(|| panic!("`{line}` is no address")).to_owned())
}

/// What is answered to this request, on a connection that stays open.
#[cfg(unix)]
fn ask(host: &str, target: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).unwrap();
    answer.truncate(length);
    (stream, String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(unix)]
#[test]
fn says_where_it_is_and_ends_in_order() {
    use rustix::process::Signal;

    for signal in [Signal::INT, Signal::TERM] {
        let mut demo = Running::start(&["demo", "--web"]);
        let (line, host) = address(&mut demo);
        assert!(host.starts_with("127.0.0.1:"), "{line}");
        // A browser keeps its connection, and has asked for news that do not come.
        let (_kept, page) = ask(&host, "/");
        assert!(
            page.starts_with("HTTP/1.1 200 OK") && page.contains("Four providers, kept connected"),
            "{page}"
        );
        let mut waiting = TcpStream::connect(&host).unwrap();
        write!(waiting, "GET /live?after=0 HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let begun = std::time::Instant::now();
        demo.signal(signal);
        let (rest, hints, status) = demo.end();
        assert!(status.success(), "{status} {hints}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert_eq!(rest, "", "the address is all there is on stdout");
        assert!(hints.contains("Ctrl-C ends it.") && hints.ends_with("The demo has ended.\n"), "{hints}");
        TcpStream::connect(&host).unwrap_err();
    }
}

#[test]
fn takes_the_port_that_it_is_given_or_says_that_it_cannot() {
    let mut demo = Running::start(&["demo", "--web", "--port", "0"]);
    let (_, host) = address(&mut demo);
    let port = host.rsplit(':').next().unwrap();
    let second = run(&["demo", "--web", "--port", port]);
    assert_eq!((second.code, second.stdout.as_str()), (Some(1), ""));
    assert!(second.stderr.contains(&format!("port {port} is in use")), "{}", second.stderr);
    drop(demo);
    // As browsers remember it.
    let mut again = Running::start(&["demo", "--web", "--port", port]);
    assert_eq!(address(&mut again).1, host);
}

#[test]
fn what_does_not_go_together_is_not_understood() {
    for arguments in [
        &["demo", "--web", "--json"][..],
        &["demo", "--web", "--provider", "go1"],
        &["demo", "--port", "4000"],
        &["demo", "--web", "--port", "70000"],
    ] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", ran.stderr);
    }
}
