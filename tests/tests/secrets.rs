//! `Debug` and `Display` of each provider's types never show a secret.
#![allow(clippy::unwrap_used)] // a test may panic

use oauth_core::{App, CodeGrant, ErrorKind, Provider, Token};
use oauth_testing::{CANARY, CLIENT_SECRET, RecordingTransport, callback, json_response, leaks, shown};

const REDIRECT_URI: &str = "https://app.example.com/callback";

fn app() -> App {
    App::new("my-client", CLIENT_SECRET, REDIRECT_URI)
}

/// Connects with valid and invalid responses, and checks everything that `Debug` and `Display` show.
async fn check<P: CodeGrant>(site: P::Site, connect: P::Connect) {
    // Valid and invalid responses with secrets.
    let fields = r#""refresh_token":"canary-refresh-token","expires_in":3600,"scope":"",
        "api_base_url":"https://portal.cohortgo.com/api/v1","base_url":"https://portal.cohortgo.com""#;
    let valid = format!(r#"{{"access_token":"canary-access-token",{fields}}}"#);
    let invalid = [
        (200, format!(r#"{{"access_token":"canary-access-token\n",{fields}}}"#)),
        (200, format!(r#"{{"access_token":{{"secret":"canary-access-token"}},{fields}}}"#)),
        (200, format!(r#"{{:access_token => canary-access-token, {fields}}}"#)),
        (200, valid[..valid.len() - 9].to_owned()),
        (
            400,
            r#"{"error":"invalid_grant","error_description":"canary-code for canary-client-secret"}"#
                .to_owned(),
        ),
        (400, r#"{"error":"canary-code"}"#.to_owned()),
        (
            401,
            r#"{"error":"invalid_request","message":"canary-client-secret","hint":"canary-code"}"#.to_owned(),
        ),
        (500, "canary-code".to_owned()),
    ];
    let transport = RecordingTransport::with_responses(
        invalid.iter().map(|(status, body)| json_response(*status, body)).chain([json_response(200, &valid)]),
    );
    let client = oauth_core::Client::<P>::builder(site, app()).transport(transport.clone()).build().unwrap();
    let mut all = format!("{client:?} {:?}", client.app());
    let mut states = Vec::new();
    for _ in &invalid {
        let started = client.begin(&connect).unwrap();
        all += &format!("{started:?} {:?}", started.pending);
        states.push(started.pending.state().expose().to_owned());
        let error = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap_err();
        all += &shown(&error);
    }
    let started = client.begin(&connect).unwrap();
    let token = client.finish(&started.pending, &callback(REDIRECT_URI, &started)).await.unwrap();
    all += &format!("{token:?} {token:#?} {:?}", token.to_persisted().unwrap());
    all += &format!("{:?}", client.headers(&token).unwrap());
    all += &format!("{:?} {:?}", client.authorized(token.clone()), token.clone().access_token());
    // A persisted token of another provider.
    let stored = serde_json::to_string(&token.to_persisted().unwrap()).unwrap();
    let foreign = stored.replace(&format!("\"provider\":\"{}\"", P::NAME), "\"provider\":\"other\"");
    let error = Token::<P>::from_persisted(serde_json::from_str(&foreign).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignToken);
    all += &shown(&error);

    assert_eq!(transport.count(), invalid.len() + 1);
    let secrets: Vec<&str> = states.iter().map(String::as_str).chain([CANARY]).collect();
    for line in all.lines() {
        assert_eq!(leaks(line, &secrets), [""; 0], "{}: {line}", <P as Provider>::NAME);
    }
}

#[tokio::test]
async fn cohortgo_shows_no_secret() {
    check::<cohortgo::CohortGo>(cohortgo::Site::production(), cohortgo::Connect::new()).await;
}

#[tokio::test]
async fn cobot_shows_no_secret() {
    check::<cobot::Cobot>(cobot::Site::production(), cobot::Connect::new([cobot::scope::READ])).await;
}

#[tokio::test]
async fn go1_shows_no_secret() {
    check::<go1::Go1>(go1::Site::production(), go1::Connect::new([go1::scope::USER_READ])).await;
}

#[tokio::test]
async fn gocd_shows_no_secret() {
    check::<gocd::Gocd>(gocd::Site::at("https://go.example.com:8154").unwrap(), gocd::Connect::new()).await;
}
