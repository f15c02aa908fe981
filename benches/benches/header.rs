//! A valid `Authorization` header from a live connection, by one thread and by two: what every API call pays.

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use google_cloud_auth::credentials::{CacheableResource, Credentials, user_account};
use http::{Extensions, HeaderMap};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use yup_oauth2::authenticator::{Authenticator, DefaultAuthenticator};

/// Measures `call`, which is async and never waits, on so many threads at once: the time that one call takes on each.
fn measure<T, F>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, threads: usize, subject: &Arc<T>, call: F)
where
    T: Send + Sync + 'static,
    F: AsyncFn(&T) + Copy + Send + Sync + 'static,
{
    group.bench_function(format!("{name}/{threads}"), |bencher| {
        bencher.iter_custom(|times| {
            let barrier = Arc::new(Barrier::new(threads));
            let running: Vec<_> = (0..threads)
                .map(|_| {
                    let (barrier, subject) = (Arc::clone(&barrier), Arc::clone(subject));
                    thread::spawn(move || {
                        let runtime = current();
                        runtime.block_on(async {
                            barrier.wait();
                            let start = Instant::now();
                            for _ in 0..times {
                                call(black_box(&subject)).await;
                            }
                            start.elapsed()
                        })
                    })
                })
                .collect();
            let took: Duration = running.into_iter().map(|thread| thread.join().expect("no panic")).sum();
            took / u32::try_from(threads).expect("a few threads")
        });
    });
}

fn current() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn google(server: &Runtime) -> Credentials {
    let address = server.block_on(benches::server::start());
    let user = json!({
        "client_id": "client-id", "client_secret": "client-secret", "refresh_token": "refresh", "type": "authorized_user",
    });
    let _inside = server.enter();
    user_account::Builder::new(user)
        .with_token_uri(format!("http://{address}/token"))
        .build()
        .expect("credentials")
}

async fn yup() -> DefaultAuthenticator {
    let token = "0123456789abcdef0123456789abcdef0123456789abcdef".to_owned();
    yup_oauth2::AccessTokenAuthenticator::builder(token).build().await.expect("an authenticator")
}

fn header(criterion: &mut Criterion) {
    // Nothing else of the process chooses one.
    rustls::crypto::ring::default_provider().install_default().expect("the first one");
    let server = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let ours = Arc::new(server.block_on(benches::ours::connection()));
    let google = Arc::new(google(&server));
    let yup: Arc<Authenticator<_>> = Arc::new(server.block_on(yup()));
    let mut group = criterion.benchmark_group("header");
    for threads in [1, 2] {
        measure(&mut group, "oauth-core headers()", threads, &ours, async |acme| {
            black_box(acme.headers().await.expect("headers"));
        });
        measure(&mut group, "google-cloud-auth", threads, &google, async |credentials| {
            let headers = credentials.headers(Extensions::new()).await.expect("headers");
            let CacheableResource::New { data, .. } = headers else { unreachable!("nothing is cached") };
            black_box::<HeaderMap>(data);
        });
        measure(&mut group, "yup-oauth2", threads, &yup, async |authenticator| {
            let token = authenticator.token(&["user.read"]).await.expect("a token");
            let value = format!("Bearer {}", token.token().expect("there is one"));
            black_box(http::HeaderValue::from_str(&value).expect("a header"));
        });
    }
    group.finish();
}

criterion_group!(benches, header);
criterion_main!(benches);
