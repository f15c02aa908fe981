//! An attempt begins and ends only where the user wants it: not from other sites, not in advance, not for
//! another account.

use axum::http::StatusCode;

use crate::support::{Browser, PROVIDERS, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_own_pages_begin_an_attempt() {
    let (scenario, machine) = start().await;
    let link = "/connect/go1?account=acme&return_to=/courses&ticket=a%26b";
    let own = machine.origin.as_str();
    for (method, site, origin, begins) in [
        ("GET", Some("same-origin"), None, true),
        ("GET", Some("cross-site"), None, false),
        ("GET", Some("same-site"), None, false),
        // The address bar, a bookmark or a mail program.
        ("GET", Some("none"), None, false),
        ("GET", None, None, false),
        ("GET", None, Some(own), false),
        ("GET", Some("Same-Origin"), None, false),
        ("POST", Some("same-origin"), Some(own), true),
        ("POST", Some("same-origin"), Some("null"), true),
        ("POST", Some("cross-site"), Some(own), false),
        ("POST", Some("none"), None, false),
        ("POST", None, Some(own), true),
        ("POST", None, Some("null"), false),
        ("POST", None, Some("https://evil.example"), false),
        ("POST", None, None, false),
    ] {
        let case = format!("{method} {site:?} {origin:?}");
        let mut browser = Browser::at(&machine).without("sec-fetch-site").with("sec-fetch-dest", "image");
        if let Some(site) = site {
            browser = browser.with("sec-fetch-site", site);
        }
        if let Some(origin) = origin {
            browser = browser.with("origin", origin);
        }
        let page = browser.request(method, link).await;
        assert_eq!(page.status == StatusCode::SEE_OTHER, begins, "{case}: {page:?}");
        assert_eq!(page.cookies().len(), usize::from(begins), "{case}");
        if begins {
            continue;
        }
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Connect Go1?"), "{case}");
        // Without a form target, because browsers apply it to the provider's redirects too.
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("form-action"), "{policy}");
        assert_eq!(page.headers["referrer-policy"], "same-origin", "browsers send an `Origin`");
        assert_eq!(page.form_action(), link, "the button keeps all parameters");
    }
    // Neither does an image in the site's own content begin one.
    for (mode, begins) in [("navigate", true), ("no-cors", false), ("cors", false)] {
        let page = Browser::at(&machine).with("sec-fetch-mode", mode).get(link).await;
        assert_eq!(page.status == StatusCode::SEE_OTHER, begins, "{mode}: {page:?}");
    }
    // The button begins the attempt, at every provider and in a pop-up.
    for provider in PROVIDERS {
        let browser = Browser::at(&machine);
        let foreign = browser.also("sec-fetch-site", "cross-site");
        let asked = foreign.get(&format!("/connect/{provider}?account=acme&mode=popup")).await;
        let begun = browser.request("POST", &asked.form_action()).await;
        let callback = scenario.approve(provider, begun.location()).await;
        // The browser returns from the provider's site.
        let page = foreign.get(callback.as_str()).await;
        assert!(page.body.contains("data-outcome=\"connected\""), "{provider}: {page:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prefetch_spends_nothing() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("sec-purpose", "prefetch;anonymous-client-ip"),
        ("purpose", "prefetch"),
        ("purpose", "Prefetch"),
        ("x-purpose", "preview"),
        ("x-moz", "prefetch"),
    ] {
        let ahead = browser.also(name, value);
        let page = ahead.get("/connect/go1?account=acme").await;
        assert_eq!(
            (page.status, page.cookies().len()),
            (StatusCode::SERVICE_UNAVAILABLE, 0),
            "{name}: {value}"
        );
        let callback = scenario.begin(&browser, "go1", "?account=acme").await;
        let calls = scenario.token_calls("go1");
        let page = ahead.get(callback.as_str()).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{name}: {value}");
        assert_eq!(page.headers["cache-control"], "no-store");
        assert!(page.cookies().is_empty());
        assert_eq!(scenario.token_calls("go1"), calls, "{name}: {value}");
        // The user opens the page after all.
        assert_eq!(browser.get(callback.as_str()).await.heading(), "Go1 is connected", "{name}: {value}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callback_decides_the_account_again() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    for provider in PROVIDERS {
        let begun = browser.also("x-customer", "first").get(&format!("/connect/{provider}?ticket=1")).await;
        let callback = scenario.approve(provider, begun.location()).await;
        let page = browser.also("x-customer", "second").get(callback.as_str()).await;
        assert_eq!(
            (page.status, page.heading().as_str()),
            (StatusCode::CONFLICT, "You are signed in differently now"),
            "{provider}"
        );
        assert_eq!(page.link("Start again"), format!("/connect/{provider}?ticket=1"));
        let page = browser.also("x-customer", "guest").get(callback.as_str()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        let page = browser.also("x-customer", "signed-out").get(callback.as_str()).await;
        assert_eq!(page.location(), "/login");
        assert_eq!(scenario.token_calls(provider), 0);
        // Nothing is spent: signed in as before, the same callback connects.
        let page = browser.also("x-customer", "first").get(callback.as_str()).await;
        assert!(page.heading().ends_with(" is connected"), "{provider}: {page:?}");
    }
    assert!(machine.go1.get("first").status().await.is_ok());
    assert!(machine.go1.get("second").status().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_cookies_do_not_matter() {
    let (scenario, machine) = start().await;
    for (before, after) in [
        (&b"name=caf\xc3\xa9; "[..], &b""[..]),
        (b"", b"; name=caf\xe9"),
        (b"\xff\xfe; =; ;novalue; a=\"b; ", b"; d=\"; oauth-web-\xc3\xa9=1; oauth-web-x=\xe9"),
    ] {
        for provider in PROVIDERS {
            let browser = Browser::at(&machine);
            let begun = browser.get(&format!("/connect/{provider}?account=acme")).await;
            let callback = scenario.approve(provider, begun.location()).await;
            let cookies = [before, browser.cookies().as_bytes(), after].concat();
            let with_cookies = Browser::at(&machine).with_bytes("cookie", &cookies);
            let redirect = with_cookies.get_once(callback.as_str()).await;
            let result = redirect.cookies()[0].split(';').next().unwrap();
            let cookies = [before, result.as_bytes(), after].concat();
            let with_cookies = Browser::at(&machine).with_bytes("cookie", &cookies);
            let page = with_cookies.get(redirect.location()).await;
            assert!(page.heading().ends_with(" is connected"), "{provider} {cookies:?}: {page:?}");
        }
    }
}
