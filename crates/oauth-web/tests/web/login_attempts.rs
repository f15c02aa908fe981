//! An attempt is valid in one browser, for a limited time, and once.

use std::time::Duration;

use axum::http::StatusCode;
use oauth_core::url::Url;

use crate::support::{Browser, Machine, PROVIDERS, Scenario, start};

const NOT_BEGUN: &str = "This was not started in this browser";

/// Begins to connect `acme` on the first of two machines.
async fn begin_on_first_machine(provider: &str) -> (Scenario, [Machine; 2], Browser, Url) {
    let (scenario, machine) = start().await;
    let there = scenario.machine().await;
    let browser = Browser::at(&machine);
    let callback = scenario.begin(&browser, provider, "?account=acme").await;
    (scenario, [machine, there], browser, callback)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_callback_in_another_browser() {
    let (scenario, machine) = start().await;
    let (victim, attacker) = (Browser::at(&machine), Browser::at(&machine));
    let callback = scenario.begin(&attacker, "go1", "?account=evil").await;

    let page = victim.get(callback.as_str()).await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::BAD_REQUEST, NOT_BEGUN));
    assert_eq!(page.link("Start again"), "/connect/go1");
    // The same while the victim has a pending attempt.
    let own = victim.get("/connect/go1?account=acme").await;
    assert_eq!(victim.get(callback.as_str()).await.heading(), NOT_BEGUN);
    let code = callback.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    for query in [format!("code={code}"), format!("code={code}&state="), format!("code={code}&state=guess")] {
        let page = victim.get(&format!("/callback/go1?{query}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}: {page:?}");
    }
    assert_eq!(scenario.token_calls("go1"), 0);
    // The victim's attempt is still valid.
    let callback = scenario.approve("go1", own.location()).await;
    assert_eq!(victim.get(callback.as_str()).await.heading(), "Go1 is connected");
    assert!(machine.go1.get("evil").status().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_attempt_can_be_started_again() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let callback = scenario.begin(&browser, "go1", "?account=acme&return_to=/courses").await;
    scenario.sandbox.go1().advance(Duration::from_secs(15 * 60 + 1));
    let page = browser.get(callback.as_str()).await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::BAD_REQUEST, "That took too long"));
    assert!(page.body.contains("within 15 minutes"), "{}", page.body);
    assert_eq!(scenario.token_calls("go1"), 0);
    // The link keeps all parameters of the first one.
    let begun = browser.get(&page.link("Start again")).await;
    let callback = scenario.approve("go1", begun.location()).await;
    assert_eq!(browser.get(callback.as_str()).await.location(), "/courses");

    // Without the cookie, the page also shows the time limit.
    let minutes = begun.cookies()[0].split("Max-Age=").nth(1).unwrap().split(';').next().unwrap();
    assert_eq!(minutes.parse::<u64>().unwrap(), 3_600);
    let page = Browser::at(&machine).get(callback.as_str()).await;
    assert!(page.heading() == NOT_BEGUN && page.body.contains("within 15 minutes"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_work_in_any_order() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let first = browser.get("/connect/go1?account=first").await;
    let second = browser.get("/connect/go1?account=second").await;
    let other = browser.get("/connect/gocd?account=third").await;
    let (a, b, c) = (
        scenario.approve("go1", first.location()).await,
        scenario.approve("go1", second.location()).await,
        scenario.approve("gocd", other.location()).await,
    );
    for callback in [c, b, a] {
        let page = browser.get(callback.as_str()).await;
        assert!(page.heading().ends_with("is connected"), "{page:?}");
    }
    for account in ["first", "second"] {
        assert!(machine.go1.get(account).status().await.is_ok(), "{account}");
    }
    assert!(machine.gocd.get("third").status().await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browser_keeps_only_last_five_attempts() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let mut begun = Vec::new();
    for n in 0..12 {
        begun.push(browser.get(&format!("/connect/go1?account=tab-{n}")).await);
        let cookies = browser.cookies();
        assert!(cookies.split("; ").count() <= 5 && cookies.len() < 8_000, "{} bytes", cookies.len());
    }
    for (n, begun) in begun.iter().enumerate() {
        let callback = scenario.approve("go1", begun.location()).await;
        let heading = browser.get(callback.as_str()).await.heading();
        assert_eq!(heading, if n < 7 { NOT_BEGUN } else { "Go1 is connected" }, "tab {n}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn second_callback_sends_nothing_on_any_machine() {
    let (scenario, [machine, there], browser, callback) = begin_on_first_machine("go1").await;
    let cookies = browser.cookies();
    // Begun on one machine, finished on the other.
    let page = browser.routed_to(&there).get(callback.as_str()).await;
    assert_eq!(page.heading(), "Go1 is connected");
    assert_eq!(scenario.token_calls("go1"), 1);

    // Reloading the page shows the same result.
    for machine in [&machine, &there] {
        let page = browser.routed_to(machine).get(callback.as_str()).await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Go1 is connected"));
    }
    // A copy of the old cookie is useless: the store has recorded the attempt.
    for machine in [&machine, &there, &scenario.machine().await] {
        let thief = Browser::at(machine);
        thief.add_cookies(&cookies);
        let page = thief.get(callback.as_str()).await;
        assert_eq!(
            (page.status, page.heading().as_str()),
            (StatusCode::CONFLICT, "This was already finished")
        );
    }
    assert_eq!(scenario.token_calls("go1"), 1, "nothing was sent a second time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callback_redirects_to_address_without_code() {
    let (scenario, machine) = start().await;
    for provider in PROVIDERS {
        let browser = Browser::at(&machine);
        let begun = browser.get(&format!("/connect/{provider}?account=acme&mode=popup")).await;
        let approved = scenario.approve(provider, begun.location()).await;
        let denied =
            scenario.deny(provider, browser.get(&format!("/connect/{provider}")).await.location()).await;
        let forged = Url::parse(&format!("{}/callback/{provider}?code=a-code&state=a-state", machine.origin));
        for (callback, status) in
            [(approved, StatusCode::OK), (denied, StatusCode::OK), (forged.unwrap(), StatusCode::BAD_REQUEST)]
        {
            let redirect = browser.get_once(callback.as_str()).await;
            assert_eq!(redirect.status, StatusCode::SEE_OTHER, "{redirect:?}");
            let location = redirect.location().to_owned();
            for (_, value) in callback.query_pairs().filter(|(name, _)| matches!(&**name, "code" | "state")) {
                assert!(!format!("{redirect:?}").contains(&*value), "{provider}: {value} in {redirect:?}");
            }
            let page = browser.get_once(&location).await;
            assert_eq!(page.status, status, "{page:?}");
            // The page can be reloaded, in this browser only.
            assert_eq!(browser.get_once(&location).await.body, page.body);
            assert_eq!(Browser::at(&machine).get_once(&location).await.heading(), NOT_BEGUN);
        }
        assert_eq!(scenario.token_calls(provider), 1);
    }
}

/// The responses to two callbacks may arrive in any order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_callback_replaces_no_result() {
    let (_scenario, [machine, _], browser, callback) = begin_on_first_machine("go1").await;
    let late = Browser::at(&machine);
    late.add_cookies(&browser.cookies());
    let forged = format!("{}/callback/go1?error=access_denied", machine.origin);
    let ended = browser.get_once(callback.as_str()).await;
    for target in [callback.as_str(), &forged] {
        let response = late.get_once(target).await;
        assert_eq!(late.get_once(response.location()).await.heading(), "This was already finished");
        for cookie in response.cookies() {
            browser.add_cookies(cookie.split(';').next().unwrap());
        }
        assert_eq!(browser.get_once(ended.location()).await.heading(), "Go1 is connected");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_refusal_leaves_no_code_in_address() {
    let (_scenario, _machines, browser, callback) = begin_on_first_machine("go1").await;
    let refused = browser.also("x-customer", "wordy");
    let redirect = refused.get_once(callback.as_str()).await;
    assert_eq!(redirect.status, StatusCode::SEE_OTHER, "{redirect:?}");
    let page = refused.get_once(redirect.location()).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{page:?}");
    // The attempt is still open.
    assert_eq!(browser.get(callback.as_str()).await.heading(), "Go1 is connected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_callbacks_exchange_the_code_once() {
    let (scenario, [machine, there], browser, callback) = begin_on_first_machine("gocd").await;
    let cookies = browser.cookies();
    let requests: Vec<_> = (0..12)
        .map(|n| {
            let browser = Browser::at(if n % 2 == 0 { &machine } else { &there });
            browser.add_cookies(&cookies);
            let callback = callback.clone();
            tokio::spawn(async move { browser.get(callback.as_str()).await.status.as_u16() })
        })
        .collect();
    let mut statuses = Vec::new();
    for request in requests {
        statuses.push(request.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [&[200][..], &[409; 11]].concat());
    assert_eq!(scenario.token_calls("gocd"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_tampered_cookie() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let mine = browser.get("/connect/go1?account=acme").await;
    let cookie = browser.cookies();
    let (name, value) = cookie.split_once('=').unwrap();
    assert!(!value.contains("acme") && value.len() > 100);
    let callback = scenario.approve("go1", mine.location()).await;
    let other = Browser::at(&machine);
    other.get("/connect/go1?account=other").await;
    let other = other.cookies().split_once('=').unwrap().1.to_owned();

    // Changed bytes, the value of another attempt, an empty value, and wrong lengths.
    let mut tampered: Vec<String> = (0..value.len())
        .step_by(7)
        .map(|at| {
            let mut bytes = value.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        })
        .collect();
    tampered.extend([other, String::new(), value[..value.len() / 2].to_owned(), format!("{value}AAAA")]);
    for value in tampered {
        let browser = Browser::at(&machine);
        browser.add_cookies(&format!("{name}={value}"));
        let page = browser.get(callback.as_str()).await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::BAD_REQUEST, NOT_BEGUN));
    }
    assert_eq!(scenario.token_calls("go1"), 0);
    assert_eq!(
        browser.get(callback.as_str()).await.heading(),
        "Go1 is connected",
        "the original cookie works"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rejects_callback_of_another_provider() {
    let (scenario, machine) = start().await;
    let browser = Browser::at(&machine);
    let callback = scenario.begin(&browser, "go1", "?account=acme").await;
    for provider in ["gocd", "cobot", "cohortgo"] {
        let page = browser.get(&format!("/callback/{provider}?{}", callback.query().unwrap())).await;
        assert_eq!(page.heading(), NOT_BEGUN);
        assert_eq!(scenario.token_calls(provider), 0);
    }
    let state = callback.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    for odd in [
        format!("state={state}"),
        format!("state={state}&code=a&code=b"),
        format!("state={state}&code=a&error=b"),
    ] {
        let page = browser.get(&format!("/callback/go1?{odd}")).await;
        assert_eq!(page.heading(), "This response of Go1 cannot be used", "{odd}");
    }
    assert_eq!(scenario.token_calls("go1"), 0);
    assert_eq!(
        browser.get(callback.as_str()).await.heading(),
        "Go1 is connected",
        "the attempt is still valid"
    );
}
