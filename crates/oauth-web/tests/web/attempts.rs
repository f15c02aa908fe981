//! Attempts: each in its browser, in time, and once.

use std::time::Duration;

use axum::http::StatusCode;

use crate::support::{Browser, start};

const NOT_BEGUN: &str = "This was not started in this browser";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_browser_is_refused_and_costs_nothing() {
    let (world, machine) = start().await;
    let (victim, attacker) = (Browser::at(&machine), Browser::at(&machine));
    let begun = attacker.get("/connect/go1?account=evil").await;
    let callback = world.approve("go1", begun.location()).await;

    let page = victim.get(callback.as_str()).await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::BAD_REQUEST, NOT_BEGUN));
    assert_eq!(page.link("Start again"), "/connect/go1");
    // Nor when the victim has an attempt of their own, in which the attacker's code would be as welcome.
    let own = victim.get("/connect/go1?account=acme").await;
    assert_eq!(victim.get(callback.as_str()).await.heading(), NOT_BEGUN);
    let code = callback.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    for query in [format!("code={code}"), format!("code={code}&state="), format!("code={code}&state=guess")] {
        let page = victim.get(&format!("/callback/go1?{query}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}: {page:?}");
    }
    assert_eq!(world.token_calls("go1"), 0);
    // And all of that has cost neither of them anything.
    let callback = world.approve("go1", own.location()).await;
    assert_eq!(victim.get(callback.as_str()).await.heading(), "Go1 is connected");
    assert!(machine.go1.get("evil").status().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_too_long_is_told_and_can_be_started_again() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let begun = browser.get("/connect/go1?account=acme&return_to=/courses").await;
    let callback = world.approve("go1", begun.location()).await;
    world.sandbox.go1().advance(Duration::from_secs(15 * 60 + 1));
    let page = browser.get(callback.as_str()).await;
    assert_eq!((page.status, page.heading().as_str()), (StatusCode::BAD_REQUEST, "That took too long"));
    assert!(page.body.contains("within 15 minutes"), "{}", page.body);
    assert_eq!(world.token_calls("go1"), 0);
    // With everything the first link said.
    let begun = browser.get(&page.link("Start again")).await;
    let callback = world.approve("go1", begun.location()).await;
    assert_eq!(browser.get(callback.as_str()).await.location(), "/courses");

    // Whose cookie is gone is told the same in other words.
    let minutes = begun.cookies()[0].split("Max-Age=").nth(1).unwrap().split(';').next().unwrap();
    assert_eq!(minutes.parse::<u64>().unwrap(), 3_600);
    let page = Browser::at(&machine).get(callback.as_str()).await;
    assert!(page.heading() == NOT_BEGUN && page.body.contains("within 15 minutes"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_work_whichever_comes_first() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let first = browser.get("/connect/go1?account=first").await;
    let second = browser.get("/connect/go1?account=second").await;
    let other = browser.get("/connect/gocd?account=third").await;
    let (a, b, c) = (
        world.approve("go1", first.location()).await,
        world.approve("go1", second.location()).await,
        world.approve("gocd", other.location()).await,
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
async fn of_many_tabs_the_last_five_work_and_the_headers_stay_small() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let mut begun = Vec::new();
    for n in 0..12 {
        begun.push(browser.get(&format!("/connect/go1?account=tab-{n}")).await);
        let cookies = browser.cookies();
        assert!(cookies.split("; ").count() <= 5 && cookies.len() < 8_000, "{} bytes", cookies.len());
    }
    for (n, begun) in begun.iter().enumerate() {
        let callback = world.approve("go1", begun.location()).await;
        let heading = browser.get(callback.as_str()).await.heading();
        assert_eq!(heading, if n < 7 { NOT_BEGUN } else { "Go1 is connected" }, "tab {n}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_callback_sends_nothing_on_any_machine() {
    let (world, machine) = start().await;
    let there = world.machine().await;
    let browser = Browser::at(&machine);
    let begun = browser.get("/connect/go1?account=acme").await;
    let cookies = browser.cookies();
    let callback = world.approve("go1", begun.location()).await;
    // Begun here, finished there.
    let page = browser.led_to(&there).get(callback.as_str()).await;
    assert_eq!(page.heading(), "Go1 is connected");
    assert_eq!(world.token_calls("go1"), 1);

    // The same page again, by the back button or a restored tab: it says the same.
    for machine in [&machine, &there] {
        let page = browser.led_to(machine).get(callback.as_str()).await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Go1 is connected"));
    }
    // With the cookie as it was, whoever kept it: the store knows.
    for machine in [&machine, &there, &world.machine().await] {
        let thief = Browser::at(machine);
        thief.plant(&cookies);
        let page = thief.get(callback.as_str()).await;
        assert_eq!(
            (page.status, page.heading().as_str()),
            (StatusCode::CONFLICT, "This was already finished")
        );
    }
    assert_eq!(world.token_calls("go1"), 1, "nothing was sent a second time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_that_arrives_many_times_at_once_is_sent_once() {
    let (world, machine) = start().await;
    let there = world.machine().await;
    let browser = Browser::at(&machine);
    let begun = browser.get("/connect/gocd?account=acme").await;
    let cookies = browser.cookies();
    let callback = world.approve("gocd", begun.location()).await;
    let asking: Vec<_> = (0..12)
        .map(|n| {
            let browser = Browser::at(if n % 2 == 0 { &machine } else { &there });
            browser.plant(&cookies);
            let callback = callback.clone();
            tokio::spawn(async move { browser.get(callback.as_str()).await.status.as_u16() })
        })
        .collect();
    let mut answers = Vec::new();
    for asked in asking {
        answers.push(asked.await.unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, [&[200][..], &[409; 11]].concat());
    assert_eq!(world.token_calls("gocd"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_that_was_tampered_with_is_none() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let mine = browser.get("/connect/go1?account=acme").await;
    let cookie = browser.cookies();
    let (name, value) = cookie.split_once('=').unwrap();
    assert!(!value.contains("acme") && value.len() > 100);
    let callback = world.approve("go1", mine.location()).await;
    let other = Browser::at(&machine);
    other.get("/connect/go1?account=other").await;
    let other = other.cookies().split_once('=').unwrap().1.to_owned();

    // Each place of the value in turn, the value of another attempt, and none.
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
        browser.plant(&format!("{name}={value}"));
        let page = browser.get(callback.as_str()).await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::BAD_REQUEST, NOT_BEGUN));
    }
    assert_eq!(world.token_calls("go1"), 0);
    assert_eq!(browser.get(callback.as_str()).await.heading(), "Go1 is connected", "the true one works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_counts_at_its_own_provider_only() {
    let (world, machine) = start().await;
    let browser = Browser::at(&machine);
    let begun = browser.get("/connect/go1?account=acme").await;
    let callback = world.approve("go1", begun.location()).await;
    for provider in ["gocd", "cobot", "cohortgo"] {
        let page = browser.get(&format!("/callback/{provider}?{}", callback.query().unwrap())).await;
        assert_eq!(page.heading(), NOT_BEGUN);
        assert_eq!(world.token_calls(provider), 0);
    }
    let state = callback.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    for odd in [
        format!("state={state}"),
        format!("state={state}&code=a&code=b"),
        format!("state={state}&code=a&error=b"),
    ] {
        let page = browser.get(&format!("/callback/go1?{odd}")).await;
        assert_eq!(page.heading(), "That was not an answer of Go1", "{odd}");
    }
    assert_eq!(world.token_calls("go1"), 0);
    assert_eq!(
        browser.get(callback.as_str()).await.heading(),
        "Go1 is connected",
        "none of it cost the attempt"
    );
}
