//! A valid `Authorization` header from a live connection, on one thread and on two: the cost of every API
//! call.

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use google_cloud_auth::credentials::{CacheableResource, Credentials, user_account};
use http::{Extensions, HeaderMap};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use yup_oauth2::authenticator::{Authenticator, DefaultAuthenticator};

use crate::contender::{Contender, Figure, measure_alternately};
use crate::go1_fixtures;
use crate::options::Options;
use crate::peers::{self, authlib, x_oauth2};
use crate::report::{Limit, Report, Table, Target, measurement_of};
use crate::server::Server;
use crate::unit::Unit;

/// Measures `call` on several threads at once: the time of one call. `call` must never wait.
fn contender<'a, T, F>(name: &str, threads: usize, credential: &'a Arc<T>, call: F) -> Contender<'a>
where
    T: Send + Sync + 'static,
    F: AsyncFn(&T) + Copy + Send + Sync + 'static,
{
    Contender::new(label(name, threads), move |times| {
        let barrier = Arc::new(Barrier::new(threads));
        let running: Vec<_> = (0..threads)
            .map(|_| {
                let (barrier, credential) = (Arc::clone(&barrier), Arc::clone(credential));
                thread::spawn(move || {
                    current().block_on(async {
                        barrier.wait();
                        let start = Instant::now();
                        for _ in 0..times {
                            call(black_box(&credential)).await;
                        }
                        start.elapsed()
                    })
                })
            })
            .collect();
        let total: Duration = running.into_iter().map(|thread| thread.join().expect("no panic")).sum();
        total / u32::try_from(threads).expect("a few threads")
    })
}

fn label(name: &str, threads: usize) -> String {
    format!("{name}, {threads} {}", if threads == 1 { "thread" } else { "threads" })
}

fn current() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn google(background: &Runtime) -> Credentials {
    let server = background.block_on(Server::start());
    let user = json!({
        "client_id": "client-id", "client_secret": "client-secret", "refresh_token": "refresh", "type": "authorized_user",
    });
    let _inside = background.enter();
    user_account::Builder::new(user)
        .with_token_uri(format!("{}/token", server.origin()))
        .build()
        .expect("credentials")
}

async fn yup() -> DefaultAuthenticator {
    let token = "0123456789abcdef0123456789abcdef0123456789abcdef".to_owned();
    yup_oauth2::AccessTokenAuthenticator::builder(token).build().await.expect("an authenticator")
}

/// Borrows the header from the connection.
const WITH_HEADER: &str = "oauth-core with_header()";
/// Sets the header in the headers of a request.
const AUTHORIZE: &str = "oauth-core authorize()";
/// Returns a new header map.
const HEADERS: &str = "oauth-core headers()";
const GOOGLE: &str = "google-cloud-auth";
const YUP: &str = "yup-oauth2";

/// Compares it with two other Rust libraries that return headers from a live credential.
pub fn run(options: &Options) -> Result<Report> {
    let background = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let ours = Arc::new(background.block_on(go1_fixtures::connection()));
    let google = Arc::new(google(&background));
    let yup: Arc<Authenticator<_>> = Arc::new(background.block_on(yup()));
    let mut contenders = Vec::new();
    for threads in [1, 2] {
        contenders.push(contender(WITH_HEADER, threads, &ours, async |acme| {
            acme.with_header(|name, value| {
                black_box((name, value));
            })
            .await
            .expect("a header");
        }));
        contenders.push(contender(AUTHORIZE, threads, &ours, async |acme| {
            let mut headers = HeaderMap::new();
            acme.authorize(&mut headers).await.expect("a header");
            black_box(headers);
        }));
        contenders.push(contender(HEADERS, threads, &ours, async |acme| {
            black_box(acme.headers().await.expect("headers"));
        }));
        contenders.push(contender(GOOGLE, threads, &google, async |credentials| {
            let headers = credentials.headers(Extensions::new()).await.expect("headers");
            let CacheableResource::New { data, .. } = headers else { unreachable!("not cached") };
            black_box::<HeaderMap>(data);
        }));
        contenders.push(contender(YUP, threads, &yup, async |authenticator| {
            let token = authenticator.token(&["user.read"]).await.expect("a token");
            let value = format!("Bearer {}", token.token().expect("the token has a value"));
            black_box(http::HeaderValue::from_str(&value).expect("a header"));
        }));
    }
    let measurements = measure_alternately(options.plan(), contenders);

    let one = measurement_of(&measurements, &label(WITH_HEADER, 1));
    let two = measurement_of(&measurements, &label(WITH_HEADER, 2));
    let mut targets = vec![
        Target::absolute("with_header(), one thread", one.figure().median, Unit::Time, Limit::AtMost(60.0)),
        Target::of_measurements("with_header(), two threads", two, one, 1.3),
    ];
    for threads in [1, 2] {
        let of = |name: &str| measurement_of(&measurements, &label(name, threads));
        for (ours, peer) in [(WITH_HEADER, GOOGLE), (WITH_HEADER, YUP), (HEADERS, GOOGLE), (AUTHORIZE, YUP)] {
            targets.push(Target::of_measurements(
                format!("{ours}, against another library"),
                of(ours),
                of(peer),
                0.5,
            ));
        }
    }
    let mut table = Table::of_measurements(
        "A valid Authorization header from a live credential",
        &label(WITH_HEADER, 1),
        &measurements,
    );
    let mut add_peer = |name: &str, threads: usize, peer: anyhow::Result<Figure>| {
        if let Ok(figure) = &peer {
            let ours = if threads == 1 { one } else { two }.figure().median;
            let text = format!("{WITH_HEADER}, against another library");
            let theirs = label(name, threads);
            targets.push(Target::by_ratio(text, Unit::Time, ours, theirs, figure.median, 0.5));
        }
        table.rows.push(peers::row(&label(name, threads), peer, one.figure().median));
    };
    for threads in [1, 2] {
        add_peer(x_oauth2::NAME, threads, x_oauth2::measure(options, &["header", &threads.to_string()]));
    }
    add_peer(authlib::NAME, 1, authlib::measure(options, &["header"]));
    Ok(Report { targets, plots: vec![table.plot()], tables: vec![table], notes: Vec::new() })
}
