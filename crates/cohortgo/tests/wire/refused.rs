//! Calls that are rejected before they are sent, and calls that the server refuses.

use cohortgo::api::{CreateStudent, NewStudent, ProviderInvoices};
use cohortgo::http::Request;
use cohortgo::{ErrorKind, RawRequest, Site};
use oauth_testing::{RecordingTransport, json_response, with_header};

use crate::{acme, client, customer_at, recorded, token_at};

#[tokio::test]
async fn hostile_api_base_url_receives_nothing() {
    let mut out = String::new();
    for base in [
        "https://evil.example/api/v1",
        "https://cohortgo.com.evil.example/api/v1",
        "https://evilcohortgo.com/api/v1",
        "http://portal.cohortgo.com/api/v1",
        "https://portal.cohortgo.com:8443/api/v1",
        "https://portal.cohortgo.com@evil.example/api/v1",
        "https://user@portal.cohortgo.com/api/v1",
        "https://portal.cohortgo.com/api/v1?x=",
        "https://portal.cohortgo.com/api/v1#x",
        "https://127.0.0.1/api/v1",
        "http://127.0.0.1:4010/api/v1",
        "data:text/plain,x",
    ] {
        let transport = RecordingTransport::default();
        let error = customer_at(base, &transport, false).send(&ProviderInvoices::new()).await.unwrap_err();
        assert_eq!((error.kind(), transport.count()), (ErrorKind::ForeignHost, 0), "{base}");
        out += &format!("{base}\n  {error}\n");
    }
    insta::assert_snapshot!(out);
}

#[tokio::test]
async fn named_host_receives_the_call() {
    let transport = RecordingTransport::with_responses([json_response(200, "[]")]);
    let site = Site::production().trusting_api_host("api.example.org").unwrap();
    let client = client(site, &transport);
    let token = token_at(&client, "https://api.example.org/cohortgo/v1", false);
    client.send(&token, &ProviderInvoices::new()).await.unwrap();
    assert_eq!(transport.count(), 1);
}

#[tokio::test]
async fn sandbox_api_may_use_another_port() {
    let transport = RecordingTransport::with_responses([json_response(200, "[]")]);
    let client = client(Site::at("http://127.0.0.1:4010").unwrap(), &transport);
    let token = token_at(&client, "http://127.0.0.1:4011/api/v1", false);
    client.send(&token, &ProviderInvoices::new()).await.unwrap();
    assert!(
        transport.text().starts_with("GET http://127.0.0.1:4011/api/v1/services/"),
        "{}",
        transport.text()
    );

    let token = token_at(&client, "https://portal.cohortgo.com/api/v1", false);
    let error = client.send(&token, &ProviderInvoices::new()).await.unwrap_err();
    assert_eq!(
        (error.kind(), transport.count()),
        (ErrorKind::ForeignHost, 1),
        "a sandbox's token stays on this machine"
    );
}

#[tokio::test]
async fn raw_request_goes_only_to_own_api() {
    let transport = RecordingTransport::with_responses([json_response(200, "{}")]);
    let acme = acme(&transport, false);
    for (url, kind) in [
        ("https://portal.cohortgo.com/api/v1/users.json", ErrorKind::ForeignHost), // another customer's
        ("https://evil.example/users.json", ErrorKind::ForeignHost),
        ("https://demo.s.portal.cohortgo.com:444/users.json", ErrorKind::ForeignHost),
        ("http://demo.s.portal.cohortgo.com/api/v1/users.json", ErrorKind::InvalidInput),
        ("/api/v1/users.json", ErrorKind::InvalidInput),
    ] {
        let raw = RawRequest::new(Request::get(url).body(Vec::new()).unwrap());
        assert_eq!(acme.send(&raw).await.unwrap_err().kind(), kind, "{url}");
    }
    assert_eq!(transport.count(), 0);
    let raw = Request::get("https://demo.s.portal.cohortgo.com/api/v1/users.json").body(Vec::new()).unwrap();
    acme.send(&RawRequest::new(raw)).await.unwrap();
    assert_eq!(transport.count(), 1);
}

#[tokio::test]
async fn token_of_another_portal_is_not_sent() {
    let transport = RecordingTransport::default();
    let production = client(Site::production(), &transport);
    let token = token_at(&production, "https://portal.cohortgo.com/api/v1", false);
    let sandbox = client(Site::at("http://127.0.0.1:4010").unwrap(), &transport);
    let error = sandbox.send(&token, &ProviderInvoices::new()).await.unwrap_err();
    assert_eq!((error.kind(), transport.count()), (ErrorKind::ForeignToken, 0));
}

#[tokio::test]
async fn refused_calls_give_help() {
    let challenge =
        |status, challenge: &str| with_header(json_response(status, ""), "www-authenticate", challenge);
    let mut out = String::new();
    for (response, kind) in [
        (recorded(401, "api_unauthorized.json"), ErrorKind::Unauthorized),
        (challenge(401, r#"Bearer error="invalid_token""#), ErrorKind::TokenRefused),
        (recorded(422, "api_invalid.json"), ErrorKind::ApiRefused),
        (json_response(403, "{}"), ErrorKind::Forbidden),
        (json_response(404, "<html>"), ErrorKind::ApiRefused),
        (json_response(302, ""), ErrorKind::Redirected),
        (json_response(429, ""), ErrorKind::RateLimited),
        (json_response(500, ""), ErrorKind::Unavailable),
    ] {
        let transport = RecordingTransport::with_responses([response]);
        let error = acme(&transport, false).send(&CreateStudent::new(NewStudent::new())).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(transport.count(), 1);
        out += &format!("{error}\n");
    }
    insta::assert_snapshot!(out);
}
