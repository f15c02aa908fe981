//! One code exchange over a kept-alive loopback connection, client and server on one thread.

use std::hint::black_box;

use benches::ours;
use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::BodyExt as _;
use oauth_core::{Call, Encoding, Transport, TransportError, async_trait};
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, AuthorizationCode, ClientId, ClientSecret, RedirectUrl, TokenUrl};
use serde::Deserialize;
use tokio::runtime::Builder;

/// What everybody reads.
#[derive(Deserialize)]
#[allow(dead_code)] // read by serde, and that is what is measured
struct Reply {
    access_token: String,
    token_type: String,
    expires_in: u64,
    refresh_token: String,
    scope: String,
}

const CODE: &str = "0123456789abcdef0123456789abcdef";

async fn send(
    client: &reqwest::Client,
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, reqwest::Error> {
    let response = client.execute(request.try_into()?).await?;
    let (parts, body) = http::Response::<reqwest::Body>::from(response).into_parts();
    Ok(http::Response::from_parts(parts, body.collect().await?.to_bytes().into()))
}

/// The same client as the peers have, for ours.
#[derive(Debug)]
struct Same(reqwest::Client);

#[async_trait]
impl Transport for Same {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        send(&self.0, call.request).await.map_err(|error| TransportError::Unanswered(Box::new(error)))
    }
}

fn exchange(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let address = runtime.block_on(benches::server::start());
    let origin = format!("http://{address}");
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let token_url = format!("{origin}/oauth/token");

    let mut group = criterion.benchmark_group("exchange");
    group.bench_function("raw reqwest", |bencher| {
        bencher.to_async(&runtime).iter(async || {
            let form = [
                ("grant_type", "authorization_code"),
                ("code", CODE),
                ("redirect_uri", ours::REDIRECT_URI),
                ("client_id", "client-id"),
                ("client_secret", "client-secret"),
            ];
            let response = http.post(&token_url).form(&form).send().await.expect("an answer");
            let bytes = response.bytes().await.expect("a body");
            black_box(serde_json::from_slice::<Reply>(&bytes).expect("a token"))
        });
    });

    let bare = BasicClient::new(ClientId::new("client-id".into()))
        .set_client_secret(ClientSecret::new("client-secret".into()))
        .set_auth_uri(AuthUrl::new(format!("{origin}/oauth/authorize")).expect("a URL"))
        .set_token_uri(TokenUrl::new(token_url.clone()).expect("a URL"))
        .set_redirect_uri(RedirectUrl::new(ours::REDIRECT_URI.into()).expect("a URL"))
        .set_auth_type(oauth2::AuthType::RequestBody);
    group.bench_function("oauth2 + reqwest", |bencher| {
        bencher.to_async(&runtime).iter(async || {
            let send = |request| send(&http, request);
            black_box(
                bare.exchange_code(AuthorizationCode::new(CODE.into()))
                    .request_async(&send)
                    .await
                    .expect("a token"),
            )
        });
    });

    for (name, encoding) in [("form", Encoding::Form), ("multipart", Encoding::Multipart)] {
        let same = go1::Client::builder(ours::site(&origin), ours::app())
            .encoding(encoding)
            .transport(Same(http.clone()))
            .build()
            .expect("a client");
        for (label, client) in [("same transport", same), ("own transport", ours::client(&origin, encoding))] {
            let (pending, callback) = ours::attempt(&client);
            group.bench_function(format!("go1 finish(), {name}, {label}"), |bencher| {
                bencher.to_async(&runtime).iter(async || {
                    black_box(client.finish(&pending, callback.as_str()).await.expect("a token"))
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, exchange);
criterion_main!(benches);
