//! `Connected` in handlers.

use std::time::Duration;

use axum::http::StatusCode;
use oauth_sandbox::Fault;

use crate::support::{Browser, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visitor_is_redirected_to_connect_and_back() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let sent = browser.get("/courses?page=2&q=a%26b").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(sent.location(), "/connect/go1?account=acme&return_to=%2Fcourses%3Fpage%3D2%26q%3Da%2526b");
    let begun = browser.get(sent.location()).await;
    let callback = scenario.approve("go1", begun.location()).await;
    let back = browser.get(callback.as_str()).await;
    assert_eq!(back.location(), "/courses?page=2&q=a%26b");
    let page = browser.get(back.location()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("of acme lacks [], /connect/go1?account=acme"), "{}", page.body);

    // A redirect cannot repeat a POST, so the link has no `return_to`.
    let other = Browser::at(&machine).with("x-customer", "other");
    let sent = other.request("POST", "/courses").await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, "/connect/go1?account=other"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refreshes_expired_token_and_reconnects_dead_one() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    scenario.connect(&browser, "go1", "").await;
    scenario.sandbox.go1().advance(Duration::from_secs(13 * 3_600));
    assert_eq!(browser.get("/courses").await.status, StatusCode::OK);
    assert_eq!(scenario.token_calls("go1"), 2);

    // The provider is down: the connection is kept, and the visitor is not redirected to connect.
    scenario.sandbox.go1().advance(Duration::from_secs(13 * 3_600));
    scenario.sandbox.go1().next_token_call(Fault::status(503, "busy"));
    let page = browser.get("/courses").await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "Go1 cannot be reached at the moment")
    );
    assert_eq!(page.headers["cache-control"], "no-store");

    scenario.sandbox.go1().advance(Duration::from_secs(91 * 86_400));
    let dead = scenario.machine().await;
    let sent = browser.routed_to(&dead).get("/courses").await;
    assert_eq!(
        (sent.status, sent.location()),
        (StatusCode::SEE_OTHER, "/connect/go1?account=acme&return_to=%2Fcourses")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn optional_connection_is_none_without_permission() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    assert_eq!(browser.get("/maybe").await.body, "not connected");
    scenario.connect(&browser, "go1", "").await;
    assert_eq!(browser.get("/maybe").await.body, "connected, lacks []");
    let signed_out = Browser::at(&machine).with("x-customer", "signed-out");
    assert_eq!(signed_out.get("/maybe").await.body, "not connected");
    assert_eq!(signed_out.get("/courses").await.location(), "/login");
    let guest = Browser::at(&machine).with("x-customer", "guest");
    assert_eq!(guest.get("/courses").await.status, StatusCode::FORBIDDEN);
}
