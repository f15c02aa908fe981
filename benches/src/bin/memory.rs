//! How much memory things take: a program of its own, since counting makes every allocation slower.
//!
//! What is counted are the bytes that were asked for, without what the allocator adds.

use std::hint::black_box;

use allocation_counter::measure;
use benches::held::{self, Gate};
use tokio::runtime::Builder;
use tokio::sync::watch;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (Some(what), Some(Ok(count))) = (args.get(1), args.get(2).map(|count| count.parse::<usize>())) else {
        eprintln!("usage: memory waiters|tasks|connections|tokens COUNT");
        std::process::exit(2);
    };
    let each = match what.as_str() {
        "waiters" => waiters(count),
        "tasks" => tasks(count),
        "connections" => connections(count),
        "tokens" => tokens(count),
        _ => panic!("nobody knows what {what} are"),
    };
    println!("{each}");
}

fn runtime() -> tokio::runtime::Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn each(bytes: i64, count: usize) -> f64 {
    bytes as f64 / count as f64
}

/// Tasks that wait for one refresh.
fn waiters(count: usize) -> f64 {
    let runtime = runtime();
    let (gate, acme) = runtime.block_on(Gate::with_expired());
    let taken = measure(|| {
        runtime.block_on(async {
            for _ in 0..count {
                let acme = acme.clone();
                tokio::spawn(async move { acme.headers().await.expect("headers") });
            }
            gate.asked().await;
            // Everybody has had a turn.
            tokio::task::yield_now().await;
        });
    });
    each(taken.bytes_current, count)
}

/// Tasks that wait for something that is as small as it can be.
fn tasks(count: usize) -> f64 {
    let runtime = runtime();
    let (sender, receiver) = watch::channel(false);
    let taken = measure(|| {
        runtime.block_on(async {
            for _ in 0..count {
                let mut receiver = receiver.clone();
                tokio::spawn(async move { receiver.changed().await.is_ok() });
            }
            tokio::task::yield_now().await;
        });
    });
    drop(sender);
    each(taken.bytes_current, count)
}

/// Live connections, whose store is elsewhere.
fn connections(count: usize) -> f64 {
    let runtime = runtime();
    let mut kept = None;
    let taken = measure(|| kept = Some(runtime.block_on(held::connections(count))));
    drop(black_box(kept));
    each(taken.bytes_current, count)
}

/// The tokens alone.
fn tokens(count: usize) -> f64 {
    let runtime = runtime();
    let mut kept = Vec::with_capacity(count);
    let taken = measure(|| runtime.block_on(held::tokens(count, &mut kept)));
    let bytes = taken.bytes_current + (count * size_of::<go1::Token>()) as i64;
    drop(black_box(kept));
    each(bytes, count)
}
