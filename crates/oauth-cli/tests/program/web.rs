//! `oauth demo --web`. Tests of `oauth-demo` and `cargo xtask browser` cover the page.

#[cfg(unix)]
use std::io::{Read as _, Write as _};
#[cfg(unix)]
use std::net::TcpStream;
#[cfg(unix)]
use std::time::Duration;

use crate::test_home::{RunningProgram, TestHome, run};

/// Returns the first line on stdout, and its host and port.
fn address(demo: &mut RunningProgram) -> (String, String) {
    let line = demo.line();
    let host = line.trim().strip_prefix("http://").and_then(|rest| rest.strip_suffix('/'));
    (line.clone(), host.unwrap_or_else(|| panic!("`{line}` is not an address")).to_owned())
}

/// Sends a request and returns the response and the open connection.
#[cfg(unix)]
fn get(host: &str, target: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    let mut response = vec![0; 4096];
    let length = stream.read(&mut response).unwrap();
    response.truncate(length);
    (stream, String::from_utf8_lossy(&response).into_owned())
}

#[cfg(unix)]
#[test]
fn prints_address_and_shuts_down_gracefully() {
    use rustix::process::Signal;

    for signal in [Signal::INT, Signal::TERM] {
        let mut demo = TestHome::new().start(&["demo", "--web"]);
        let (line, host) = address(&mut demo);
        assert!(host.starts_with("127.0.0.1:"), "{line}");
        // A browser keeps its connection open and waits for an update.
        let (_connection, page) = get(&host, "/");
        assert!(
            page.starts_with("HTTP/1.1 200 OK") && page.contains("Four providers, kept connected"),
            "{page}"
        );
        let mut waiting = TcpStream::connect(&host).unwrap();
        write!(waiting, "GET /live?after=0 HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let started_at = std::time::Instant::now();
        demo.signal(signal);
        let ran = demo.end();
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
        assert!(started_at.elapsed() < Duration::from_secs(5), "{:?}", started_at.elapsed());
        assert!(ran.stderr.contains("Press Ctrl-C to stop."), "{ran:?}");
        assert!(ran.stderr.ends_with("The demo has stopped.\n"), "{ran:?}");
        TcpStream::connect(&host).unwrap_err();
    }
}

#[test]
fn listens_on_given_port_or_fails() {
    let mut demo = TestHome::new().start(&["demo", "--web", "--port", "0"]);
    let (_, host) = address(&mut demo);
    let port = host.rsplit(':').next().unwrap();
    let second = run(&["demo", "--web", "--port", port]);
    assert_eq!((second.code, second.stdout.as_str()), (Some(1), ""));
    assert!(second.stderr.contains(&format!("port {port} is in use")), "{}", second.stderr);
    drop(demo);
    // The port can be used again.
    let mut again = TestHome::new().start(&["demo", "--web", "--port", port]);
    assert_eq!(address(&mut again).1, host);
}

#[test]
fn rejects_invalid_combinations_of_options() {
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
