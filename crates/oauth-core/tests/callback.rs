//! Callbacks: unacceptable ones return a specific error and send nothing.
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

use oauth_core::{App, CallbackFault, Client, ErrorKind, PendingAuthorization, Scopes};
use oauth_testing::{CLIENT_SECRET, CODE, ManualClock, RecordingTransport, callback, json_response};
use proptest::prelude::*;
use support::{Plain, REDIRECT_URI, app, client, site};

const TOKEN: &str = r#"{"access_token":"canary-access-token","token_type":"Bearer"}"#;

fn fault(fault: CallbackFault) -> ErrorKind {
    ErrorKind::Callback(fault)
}

#[tokio::test]
async fn unacceptable_callback_sends_nothing() {
    let transport = RecordingTransport::with_responses([json_response(200, TOKEN)]);
    let client = client(&transport, &ManualClock::default());
    let started = client.begin(&Scopes::none()).unwrap();
    let state = started.pending.state();
    let state = state.expose();
    for (query, kind) in [
        (format!("code={CODE}"), fault(CallbackFault::MissingState)),
        (format!("code={CODE}&state="), fault(CallbackFault::MissingState)),
        (format!("code={CODE}&state=x{state}"), fault(CallbackFault::WrongState)),
        (format!("code={CODE}&state={}", &state[1..]), fault(CallbackFault::WrongState)),
        (format!("state={state}"), fault(CallbackFault::MissingCode)),
        (format!("code=&state={state}"), fault(CallbackFault::MissingCode)),
        (format!("code={CODE}&error=access_denied&state={state}"), fault(CallbackFault::CodeAndError)),
        (format!("code={CODE}&code={CODE}&state={state}"), fault(CallbackFault::DuplicateParameter)),
        (format!("code={CODE}&state={state}&state={state}"), fault(CallbackFault::DuplicateParameter)),
        (format!("code={CODE}\n&state={state}"), fault(CallbackFault::Unreadable)),
        (String::new(), fault(CallbackFault::MissingState)),
    ] {
        let url = format!("{REDIRECT_URI}?{query}");
        let error = client.finish(&started.pending, &url).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{query}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
    assert_eq!(transport.count(), 0);

    // The attempt can still be finished.
    client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
}

#[tokio::test]
async fn attempt_is_finished_once() {
    let transport =
        RecordingTransport::with_responses([json_response(200, TOKEN), json_response(200, TOKEN)]);
    let client = client(&transport, &ManualClock::default());
    let started = client.begin(&Scopes::none()).unwrap();
    let url = callback(REDIRECT_URI, &started);
    client.finish(&started.pending, &url).await.unwrap();
    let error = client.finish(&started.pending, &url).await.unwrap_err();
    assert_eq!(error.kind(), fault(CallbackFault::Replayed));
    assert_eq!(transport.count(), 1);
}

#[tokio::test]
async fn denial_with_valid_state_ends_attempt() {
    let transport = RecordingTransport::with_responses([]);
    let client = client(&transport, &ManualClock::default());
    let started = client.begin(&Scopes::none()).unwrap();
    let state = started.pending.state();
    let denied =
        format!("{REDIRECT_URI}?error=access_denied&error_description=No%0Athanks&state={}", state.expose());
    let error = client.finish(&started.pending, &denied).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(error.message(), Some("No thanks"));
    let error = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap_err();
    assert_eq!(error.kind(), fault(CallbackFault::Replayed));
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn unsent_exchange_keeps_attempt_open() {
    let transport = RecordingTransport::with_responses([]); // every call fails as not sent
    let client = client(&transport, &ManualClock::default());
    let started = client.begin(&Scopes::none()).unwrap();
    let url = callback(REDIRECT_URI, &started);
    for _ in 0..2 {
        assert_eq!(client.finish(&started.pending, &url).await.unwrap_err().kind(), ErrorKind::NotSent);
    }
}

#[tokio::test]
async fn rejects_foreign_and_expired_attempts() {
    let transport = RecordingTransport::with_responses([]);
    let clock = ManualClock::default();
    let client = client(&transport, &clock);
    let started = client.begin(&Scopes::none()).unwrap();
    let url = callback(REDIRECT_URI, &started);

    let build = |host: &str, app: App| {
        Client::<Plain>::builder(site(host), app)
            .transport(transport.clone())
            .clock(clock.clone())
            .build()
            .unwrap()
    };
    let other_redirect = App::new("my-client", CLIENT_SECRET, "https://app.example.com/other");
    for (client, expected) in [
        (build("other.example", app()), CallbackFault::OtherSite),
        (build("provider.example", other_redirect), CallbackFault::OtherClient),
        (
            build("provider.example", App::new("another", CLIENT_SECRET, REDIRECT_URI)),
            CallbackFault::OtherClient,
        ),
    ] {
        assert_eq!(client.finish(&started.pending, &url).await.unwrap_err().kind(), fault(expected));
    }

    let text = serde_json::to_string(&started.pending).unwrap().replace("\"plain\"", "\"else\"");
    let foreign: PendingAuthorization = serde_json::from_str(&text).unwrap();
    assert_eq!(client.finish(&foreign, &url).await.unwrap_err().kind(), fault(CallbackFault::OtherProvider));

    clock.advance_secs(15 * 60 + 1);
    assert_eq!(client.finish(&started.pending, &url).await.unwrap_err().kind(), fault(CallbackFault::TooOld));
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn pending_attempt_is_serializable_without_showing_secrets() {
    let transport = RecordingTransport::with_responses([json_response(200, TOKEN)]);
    let client = client(&transport, &ManualClock::default());
    let started = client.begin(&"read".parse().unwrap()).unwrap();
    let debug = format!("{:?}", started.pending);
    assert!(!debug.contains(started.pending.state().expose()));
    let stored = serde_json::to_string(&started.pending).unwrap();
    assert!(stored.contains(started.pending.state().expose()));
    let pending: PendingAuthorization = serde_json::from_str(&stored).unwrap();
    let token = client.finish(&pending, &callback(REDIRECT_URI, &started)).await.unwrap();
    assert_eq!(token.scopes().to_string(), "read");
    assert!(transport.text().contains("code_verifier="));
}

/// RFC 3986 allows `?`, `/` and `:` in a query.
#[tokio::test]
async fn accepts_bare_query_with_reserved_characters() {
    for more in ["&iss=https://as.example/?x", "&x=a?b"] {
        let transport = RecordingTransport::with_responses([json_response(200, TOKEN)]);
        let client = client(&transport, &ManualClock::default());
        let started = client.begin(&Scopes::none()).unwrap();
        let query = format!("code=a?b&state={}{more}", started.pending.state().expose());
        client.finish(&started.pending, &query).await.unwrap();
        assert!(transport.text().contains("code=a%3Fb"), "{}", transport.text());
    }
}

/// Attempts from the future are rejected too.
#[tokio::test]
async fn clock_set_back_does_not_reopen_attempt() {
    let transport = RecordingTransport::with_responses([json_response(200, TOKEN)]);
    let clock = ManualClock::default();
    let client = client(&transport, &clock);
    let started = client.begin(&Scopes::none()).unwrap();
    let url = callback(REDIRECT_URI, &started);
    client.finish(&started.pending, &url).await.unwrap();
    clock.advance_secs(-60);
    // Enough other attempts to evict old entries from the list of finished ones.
    for _ in 0..1100 {
        let other = client.begin(&Scopes::none()).unwrap();
        let denied = format!("error=access_denied&state={}", other.pending.state().expose());
        client.finish(&other.pending, &denied).await.unwrap_err();
    }
    let error = client.finish(&started.pending, &url).await.unwrap_err();
    assert_eq!(error.kind(), fault(CallbackFault::Replayed));
    clock.advance_secs(-3600);
    let error = client.finish(&started.pending, &url).await.unwrap_err();
    assert_eq!(error.kind(), fault(CallbackFault::TooOld));
}

/// Whole URL, with or without a scheme, path and query, or query; with and without a trailing slash; with a
/// fragment, as some providers append; in quotes, as people paste it.
#[tokio::test]
async fn accepts_every_callback_form() {
    for form in [
        "https://app.example.com/callback?",
        "https://app.example.com/callback/?",
        "https://app.example.com/a=b&c/callback?",
        "http://[::1]:8765/callback?",
        "/callback?",
        "?",
        "",
        // Private-use schemes (RFC 8252 section 7.1), and the address that shows the code to the user.
        "com.example.app:/oauth2redirect?",
        "com.example.app:///oauth2redirect?",
        "com.example.app:oauth2redirect?",
        "com.example.app:?",
        "myapp://callback?",
        "urn:ietf:wg:oauth:2.0:oob?",
        // Browsers hide the scheme in the address bar.
        "localhost:8765/callback?",
        "127.0.0.1:8765/callback/?",
        "app.example.com/callback?",
        "localhost:8765?",
        "callback?",
    ] {
        for (before, after) in [("", "#_=_"), (" ", "\n"), ("\"", "\""), ("<", ">"), ("'", "#'")] {
            let transport = RecordingTransport::with_responses([json_response(200, TOKEN)]);
            let client = client(&transport, &ManualClock::default());
            let started = client.begin(&Scopes::none()).unwrap();
            let state = started.pending.state();
            let text = format!("{before}{form}code={CODE}&state={}{after}", state.expose());
            client.finish(&started.pending, &text).await.unwrap();
        }
    }
}

/// league/oauth2-server 8.5 sends `invalid_scope` without `state`.
#[tokio::test]
async fn error_without_state_is_reported_and_keeps_attempt() {
    let transport = RecordingTransport::with_responses([json_response(200, TOKEN)]);
    let client = client(&transport, &ManualClock::default());
    let started = client.begin(&Scopes::none()).unwrap();
    for (query, kind, message) in [
        ("error=access_denied", ErrorKind::Denied, None),
        ("error=invalid_scope&hint=Check+x", ErrorKind::AuthorizationRefused, Some("Check x")),
        (
            "error=invalid_scope&error_description=Bad+scope&hint=Check+x&state=",
            ErrorKind::AuthorizationRefused,
            Some("Bad scope; Check x"),
        ),
        ("error=server_error&error_description=%1B%5B2J", ErrorKind::Unavailable, Some(" [2J")),
    ] {
        let error = client.finish(&started.pending, &format!("{REDIRECT_URI}?{query}")).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, message), "{query}");
        assert!(error.help().contains("may be forged"), "{error:?}");
    }
    // A wrong `state` or a code beside it is no refusal.
    for (query, kind) in [
        ("error=invalid_scope&state=x", CallbackFault::WrongState),
        ("error=invalid_scope&code=x", CallbackFault::MissingState),
    ] {
        let error = client.finish(&started.pending, &format!("{REDIRECT_URI}?{query}")).await.unwrap_err();
        assert_eq!(error.kind(), fault(kind), "{query}");
    }
    client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
}

proptest! {
    #[test]
    fn arbitrary_callback_is_rejected_without_request(text in ".{0,120}") {
        let transport = RecordingTransport::with_responses([]);
        let client = client(&transport, &ManualClock::default());
        let started = client.begin(&Scopes::none()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(client.finish(&started.pending, &text)).unwrap_err();
        prop_assert!(matches!(error.kind(), ErrorKind::Callback(_)), "{}", error);
        prop_assert_eq!(transport.count(), 0);
    }
}
