//! The hot path, and what a token call takes beside the network. Counted are the instructions of the calls alone: what is
//! prepared before them and dropped after them is not.
#![allow(missing_docs, reason = "the macros make the functions, and document none")]

#[path = "../../src/canned.rs"]
mod canned;
#[allow(dead_code, reason = "the benchmarks of time use more of it")]
#[path = "../../src/ours.rs"]
mod ours;

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use go1::{Client, Connect, Go1, PendingAuthorization, Token, scope};
use gungraun::prelude::*;
use oauth_core::Encoding;
use oauth_core::connections::Connection;
use tokio::runtime::{Builder, Runtime};

/// How often the shortest calls are made: the first of them is not like the others.
const TIMES: usize = 100;

/// What needs no waiting, since everything is in memory.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for something"),
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn client(encoding: Encoding) -> Client {
    let builder = Client::builder(ours::site("http://127.0.0.1:1"), ours::app());
    let client = builder.encoding(encoding).transport(canned::Canned).build().expect("a client");
    // What is made once in a process is made.
    let (pending, callback) = ours::attempt(&client);
    at_once(client.finish(&pending, &callback)).expect("a token");
    client
}

fn live() -> (Runtime, Connection<Go1>) {
    let runtime = runtime();
    let acme = runtime.block_on(ours::connection());
    at_once(acme.headers()).expect("headers");
    (runtime, acme)
}

fn attempt(encoding: Encoding) -> (Client, PendingAuthorization, String) {
    let client = client(encoding);
    let (pending, callback) = ours::attempt(&client);
    (client, pending, callback)
}

fn expired() -> (Client, Token) {
    let (client, pending, callback) = attempt(Encoding::Form);
    let token = at_once(client.finish(&pending, &callback)).expect("a token");
    (client, token)
}

#[library_benchmark]
#[bench::hundred(live())]
fn with_header(held: (Runtime, Connection<Go1>)) -> (Runtime, Connection<Go1>) {
    for _ in 0..TIMES {
        let given = black_box(&held.1).with_header(|name, value| {
            black_box((name, value));
        });
        at_once(given).expect("a header");
    }
    held
}

#[library_benchmark]
#[bench::hundred(live())]
fn headers(held: (Runtime, Connection<Go1>)) -> (Runtime, Connection<Go1>) {
    for _ in 0..TIMES {
        black_box(at_once(black_box(&held.1).headers()).expect("headers"));
    }
    held
}

#[library_benchmark]
#[bench::once(client(Encoding::Form))]
fn begin(client: Client) -> (oauth_core::StartedAuthorization, Client) {
    let connect = Connect::new([scope::USER_READ, scope::LO_READ]);
    (black_box(client.begin(&connect)).expect("an authorize URL"), client)
}

#[library_benchmark]
#[bench::form(attempt(Encoding::Form))]
#[bench::multipart(attempt(Encoding::Multipart))]
fn finish((client, pending, callback): (Client, PendingAuthorization, String)) -> (Token, Client, PendingAuthorization) {
    (black_box(at_once(client.finish(&pending, &callback))).expect("a token"), client, pending)
}

#[library_benchmark]
#[bench::once(expired())]
fn refresh((client, token): (Client, Token)) -> (Token, Client, Token) {
    (black_box(at_once(client.refresh(&token))).expect("a token"), client, token)
}

library_benchmark_group!(name = hot_path, benchmarks = [with_header, headers, begin, finish, refresh]);

main!(library_benchmark_groups = hot_path);
