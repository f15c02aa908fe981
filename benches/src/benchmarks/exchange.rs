//! Code exchange and refresh over a kept-alive loopback connection, with client and server on one thread.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use http_body_util::BodyExt as _;
use oauth_core::{Call, Encoding, Transport, TransportError, async_trait};
use oauth2::basic::BasicClient;
use oauth2::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, RedirectUrl,
    RefreshToken, TokenUrl,
};
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::contender::{Contender, Measurement, measure_alternately};
use crate::go1_fixtures;
use crate::options::Options;
use crate::peers::{self, authlib, x_oauth2};
use crate::report::{Limit, Report, Table, Target, measurement_of};
use crate::server::Server;
use crate::unit::Unit;

type BareClient = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The response fields that every contender parses.
#[derive(Deserialize)]
#[allow(dead_code)] // deserialising them is measured
struct TokenResponse {
    access_token: String,
    token_type: String,
    expires_in: u64,
    refresh_token: String,
    scope: String,
}

const CODE: &str = "0123456789abcdef0123456789abcdef";
const REFRESH: &str = "fedcba9876543210fedcba9876543210fedcba9876543210";

const RAW: &str = "raw reqwest";
const BARE: &str = "oauth2 + reqwest";
const BARE_WITH_CALLBACK: &str = "oauth2 + reqwest, with callback parsing";
const GO1: &str = "go1, the same transport";
const GO1_DEFAULT_TRANSPORT: &str = "go1, default transport";

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

/// A contender's HTTP client and server, and its number of calls.
struct Setup {
    http: reqwest::Client,
    server: Server,
    calls: Cell<u64>,
}

impl Setup {
    fn new(runtime: &Runtime) -> Self {
        let http =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { http, server: runtime.block_on(Server::start()), calls: Cell::new(0) }
    }

    fn token_url(&self) -> String {
        format!("{}/oauth/token", self.server.origin())
    }

    fn contender<'a>(&'a self, runtime: &'a Runtime, name: &str, call: impl AsyncFn() + 'a) -> Contender<'a> {
        Contender::new(name, move |times| {
            self.calls.set(self.calls.get() + times);
            runtime.block_on(async {
                let start = Instant::now();
                for _ in 0..times {
                    call().await;
                }
                start.elapsed()
            })
        })
    }

    fn raw<'a>(&'a self, runtime: &'a Runtime, form: &'a [(&'static str, &'static str)]) -> Contender<'a> {
        let url = self.token_url();
        self.contender(runtime, RAW, async move || {
            let response = self.http.post(&url).form(form).send().await.expect("a response");
            let bytes = response.bytes().await.expect("a body");
            black_box(serde_json::from_slice::<TokenResponse>(&bytes).expect("a token"));
        })
    }

    /// A multipart body written at once, the fastest way with reqwest.
    fn raw_multipart<'a>(
        &'a self,
        runtime: &'a Runtime,
        form: &'a [(&'static str, &'static str)],
    ) -> Contender<'a> {
        let url = self.token_url();
        self.contender(runtime, RAW, async move || {
            let boundary = "0123456789abcdef0123456789abcdef";
            let mut body = String::with_capacity(1_024);
            for (name, value) in form {
                for part in [
                    "--",
                    boundary,
                    "\r\nContent-Disposition: form-data; name=\"",
                    name,
                    "\"\r\n\r\n",
                    value,
                    "\r\n",
                ] {
                    body.push_str(part);
                }
            }
            for part in ["--", boundary, "--\r\n"] {
                body.push_str(part);
            }
            let kind = format!("multipart/form-data; boundary={boundary}");
            let request = self.http.post(&url).header(http::header::CONTENT_TYPE, kind).body(body);
            let bytes = request.send().await.expect("a response").bytes().await.expect("a body");
            black_box(serde_json::from_slice::<TokenResponse>(&bytes).expect("a token"));
        })
    }

    fn oauth2_client(&self) -> BareClient {
        BasicClient::new(ClientId::new("client-id".into()))
            .set_client_secret(ClientSecret::new("client-secret".into()))
            .set_token_uri(TokenUrl::new(self.token_url()).expect("a URL"))
            .set_redirect_uri(RedirectUrl::new(go1_fixtures::REDIRECT_URI.into()).expect("a URL"))
            .set_auth_type(oauth2::AuthType::RequestBody)
    }

    /// Parses code and state from the callback and compares the state, which `oauth2` leaves to the
    /// application.
    fn oauth2_callback<'a>(&'a self, runtime: &'a Runtime) -> Contender<'a> {
        let bare = self.oauth2_client();
        let state = CsrfToken::new_random_len(32);
        let callback = format!("{}?code={CODE}&state={}", go1_fixtures::REDIRECT_URI, state.secret());
        self.contender(runtime, BARE_WITH_CALLBACK, async move || {
            let url = Url::parse(black_box(&callback)).expect("a URL");
            let param = |wanted| {
                let found = url.query_pairs().find(|(name, _)| name == wanted);
                found.expect("the parameter is present").1.into_owned()
            };
            assert_eq!(param("state"), *state.secret());
            let send = |request| send(&self.http, request);
            let code = AuthorizationCode::new(param("code"));
            black_box(bare.exchange_code(code).request_async(&send).await.expect("a token"));
        })
    }

    fn oauth2_code<'a>(&'a self, runtime: &'a Runtime) -> Contender<'a> {
        let bare = self.oauth2_client();
        self.contender(runtime, BARE, async move || {
            let send = |request| send(&self.http, request);
            let code = AuthorizationCode::new(CODE.into());
            black_box(bare.exchange_code(code).request_async(&send).await.expect("a token"));
        })
    }

    fn oauth2_refresh<'a>(&'a self, runtime: &'a Runtime) -> Contender<'a> {
        let bare = BasicClient::new(ClientId::new("client-id".into()))
            .set_client_secret(ClientSecret::new("client-secret".into()))
            .set_token_uri(TokenUrl::new(self.token_url()).expect("a URL"))
            .set_auth_type(oauth2::AuthType::RequestBody);
        let token = RefreshToken::new(REFRESH.into());
        self.contender(runtime, BARE, async move || {
            let send = |request| send(&self.http, request);
            black_box(bare.exchange_refresh_token(&token).request_async(&send).await.expect("a token"));
        })
    }

    fn client(&self, encoding: Encoding, default_transport: bool) -> go1::Client {
        let builder = go1::Client::builder(go1_fixtures::site(&self.server.origin()), go1_fixtures::app())
            .encoding(encoding);
        let builder =
            if default_transport { builder } else { builder.transport(SharedTransport(self.http.clone())) };
        builder.build().expect("a client")
    }

    /// An attempt can be finished only once, so each call needs a new one. Starting them is not measured.
    fn finish<'a>(
        &'a self,
        runtime: &'a Runtime,
        encoding: Encoding,
        default_transport: bool,
    ) -> Contender<'a> {
        let client = self.client(encoding, default_transport);
        let attempts = RefCell::new(Vec::new());
        Contender::new(if default_transport { GO1_DEFAULT_TRANSPORT } else { GO1 }, move |times| {
            self.calls.set(self.calls.get() + times);
            let mut attempts = attempts.borrow_mut();
            attempts.clear();
            attempts.extend((0..times).map(|_| go1_fixtures::attempt(&client)));
            runtime.block_on(async {
                let start = Instant::now();
                for (pending, callback) in attempts.iter() {
                    black_box(client.finish(pending, callback).await.expect("a token"));
                }
                start.elapsed()
            })
        })
    }

    fn refresh<'a>(&'a self, runtime: &'a Runtime, default_transport: bool) -> Contender<'a> {
        let client = self.client(Encoding::Form, default_transport);
        let token = runtime.block_on(async {
            let (pending, callback) = go1_fixtures::attempt(&client);
            client.finish(&pending, &callback).await.expect("a token")
        });
        self.contender(
            runtime,
            if default_transport { GO1_DEFAULT_TRANSPORT } else { GO1 },
            async move || {
                black_box(client.refresh(&token).await.expect("a token"));
            },
        )
    }
}

/// Compares go1 with `oauth2` over the same HTTP client, and with hand-written calls.
pub fn run(options: &Options) -> Result<Report> {
    let runtime = &Builder::new_current_thread().enable_all().build()?;
    let setups: Vec<Setup> = (0..12).map(|_| Setup::new(runtime)).collect();
    let exchange = [
        ("grant_type", "authorization_code"),
        ("code", CODE),
        ("redirect_uri", go1_fixtures::REDIRECT_URI),
        ("client_id", "client-id"),
        ("client_secret", "client-secret"),
    ];
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", REFRESH),
        ("client_id", "client-id"),
        ("client_secret", "client-secret"),
    ];
    let form = measure_alternately(
        options.plan(),
        vec![
            setups[0].raw(runtime, &exchange),
            setups[1].oauth2_code(runtime),
            setups[11].oauth2_callback(runtime),
            setups[2].finish(runtime, Encoding::Form, false),
            setups[3].finish(runtime, Encoding::Form, true),
        ],
    );
    let multipart = measure_alternately(
        options.plan(),
        vec![
            setups[4].raw_multipart(runtime, &exchange),
            // oauth2 does not support multipart, so this measures its form body.
            setups[1].oauth2_code(runtime),
            setups[5].finish(runtime, Encoding::Multipart, false),
            setups[6].finish(runtime, Encoding::Multipart, true),
        ],
    );
    let refreshes = measure_alternately(
        options.plan(),
        vec![
            setups[7].raw(runtime, &refresh),
            setups[8].oauth2_refresh(runtime),
            setups[9].refresh(runtime, false),
            setups[10].refresh(runtime, true),
        ],
    );

    let mut report = Report::default();
    for (label, title, measurements) in [
        ("finish(), form", "Exchanging a code, form body", &form),
        ("finish(), multipart", "Exchanging a code, multipart body (oauth2: form)", &multipart),
        ("refresh()", "Refreshing", &refreshes),
    ] {
        add(&mut report, label, title, measurements);
    }
    // These peers need a server on another thread: the others run only while this thread waits.
    let go = in_background(|url| x_oauth2::measure(options, &["exchange", url]));
    let python = in_background(|url| authlib::measure(options, &["exchange", url]));
    let raw = measurement_of(&form, RAW).figure().median;
    let rows = [(x_oauth2::NAME, go), (authlib::NAME, python)];
    report.tables[0].rows.extend(rows.map(|(name, measured)| peers::row(name, measured, raw)));
    let most_connections = setups.iter().map(|setup| setup.server.accepted()).max().unwrap_or_default();
    let calls: u64 = setups.iter().map(|setup| setup.calls.get()).sum();
    report.targets.push(Target::absolute(
        format!("most connections opened by one of {} contenders, in {calls} calls", setups.len()),
        most_connections as f64,
        Unit::Count,
        Limit::AtMost(1.0),
    ));
    Ok(report)
}

/// Runs a call with a server in a background thread.
fn in_background<T>(call: impl FnOnce(&str) -> Result<T>) -> Result<T> {
    let background = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let server = background.block_on(Server::start());
    call(&format!("{}/oauth/token", server.origin()))
}

fn add(report: &mut Report, label: &str, title: &str, measurements: &[Measurement]) {
    let ours = measurement_of(measurements, GO1);
    report.targets.push(Target::of_measurements(label, ours, measurement_of(measurements, BARE), 1.03));
    report.targets.push(Target::of_measurements(label, ours, measurement_of(measurements, RAW), 1.08));
    let table = Table::of_measurements(title, RAW, measurements);
    report.plots.push(table.plot());
    report.tables.push(table);
}
