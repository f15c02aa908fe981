//! A valid `Authorization` header from a live connection: the cost of every API call.
#![allow(missing_docs, reason = "the macros generate undocumented functions")]

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use benches::{fixed_response, go1_fixtures, server};
use criterion::{Criterion, criterion_group, criterion_main};
use go1::Go1;
use google_cloud_auth::credentials::{CacheableResource, Credentials, user_account};
use http::{Extensions, HeaderMap, HeaderValue};
use oauth_core::connections::{Connection, Connections};
use oauth_core::store::MemoryStore;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

/// Serves google-cloud-auth, which fetches its token in the background.
fn background() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

fn google(runtime: &Runtime) -> Credentials {
    let origin = runtime.block_on(server::start());
    let user = json!({
        "client_id": "client-id", "client_secret": "client-secret", "refresh_token": "refresh", "type": "authorized_user",
    });
    let _inside = runtime.enter();
    let builder = user_account::Builder::new(user).with_token_uri(format!("{origin}/token"));
    builder.build().expect("credentials")
}

/// Compares it with two other Rust libraries that return headers from a live credential.
fn header(c: &mut Criterion) {
    benches::install_crypto_provider();
    let runtime = background();
    let acme = runtime.block_on(go1_fixtures::connection());
    let google = google(&runtime);
    let token = "0123456789abcdef0123456789abcdef0123456789abcdef".to_owned();
    let yup = runtime.block_on(yup_oauth2::AccessTokenAuthenticator::builder(token).build());
    let yup = yup.expect("an authenticator");

    let mut group = c.benchmark_group("header");
    group.bench_function("oauth-core with_header", |b| b.to_async(&runtime).iter(|| with_header(&acme)));
    group.bench_function("oauth-core with_header, two threads", |b| {
        b.iter_custom(|times| on_two_threads(times, &acme));
    });
    group.bench_function("oauth-core authorize", |b| {
        b.to_async(&runtime).iter(async || {
            let mut headers = HeaderMap::new();
            acme.authorize(&mut headers).await.expect("a header");
            headers
        });
    });
    group.bench_function("oauth-core headers", |b| {
        b.to_async(&runtime).iter(async || acme.headers().await.expect("headers"));
    });
    group.bench_function("google-cloud-auth", |b| {
        b.to_async(&runtime).iter(async || {
            let headers = google.headers(Extensions::new()).await.expect("headers");
            let CacheableResource::New { data, .. } = headers else { unreachable!("not cached") };
            data
        });
    });
    group.bench_function("yup-oauth2", |b| {
        b.to_async(&runtime).iter(async || {
            let token = yup.token(&["user.read"]).await.expect("a token");
            let value = format!("Bearer {}", token.token().expect("the token has a value"));
            HeaderValue::from_str(&value).expect("a header")
        });
    });
}

async fn with_header(acme: &Connection<Go1>) {
    let borrowed = black_box(acme).with_header(|name, value| {
        black_box((name, value));
    });
    borrowed.await.expect("a header");
}

/// The time of `times` calls on each of two threads at once.
fn on_two_threads(times: u64, acme: &Connection<Go1>) -> Duration {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let call = || {
            background().block_on(async {
                barrier.wait();
                let start = Instant::now();
                for _ in 0..times {
                    with_header(acme).await;
                }
                start.elapsed()
            })
        };
        let running = [scope.spawn(call), scope.spawn(call)];
        running.map(|thread| thread.join().expect("no panic")).iter().sum::<Duration>() / 2
    })
}

/// Looks up one connection of many, compared with a plain map of values as large as a connection.
fn lookup(c: &mut Criterion) {
    let runtime = background();
    let mut group = c.benchmark_group("lookup");
    for count in [1_000, 100_000] {
        let account = |number: usize| format!("customer-{number:07}");
        let connections = runtime.block_on(async {
            let client = go1_fixtures::client(fixed_response::FixedResponse);
            let token = go1_fixtures::token(&client).await;
            let builder = Connections::builder(client.clone(), MemoryStore::new());
            let connections = builder.cache_capacity(2 * count).build();
            for number in 0..count {
                let token = client.refresh(&token).await.expect("a token");
                connections.insert(&account(number), token).await.expect("a connection");
            }
            connections
        });
        let value = |number| (account(number), Arc::new([0_u8; 1_000]));
        let plain: Mutex<HashMap<_, _>> = Mutex::new((0..count).map(value).collect());
        // A scattered order: the processor must not prefetch the next entry. 7,919 divides no count.
        let accounts: Vec<String> = (0..count).map(|number| account(number * 7_919 % count)).collect();
        let mut names = accounts.iter().cycle();
        group.bench_function(format!("oauth-core get, one of {count}"), |b| {
            b.iter(|| connections.get(names.next().expect("endless")));
        });
        group.bench_function(format!("HashMap of Arcs behind a Mutex, one of {count}"), |b| {
            b.iter(|| {
                let plain = plain.lock().expect("not poisoned");
                plain.get(names.next().expect("endless")).map(Arc::clone)
            });
        });
    }
}

criterion_group!(benches, header, lookup);
criterion_main!(benches);
