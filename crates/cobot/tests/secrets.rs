//! A token in a URL's path or query never reaches an error or a log.
#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

mod common;

use cobot::api::{CreateUser, RevokeToken, Space, SpaceToken, TokenInForm, TokenInQuery, TokenInfo, User};
use cobot::http::Response;
use cobot::{AppFlow, Call, Client, Cobot, Endpoint, Error, ErrorKind, Token, Transport, TransportError};
use common::{client, client_by, response, scopes, token};
use oauth_testing::{ACCESS_TOKEN, PASSWORD, RecordingTransport, leaks, shown, with_header};

const OTHER_TOKEN: &str = "canary-other-token";

/// The prefix of all secrets of this file, and a secret that needs encoding.
const SECRETS: [&str; 2] = ["canary", "a+b/c=%d"];

#[track_caller]
fn assert_no_leak(text: &str) {
    let found = leaks(text, &SECRETS);
    assert!(found.is_empty(), "{found:?}: {text}");
}

/// Returns the error of one endpoint.
async fn failure<E: Endpoint<Cobot>>(client: &Client, token: &Token, endpoint: &E) -> Option<Error> {
    client.send(token, endpoint).await.err()
}

/// Returns the errors of all endpoints whose request or response contains secrets.
async fn failures(client: &Client, token: &Token) -> Vec<Error> {
    let create = CreateUser::new("joe@doe.com").password(PASSWORD);
    [
        failure(client, token, &SpaceToken::of("space-abc")).await,
        failure(client, token, &TokenInfo::own()).await,
        failure(client, token, &TokenInfo::of(OTHER_TOKEN)).await,
        failure(client, token, &RevokeToken::own()).await,
        failure(client, token, &RevokeToken::of(OTHER_TOKEN)).await,
        failure(client, token, &create).await,
        failure(client, token, &Space::named("co-up".parse().unwrap())).await,
        failure(client, token, &TokenInQuery(User)).await,
        failure(client, token, &TokenInQuery(TokenInfo::of(OTHER_TOKEN))).await,
        failure(client, token, &TokenInForm(create)).await,
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn assert_no_secrets(errors: &[Error]) {
    for error in errors {
        assert_no_leak(&shown(error));
    }
}

/// Repeats the whole request in the response body.
#[derive(Clone, Copy, Debug)]
struct Echo {
    status: u16,
    wrap: fn(&str) -> String,
}

#[cobot::async_trait]
impl Transport for Echo {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        let request = call.request;
        let header = request.headers().get("authorization").map_or("", |value| value.to_str().unwrap());
        let body = String::from_utf8_lossy(request.body());
        Ok(response(
            self.status,
            &(self.wrap)(&format!("{} {} {header} {body}", request.method(), request.uri())),
        ))
    }
}

const WRAPS: [fn(&str) -> String; 8] = [
    |echoed| echoed.to_owned(),
    |echoed| format!("<html>{echoed}</html>"),
    |echoed| serde_json::json!({ "error": echoed }).to_string(),
    |echoed| serde_json::json!({ "error": echoed.replace(' ', "_") }).to_string(),
    |echoed| serde_json::json!({ "error_code": echoed.replace(' ', "_"), "message": echoed }).to_string(),
    |echoed| serde_json::json!({ "errors": { echoed: [echoed] } }).to_string(),
    |echoed| serde_json::json!({ "error_description": echoed, "error": "x" }).to_string(),
    |echoed| {
        serde_json::json!({ "errors": [{ "detail": echoed, "source": { "pointer": echoed } }] }).to_string()
    },
];

#[tokio::test]
async fn response_bodies_never_leak_secrets() {
    for status in [400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 502, 503] {
        for wrap in WRAPS {
            let client = client_by(Echo { status, wrap });
            let errors = failures(&client, &token(&client)).await;
            assert_eq!(errors.len(), 10);
            assert_no_secrets(&errors);
            let flow = AppFlow::new("joe@doe.com", PASSWORD, scopes()).in_query();
            assert_no_leak(&format!("{flow:?}"));
            assert_no_secrets(&[
                client.password(flow).await.unwrap_err(),
                client.exchange_code("canary-code", scopes()).await.unwrap_err(),
            ]);
        }
    }
}

#[tokio::test]
async fn escaped_tokens_never_leak() {
    let odd = "canary a+b/c=%d";
    for echoed in
        ["canary a+b/c=%d", "canary%20a%2Bb%2Fc%3D%25d", "canary+a%2Bb%2Fc%3D%25d", "canary%20a+b%2Fc=%25d"]
    {
        let transport = RecordingTransport::with_responses([response(
            404,
            &serde_json::json!({ "error": echoed }).to_string(),
        )]);
        let client = client(&transport);
        let token = client.import_token(odd, scopes()).unwrap();
        assert_no_secrets(&[client.send(&token, &TokenInfo::own()).await.unwrap_err()]);
    }
}

#[tokio::test]
async fn redirects_and_malformed_responses_never_leak() {
    let redirect = |to: &str| with_header(response(302, ""), "location", to);
    let responses: [fn() -> Response<Vec<u8>>; 4] = [
        || response(200, &format!("{{\"token\": \"{ACCESS_TOKEN}\" \"scope\": []}}")),
        || {
            response(
                200,
                &format!(
                    "{{\"token\": [\"{ACCESS_TOKEN}\"], \"id\": [\"{ACCESS_TOKEN}\"], \"scope\": \"{ACCESS_TOKEN}\"}}"
                ),
            )
        },
        || {
            response(
                200,
                &format!("{{\"{ACCESS_TOKEN}\": 1, \"token\": \"\", \"scope\": {{\"{ACCESS_TOKEN}\": 1}}}}"),
            )
        },
        || response(200, ACCESS_TOKEN),
    ];
    for response in responses {
        let client = client(&RecordingTransport::with_responses(std::iter::repeat_with(response).take(10)));
        let errors = failures(&client, &token(&client)).await;
        assert_eq!(errors.len(), 8, "all but the two revocations read the response");
        assert_no_secrets(&errors);
    }
    for to in [
        format!("https://elsewhere.example/api/access_tokens/{ACCESS_TOKEN}?access_token={ACCESS_TOKEN}"),
        format!("/login?back=/api/access_tokens/{ACCESS_TOKEN}"),
    ] {
        let client =
            client(&RecordingTransport::with_responses(std::iter::repeat_with(|| redirect(&to)).take(10)));
        let errors = failures(&client, &token(&client)).await;
        assert!(errors.iter().all(|error| error.kind() == ErrorKind::Redirected));
        assert_no_secrets(&errors);
    }
}

#[test]
fn no_debug_output_shows_a_secret() {
    let client = client(&RecordingTransport::default());
    let text = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        client,
        client.authorized(token(&client)),
        TokenInfo::of(OTHER_TOKEN),
        RevokeToken::of(OTHER_TOKEN),
        TokenInQuery(TokenInfo::of(OTHER_TOKEN)),
        TokenInForm(CreateUser::new("joe@doe.com").password(PASSWORD)),
    );
    assert_no_leak(&text);
}

/// The real transport against a misbehaving server, with every log line recorded.
#[cfg(feature = "reqwest")]
mod real_transport {
    use super::*;
    use cobot::{App, Limits, Site};
    use std::fmt::Write as _;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    /// Records all log lines at every level.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<String>>);

    impl Visit for Log {
        fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
            writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
        }
    }

    impl Subscriber for Log {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, span: &Attributes<'_>) -> Id {
            span.record(&mut self.clone());
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, values: &Record<'_>) {
            values.record(&mut self.clone());
        }
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, event: &Event<'_>) {
            event.record(&mut self.clone());
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[derive(Clone, Copy, Debug)]
    enum Misbehaviour {
        Close,
        Hang,
        Garbage,
        Truncate,
        TooLong,
        Echo,
    }

    /// A server with the same misbehaviour on each connection.
    async fn server(misbehaviour: Misbehaviour) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                tokio::spawn(async move {
                    let mut request = vec![0; 16 << 10];
                    let read = stream.read(&mut request).await.unwrap_or(0);
                    let request = String::from_utf8_lossy(&request[..read]).replace(['\r', '\n', '"'], " ");
                    let response = match misbehaviour {
                        Misbehaviour::Close => return,
                        Misbehaviour::Hang => return tokio::time::sleep(Duration::from_secs(60)).await,
                        Misbehaviour::Garbage => request,
                        Misbehaviour::Truncate => {
                            format!("HTTP/1.1 200 OK\r\ncontent-length: 3999\r\n\r\n{request}")
                        }
                        Misbehaviour::TooLong => {
                            format!("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{request:5000.5000}")
                        }
                        Misbehaviour::Echo => format!(
                            "HTTP/1.1 404 Not Found\r\nconnection: close\r\nx-path: {request}\r\n\r\n{{\"error\":\"{request}\"}}"
                        ),
                    };
                    let _ = stream.write_all(response.as_bytes()).await;
                });
            }
        });
        base
    }

    #[tokio::test]
    async fn transport_failures_never_leak_secrets() {
        let log = Log::default();
        tracing::subscriber::set_global_default(log.clone()).unwrap();
        let mut limits = Limits::default();
        limits.api_deadline = Duration::from_millis(250);
        limits.api_body = 4000;

        let closed_port = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            format!("http://{}", listener.local_addr().unwrap())
        };
        let mut bases = vec![(closed_port, ErrorKind::NotSent)];
        for (misbehaviour, kind) in [
            (Misbehaviour::Close, ErrorKind::Unanswered),
            (Misbehaviour::Hang, ErrorKind::Unanswered),
            (Misbehaviour::Garbage, ErrorKind::Unanswered),
            (Misbehaviour::Truncate, ErrorKind::Unanswered),
            (Misbehaviour::TooLong, ErrorKind::InvalidResponse),
            (Misbehaviour::Echo, ErrorKind::ApiRefused),
        ] {
            bases.push((server(misbehaviour).await, kind));
        }
        for (base, kind) in bases {
            let client = Client::builder(
                Site::at(&base).unwrap(),
                App::without_redirect("test-client", "canary-secret"),
            )
            .limits(limits)
            .build()
            .unwrap();
            let errors = failures(&client, &token(&client)).await;
            assert_eq!(errors.len(), 10, "{kind:?}");
            for error in &errors {
                assert_eq!(error.kind(), kind, "{error}");
            }
            assert_no_secrets(&errors);
        }

        let log = log.0.lock().unwrap();
        assert!(log.contains("connect"), "the log contains the HTTP client: {log}");
        assert_no_leak(&log);
    }
}
