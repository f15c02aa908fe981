//! Every setting at its ends: nothing panics, and connections are served.

use std::time::Duration;

use oauth_core::connections::{Connections, Sweep};
use oauth_core::{App, Client, Limits};
use oauth_testing::CLIENT_SECRET;
use proptest::prelude::*;

use crate::support::{Fault, LIFETIME, RotatingProvider, Setup, site};

fn durations() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        Just(Duration::from_nanos(1)),
        Just(Duration::from_secs(1)),
        Just(Duration::from_secs(86_400)),
        Just(Duration::MAX / 2),
        Just(Duration::MAX),
        any::<u64>().prop_map(Duration::from_millis),
    ]
}

fn counts() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0), Just(1), Just(usize::MAX), any::<usize>()]
}

fn connections(
    setup: &Setup,
    durations: &[Duration; 11],
    counts: &[usize; 4],
) -> Connections<RotatingProvider> {
    let [margin, jitter, lease, refresh, store, shortest, longest, revalidate, wait, window, clock] =
        *durations;
    let [retries, capacity, calls, accounts] = *counts;
    let mut limits = Limits::default();
    (limits.token_deadline, limits.api_deadline, limits.attempt_age) = (refresh, store, window);
    let client = Client::builder(site(), App::without_redirect("my-client", CLIENT_SECRET))
        .transport(setup.server.clone())
        .clock(setup.clock.clone())
        .limits(limits)
        .build()
        .unwrap();
    setup
        .settings(client)
        .margin(margin)
        .jitter(jitter)
        .lease(lease)
        .refresh_deadline(refresh)
        .store_deadline(store)
        .save_retry(shortest, longest)
        .revalidate(revalidate)
        .api_retries(retries)
        .max_retry_wait(wait)
        .cache_capacity(capacity)
        .max_token_calls(calls)
        .refusal_window(window)
        .incident_accounts(accounts)
        .clock_tolerance(clock)
        .build()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_setting_works_at_its_ends(
        times in prop::array::uniform11(durations()),
        counts in prop::array::uniform4(counts()),
        sweep in (durations(), durations(), counts(), counts()),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let setup = Setup::new();
            let connections = connections(&setup, &times, &counts);
            let acme = connections.insert("acme", setup.token().await).await.unwrap();
            for _ in 0..3 {
                setup.clock.advance_secs(LIFETIME);
                tokio::time::sleep(Duration::from_secs(3_600)).await;
                acme.headers().await.unwrap();
            }
            let (within, spread, max_concurrent, page) = sweep;
            // Enough to see that it neither panics nor loops without a pause.
            let sweep = Sweep::all().within(within).spread(spread).max_concurrent(max_concurrent).page(page);
            let run = connections.run_periodically(sweep, spread);
            let _ = tokio::time::timeout(Duration::from_secs(1), run).await;
            setup.clock.advance_secs(LIFETIME);
            setup.server.next_token_call(Fault::Status(503, ""));
            let _ = acme.headers().await;
            setup.server.next_token_call(Fault::INVALID_GRANT);
            let _ = acme.headers().await;
            let _ = acme.status().await.unwrap();
        });
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_are_listed_page_by_page() {
    let setup = Setup::new();
    let connections = setup.machine();
    assert!(connections.accounts().next().await.is_none());
    let names: Vec<String> = (0..401).map(|number| format!("a{number:03}")).collect();
    setup.insert_each(&connections, &names).await;
    let (mut accounts, mut read) = (connections.accounts(), Vec::new());
    while let Some(account) = accounts.next().await {
        read.push(account.unwrap().account);
    }
    assert_eq!(read, names);
    // A missing account is named, without what a terminal could mistake.
    let error = connections.get("a\u{1b}b").headers().await.unwrap_err();
    assert!(
        error.to_string().contains("rotating: no connection is stored for the account `a\\u{1b}b`"),
        "{error}"
    );
}
