//! The sandbox's Go1: from its start to the first token, and token calls at once.
#![allow(missing_docs, reason = "the macros generate undocumented functions")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use oauth_sandbox::Go1;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

const CALLERS: u64 = 32;

async fn token(http: reqwest::Client, url: String, id: String, secret: String) {
    let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    let response = http.post(url).form(&form).send().await.expect("a response");
    assert_eq!(response.status(), 200);
    response.bytes().await.expect("a body");
}

fn call(http: &reqwest::Client, sandbox: &Go1) -> impl Future<Output = ()> + Send + 'static {
    let text = str::to_owned;
    token(http.clone(), text(sandbox.token_url()), text(sandbox.client_id()), text(sandbox.client_secret()))
}

fn sandbox(c: &mut Criterion) {
    benches::install_crypto_provider();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut group = c.benchmark_group("sandbox");
    group.bench_function("start to first token", |b| {
        b.to_async(&runtime).iter(async || {
            let sandbox = Go1::start().await.expect("a sandbox");
            call(&http, &sandbox).await;
        });
    });
    let sandbox = runtime.block_on(Go1::start()).expect("a sandbox");
    group.throughput(Throughput::Elements(CALLERS));
    group.bench_function("32 token calls at once", |b| {
        b.to_async(&runtime).iter(async || {
            let calls: JoinSet<()> = (0..CALLERS).map(|_| call(&http, &sandbox)).collect();
            calls.join_all().await;
        });
    });
}

criterion_group!(benches, sandbox);
criterion_main!(benches);
