//! One code exchange, and one refresh, over a kept-alive loopback connection, client and server on one thread.

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

use crate::options::Options;
use crate::ours;
use crate::peers::{self, authlib, x_oauth2};
use crate::report::{Limit, Report, Table, Target, named};
use crate::rounds::{Contender, Taken, take_turns};
use crate::server::Server;
use crate::unit::Unit;

type BareClient = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

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
const REFRESH: &str = "fedcba9876543210fedcba9876543210fedcba9876543210";

const RAW: &str = "raw reqwest";
const BARE: &str = "oauth2 + reqwest";
const BARE_WITH_CALLBACK: &str = "oauth2 + reqwest, and the callback read";
const OURS: &str = "go1, the same transport";
const OWN: &str = "go1, its own transport";

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

/// Everybody has a client and a server of his own, and how often he called.
struct Place {
    http: reqwest::Client,
    server: Server,
    calls: Cell<u64>,
}

impl Place {
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
                let begun = Instant::now();
                for _ in 0..times {
                    call().await;
                }
                begun.elapsed()
            })
        })
    }

    fn raw<'a>(&'a self, runtime: &'a Runtime, form: &'a [(&'static str, &'static str)]) -> Contender<'a> {
        let url = self.token_url();
        self.contender(runtime, RAW, async move || {
            let response = self.http.post(&url).form(form).send().await.expect("an answer");
            let bytes = response.bytes().await.expect("a body");
            black_box(serde_json::from_slice::<Reply>(&bytes).expect("a token"));
        })
    }

    /// As a multipart body that is written at once: the quickest there is with reqwest.
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
            let bytes = request.send().await.expect("an answer").bytes().await.expect("a body");
            black_box(serde_json::from_slice::<Reply>(&bytes).expect("a token"));
        })
    }

    fn oauth2_client(&self) -> BareClient {
        BasicClient::new(ClientId::new("client-id".into()))
            .set_client_secret(ClientSecret::new("client-secret".into()))
            .set_token_uri(TokenUrl::new(self.token_url()).expect("a URL"))
            .set_redirect_uri(RedirectUrl::new(ours::REDIRECT_URI.into()).expect("a URL"))
            .set_auth_type(oauth2::AuthType::RequestBody)
    }

    /// What an application has to do beside `oauth2`: it finds code and state in the callback, and compares the state.
    fn oauth2_callback<'a>(&'a self, runtime: &'a Runtime) -> Contender<'a> {
        let bare = self.oauth2_client();
        let state = CsrfToken::new_random_len(32);
        let callback = format!("{}?code={CODE}&state={}", ours::REDIRECT_URI, state.secret());
        self.contender(runtime, BARE_WITH_CALLBACK, async move || {
            let url = Url::parse(black_box(&callback)).expect("a URL");
            let param = |wanted| {
                let found = url.query_pairs().find(|(name, _)| name == wanted);
                found.expect("it is there").1.into_owned()
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

    fn client(&self, encoding: Encoding, own_transport: bool) -> go1::Client {
        let builder = go1::Client::builder(ours::site(&self.server.origin()), ours::app()).encoding(encoding);
        let builder = if own_transport { builder } else { builder.transport(Same(self.http.clone())) };
        builder.build().expect("a client")
    }

    /// An attempt is finished once, so there is a fresh one for each call. Beginning them is not counted.
    fn finish<'a>(&'a self, runtime: &'a Runtime, encoding: Encoding, own_transport: bool) -> Contender<'a> {
        let client = self.client(encoding, own_transport);
        let attempts = RefCell::new(Vec::new());
        Contender::new(if own_transport { OWN } else { OURS }, move |times| {
            self.calls.set(self.calls.get() + times);
            let mut attempts = attempts.borrow_mut();
            attempts.clear();
            attempts.extend((0..times).map(|_| ours::attempt(&client)));
            runtime.block_on(async {
                let begun = Instant::now();
                for (pending, callback) in attempts.iter() {
                    black_box(client.finish(pending, callback).await.expect("a token"));
                }
                begun.elapsed()
            })
        })
    }

    fn refresh<'a>(&'a self, runtime: &'a Runtime, own_transport: bool) -> Contender<'a> {
        let client = self.client(Encoding::Form, own_transport);
        let token = runtime.block_on(async {
            let (pending, callback) = ours::attempt(&client);
            client.finish(&pending, &callback).await.expect("a token")
        });
        self.contender(runtime, if own_transport { OWN } else { OURS }, async move || {
            black_box(client.refresh(&token).await.expect("a token"));
        })
    }
}

/// Ours beside `oauth2` over the same client, and beside the same call by hand.
pub fn run(options: &Options) -> Result<Report> {
    let runtime = &Builder::new_current_thread().enable_all().build()?;
    let places: Vec<Place> = (0..12).map(|_| Place::new(runtime)).collect();
    let exchange = [
        ("grant_type", "authorization_code"),
        ("code", CODE),
        ("redirect_uri", ours::REDIRECT_URI),
        ("client_id", "client-id"),
        ("client_secret", "client-secret"),
    ];
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", REFRESH),
        ("client_id", "client-id"),
        ("client_secret", "client-secret"),
    ];
    let form = take_turns(
        options.plan(),
        vec![
            places[0].raw(runtime, &exchange),
            places[1].oauth2_code(runtime),
            places[11].oauth2_callback(runtime),
            places[2].finish(runtime, Encoding::Form, false),
            places[3].finish(runtime, Encoding::Form, true),
        ],
    );
    let multipart = take_turns(
        options.plan(),
        vec![
            places[4].raw_multipart(runtime, &exchange),
            // It knows no multipart: this is its form.
            places[1].oauth2_code(runtime),
            places[5].finish(runtime, Encoding::Multipart, false),
            places[6].finish(runtime, Encoding::Multipart, true),
        ],
    );
    let refreshes = take_turns(
        options.plan(),
        vec![
            places[7].raw(runtime, &refresh),
            places[8].oauth2_refresh(runtime),
            places[9].refresh(runtime, false),
            places[10].refresh(runtime, true),
        ],
    );

    let mut report = Report::default();
    for (what, title, taken) in [
        ("finish(), form", "Exchanging a code, form body", &form),
        ("finish(), multipart", "Exchanging a code, multipart body (oauth2: form)", &multipart),
        ("refresh()", "Refreshing", &refreshes),
    ] {
        add(&mut report, what, title, taken);
    }
    // A server of its own, on another thread: ours runs only while we wait.
    let go = in_background(|url| x_oauth2::measure(options, &["exchange", url]));
    let python = in_background(|url| authlib::measure(options, &["exchange", url]));
    let raw = named(&form, RAW).figure().median;
    let rows = [(x_oauth2::NAME, go), (authlib::NAME, python)];
    report.tables[0].rows.extend(rows.map(|(name, measured)| peers::row(name, measured, raw)));
    let most = places.iter().map(|place| place.server.accepted()).max().unwrap_or_default();
    let calls: u64 = places.iter().map(|place| place.calls.get()).sum();
    report.targets.push(Target::absolute(
        format!("connections that anybody opened, in {calls} calls by {}", places.len()),
        most as f64,
        Unit::Count,
        Limit::AtMost(1.0),
    ));
    Ok(report)
}

/// With a server that goes on while this thread waits for another process.
fn in_background<T>(call: impl FnOnce(&str) -> Result<T>) -> Result<T> {
    let background = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let server = background.block_on(Server::start());
    call(&format!("{}/oauth/token", server.origin()))
}

fn add(report: &mut Report, what: &str, title: &str, taken: &[Taken]) {
    let ours = named(taken, OURS);
    report.targets.push(Target::of_turns(what, ours, named(taken, BARE), 1.03));
    report.targets.push(Target::of_turns(what, ours, named(taken, RAW), 1.08));
    let table = Table::of_turns(title, RAW, taken);
    report.plots.push(table.plot());
    report.tables.push(table);
}
