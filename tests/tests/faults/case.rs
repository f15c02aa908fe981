//! One case of a table, and its outcome.

use std::fmt;
use std::time::{Duration, Instant};

use oauth_core::connections::{Connection, Connections, DynConnections as _};
use oauth_core::store::{MemoryStore, ReconnectReason};
use oauth_core::{Client, ClockFn, Error, ErrorKind, Provider};
use oauth_sandbox::{Fault, Journal, RequestKind};

use crate::fault_list::RETRY_AFTER;
use crate::provider_driver::{NotIdempotent, ProviderDriver};

/// The token when the fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenState {
    Valid,
    Expired,
    /// Unknown to the provider. Only where tokens do not expire.
    Refused,
}

impl TokenState {
    pub(crate) fn of<T: ProviderDriver>() -> [Self; 2] {
        [Self::Valid, if T::EXPIRES_AFTER.is_some() { Self::Expired } else { Self::Refused }]
    }
}

/// The call with the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Refresh,
    /// An idempotent API call.
    Api,
    /// An API call that is not idempotent.
    ApiOnce,
}

impl Call {
    pub(crate) fn of<T: ProviderDriver>(token: TokenState) -> Vec<Self> {
        let mut calls = Vec::new();
        if T::EXPIRES_AFTER.is_some() {
            calls.push(Self::Refresh);
        }
        calls.push(Self::Api);
        if token == TokenState::Valid {
            calls.push(Self::ApiOnce);
        }
        calls
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) fault: Fault,
    pub(crate) token: TokenState,
    pub(crate) call: Call,
}

impl fmt::Display for TokenState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Refused => "refused",
        })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Refresh => "refresh",
            Self::Api => "API",
            Self::ApiOnce => "API 1x",
        })
    }
}

/// The outcome of a case.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Result of the call with the fault, and the number of token and API calls it made.
    first: Result<(), Error>,
    calls: (u64, u64),
    /// Result for the next caller of the same connection.
    next: Result<(), Error>,
    /// Result of an API call by another machine.
    elsewhere: Result<(), Error>,
    /// Result for a third machine after the token has expired again.
    later: Option<Result<(), Error>>,
    token_calls: u64,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (token, api) = self.calls;
        let later = self.later.as_ref().map_or_else(|| "-".to_owned(), word);
        write!(
            f,
            "{:<32} | {token:>5}, {api:>3} | {:<32} | {:<32} | {later:<32} | {:>5}",
            word(&self.first),
            word(&self.next),
            word(&self.elsewhere),
            self.token_calls
        )
    }
}

/// The error kind, or `ok`.
fn word(result: &Result<(), Error>) -> String {
    match result {
        Ok(()) => "ok".to_owned(),
        Err(error) => match error.kind() {
            ErrorKind::NeedsReconnect(why) => format!("needs_reconnect: {}", why.as_str()),
            kind => kind.as_str().to_owned(),
        },
    }
}

fn machine<P: Provider>(client: &Client<P>, store: &MemoryStore) -> Connections<P> {
    Connections::builder(client.clone(), store.clone())
        .jitter(Duration::ZERO)
        .refusal_window(Duration::ZERO)
        .build()
}

async fn send<T: ProviderDriver>(connection: &Connection<T::Provider>) -> Result<(), Error> {
    connection.send(&T::endpoint()).await.map(drop)
}

pub(crate) async fn run<T: ProviderDriver>(case: Case) -> Outcome {
    let sandbox = T::start().await;
    let client = T::client(&sandbox);
    let store = MemoryStore::with_clock(ClockFn::new(sandbox.clock().into_fn()));
    let first = machine(&client, &store);
    let acme = first.insert("acme", T::connect(&sandbox, &client).await).await.unwrap();
    match (case.token, T::EXPIRES_AFTER) {
        (TokenState::Expired, Some(expired)) => sandbox.advance(expired),
        (TokenState::Refused, _) => sandbox.reset(),
        _ => {}
    }
    let before = sandbox.journal();
    let since = Instant::now();
    let result = match case.call {
        Call::Refresh => {
            sandbox.next_token_call(case.fault.clone());
            // Any call refreshes an expired token.
            if case.token == TokenState::Valid {
                first.refresh("acme").await
            } else {
                acme.headers().await.map(drop)
            }
        }
        Call::Api => {
            sandbox.next_api_call(case.fault.clone());
            send::<T>(&acme).await
        }
        Call::ApiOnce => {
            sandbox.next_api_call(case.fault.clone());
            acme.send(&NotIdempotent(T::endpoint())).await.map(drop)
        }
    };
    let calls = (
        sandbox.journal().token_calls() - before.token_calls(),
        sandbox.journal().api_calls() - before.api_calls(),
    );
    let waited = since.elapsed();
    let next = acme.headers().await.map(drop);
    let elsewhere = send::<T>(&machine(&client, &store).get("acme")).await;
    let later = match T::EXPIRES_AFTER {
        // Shows the state of the refresh token, which a valid access token hides.
        Some(expired) => {
            sandbox.advance(expired);
            Some(machine(&client, &store).get("acme").headers().await.map(drop))
        }
        None => None,
    };
    let journal = sandbox.journal();
    let token_calls = journal.token_calls() - before.token_calls();
    let outcome = Outcome { first: result, calls, next, elsewhere, later, token_calls };
    outcome.check_rules(&case, waited, &journal);
    outcome
}

impl Outcome {
    /// Checks the rules that apply to every case.
    fn check_rules(&self, case: &Case, waited: Duration, journal: &Journal) {
        let (token_calls, api_calls) = self.calls;
        let fault = kind_of(&case.fault);
        let status = status_of(&case.fault);
        // A failed refresh does not affect a valid token, unless the error is permanent.
        let is_permanent = |result: &Result<(), Error>| {
            result.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::NeedsReconnect(_)))
        };
        if case.token == TokenState::Valid && !is_permanent(&self.first) {
            assert!(self.next.is_ok(), "a valid token serves: {self}");
        }
        // An expired token is never sent.
        if case.token == TokenState::Expired {
            let sent = journal.entries().iter().find(|entry| {
                entry.kind == RequestKind::Api && entry.fault.is_none() && entry.status != Some(200)
            });
            assert_eq!(sent, None, "{self}");
        }
        // At most one token call, because it is not retried if the server may have handled it. One more if
        // the API refused the new token.
        let refused = case.call != Call::Refresh && status == Some(401);
        assert!(
            token_calls
                <= u64::from(case.token == TokenState::Expired || case.call == Call::Refresh)
                    + u64::from(refused),
            "{self}"
        );
        if case.call == Call::ApiOnce {
            assert_eq!(api_calls, 1, "not sent twice: {self}");
        }
        if case.call != Call::Refresh {
            // 403, 429 and 5xx do not cause a refresh.
            let may_refresh = status == Some(401) || case.token != TokenState::Valid;
            assert!(may_refresh || token_calls == 0, "{self}");
            if fault == "too_many_requests" && api_calls > 1 {
                assert!(waited >= RETRY_AFTER, "{waited:?}: {self}");
            }
        }
        // A connection is lost only if the refresh's response was lost or the provider refused the token.
        for result in [&self.elsewhere].into_iter().chain(&self.later) {
            let Err(error) = result else { continue };
            let response_lost = case.call == Call::Refresh && loses_response(&case.fault);
            let was_refused = case.call == Call::Refresh && status == Some(400);
            match error.kind() {
                ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown) => {
                    assert!(response_lost, "{self}");
                }
                ErrorKind::NeedsReconnect(ReconnectReason::Revoked) => assert!(was_refused, "{self}"),
                ErrorKind::NeedsReconnect(ReconnectReason::TokenRefused) => {
                    assert!(case.token == TokenState::Refused || status == Some(401), "{self}");
                }
                _ => panic!("{error}: {self}"),
            }
        }
    }
}

fn kind_of(fault: &Fault) -> String {
    serde_json::to_value(inner(fault)).unwrap()["kind"].as_str().unwrap().to_owned()
}

fn status_of(fault: &Fault) -> Option<u16> {
    match inner(fault) {
        Fault::Response { status, .. } => Some(status.as_u16()),
        _ => None,
    }
}

fn inner(fault: &Fault) -> &Fault {
    match fault {
        Fault::AfterWork { fault } => inner(fault),
        fault => fault,
    }
}

/// Returns true if the provider handles the request and its response is lost.
fn loses_response(fault: &Fault) -> bool {
    matches!(fault, Fault::AfterWork { .. } | Fault::DropResponse | Fault::TruncateBody)
}
