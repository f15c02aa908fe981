//! Invalid callbacks of each provider: each has its own error, nothing is sent, and the valid callback still
//! works afterwards.
#![allow(clippy::unwrap_used)] // a test may panic

use oauth_core::{
    App, CallbackFault, Client, ClientBuilder, CodeGrant, ErrorKind, PendingAuthorization, Token,
};
use oauth_testing::{CLIENT_SECRET, CODE, ManualClock, RecordingTransport, callback, json_response};

const REDIRECT_URI: &str = "https://app.example.com/callback";
const TOKEN: &str = r#"{"access_token":"canary-access-token","expires_in":3600,"scope":"",
    "api_base_url":"https://portal.cohortgo.com/api/v1","base_url":"https://portal.cohortgo.com"}"#;

fn app(id: &str, redirect_uri: &str) -> App {
    App::new(id, CLIENT_SECRET, redirect_uri)
}

fn fault(fault: CallbackFault) -> ErrorKind {
    ErrorKind::Callback(fault)
}

/// Checks one provider.
async fn check<P: CodeGrant>(site: P::Site, other_site: P::Site, connect: P::Connect) {
    let transport = RecordingTransport::with_responses([json_response(200, TOKEN)]);
    let clock = ManualClock::default();
    let build = |builder: ClientBuilder<P>| {
        builder.transport(transport.clone()).clock(clock.clone()).build().unwrap()
    };
    let client = build(Client::builder(site.clone(), app("my-client", REDIRECT_URI)));
    let started = client.begin(&connect).unwrap();
    let state = started.pending.state();
    let state = state.expose();
    let good = callback(REDIRECT_URI, &started);

    for (query, kind) in [
        (String::new(), fault(CallbackFault::MissingState)),
        (format!("code={CODE}"), fault(CallbackFault::MissingState)),
        (format!("code={CODE}&state="), fault(CallbackFault::MissingState)),
        (format!("code={CODE}&state={state}x"), fault(CallbackFault::WrongState)),
        (format!("error=access_denied&state={state}x"), fault(CallbackFault::WrongState)),
        (format!("state={state}"), fault(CallbackFault::MissingCode)),
        (format!("code={CODE}&error=access_denied&state={state}"), fault(CallbackFault::CodeAndError)),
        (format!("code={CODE}&code=x&state={state}"), fault(CallbackFault::DuplicateParameter)),
        // Some servers leave `state` out of a refusal. It is reported, but does not end the attempt.
        ("error=access-denied".to_owned(), ErrorKind::Denied),
    ] {
        let error = client.finish(&started.pending, &format!("{REDIRECT_URI}?{query}")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{}: {query}: {error}", P::NAME);
        assert_eq!(error.provider(), Some(P::NAME));
    }

    for (client, expected) in [
        (build(Client::builder(other_site, app("my-client", REDIRECT_URI))), CallbackFault::OtherSite),
        (build(Client::builder(site.clone(), app("another", REDIRECT_URI))), CallbackFault::OtherClient),
        (
            build(Client::builder(site.clone(), app("my-client", "https://app.example.com/else"))),
            CallbackFault::OtherClient,
        ),
    ] {
        let error = client.finish(&started.pending, &good).await.unwrap_err();
        assert_eq!(error.kind(), fault(expected), "{}: {error}", P::NAME);
    }
    let text = serde_json::to_string(&started.pending).unwrap();
    let foreign = text.replace(&format!("\"provider\":\"{}\"", P::NAME), "\"provider\":\"other\"");
    let foreign: PendingAuthorization = serde_json::from_str(&foreign).unwrap();
    let error = client.finish(&foreign, &good).await.unwrap_err();
    assert_eq!(error.kind(), fault(CallbackFault::OtherProvider), "{}: {error}", P::NAME);

    // A refusal with the right state ends the attempt.
    let refused = client.begin(&connect).unwrap();
    let query = format!("{REDIRECT_URI}?error=access_denied&state={}", refused.pending.state().expose());
    assert_eq!(client.finish(&refused.pending, &query).await.unwrap_err().kind(), ErrorKind::Denied);
    let late = callback(REDIRECT_URI, &refused);
    let error = client.finish(&refused.pending, &late).await.unwrap_err();
    assert_eq!(error.kind(), fault(CallbackFault::Replayed), "{}: {error}", P::NAME);

    assert_eq!(transport.count(), 0, "{}: something was sent", P::NAME);
    let _: Token<P> = client.finish(&started.pending, &good).await.unwrap();
    assert_eq!(transport.count(), 1);
    let error = client.finish(&started.pending, &good).await.unwrap_err();
    assert_eq!(error.kind(), fault(CallbackFault::Replayed), "{}: {error}", P::NAME);

    let old = client.begin(&connect).unwrap();
    clock.advance_secs(15 * 60 + 1);
    let error = client.finish(&old.pending, &callback(REDIRECT_URI, &old)).await.unwrap_err();
    assert_eq!(error.kind(), fault(CallbackFault::TooOld), "{}: {error}", P::NAME);
    assert_eq!(transport.count(), 1, "{}: a code was spent", P::NAME);
}

#[tokio::test]
async fn cohortgo_rejects_invalid_callbacks() {
    check::<cohortgo::CohortGo>(
        cohortgo::Site::production(),
        cohortgo::Site::at("https://partner123.portal.cohortgo.com").unwrap(),
        cohortgo::Connect::new(),
    )
    .await;
}

#[tokio::test]
async fn cobot_rejects_invalid_callbacks() {
    check::<cobot::Cobot>(
        cobot::Site::production(),
        cobot::Site::at("https://www.staging.example").unwrap(),
        cobot::Connect::new([cobot::scope::READ]),
    )
    .await;
}

#[tokio::test]
async fn go1_rejects_invalid_callbacks() {
    check::<go1::Go1>(go1::Site::production(), go1::Site::qa(), go1::Connect::new([go1::scope::USER_READ]))
        .await;
}

#[tokio::test]
async fn gocd_rejects_invalid_callbacks() {
    check::<gocd::Gocd>(
        gocd::Site::at("https://go.example.com:8154").unwrap(),
        gocd::Site::at("https://go.example.com:9154").unwrap(),
        gocd::Connect::new(),
    )
    .await;
}
