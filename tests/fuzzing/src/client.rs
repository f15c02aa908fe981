//! Clients of the four providers over a recording transport.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use oauth_core::http::{Request, Response};
use oauth_core::{
    App, Call, Client, Clock as _, Error, PendingAuthorization, PersistedToken, Provider, Site as _, Token,
    Transport, TransportError, origin,
};
use oauth_testing::ManualClock;
use serde_json::{Value, json};

use crate::secrets::{ACCESS_TOKEN, CLIENT_SECRET, REFRESH_TOKEN, STATE, VERIFIER};

pub(crate) const CLIENT_ID: &str = "my-client";
pub(crate) const REDIRECT_URI: &str = "https://app.example.com/callback?x=1";

pub(crate) type HttpResponse = Response<Vec<u8>>;

/// Records requests and returns responses from a list. Clones share both.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordingTransport(Arc<Mutex<Recorded>>);

#[derive(Debug, Default)]
struct Recorded {
    sent: Vec<Request<Vec<u8>>>,
    responses: VecDeque<HttpResponse>,
}

impl RecordingTransport {
    pub(crate) fn with_responses(responses: impl IntoIterator<Item = HttpResponse>) -> Self {
        Self(Arc::new(Mutex::new(Recorded { sent: Vec::new(), responses: responses.into_iter().collect() })))
    }

    /// Takes the requests recorded so far.
    pub(crate) fn take_sent(&self) -> Vec<Request<Vec<u8>>> {
        std::mem::take(&mut self.0.lock().unwrap().sent)
    }
}

#[oauth_core::async_trait]
impl Transport for RecordingTransport {
    async fn call(&self, call: Call) -> Result<HttpResponse, TransportError> {
        let mut recorded = self.0.lock().unwrap();
        recorded.sent.push(call.request);
        recorded.responses.pop_front().ok_or_else(|| TransportError::NotSent("no response left".into()))
    }
}

/// The output of a future that is ready at the first poll.
pub(crate) fn poll_now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future is pending"),
    }
}

/// A provider at its production site.
pub(crate) trait AtProductionSite: Provider {
    fn site() -> Self::Site;

    /// The provider's own fields of a persisted token.
    fn extra() -> Value {
        json!({})
    }
}

impl AtProductionSite for cohortgo::CohortGo {
    fn site() -> cohortgo::Site {
        cohortgo::Site::production()
    }

    fn extra() -> Value {
        json!({ "api_base_url": "https://demo.s.portal.cohortgo.com/api/v1" })
    }
}

impl AtProductionSite for cobot::Cobot {
    fn site() -> cobot::Site {
        cobot::Site::production()
    }
}

impl AtProductionSite for go1::Go1 {
    fn site() -> go1::Site {
        go1::Site::production()
    }
}

impl AtProductionSite for gocd::Gocd {
    fn site() -> gocd::Site {
        gocd::Site::at("https://go.example.com:8154/go").unwrap()
    }
}

pub(crate) fn app() -> App {
    App::new(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
}

pub(crate) fn client<P: AtProductionSite>(transport: &RecordingTransport) -> Client<P> {
    Client::builder(P::site(), app())
        .transport(transport.clone())
        .clock(ManualClock::default())
        .build()
        .unwrap()
}

/// A fixed pending authorization, started at the clock's initial time.
pub(crate) fn pending<P: AtProductionSite>() -> PendingAuthorization {
    serde_json::from_value(json!({
        "provider": P::NAME, "issuer": issuer::<P>(), "client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI,
        "scopes": ["read"], "state": STATE, "pkce_verifier": VERIFIER, "state_rule": "Required",
        "begun_at": ManualClock::default().now(),
    }))
    .unwrap()
}

/// A persisted token.
pub(crate) fn persisted_token<P: AtProductionSite>() -> Token<P> {
    let stored: PersistedToken = serde_json::from_value(persisted_json::<P>()).unwrap();
    Token::from_persisted(stored).unwrap()
}

/// The JSON of [`persisted_token`].
pub(crate) fn persisted_json<P: AtProductionSite>() -> Value {
    json!({
        "provider": P::NAME, "issuer": issuer::<P>(), "client_id": CLIENT_ID,
        "access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN, "scopes": ["read", "write"],
        "scopes_from": "request", "received_at": "2026-01-02T03:04:05Z", "obtained": "authorization_code",
        "extra": P::extra(),
    })
}

fn issuer<P: AtProductionSite>() -> String {
    origin(P::site().token_url())
}

/// The result of a call.
pub(crate) type CallResult<T> = Result<T, Error>;
