//! The page at work: a demo as `oauth demo --web` starts it, a browser without scripts, and the sandbox's people.

mod browser;

use std::time::Duration;

use oauth_sandbox::{SandboxProvider, ServerHandle};
use tokio::task::JoinSet;

use super::Demo;
use browser::{Browser, Page};

/// In the order of the page.
const PROVIDERS: [&str; 4] = ["go1", "gocd", "cobot", "cohortgo"];

async fn demo() -> (Demo, Browser) {
    let demo = Demo::start(0).await.unwrap();
    let browser = Browser::at(demo.world.origin());
    (demo, browser)
}

impl Demo {
    /// The sandbox's person logs in and says yes, and their browser comes back.
    async fn connect(&self, browser: &Browser, provider: &str) -> Page {
        async fn approve<P: SandboxProvider>(running: &ServerHandle<P>, url: &str) -> String {
            running.approve(url).await.unwrap().to_string()
        }
        let sandbox = self.world.sandbox();
        let link = browser.home().await.link(&format!("#connect-{provider}"));
        let authorize = browser.get(&link).await.location();
        let callback = match provider {
            "go1" => approve(sandbox.go1(), &authorize).await,
            "gocd" => approve(sandbox.gocd(), &authorize).await,
            "cobot" => approve(sandbox.cobot(), &authorize).await,
            _ => approve(sandbox.cohortgo(), &authorize).await,
        };
        let back = browser.get(&callback).await;
        assert_eq!(back.location(), "/", "{back:?}");
        self.world.work().settled(Duration::from_secs(5)).await;
        browser.home().await
    }

    fn token_calls(&self, provider: &str) -> u64 {
        let find =
            |name: &str| self.world.integrations().iter().find(|one| one.provider().name() == name).cloned();
        find(provider).unwrap().journal().token_calls()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_the_four_is_connected_through_login_and_consent() {
    let (demo, browser) = demo().await;
    assert_eq!(browser.home().await.text("#connections h2"), "Connections 0 of 4");
    for (provider, account, acts_for, scope) in [
        ("go1", "acme-training", "the person who connected", "user.read"),
        ("gocd", "checkout-team", "known there as", "There are no scopes"),
        ("cobot", "betahaus", "admin of", "read_memberships"),
        ("cohortgo", "brightwater-college", "by the account's token", "act-as-user"),
    ] {
        let before = browser.home().await;
        assert_eq!(before.health(provider), "apart");
        let page = demo.connect(&browser, provider).await;
        assert_eq!(page.health(provider), "valid", "{}", page.body);
        let row = page.row(provider);
        for part in ["Valid", account, acts_for, scope] {
            assert!(row.contains(part), "`{part}` in `{row}`");
        }
        assert_eq!(demo.token_calls(provider), 1);
    }
    let page = browser.home().await;
    assert_eq!(page.text("#connections h2"), "Connections 4 of 4");
    assert!(page.row("go1").contains("expires in 11:59:"), "{}", page.row("go1"));
    assert!(page.row("gocd").contains("expires in 89 days"), "{}", page.row("gocd"));
    assert!(page.row("cobot").contains("does not expire"), "{}", page.row("cobot"));
    let wire = page.text("#wire");
    for part in
        ["POST /oauth/token", "POST /oauth2/token", "GET /oauth/authorize", "connected", "[access token]"]
    {
        assert!(wire.contains(part), "`{part}` in `{wire}`");
    }
    demo.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirteen_hours_later_there_is_exactly_one_refresh() {
    let (demo, browser) = demo().await;
    for provider in PROVIDERS {
        demo.connect(&browser, provider).await;
    }
    let calls = PROVIDERS.map(|provider| demo.token_calls(provider));
    let back = browser.post("/clock", "jump=13-hours").await;
    assert_eq!(back.location(), "/#top");
    // Nothing is waited for here: the answer came when the refresh was over.
    let page = browser.home().await;
    assert_eq!(page.health("go1"), "valid");
    let row = page.row("go1");
    assert!(row.contains("Refreshed 1 time, last at") && row.contains("expires in 11:59:"), "{row}");
    // And the keeper, which has looked since, had nothing to do.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let after = PROVIDERS.map(|provider| demo.token_calls(provider));
    assert_eq!(after, [calls[0] + 1, calls[1], calls[2], calls[3]]);
    let wire = browser.home().await.text("#wire");
    assert!(wire.contains("You let 13 hours pass.") && wire.contains("refresh_token"), "{wire}");

    browser.post("/clock", "jump=91-days").await;
    let page = browser.home().await;
    let healths = PROVIDERS.map(|provider| page.health(provider));
    assert_eq!(healths, ["needs-reconnect", "valid", "valid", "valid"]);
    assert!(page.row("go1").contains("Nobody used it for 90 days"), "{}", page.row("go1"));
    assert!(page.row("gocd").contains("Refreshed 1 time"), "{}", page.row("gocd"));
    // A person mends it.
    assert_eq!(demo.connect(&browser, "go1").await.health("go1"), "valid");
    demo.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mishap_tells_what_happened() {
    let mut cases = JoinSet::new();
    for (mishap, provider, health, token_calls, row, wire) in [
        ("lost-answer", "go1", "needs-reconnect", 2, "whose answer nobody has", "no answer"),
        ("lost-answer", "gocd", "needs-reconnect", 2, "whose answer nobody has", "no answer"),
        ("server-error", "go1", "valid", 2, "Refreshed 1 time", "not refreshed"),
        (
            "slow-answer",
            "go1",
            "valid",
            1,
            "Refreshed 1 time",
            "for 1 token call, and all got the same headers",
        ),
        ("wrong-secret", "go1", "client-refused", 1, "until the secret is right", "the client was refused"),
        ("revoked", "go1", "needs-reconnect", 1, "taken back", "needs reconnecting: access was revoked"),
        ("revoked", "cobot", "needs-reconnect", 0, "there is none to refresh it with", "needs reconnecting"),
        (
            "revoked",
            "cohortgo",
            "needs-reconnect",
            0,
            "there is none to refresh it with",
            "needs reconnecting",
        ),
        ("hiccup", "gocd", "valid", 0, "The API said:", "The caller got its answer"),
        ("hiccup", "cobot", "valid", 0, "The API said:", "503"),
    ] {
        cases.spawn(async move {
            let (demo, browser) = demo().await;
            demo.connect(&browser, provider).await;
            let before = demo.token_calls(provider);
            let back = browser.post(&format!("/mishaps/{mishap}"), &format!("provider={provider}")).await;
            assert_eq!(back.location(), "/#connections");
            let page = browser.home().await;
            let case = format!("{mishap} at {provider}: {}\n{}", page.row(provider), page.text("#wire"));
            assert_eq!(page.health(provider), health, "{case}");
            assert_eq!(demo.token_calls(provider) - before, token_calls, "{case}");
            assert!(page.row(provider).contains(row), "{case}");
            assert!(page.text("#wire").contains(wire), "{case}");
            page.has_none_of(&demo.world.secrets());
            demo.end().await;
        });
    }
    // Each waits for a deadline or two; together they take no longer.
    assert_eq!(cases.join_all().await.len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_stops_everything_until_it_is_corrected() {
    let (demo, browser) = demo().await;
    demo.connect(&browser, "go1").await;
    browser.post("/mishaps/wrong-secret", "provider=go1").await;
    let calls = demo.token_calls("go1");
    // The token expires, and still nothing is risked.
    browser.post("/clock", "jump=13-hours").await;
    browser.post("/mishaps/lost-answer", "provider=go1").await;
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    assert_eq!(demo.token_calls("go1"), calls);
    assert_eq!(browser.home().await.health("go1"), "client-refused");
    browser.post("/connections/go1/secret", "").await;
    let page = browser.home().await;
    assert_eq!(page.health("go1"), "valid", "{}", page.text("#wire"));
    assert_eq!(demo.token_calls("go1"), calls + 1);

    // GoCD spends the refresh token before it looks at the secret: the one customer whose turn it was is lost, and said to be.
    demo.connect(&browser, "gocd").await;
    browser.post("/mishaps/wrong-secret", "provider=gocd").await;
    browser.post("/connections/gocd/secret", "").await;
    let page = browser.home().await;
    assert_eq!(page.health("gocd"), "needs-reconnect", "{}", page.text("#wire"));
    assert_eq!(demo.connect(&browser, "gocd").await.health("gocd"), "valid");
    demo.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_that_passed_is_shown() {
    let (demo, browser) = demo().await;
    for provider in PROVIDERS {
        demo.connect(&browser, provider).await;
        browser.post(&format!("/connections/{provider}/call"), "").await;
        browser.post("/mishaps/hiccup", &format!("provider={provider}")).await;
    }
    browser.post("/connections/go1/refresh", "").await;
    browser.post("/clock", "jump=13-hours").await;
    browser.post("/mishaps/lost-answer", "provider=go1").await;
    browser.post("/mishaps/revoked", "provider=gocd").await;
    let page = browser.home().await;
    let secrets = demo.world.secrets();
    // At each provider: client secret, two or three passwords, code, token; and what the refreshes brought.
    assert!(secrets.len() > 24, "{}", secrets.len());
    page.has_none_of(&secrets);
    assert!(
        page.body.contains("[refresh token 2]") && page.body.contains("[client secret]"),
        "{}",
        page.body
    );
    demo.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_send_is_refused_and_does_nothing() {
    let (demo, browser) = demo().await;
    demo.connect(&browser, "go1").await;
    let before = browser.home().await.text("#wire");
    let foreign: [&[(&str, &str)]; 4] = [
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "http://localhost:3000"), ("sec-fetch-site", "same-site")],
        &[("origin", "null")],
        &[],
    ];
    for (path, body) in [
        ("/clock", "jump=13-hours"),
        ("/connections/go1/disconnect", ""),
        ("/connections/go1/refresh", ""),
        ("/mishaps/revoked", "provider=go1"),
        ("/reset", ""),
    ] {
        for headers in foreign {
            let page = browser.send("POST", path, body, headers).await;
            assert_eq!(page.status, 403, "{path} {headers:?}");
        }
        let page = browser.send("GET", path, "", &[]).await;
        assert_eq!(page.status, 405, "{path}");
    }
    for path in ["/", "/live?after=0", "/connect/go1", "/callback/go1?code=1&state=2", "/style.css"] {
        let page = browser.send("GET", path, "", &[("host", "rebound.evil.example")]).await;
        assert_eq!(page.status, 421, "{path}");
        assert!(page.body.contains(demo.world.origin()) && page.headers.get("set-cookie").is_none());
    }
    let page = browser.home().await;
    assert_eq!(page.text("#wire"), before);
    assert_eq!((page.health("go1").as_str(), demo.token_calls("go1")), ("valid", 1));
    demo.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_makes_no_sense_does_nothing() {
    let (demo, browser) = demo().await;
    for (path, body, status) in [
        ("/clock", "jump=tomorrow", 422),
        ("/clock", "", 422),
        ("/mishaps/flood", "provider=go1", 404),
        ("/mishaps/revoked", "provider=go2", 404),
        ("/connections/go2/refresh", "", 404),
        ("/nothing", "", 404),
        // Not connected: a page that is out of date offers more than there is.
        ("/mishaps/revoked", "provider=go1", 303),
        ("/mishaps/slow-answer", "provider=cobot", 303),
        ("/connections/go1/disconnect", "", 303),
    ] {
        assert_eq!(browser.post(path, body).await.status, status, "{path} {body}");
    }
    assert_eq!(PROVIDERS.map(|provider| demo.token_calls(provider)), [0; 4]);
    assert_eq!(demo.connect(&browser, "go1").await.health("go1"), "valid", "no fault was left behind");
    demo.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starting_over_forgets_everything() {
    let (demo, browser) = demo().await;
    demo.connect(&browser, "go1").await;
    browser.post("/clock", "jump=91-days").await;
    browser.post("/mishaps/wrong-secret", "provider=go1").await;
    let back = browser.post("/reset", "").await;
    assert_eq!(back.location(), "/#top");
    let page = browser.home().await;
    assert!(page.text("#wire").contains("Nothing yet."), "{}", page.text("#wire"));
    assert_eq!(page.text("#connections h2"), "Connections 0 of 4");
    let page = demo.connect(&browser, "go1").await;
    assert_eq!(page.health("go1"), "valid");
    assert!(
        !page.row("go1").contains("Refreshed") && page.row("go1").contains("11:59:"),
        "{}",
        page.row("go1")
    );
    demo.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_told_as_soon_as_it_is_different() {
    let (demo, browser) = demo().await;
    let version = browser.home().await.version();
    let asked = format!("/live?after={version}");
    let question = browser.get(&asked);
    let (answer, _) = tokio::join!(question, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        demo.connect(&browser, "go1").await
    });
    assert_eq!(answer.status, 200);
    assert_ne!(answer.version(), version);
    // Who is behind is told at once; who asks at the end is sent home with nothing.
    assert_eq!(browser.get(&asked).await.status, 200);
    let version = browser.home().await.version();
    let last = tokio::spawn({
        let browser = browser.clone();
        async move { browser.get(&format!("/live?after={version}")).await.status }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = std::time::Instant::now();
    demo.end().await;
    assert_eq!(last.await.unwrap(), 204);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_its_headers() {
    let (demo, browser) = demo().await;
    for path in ["/", "/style.css", "/script.js", "/nothing", "/connect/nobody"] {
        let page = browser.get(path).await;
        let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
        assert_eq!(
            (header("cache-control").as_str(), header("x-content-type-options").as_str()),
            ("no-store", "nosniff")
        );
        let policy = header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
    // What that policy would keep from working.
    let home = browser.home().await;
    for gone in ["[style]", "style", "[onclick]", "script:not([src])", "[src^=http]", "link[href^=http]"] {
        assert_eq!(home.count(gone), 0, "{gone}");
    }
    demo.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn snapshots() {
    let (demo, browser) = demo().await;
    insta::assert_snapshot!("empty", browser.home().await.settled());
    for provider in PROVIDERS {
        demo.connect(&browser, provider).await;
    }
    browser.post("/clock", "jump=13-hours").await;
    browser.post("/mishaps/revoked", "provider=cobot").await;
    browser.post("/mishaps/wrong-secret", "provider=gocd").await;
    let page = browser.home().await.settled();
    let connections =
        page.split("<section").find(|section| section.starts_with(" id=\"connections\"")).unwrap();
    insta::assert_snapshot!("connections", connections);
    demo.end().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_with_what_to_do() {
    let demo = Demo::start(0).await.unwrap();
    let port = demo.world.origin().rsplit(':').next().unwrap().parse().unwrap();
    let error = Demo::start(port).await.err().unwrap().to_string();
    assert!(error.contains(&format!("port {port} is in use")) && error.contains("--port 0"), "{error}");
    demo.end().await;
}
