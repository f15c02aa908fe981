//! Token responses of authorization servers that this project did not write, recorded by
//! `cargo xtask real-servers --record`.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use std::fs;
use std::path::Path;

use oauth_core::chrono::TimeDelta;
use oauth_core::http::Response;
use oauth_core::{Clock as _, Error, ErrorKind, OAuthCode, Scope, ScopeSource, Scopes, Token};
use oauth_testing::{ManualClock, RecordingTransport, callback};

use support::{Plain, REDIRECT_URI, client};

const SERVERS: [&str; 3] = ["authlib", "oauth2-server", "oidc-provider"];
type Expected = Option<(ErrorKind, OAuthCode)>;
const INVALID_GRANT: Expected = Some((ErrorKind::GrantRefused, OAuthCode::InvalidGrant));
const INVALID_CLIENT: Expected = Some((ErrorKind::ClientRefused, OAuthCode::InvalidClient));

/// The token call of each recording, and the error that the response means.
const RECORDINGS: [(&str, TokenCall, Expected); 6] = [
    ("connect", TokenCall::Exchange, None),
    ("other_verifier", TokenCall::Exchange, INVALID_GRANT),
    ("refresh", TokenCall::Refresh, None),
    ("reuse", TokenCall::Refresh, INVALID_GRANT),
    ("revoked", TokenCall::Refresh, INVALID_GRANT),
    ("wrong_secret", TokenCall::Refresh, INVALID_CLIENT),
];

#[derive(Clone, Copy, Debug)]
enum TokenCall {
    Exchange,
    Refresh,
}

fn folder(server: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/real_servers").join(server)
}

/// Parses a recorded response: status line, headers, an empty line, body.
fn recorded(server: &str, name: &str) -> Response<Vec<u8>> {
    let text = fs::read_to_string(folder(server).join(format!("{name}.http"))).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    let (status, headers) = head.split_once('\n').unwrap();
    let mut response = Response::builder().status(status.split(' ').nth(1).unwrap());
    for header in headers.lines() {
        let (name, value) = header.split_once(": ").unwrap();
        response = response.header(name, value);
    }
    response.body(body.trim_end().as_bytes().to_vec()).unwrap()
}

/// Makes the call with the server's recorded responses. A refresh follows its recorded connect.
async fn call(server: &str, name: &str, call: TokenCall, clock: &ManualClock) -> Result<Token<Plain>, Error> {
    let names = match call {
        TokenCall::Exchange => vec![name],
        TokenCall::Refresh => vec!["connect", name],
    };
    let responses = names.iter().map(|name| recorded(server, name));
    let client = client(&RecordingTransport::with_responses(responses), clock);
    let started = client.begin(&Scopes::from([Scope::from_static("openid")])).unwrap();
    let connected = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await;
    match call {
        TokenCall::Exchange => connected,
        TokenCall::Refresh => client.refresh(&connected.unwrap()).await,
    }
}

#[tokio::test]
async fn recorded_responses_mean_what_happened() {
    for server in SERVERS {
        for (name, token_call, expected) in &RECORDINGS {
            let clock = ManualClock::default();
            let result = call(server, name, *token_call, &clock).await;
            let case = format!("{server}/{name}");
            match (result, expected) {
                (Ok(token), None) => {
                    assert_eq!(token.access_token().expose(), "example-access-token", "{case}");
                    assert_eq!(token.refresh_token().unwrap().expose(), "example-refresh-token", "{case}");
                    assert_eq!(token.expires_at(), Some(clock.now() + TimeDelta::seconds(3_600)), "{case}");
                    assert_eq!(
                        token.scopes(),
                        &Scopes::from(["openid", "email"].map(Scope::from_static)),
                        "{case}"
                    );
                    assert_eq!(token.scope_source(), ScopeSource::Response, "{case}");
                    assert!(!format!("{token:?}").contains("example-"), "{case}: {token:?}");
                }
                (Err(error), Some((kind, code))) => {
                    assert_eq!((error.kind(), error.oauth_code()), (*kind, Some(code)), "{case}: {error}");
                    assert_eq!(error.needs_reconnect(), *kind == ErrorKind::GrantRefused, "{case}: {error}");
                    assert!(!error.is_transient(), "{case}: {error}");
                    assert!(error.unrecognized_response().is_none(), "{case}: {error}");
                    assert!(error.retry_after().is_none(), "{case}: {error}");
                }
                (result, expected) => panic!("{case}: {result:?} instead of {expected:?}"),
            }
        }
    }
}

#[test]
fn every_recording_is_in_the_table() {
    let names = |path: &Path| {
        let entries = fs::read_dir(path).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&folder("")), SERVERS);
    for server in SERVERS {
        assert_eq!(names(&folder(server)), RECORDINGS.map(|(name, ..)| format!("{name}.http")), "{server}");
    }
}
