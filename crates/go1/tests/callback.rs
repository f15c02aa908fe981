//! The callback, as Go1's guide shows it: `<REDIRECT_URL>/?code=<AUTHORIZATION_CODE>`.

#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

mod common;

use common::{builder, client, connect, recorded};
use go1::url::Url;
use go1::{
    App, CallbackFault, Client, ErrorKind, PendingAuthorization, RedirectUri, Site, StartedAuthorization,
};
use oauth_testing::{CLIENT_SECRET, CODE, RecordingTransport, json_response};
use proptest::prelude::*;

fn begun() -> (Client, RecordingTransport, StartedAuthorization) {
    let (client, transport) = client([json_response(200, recorded!("token"))]);
    let started = client.begin(&connect()).unwrap();
    (client, transport, started)
}

#[tokio::test]
async fn accepts_callback_with_and_without_slash() {
    for prefix in [
        "https://app.example.com/go1/callback?",
        "https://app.example.com/go1/callback/?",
        "/go1/callback/?",
        "?",
        "",
    ] {
        let (client, transport, started) = begun();
        let callback = format!("{prefix}code={CODE}&state={}", started.pending.state().expose());
        client.finish(&started.pending, &callback).await.unwrap();
        assert!(
            transport.text().contains("\n\nhttps://app.example.com/go1/callback\n"),
            "sent as it was given, always"
        );
    }
}

#[tokio::test]
async fn pending_authorization_round_trips_through_session() {
    let (client, _, started) = begun();
    let kept = serde_json::to_string(&started.pending).unwrap();
    let pending: PendingAuthorization = serde_json::from_str(&kept).unwrap();
    let callback = format!("/?code={CODE}&state={}", pending.state().expose());
    client.finish(&pending, &callback).await.unwrap();
}

#[tokio::test]
async fn rejects_invalid_callbacks() {
    for (callback, fault) in [
        (format!("/?code={CODE}"), CallbackFault::MissingState),
        (format!("/?code={CODE}&state="), CallbackFault::MissingState),
        (format!("/?code={CODE}&state=forged"), CallbackFault::WrongState),
        ("/?state=STATE".to_owned(), CallbackFault::MissingCode),
        ("/".to_owned(), CallbackFault::MissingState),
        (format!("/?code={CODE}&error=access_denied&state=STATE"), CallbackFault::CodeAndError),
        (format!("/?code={CODE}&code=x&state=STATE"), CallbackFault::DuplicateParameter),
        (format!("/?code={CODE}\r\n&state=STATE"), CallbackFault::Unreadable),
    ] {
        let (client, transport, started) = begun();
        let callback = callback.replace("STATE", started.pending.state().expose());
        let error = client.finish(&started.pending, &callback).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Callback(fault), "{callback}");
        assert_eq!((error.provider(), transport.count()), (Some("go1"), 0), "{callback}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

#[tokio::test]
async fn denial_is_reported() {
    let (client, transport, started) = begun();
    let state = started.pending.state();
    let callback = format!("/?error=access_denied&message=no&state={}", state.expose());
    let error = client.finish(&started.pending, &callback).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::Denied, 0));
    let late = format!("/?code={CODE}&state={}", state.expose());
    let error = client.finish(&started.pending, &late).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(CallbackFault::Replayed));
}

#[tokio::test]
async fn attempt_finishes_once_in_time_by_its_client() {
    let (client, transport, started) = begun();
    let callback = format!("/?code={CODE}&state={}", started.pending.state().expose());

    let qa = Client::builder(Site::qa(), common::app()).transport(transport.clone()).build().unwrap();
    let error = qa.finish(&started.pending, &callback).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(CallbackFault::OtherSite));

    let other = App::new("other", CLIENT_SECRET, RedirectUri::new(common::REDIRECT_URI).unwrap());
    let other = Client::builder(Site::production(), other).transport(transport.clone()).build().unwrap();
    let error = other.finish(&started.pending, &callback).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback(CallbackFault::OtherClient));

    client.finish(&started.pending, &callback).await.unwrap();
    let error = client.finish(&started.pending, &callback).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::Callback(CallbackFault::Replayed), 1));

    let (builder, transport, clock) = builder([]);
    let client = builder.build().unwrap();
    let started = client.begin(&connect()).unwrap();
    clock.advance_secs(15 * 60 + 1);
    let callback = format!("/?code={CODE}&state={}", started.pending.state().expose());
    let error = client.finish(&started.pending, &callback).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::Callback(CallbackFault::TooOld), 0));
}

proptest! {
    #[test]
    fn redirect_uri_is_never_normalised(
        host in "[a-zA-Z][a-zA-Z0-9]{0,8}", path in "(/[a-zA-Z0-9._~%+-]{0,6}){0,3}/?", query in "(\\?[a-z]=[a-z0-9]{0,4})?",
    ) {
        let uri = format!("HTTPS://{host}.example:443{path}{query}");
        let Ok(redirect_uri) = RedirectUri::new(uri.clone()) else { return Ok(()) };
        let client = Client::builder(Site::production(), App::new("id", CLIENT_SECRET, redirect_uri))
            .transport(RecordingTransport::default()).build().unwrap();
        let url = client.begin(&connect()).unwrap().url;
        let sent = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
        prop_assert_eq!(sent, uri);
    }

    #[test]
    fn authorize_url_has_requested_values(portal: u64, scopes in proptest::collection::vec("[a-z]{1,8}\\.(read|write)", 0..4)) {
        let (client, _) = client([]);
        let wanted: go1::Scopes = scopes.join(" ").parse().unwrap();
        let url: Url = client.begin(&go1::Connect::new(wanted.clone()).partner_portal(portal)).unwrap().url;
        let get = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
        prop_assert_eq!(get("partner_portal_id"), Some(portal.to_string()));
        prop_assert_eq!(get("scope"), (!wanted.is_empty()).then(|| wanted.to_string()));
        prop_assert_eq!(get("response_type"), Some("code".to_owned()));
    }

    #[test]
    fn rejects_callback_without_state(callback in "([a-z:/?&=#%]|code|state|error){0,30}|.{0,40}") {
        let (client, transport, started) = begun();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(client.finish(&started.pending, &callback)).unwrap_err();
        // A refusal is reported without `state` too.
        let refused = matches!(
            error.kind(), ErrorKind::Denied | ErrorKind::AuthorizationRefused | ErrorKind::Unavailable
        );
        prop_assert!(refused || matches!(error.kind(), ErrorKind::Callback(_)), "{}", error);
        prop_assert_eq!(transport.count(), 0);
    }
}
