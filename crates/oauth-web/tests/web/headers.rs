//! Security headers of all responses, and the methods that the routes accept.

use axum::http::StatusCode;

use crate::support::{Browser, Page, start};

fn assert_protected(case: &str, page: &Page) {
    let header = |name: &str| {
        page.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert_eq!(header("referrer-policy"), "no-referrer", "{case}");
    assert_eq!(header("cache-control"), "no-store", "{case}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{case}");
    assert_eq!(header("x-frame-options"), "DENY", "{case}");
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"] {
        assert!(policy.contains(part), "{case}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{case}: {policy}");
    // The policy allows each inline style and script by its hash; the page loads nothing.
    let html = scraper::Html::parse_document(&page.body);
    for element in html.select(&scraper::Selector::parse("style, script").unwrap()) {
        use base64::Engine as _;
        use sha2::Digest as _;
        let text: String = element.text().collect();
        let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(text));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{case}: {policy}");
    }
    let loading = "[src], [style], [onclick], [onload], link[href]:not([href^='data:']), form";
    assert_eq!(html.select(&scraper::Selector::parse(loading).unwrap()).count(), 0, "{case}: {}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_response_has_security_headers() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let begun = browser.get("/connect/go1?account=acme").await;
    assert_protected("the redirect to the provider", &begun);
    let callback = scenario.approve("go1", begun.location()).await;
    assert_protected("connected", &browser.get(callback.as_str()).await);
    assert_protected("reloaded", &browser.get(callback.as_str()).await);
    assert_protected("another browser", &Browser::at(&machine).get(callback.as_str()).await);
    assert_protected(
        "a redirect to return_to",
        &scenario.connect(&browser, "go1", "?return_to=/courses").await,
    );
    assert_protected("a pop-up", &scenario.connect(&browser, "go1", "?mode=popup").await);
    assert_protected("a broken link", &browser.get("/connect/go1?return_to=//evil.example").await);
    assert_protected("a long link", &browser.get(&format!("/connect/go1?x={}", "a".repeat(2_000))).await);
    assert_protected("no such provider", &browser.get("/connect/unknown").await);
    assert_protected("no such provider's callback", &browser.get("/callback/unknown?code=1&state=2").await);
    for stranger in ["signed-out", "guest"] {
        let browser = Browser::at(&machine).with("x-customer", stranger);
        assert_protected("not allowed", &browser.get("/connect/go1").await);
        assert_protected("a handler's refusal", &browser.get("/courses").await);
    }
    for path in ["/connect/go1", "/callback/go1?code=1&state=2"] {
        for method in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
            assert_protected(&format!("{method} {path}"), &browser.request(method, path).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_other_methods() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let callback = scenario.begin(&browser, "go1", "?account=acme").await;
    for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
        for path in ["/connect/go1", "/connect/go1/"].into_iter().filter(|_| method != "POST") {
            let page = browser.request(method, path).await;
            assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(page.headers["allow"], "GET, POST", "{method} {path}");
            assert!(page.cookies().is_empty(), "{method} {path}");
        }
        let page = browser.request(method, callback.as_str()).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(page.headers["allow"], "GET", "{method}");
    }
    assert_eq!(scenario.token_calls("go1"), 0, "link checkers spend no code");
    assert_eq!(browser.get(callback.as_str()).await.heading(), "Go1 is connected");
    for path in
        ["/connect/unknown", "/connect/unknown/", "/callback/unknown", "/callback/unknown/?code=1&state=2"]
    {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/connect", "/connect/go1/more", "/callback/go1//"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}: no such route");
    }
}
