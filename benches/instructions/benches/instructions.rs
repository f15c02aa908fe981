//! Instruction counts of the hot path and of token calls without a network. Setup and cleanup are not
//! counted. A benchmark fails above its limit, which is 5 % over the count of rustc 1.95.
#![allow(missing_docs, reason = "the macros generate undocumented functions")]

#[path = "../../src/fixed_response.rs"]
mod fixed_response;
#[allow(dead_code, reason = "other benchmarks use more of it")]
#[path = "../../src/go1_fixtures.rs"]
mod go1_fixtures;

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use go1::{Client, Connect, Go1, PendingAuthorization, Token, scope};
use gungraun::prelude::*;
use gungraun::{Callgrind, EventKind};
use oauth_core::Encoding;
use oauth_core::connections::Connection;
use tokio::runtime::{Builder, Runtime};

/// Calls per measurement of the shortest functions, because the first call differs from later ones.
const TIMES: usize = 100;

/// Result of a future that is ready at once, because everything is in memory.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future is not ready"),
    }
}

/// Fails a benchmark that takes more instructions.
fn at_most(instructions: u64) -> LibraryBenchmarkConfig {
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(Callgrind::default().hard_limits([(EventKind::Ir, instructions)]));
    config
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn client(encoding: Encoding) -> Client {
    let builder = Client::builder(go1_fixtures::site("http://127.0.0.1:1"), go1_fixtures::app());
    let client =
        builder.encoding(encoding).transport(fixed_response::FixedResponse).build().expect("a client");
    // Initialises everything that is created once per process.
    let (pending, callback) = go1_fixtures::attempt(&client);
    ready(client.finish(&pending, &callback)).expect("a token");
    client
}

fn live_connection() -> (Runtime, Connection<Go1>) {
    let runtime = runtime();
    let acme = runtime.block_on(go1_fixtures::connection());
    ready(acme.headers()).expect("headers");
    (runtime, acme)
}

fn attempt(encoding: Encoding) -> (Client, PendingAuthorization, String) {
    let client = client(encoding);
    let (pending, callback) = go1_fixtures::attempt(&client);
    (client, pending, callback)
}

fn with_token() -> (Client, Token) {
    let (client, pending, callback) = attempt(Encoding::Form);
    let token = ready(client.finish(&pending, &callback)).expect("a token");
    (client, token)
}

#[library_benchmark]
#[bench::hundred(args = (live_connection()), config = at_most(63_141))]
fn with_header(input: (Runtime, Connection<Go1>)) -> (Runtime, Connection<Go1>) {
    for _ in 0..TIMES {
        let result = black_box(&input.1).with_header(|name, value| {
            black_box((name, value));
        });
        ready(result).expect("a header");
    }
    input
}

#[library_benchmark]
#[bench::hundred(args = (live_connection()), config = at_most(141_682))]
fn headers(input: (Runtime, Connection<Go1>)) -> (Runtime, Connection<Go1>) {
    for _ in 0..TIMES {
        black_box(ready(black_box(&input.1).headers()).expect("headers"));
    }
    input
}

#[library_benchmark]
#[bench::once(args = (client(Encoding::Form)), config = at_most(16_059))]
fn begin(client: Client) -> (oauth_core::StartedAuthorization, Client) {
    let connect = Connect::new([scope::USER_READ, scope::LO_READ]);
    (black_box(client.begin(&connect)).expect("an authorize URL"), client)
}

#[library_benchmark]
#[bench::form(args = (attempt(Encoding::Form)), config = at_most(74_498))]
#[bench::multipart(args = (attempt(Encoding::Multipart)), config = at_most(73_642))]
fn finish(
    (client, pending, callback): (Client, PendingAuthorization, String),
) -> (Token, Client, PendingAuthorization) {
    (black_box(ready(client.finish(&pending, &callback))).expect("a token"), client, pending)
}

#[library_benchmark]
#[bench::once(args = (with_token()), config = at_most(61_078))]
fn refresh((client, token): (Client, Token)) -> (Token, Client, Token) {
    (black_box(ready(client.refresh(&token))).expect("a token"), client, token)
}

library_benchmark_group!(name = hot_path, benchmarks = [with_header, headers, begin, finish, refresh]);

main!(library_benchmark_groups = hot_path);
