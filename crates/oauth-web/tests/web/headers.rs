//! What every answer says beside its page, and which requests get one.

use axum::http::StatusCode;

use crate::support::{Browser, Page, start};

fn protected(what: &str, page: &Page) {
    let says = |name: &str| {
        page.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert_eq!(says("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(says("cache-control"), "no-store", "{what}");
    assert_eq!(says("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(says("x-frame-options"), "DENY", "{what}");
    let policy = says("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"] {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{what}: {policy}");
    // Every inline style and script is allowed by its own hash, and nothing is loaded from anywhere.
    let html = scraper::Html::parse_document(&page.body);
    for element in html.select(&scraper::Selector::parse("style, script").unwrap()) {
        use base64::Engine as _;
        use sha2::Digest as _;
        let text: String = element.text().collect();
        let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(text));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{what}: {policy}");
    }
    let loading = "[src], [style], [onclick], [onload], link[href]:not([href^='data:']), form";
    assert_eq!(html.select(&scraper::Selector::parse(loading).unwrap()).count(), 0, "{what}: {}", page.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_protected() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let begun = browser.get("/connect/go1?account=acme").await;
    protected("the redirect to the provider", &begun);
    let callback = world.approve("go1", begun.location()).await;
    protected("connected", &browser.get(callback.as_str()).await);
    protected("loaded again", &browser.get(callback.as_str()).await);
    protected("another browser", &Browser::at(&machine).get(callback.as_str()).await);
    protected("a redirect onwards", &world.connect(&browser, "go1", "?return_to=/courses").await);
    protected("a pop-up", &world.connect(&browser, "go1", "?mode=popup").await);
    protected("a broken link", &browser.get("/connect/go1?return_to=//evil.example").await);
    protected("a long link", &browser.get(&format!("/connect/go1?x={}", "a".repeat(2_000))).await);
    protected("no such provider", &browser.get("/connect/nobody").await);
    protected("no such provider's callback", &browser.get("/callback/nobody?code=1&state=2").await);
    for stranger in ["nobody", "guest"] {
        let browser = Browser::at(&machine).with("x-customer", stranger);
        protected("not allowed", &browser.get("/connect/go1").await);
        protected("a handler's refusal", &browser.get("/courses").await);
    }
    for path in ["/connect/go1", "/callback/go1?code=1&state=2"] {
        for method in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
            protected(&format!("{method} {path}"), &browser.request(method, path).await);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_get_does_anything() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let begun = browser.get("/connect/go1?account=acme").await;
    let callback = world.approve("go1", begun.location()).await;
    for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
        for path in ["/connect/go1", "/connect/go1/"] {
            let page = browser.request(method, path).await;
            assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(page.headers["allow"], "GET", "{method} {path}");
            assert!(page.cookies().is_empty(), "{method} {path}");
        }
        let page = browser.request(method, callback.as_str()).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    assert_eq!(world.token_calls("go1"), 0, "what looks at links spends no code");
    assert_eq!(browser.get(callback.as_str()).await.heading(), "Go1 is connected");
    for path in
        ["/connect/nobody", "/connect/nobody/", "/callback/nobody", "/callback/nobody/?code=1&state=2"]
    {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/connect", "/connect/go1/more", "/callback/go1//"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}: not ours");
    }
}
