//! Calls that are rejected before they are sent, and calls that the server refuses.

use cohortgo::api::{CreateStudent, ProviderInvoices};
use cohortgo::http::Request;
use cohortgo::{ErrorKind, RawRequest, Site};
use oauth_testing::{Wire, reply};

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
        let wire = Wire::default();
        let error = customer_at(base, &wire, false).send(&ProviderInvoices::default()).await.unwrap_err();
        assert_eq!((error.kind(), wire.count()), (ErrorKind::ForeignHost, 0), "{base}");
        out += &format!("{base}\n  {error}\n");
    }
    insta::assert_snapshot!(out);
}

#[tokio::test]
async fn named_host_receives_the_call() {
    let wire = Wire::answering([reply(200, "[]")]);
    let site = Site::production().trusting_api_host("api.example.org").unwrap();
    let client = client(site, &wire);
    let token = token_at(&client, "https://api.example.org/cohortgo/v1", false);
    client.send(&token, &ProviderInvoices::default()).await.unwrap();
    assert_eq!(wire.count(), 1);
}

#[tokio::test]
async fn sandbox_api_may_use_another_port() {
    let wire = Wire::answering([reply(200, "[]")]);
    let client = client(Site::at("http://127.0.0.1:4010").unwrap(), &wire);
    let token = token_at(&client, "http://127.0.0.1:4011/api/v1", false);
    client.send(&token, &ProviderInvoices::default()).await.unwrap();
    assert!(wire.text().starts_with("GET http://127.0.0.1:4011/api/v1/services/"), "{}", wire.text());

    let token = token_at(&client, "https://portal.cohortgo.com/api/v1", false);
    let error = client.send(&token, &ProviderInvoices::default()).await.unwrap_err();
    assert_eq!(
        (error.kind(), wire.count()),
        (ErrorKind::ForeignHost, 1),
        "a sandbox's token stays on this machine"
    );
}

#[tokio::test]
async fn raw_request_goes_only_to_own_api() {
    let wire = Wire::answering([reply(200, "{}")]);
    let acme = acme(&wire, false);
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
    assert_eq!(wire.count(), 0);
    let raw = Request::get("https://demo.s.portal.cohortgo.com/api/v1/users.json").body(Vec::new()).unwrap();
    acme.send(&RawRequest::new(raw)).await.unwrap();
    assert_eq!(wire.count(), 1);
}

#[tokio::test]
async fn token_of_another_portal_is_not_sent() {
    let wire = Wire::default();
    let production = client(Site::production(), &wire);
    let token = token_at(&production, "https://portal.cohortgo.com/api/v1", false);
    let sandbox = client(Site::at("http://127.0.0.1:4010").unwrap(), &wire);
    let error = sandbox.send(&token, &ProviderInvoices::default()).await.unwrap_err();
    assert_eq!((error.kind(), wire.count()), (ErrorKind::ForeignToken, 0));
}

#[tokio::test]
async fn refused_calls_give_help() {
    let mut out = String::new();
    for (response, kind) in [
        (recorded(401, "api_unauthorized.json"), ErrorKind::TokenRefused),
        (recorded(422, "api_invalid.json"), ErrorKind::ApiRefused),
        (reply(403, "{}"), ErrorKind::Forbidden),
        (reply(404, "<html>"), ErrorKind::ApiRefused),
        (reply(302, ""), ErrorKind::Redirected),
        (reply(429, ""), ErrorKind::RateLimited),
        (reply(500, ""), ErrorKind::Unavailable),
    ] {
        let wire = Wire::answering([response]);
        let error = acme(&wire, false).send(&CreateStudent::default()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(wire.count(), 1);
        out += &format!("{error}\n");
    }
    insta::assert_snapshot!(out);
}
