//! Redirects: never followed, on no call, to nowhere.

use std::sync::Arc;

use libtest_mimic::Trial;
use oauth_core::ErrorKind;

use crate::case::{Case, Expect};
use crate::server::{Line, Manner, Server, answer, each_secret};
use crate::subject::Subject;
use crate::trial;

/// Where to; `ELSEWHERE` is the address of the second server.
const TARGETS: [(&str, &str); 15] = [
    ("another host", "http://ELSEWHERE/x"),
    ("another host's login", "http://ELSEWHERE/go/auth/login"),
    ("another host without a scheme", "//ELSEWHERE/x"),
    ("another host behind user info", "http://127.0.0.1:80@ELSEWHERE/x"),
    ("another host behind a backslash", "http:\\\\ELSEWHERE\\x"),
    ("another host by a name of this machine", "http://evil.localhost:PORT/x"),
    ("another host in IPv6", "http://[::ffff:127.0.0.1]:PORT/x"),
    ("link-local", "http://169.254.169.254/latest/meta-data/"),
    ("link-local in IPv6", "http://[fe80::1]/"),
    ("itself", "/again"),
    ("a file", "file:///etc/passwd"),
    ("a script", "javascript:alert(1)"),
    ("data", "data:application/json,{\"access_token\":\"canary-x\"}"),
    ("no URL", "http://[oops"),
    ("nothing", ""),
];

pub(crate) fn all(subject: Subject) -> Vec<Trial> {
    let mut trials = Vec::new();
    for status in 300..=308 {
        for (name, target) in TARGETS {
            let every = matches!(status, 302 | 307 | 308);
            if every || name == "another host" {
                let name = format!("{status} to {name}");
                trials.push(trial(subject, &name, move |elsewhere| redirect(status, target, elsewhere)));
            }
        }
    }
    // Whoever may name the host may write into the log: its labels are the request's own secrets.
    trials.push(trial(subject, "308 to a host of secrets", |_| {
        let script = Arc::new(|line: &mut dyn Line, request: &[u8]| {
            let host =
                each_secret(request, |secret| String::from_utf8_lossy(secret).into_owned()).replace(' ', ".");
            let headers = format!("location: https://{host}.evil.example/{host}\r\n");
            line.write_all(&answer("308 Permanent Redirect", &headers, ""))
        });
        Case::new(Manner::Http(script), Expect::Fails(ErrorKind::Redirected))
    }));
    trials.push(trial(subject, "307 without a place", |_| {
        Case::says(answer("307 Temporary Redirect", "", ""), Expect::Fails(ErrorKind::Redirected))
    }));
    trials.push(trial(subject, "302 with a token in its body", move |elsewhere| {
        let headers =
            format!("location: http://{}/x\r\ncontent-type: application/json\r\n", elsewhere.address());
        Case::says(answer("302 Found", &headers, subject.good), Expect::Fails(ErrorKind::Redirected))
    }));
    trials.push(trial(subject, "200 with a refresh header", move |elsewhere| {
        let headers =
            format!("refresh: 0; url=http://{}/x\r\nlocation: http://{0}/x\r\n", elsewhere.address());
        Case::says(answer("200 OK", &headers, subject.good), Expect::Works)
    }));
    trials
}

fn redirect(status: u16, target: &str, elsewhere: &Server) -> Case {
    let address = elsewhere.address();
    let target =
        target.replace("ELSEWHERE", &address.to_string()).replace("PORT", &address.port().to_string());
    let headers = format!("location: {target}\r\n");
    Case::says(answer(&format!("{status} Redirect"), &headers, ""), Expect::Fails(ErrorKind::Redirected))
}
