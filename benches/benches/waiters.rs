//! 10,000 tasks wait for one refresh: the time from the response until the last of them has its header.
#![allow(missing_docs, reason = "the macros generate undocumented functions")]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use benches::gate::Gate;
use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio::task::JoinSet;

const WAITERS: usize = 10_000;

/// Spawns tasks and returns when all of them wait. Each returns the time at which it is done.
async fn spawn_waiting<F: Future<Output = ()> + Send + 'static>(wait: impl Fn() -> F) -> JoinSet<Instant> {
    let started = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..WAITERS {
        let (started, wait) = (Arc::clone(&started), wait());
        tasks.spawn(async move {
            started.fetch_add(1, Ordering::AcqRel);
            wait.await;
            Instant::now()
        });
    }
    while started.load(Ordering::Acquire) < WAITERS {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // The last task may still be in its first poll.
    tokio::time::sleep(Duration::from_millis(30)).await;
    tasks
}

async fn refresh_once() -> Duration {
    let (gate, acme) = Gate::with_expired().await;
    let waiting = spawn_waiting(|| {
        let acme = acme.clone();
        async move { drop(black_box(acme.headers().await.expect("headers"))) }
    });
    let waiting = waiting.await;
    gate.open();
    let last = waiting.join_all().await.into_iter().max().expect("there are tasks");
    assert_eq!(gate.calls(), 2, "one call for the code, one for the refresh");
    last - gate.responded_at()
}

async fn watch_once() -> Duration {
    let (sender, receiver) = watch::channel(false);
    let waiting = spawn_waiting(|| {
        let mut receiver = receiver.clone();
        async move { receiver.changed().await.expect("the sender is there") }
    });
    let waiting = waiting.await;
    let start = Instant::now();
    sender.send_replace(true);
    waiting.join_all().await.into_iter().max().expect("there are tasks") - start
}

/// The time of `times` runs.
async fn total(times: u64, once: impl AsyncFn() -> Duration) -> Duration {
    let mut total = Duration::ZERO;
    for _ in 0..times {
        total += once().await;
    }
    total
}

fn waiters(c: &mut Criterion) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let mut group = c.benchmark_group("10,000 waiting tasks");
    // Filling the runtime takes longer than the part that is measured.
    group.sample_size(10);
    group.bench_function("oauth-core headers", |b| {
        b.to_async(&runtime).iter_custom(|times| total(times, refresh_once));
    });
    group.bench_function("tokio::sync::watch alone", |b| {
        b.to_async(&runtime).iter_custom(|times| total(times, watch_once));
    });
}

criterion_group!(benches, waiters);
criterion_main!(benches);
