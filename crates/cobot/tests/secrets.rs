//! A token in a URL's path or query reaches neither an error nor a log, whatever goes wrong.
#![allow(clippy::unwrap_used)] // a test that panics is a test that fails

mod common;

use cobot::api::{CreateUser, RevokeToken, Space, SpaceToken, TokenInForm, TokenInQuery, TokenInfo, User};
use cobot::http::Response;
use cobot::{AppFlow, Call, Client, Cobot, Endpoint, Error, ErrorKind, Token, Transport, TransportError};
use common::{answer, client, client_by, scopes, token};
use oauth_testing::{ACCESS_TOKEN, PASSWORD, Wire, leaks, shown};

const OTHER_TOKEN: &str = "canary-other-token";

/// What every secret here begins with, and one with what has to be encoded in it.
const SECRETS: [&str; 2] = ["canary", "a+b/c=%d"];

#[track_caller]
fn is_free(text: &str) {
    let found = leaks(text, &SECRETS);
    assert!(found.is_empty(), "{found:?}: {text}");
}

/// The failure of one endpoint.
async fn failure<E: Endpoint<Cobot>>(client: &Client, token: &Token, endpoint: &E) -> Option<Error> {
    client.send(token, endpoint).await.err()
}

/// The failures of all endpoints that have something to hide.
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

fn must_hold_no_secret(errors: &[Error]) {
    for error in errors {
        is_free(&shown(error));
    }
}

/// Answers with all of the request repeated in the body.
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
        Ok(answer(
            self.status,
            &(self.wrap)(&format!("{} {} {header} {body}", request.method(), request.uri())),
        ))
    }
}

const WRAPS: [fn(&str) -> String; 8] = [
    |said| said.to_owned(),
    |said| format!("<html>{said}</html>"),
    |said| serde_json::json!({ "error": said }).to_string(),
    |said| serde_json::json!({ "error": said.replace(' ', "_") }).to_string(),
    |said| serde_json::json!({ "error_code": said.replace(' ', "_"), "message": said }).to_string(),
    |said| serde_json::json!({ "errors": { said: [said] } }).to_string(),
    |said| serde_json::json!({ "error_description": said, "error": "x" }).to_string(),
    |said| serde_json::json!({ "errors": [{ "detail": said, "source": { "pointer": said } }] }).to_string(),
];

#[tokio::test]
async fn no_answer_brings_a_secret_into_an_error() {
    for status in [400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 502, 503] {
        for wrap in WRAPS {
            let client = client_by(Echo { status, wrap });
            let errors = failures(&client, &token(&client)).await;
            assert_eq!(errors.len(), 10);
            must_hold_no_secret(&errors);
            let flow = AppFlow::new("joe@doe.com", PASSWORD, scopes()).in_query();
            is_free(&format!("{flow:?}"));
            must_hold_no_secret(&[
                client.password(flow).await.unwrap_err(),
                client.exchange_code("canary-code", scopes()).await.unwrap_err(),
            ]);
        }
    }
}

#[tokio::test]
async fn nor_does_a_strange_token_in_any_spelling() {
    let odd = "canary a+b/c=%d";
    for said in
        ["canary a+b/c=%d", "canary%20a%2Bb%2Fc%3D%25d", "canary+a%2Bb%2Fc%3D%25d", "canary%20a+b%2Fc=%25d"]
    {
        let wire = Wire::answering([answer(404, &serde_json::json!({ "error": said }).to_string())]);
        let client = client(&wire);
        let token = client.import_token(odd, scopes()).unwrap();
        must_hold_no_secret(&[client.send(&token, &TokenInfo::own()).await.unwrap_err()]);
    }
}

#[tokio::test]
async fn nor_does_a_redirect_or_an_answer_that_cannot_be_read() {
    let redirect = |to: &str| {
        let mut redirect = answer(302, "");
        redirect.headers_mut().insert("location", to.parse().unwrap());
        redirect
    };
    let replies: [fn() -> Response<Vec<u8>>; 4] = [
        || answer(200, &format!("{{\"token\": \"{ACCESS_TOKEN}\" \"scope\": []}}")),
        || {
            answer(
                200,
                &format!("{{\"token\": [\"{ACCESS_TOKEN}\"], \"id\": 7, \"scope\": \"{ACCESS_TOKEN}\"}}"),
            )
        },
        || {
            answer(
                200,
                &format!("{{\"{ACCESS_TOKEN}\": 1, \"token\": \"\", \"scope\": {{\"{ACCESS_TOKEN}\": 1}}}}"),
            )
        },
        || answer(200, ACCESS_TOKEN),
    ];
    for reply in replies {
        let client = client(&Wire::answering(std::iter::repeat_with(reply).take(10)));
        let errors = failures(&client, &token(&client)).await;
        assert_eq!(errors.len(), 8, "all but the two that revoke read the answer");
        must_hold_no_secret(&errors);
    }
    for to in [
        format!("https://elsewhere.example/api/access_tokens/{ACCESS_TOKEN}?access_token={ACCESS_TOKEN}"),
        format!("/login?back=/api/access_tokens/{ACCESS_TOKEN}"),
    ] {
        let client = client(&Wire::answering(std::iter::repeat_with(|| redirect(&to)).take(10)));
        let errors = failures(&client, &token(&client)).await;
        assert!(errors.iter().all(|error| error.kind() == ErrorKind::Redirected));
        must_hold_no_secret(&errors);
    }
}

#[test]
fn no_debug_output_shows_a_secret() {
    let client = client(&Wire::default());
    let text = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        client,
        client.authorized(token(&client)),
        TokenInfo::of(OTHER_TOKEN),
        RevokeToken::of(OTHER_TOKEN),
        TokenInQuery(TokenInfo::of(OTHER_TOKEN)),
        TokenInForm(CreateUser::new("joe@doe.com").password(PASSWORD)),
    );
    is_free(&text);
}

/// The ordinary transport against a server that misbehaves, with every log line of the process kept.
#[cfg(feature = "reqwest")]
mod over_the_wire {
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

    /// Keeps everything that is logged, at every level.
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

    /// A server that does the same with every connection.
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
                    let answer = match misbehaviour {
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
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        base
    }

    #[tokio::test]
    async fn no_failure_on_the_way_brings_a_secret_into_an_error_or_a_log() {
        let log = Log::default();
        tracing::subscriber::set_global_default(log.clone()).unwrap();
        let mut limits = Limits::default();
        limits.api_deadline = Duration::from_millis(250);
        limits.api_body = 4000;

        let nobody = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            format!("http://{}", listener.local_addr().unwrap())
        };
        let mut bases = vec![(nobody, ErrorKind::NotSent)];
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
            must_hold_no_secret(&errors);
        }

        let log = log.0.lock().unwrap();
        assert!(log.contains("connect"), "the HTTP client logs, so the log is worth a look: {log}");
        is_free(&log);
    }
}
