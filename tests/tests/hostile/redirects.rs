//! Redirects, which no call follows.

use std::sync::Arc;

use libtest_mimic::Trial;
use oauth_core::ErrorKind;

use crate::api_call::ApiCall;
use crate::case::{Case, Expect};
use crate::server::{Behavior, Connection, Server, each_secret, response};
use crate::trial;

/// Redirect targets. `ELSEWHERE` is the address of the second server, `PORT` its port.
const TARGETS: [(&str, &str); 15] = [
    ("another host", "http://ELSEWHERE/x"),
    ("another host's login", "http://evil.localhost:PORT/go/auth/login"),
    ("another host without a scheme", "//ELSEWHERE/x"),
    ("another host behind user info", "http://127.0.0.1:80@ELSEWHERE/x"),
    ("another host behind a backslash", "http:\\\\ELSEWHERE\\x"),
    ("another port by a loopback name", "http://evil.localhost:PORT/x"),
    ("another host in IPv6", "http://[::ffff:127.0.0.1]:PORT/x"),
    ("link-local", "http://169.254.169.254/latest/meta-data/"),
    ("link-local in IPv6", "http://[fe80::1]/"),
    ("the same host", "/again"),
    ("a file", "file:///etc/passwd"),
    ("a script", "javascript:alert(1)"),
    ("data", "data:application/json,{\"access_token\":\"canary-x\"}"),
    ("not a URL", "http://[oops"),
    ("empty", ""),
];

pub(crate) fn all(call: ApiCall) -> Vec<Trial> {
    let mut trials = Vec::new();
    for status in 300..=308 {
        for (name, target) in TARGETS {
            let every = matches!(status, 302 | 307 | 308);
            if every || name == "another host" {
                let name = format!("{status} to {name}");
                trials.push(trial(call, &name, move |elsewhere| redirect(status, target, elsewhere)));
            }
        }
    }
    // The host name in the error must not contain secrets that the server echoes.
    trials.push(trial(call, "308 to a host made of the request's secrets", |_| {
        let script = Arc::new(|connection: &mut dyn Connection, request: &[u8]| {
            let host =
                each_secret(request, |secret| String::from_utf8_lossy(secret).into_owned()).replace(' ', ".");
            let headers = format!("location: https://{host}.evil.example/{host}\r\n");
            connection.write_all(&response("308 Permanent Redirect", &headers, ""))
        });
        Case::new(Behavior::Http(script), Expect::Fails(ErrorKind::Redirected))
    }));
    trials.push(trial(call, "307 without Location", |_| {
        Case::response(response("307 Temporary Redirect", "", ""), Expect::Fails(ErrorKind::Redirected))
    }));
    trials.push(trial(call, "302 with a token in its body", move |elsewhere| {
        let headers =
            format!("location: http://{}/x\r\ncontent-type: application/json\r\n", elsewhere.address());
        Case::response(response("302 Found", &headers, call.good), Expect::Fails(ErrorKind::Redirected))
    }));
    trials.push(trial(call, "200 with a refresh header", move |elsewhere| {
        let headers =
            format!("refresh: 0; url=http://{}/x\r\nlocation: http://{0}/x\r\n", elsewhere.address());
        Case::response(response("200 OK", &headers, call.good), Expect::Works)
    }));
    trials
}

fn redirect(status: u16, target: &str, elsewhere: &Server) -> Case {
    let address = elsewhere.address();
    let target =
        target.replace("ELSEWHERE", &address.to_string()).replace("PORT", &address.port().to_string());
    let headers = format!("location: {target}\r\n");
    Case::response(
        response(&format!("{status} Redirect"), &headers, ""),
        Expect::Fails(ErrorKind::Redirected),
    )
}
