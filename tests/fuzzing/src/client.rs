//! Clients of the four providers over a transport that keeps what is sent.

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

pub(crate) type Answer = Response<Vec<u8>>;

/// Keeps requests, and answers from a list. Clones share both.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    sent: Vec<Request<Vec<u8>>>,
    answers: VecDeque<Answer>,
}

impl Line {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self(Arc::new(Mutex::new(Held { sent: Vec::new(), answers: answers.into_iter().collect() })))
    }

    /// What was sent since the last look.
    pub(crate) fn sent(&self) -> Vec<Request<Vec<u8>>> {
        std::mem::take(&mut self.0.lock().unwrap().sent)
    }
}

#[oauth_core::async_trait]
impl Transport for Line {
    async fn call(&self, call: Call) -> Result<Answer, TransportError> {
        let mut line = self.0.lock().unwrap();
        line.sent.push(call.request);
        line.answers.pop_front().ok_or_else(|| TransportError::NotSent("no answer is left".into()))
    }
}

/// What comes of a future that waits for nothing.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for something"),
    }
}

/// A provider where it really lives.
pub(crate) trait Lives: Provider {
    fn site() -> Self::Site;

    /// Its own fields of a stored token.
    fn extra() -> Value {
        json!({})
    }
}

impl Lives for cohortgo::CohortGo {
    fn site() -> cohortgo::Site {
        cohortgo::Site::production()
    }

    fn extra() -> Value {
        json!({ "api_base_url": "https://demo.s.portal.cohortgo.com/api/v1" })
    }
}

impl Lives for cobot::Cobot {
    fn site() -> cobot::Site {
        cobot::Site::production()
    }
}

impl Lives for go1::Go1 {
    fn site() -> go1::Site {
        go1::Site::production()
    }
}

impl Lives for gocd::Gocd {
    fn site() -> gocd::Site {
        gocd::Site::at("https://go.example.com:8154/go").unwrap()
    }
}

pub(crate) fn app() -> App {
    App::new(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI.parse().unwrap())
}

pub(crate) fn client<P: Lives>(line: &Line) -> Client<P> {
    Client::builder(P::site(), app()).transport(line.clone()).clock(ManualClock::default()).build().unwrap()
}

/// An attempt that was just begun, always the same.
pub(crate) fn pending<P: Lives>() -> PendingAuthorization {
    serde_json::from_value(json!({
        "provider": P::NAME, "issuer": issuer::<P>(), "client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI,
        "scopes": ["read"], "state": STATE, "pkce_verifier": VERIFIER, "state_rule": "Required",
        "begun_at": ManualClock::default().now(),
    }))
    .unwrap()
}

/// A token that was stored earlier.
pub(crate) fn held<P: Lives>() -> Token<P> {
    let stored: PersistedToken = serde_json::from_value(stored::<P>()).unwrap();
    Token::from_persisted(stored).unwrap()
}

/// As it was stored.
pub(crate) fn stored<P: Lives>() -> Value {
    json!({
        "provider": P::NAME, "issuer": issuer::<P>(), "client_id": CLIENT_ID,
        "access_token": ACCESS_TOKEN, "refresh_token": REFRESH_TOKEN, "scopes": ["read", "write"],
        "scopes_from": "reply", "received_at": "2026-01-02T03:04:05Z", "obtained": "authorization_code",
        "extra": P::extra(),
    })
}

fn issuer<P: Lives>() -> String {
    origin(P::site().token_url())
}

/// What came of a call, whatever its provider.
pub(crate) type Came<T> = Result<T, Error>;
