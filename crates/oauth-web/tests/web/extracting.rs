//! Handlers that need a connection.

use std::time::Duration;

use axum::http::StatusCode;
use oauth_sandbox::Fault;

use crate::support::{Browser, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_is_sent_to_connect_and_back() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let sent = browser.get("/courses?page=2&q=a%26b").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(sent.location(), "/connect/go1?account=acme&return_to=%2Fcourses%3Fpage%3D2%26q%3Da%2526b");
    let begun = browser.get(sent.location()).await;
    let callback = world.approve("go1", begun.location()).await;
    let back = browser.get(callback.as_str()).await;
    assert_eq!(back.location(), "/courses?page=2&q=a%26b");
    let page = browser.get(back.location()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("of acme lacks [], /connect/go1?account=acme"), "{}", page.body);

    // What was posted cannot be posted again by a redirect.
    let other = Browser::at(&machine).with("x-customer", "other");
    let sent = other.request("POST", "/courses").await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, "/connect/go1?account=other"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_token_is_refreshed_and_a_dead_one_is_connected_again() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    world.connect(&browser, "go1", "").await;
    world.sandbox.go1().advance(Duration::from_secs(13 * 3_600));
    assert_eq!(browser.get("/courses").await.status, StatusCode::OK);
    assert_eq!(world.token_calls("go1"), 2);

    // The provider is away: the connection is kept, and nobody is sent to connect for that.
    world.sandbox.go1().advance(Duration::from_secs(13 * 3_600));
    world.sandbox.go1().next_token_call(Fault::status(503, "busy"));
    let page = browser.get("/courses").await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "Go1 cannot be reached at the moment")
    );
    assert_eq!(page.headers["cache-control"], "no-store");

    world.sandbox.go1().advance(Duration::from_secs(91 * 86_400));
    let dead = world.machine().await;
    let sent = browser.led_to(&dead).get("/courses").await;
    assert_eq!(
        (sent.status, sent.location()),
        (StatusCode::SEE_OTHER, "/connect/go1?account=acme&return_to=%2Fcourses")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_may_do_without_and_a_stranger_gets_the_applications_answer() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    assert_eq!(browser.get("/maybe").await.body, "not connected");
    world.connect(&browser, "go1", "").await;
    assert_eq!(browser.get("/maybe").await.body, "connected, lacks []");
    let nobody = Browser::at(&machine).with("x-customer", "nobody");
    assert_eq!(nobody.get("/maybe").await.body, "not connected");
    assert_eq!(nobody.get("/courses").await.location(), "/login");
    let guest = Browser::at(&machine).with("x-customer", "guest");
    assert_eq!(guest.get("/courses").await.status, StatusCode::FORBIDDEN);
}
