//! Connections against the sandbox, whose journal is the evidence.
#![allow(clippy::unwrap_used)] // a test may panic

use std::sync::Arc;
use std::time::Duration;

use oauth_core::connections::Connections;
use oauth_core::store::MemoryStore;
use oauth_core::{App, Client, ClockFn, ErrorKind, Provider};
use oauth_sandbox::{Browser, Go1, Gocd};

fn go1(sandbox: &Arc<Go1>) -> go1::Client {
    let app = App::new(sandbox.client_id(), sandbox.client_secret(), sandbox.redirect_uris()[0].as_str());
    go1::Client::builder(go1::Site::at(sandbox.url()).unwrap(), app)
        .clock(ClockFn::new(sandbox.clock().into_fn()))
        .build()
        .unwrap()
}

fn gocd(sandbox: &Arc<Gocd>, secret: &str) -> gocd::Client {
    let app = App::new(sandbox.client_id(), secret, sandbox.redirect_uris()[0].as_str());
    gocd::Client::builder(gocd::Site::at(sandbox.url()).unwrap(), app)
        .clock(ClockFn::new(sandbox.clock().into_fn()))
        .build()
        .unwrap()
}

async fn go1_token(sandbox: &Go1, client: &go1::Client) -> go1::Token {
    let started = client.begin(&go1::Connect::new([go1::scope::USER_READ])).unwrap();
    let callback = sandbox.approve(&started.url).await.unwrap();
    client.finish(&started.pending, callback.as_str()).await.unwrap()
}

async fn gocd_token(browser: Browser, client: &gocd::Client) -> gocd::Token {
    let started = client.begin(&gocd::Connect::new()).unwrap();
    let callback = browser.approve(&started.url).await.unwrap();
    client.finish(&started.pending, callback.as_str()).await.unwrap()
}

fn machine<P: Provider>(client: &Client<P>, store: &MemoryStore) -> Connections<P> {
    Connections::builder(client.clone(), store.clone())
        .jitter(Duration::ZERO)
        .refusal_window(Duration::ZERO)
        .build()
}

/// Runs 64 tasks on each machine through 20 expiries. Returns the number of token calls per expiry.
async fn calls_per_expiry<P: Provider>(
    machines: &[Connections<P>],
    expire: impl Fn(),
    token_calls: impl Fn() -> u64,
) -> Vec<u64> {
    let mut cost = Vec::new();
    for _ in 0..20 {
        expire();
        let before = token_calls();
        let tasks: Vec<_> = machines
            .iter()
            .flat_map(|machine| (0..64).map(|_| machine.get("acme")))
            .map(|acme| tokio::spawn(async move { acme.headers().await.map(drop) }))
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        cost.push(token_calls() - before);
    }
    cost
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_expiry_costs_one_call() {
    let sandbox = Arc::new(Go1::start().await.unwrap());
    let client = go1(&sandbox);
    let store = MemoryStore::with_clock(ClockFn::new(sandbox.clock().into_fn()));
    let machines = [(); 3].map(|()| machine(&client, &store));
    machines[0].insert("acme", go1_token(&sandbox, &client).await).await.unwrap();
    let expire = || sandbox.advance(Duration::from_secs(13 * 3_600));
    assert_eq!(calls_per_expiry(&machines, expire, || sandbox.journal().token_calls()).await, [1; 20]);
    machines[2].get("acme").send(&go1::api::Me).await.unwrap();

    let sandbox = Arc::new(Gocd::start().await.unwrap());
    let client = gocd(&sandbox, sandbox.client_secret());
    let store = MemoryStore::with_clock(ClockFn::new(sandbox.clock().into_fn()));
    let machines = [(); 3].map(|()| machine(&client, &store));
    machines[0].insert("acme", gocd_token(sandbox.browser(), &client).await).await.unwrap();
    let expire = || sandbox.advance(Duration::from_secs(91 * 86_400));
    assert_eq!(calls_per_expiry(&machines, expire, || sandbox.journal().token_calls()).await, [1; 20]);
    machines[2].get("acme").send(&gocd::api::CurrentUser).await.unwrap();
}

/// GoCD spends the refresh token before it checks the secret.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_secret_at_gocd_loses_one_connection() {
    let sandbox = Arc::new(Gocd::start().await.unwrap());
    let right = gocd(&sandbox, sandbox.client_secret());
    let store = MemoryStore::with_clock(ClockFn::new(sandbox.clock().into_fn()));
    let before = machine(&right, &store);
    // One token for each user, because GoCD keeps one per user and client.
    let users: Vec<String> = sandbox.users().into_iter().map(|user| user.login).collect();
    assert!(users.len() >= 2);
    for user in &users {
        before.insert(user, gocd_token(sandbox.browser().user(user), &right).await).await.unwrap();
    }
    sandbox.advance(Duration::from_secs(91 * 86_400));
    let calls = sandbox.journal().token_calls();

    let after = machine(&gocd(&sandbox, "wrong"), &store);
    let tasks: Vec<_> = users
        .iter()
        .map(|user| {
            let one = after.get(user);
            tokio::spawn(async move { one.headers().await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap_err().kind(), ErrorKind::ClientRefused);
    }
    assert_eq!(sandbox.journal().token_calls() - calls, 1);

    after.reconfigure(right).unwrap();
    let mut alive = 0;
    for user in &users {
        // The spent one waits for a possible late save; `processes` tests what happens next.
        let got = tokio::time::timeout(Duration::from_secs(2), after.get(user).headers()).await;
        alive += usize::from(got.is_ok_and(|got| got.is_ok()));
    }
    assert_eq!(alive, users.len() - 1);
}
