//! Memory use. A separate program, because counting slows down every allocation.
//!
//! Counts requested bytes, without the allocator's overhead.

use std::hint::black_box;

use allocation_counter::measure;
use benches::connection_fixtures::{self, Gate};
use tokio::runtime::Builder;
use tokio::sync::watch;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (Some(kind), Some(Ok(count))) = (args.get(1), args.get(2).map(|count| count.parse::<usize>())) else {
        eprintln!("usage: memory waiters|tasks|connections|tokens COUNT");
        std::process::exit(2);
    };
    let each = match kind.as_str() {
        "waiters" => waiters(count),
        "tasks" => tasks(count),
        "connections" => connections(count),
        "tokens" => tokens(count),
        _ => panic!("unknown kind: {kind}"),
    };
    println!("{each}");
}

fn runtime() -> tokio::runtime::Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn each(bytes: i64, count: usize) -> f64 {
    bytes as f64 / count as f64
}

/// Bytes per task that waits for a refresh.
fn waiters(count: usize) -> f64 {
    let runtime = runtime();
    let (gate, acme) = runtime.block_on(Gate::with_expired());
    let allocations = measure(|| {
        runtime.block_on(async {
            for _ in 0..count {
                let acme = acme.clone();
                tokio::spawn(async move { acme.headers().await.expect("headers") });
            }
            gate.wait_for_call().await;
            // Lets every task run once.
            tokio::task::yield_now().await;
        });
    });
    each(allocations.bytes_current, count)
}

/// Bytes per task that waits for a `watch` channel.
fn tasks(count: usize) -> f64 {
    let runtime = runtime();
    let (sender, receiver) = watch::channel(false);
    let allocations = measure(|| {
        runtime.block_on(async {
            for _ in 0..count {
                let mut receiver = receiver.clone();
                tokio::spawn(async move { receiver.changed().await.is_ok() });
            }
            tokio::task::yield_now().await;
        });
    });
    drop(sender);
    each(allocations.bytes_current, count)
}

/// Bytes per live connection, without its store.
fn connections(count: usize) -> f64 {
    let runtime = runtime();
    let mut kept = None;
    let allocations = measure(|| kept = Some(runtime.block_on(connection_fixtures::connections(count))));
    drop(black_box(kept));
    each(allocations.bytes_current, count)
}

/// Bytes per token.
fn tokens(count: usize) -> f64 {
    let runtime = runtime();
    let mut kept = Vec::with_capacity(count);
    let allocations = measure(|| runtime.block_on(connection_fixtures::tokens(count, &mut kept)));
    let bytes = allocations.bytes_current + (count * size_of::<go1::Token>()) as i64;
    drop(black_box(kept));
    each(bytes, count)
}
