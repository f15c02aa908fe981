//! Code exchange and refresh over a kept-alive loopback connection, with client and server on one thread.
#![allow(missing_docs, reason = "the macros generate undocumented functions")]

use benches::{go1_fixtures, server};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http_body_util::BodyExt as _;
use oauth_core::{Call, Encoding, Transport, TransportError, async_trait};
use oauth2::basic::BasicClient;
use oauth2::{AuthorizationCode, ClientId, ClientSecret, RedirectUrl, RefreshToken, TokenUrl};
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};

/// The response fields that every contender parses.
#[derive(Deserialize)]
#[allow(dead_code, reason = "deserialising them is measured")]
struct TokenResponse {
    access_token: String,
    token_type: String,
    expires_in: u64,
    refresh_token: String,
    scope: String,
}

const CODE: &str = "0123456789abcdef0123456789abcdef";
const REFRESH: &str = "fedcba9876543210fedcba9876543210fedcba9876543210";

const EXCHANGE: [(&str, &str); 5] = [
    ("grant_type", "authorization_code"),
    ("code", CODE),
    ("redirect_uri", go1_fixtures::REDIRECT_URI),
    ("client_id", "client-id"),
    ("client_secret", "client-secret"),
];
const RENEWAL: [(&str, &str); 4] = [
    ("grant_type", "refresh_token"),
    ("refresh_token", REFRESH),
    ("client_id", "client-id"),
    ("client_secret", "client-secret"),
];

async fn send(
    client: &reqwest::Client,
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, reqwest::Error> {
    let response = client.execute(request.try_into()?).await?;
    let (parts, body) = http::Response::<reqwest::Body>::from(response).into_parts();
    Ok(http::Response::from_parts(parts, body.collect().await?.to_bytes().into()))
}

/// Transport with the HTTP client that the other contenders use.
#[derive(Debug)]
struct SharedTransport(reqwest::Client);

#[async_trait]
impl Transport for SharedTransport {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        send(&self.0, call.request).await.map_err(|error| TransportError::Unanswered(Box::new(error)))
    }
}

/// A POST whose response is parsed, without any check.
async fn raw(http: &reqwest::Client, url: &str, form: &[(&str, &str)]) -> TokenResponse {
    let response = http.post(url).form(form).send().await.expect("a response");
    serde_json::from_slice(&response.bytes().await.expect("a body")).expect("a token")
}

fn setup() -> (Runtime, String, reqwest::Client) {
    benches::install_crypto_provider();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let origin = runtime.block_on(server::start());
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    (runtime, origin, http.build().expect("a client"))
}

/// Compares go1 with `oauth2` over the same HTTP client, and with hand-written calls.
fn token_calls(c: &mut Criterion) {
    let (runtime, origin, http) = setup();
    let url = format!("{origin}/oauth/token");
    let bare = BasicClient::new(ClientId::new("client-id".into()))
        .set_client_secret(ClientSecret::new("client-secret".into()))
        .set_token_uri(TokenUrl::new(url.clone()).expect("a URL"))
        .set_redirect_uri(RedirectUrl::new(go1_fixtures::REDIRECT_URI.into()).expect("a URL"))
        .set_auth_type(oauth2::AuthType::RequestBody);
    let send = |request| send(&http, request);
    let go1 = |encoding| {
        let builder = go1::Client::builder(go1_fixtures::site(&origin), go1_fixtures::app());
        builder.encoding(encoding).transport(SharedTransport(http.clone())).build().expect("a client")
    };

    let mut group = c.benchmark_group("code exchange");
    group.bench_function("raw reqwest", |b| b.to_async(&runtime).iter(|| raw(&http, &url, &EXCHANGE)));
    group.bench_function("oauth2 + reqwest", |b| {
        b.to_async(&runtime).iter(async || {
            let code = AuthorizationCode::new(CODE.into());
            bare.exchange_code(code).request_async(&send).await.expect("a token")
        });
    });
    for (name, encoding) in [("form", Encoding::Form), ("multipart", Encoding::Multipart)] {
        let client = go1(encoding);
        group.bench_function(format!("go1 finish, {name}"), |b| {
            b.to_async(&runtime).iter_batched(
                || go1_fixtures::attempt(&client),
                |(pending, callback)| {
                    let client = &client;
                    async move { client.finish(&pending, &callback).await.expect("a token") }
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();

    let mut group = c.benchmark_group("refresh");
    group.bench_function("raw reqwest", |b| b.to_async(&runtime).iter(|| raw(&http, &url, &RENEWAL)));
    group.bench_function("oauth2 + reqwest", |b| {
        let token = RefreshToken::new(REFRESH.into());
        b.to_async(&runtime)
            .iter(async || bare.exchange_refresh_token(&token).request_async(&send).await.expect("a token"));
    });
    let shared = go1(Encoding::Form);
    let builder = go1::Client::builder(go1_fixtures::site(&origin), go1_fixtures::app());
    let default = builder.encoding(Encoding::Form).build().expect("a client");
    for (name, client) in [("go1 refresh", shared), ("go1 refresh, default transport", default)] {
        let token = runtime.block_on(go1_fixtures::token(&client));
        group.bench_function(name, |b| {
            b.to_async(&runtime).iter(async || client.refresh(&token).await.expect("a token"));
        });
    }
}

criterion_group!(benches, token_calls);
criterion_main!(benches);
