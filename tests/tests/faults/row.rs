//! One row of a table.

use std::fmt;
use std::time::{Duration, Instant};

use oauth_core::connections::{Connection, Connections, DynConnections as _};
use oauth_core::store::{MemoryStore, ReconnectReason};
use oauth_core::{Client, Error, ErrorKind, Provider};
use oauth_sandbox::{Fault, Journal, RequestKind};

use crate::every_fault::RETRY_AFTER;
use crate::player::{Once, Player, Time};

/// What the token is like when the fault comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Valid,
    Expired,
    /// The provider has forgotten it. Only where tokens do not expire.
    Refused,
}

impl Token {
    pub(crate) fn of<T: Player>() -> [Self; 2] {
        [Self::Valid, if T::EXPIRED.is_some() { Self::Expired } else { Self::Refused }]
    }
}

/// What meets the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Refresh,
    /// An API call that may be sent twice.
    Api,
    /// One that may not.
    ApiOnce,
}

impl Call {
    pub(crate) fn of<T: Player>(token: Token) -> Vec<Self> {
        let mut calls = Vec::new();
        if T::EXPIRED.is_some() {
            calls.push(Self::Refresh);
        }
        calls.push(Self::Api);
        if token == Token::Valid {
            calls.push(Self::ApiOnce);
        }
        calls
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) fault: Fault,
    pub(crate) token: Token,
    pub(crate) call: Call,
}

impl fmt::Display for Token {
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

/// What happened.
#[derive(Debug)]
pub(crate) struct Row {
    /// What the caller got whose call met the fault, and how many token and API calls were made for it.
    first: Result<(), Error>,
    took: (u64, u64),
    /// What the same connection has for the next caller.
    next: Result<(), Error>,
    /// What an API call by another machine gets.
    elsewhere: Result<(), Error>,
    /// What a third one has after the token has expired once more.
    later: Option<Result<(), Error>>,
    token_calls: u64,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (token, api) = self.took;
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

/// How it went, in a word.
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
    Connections::builder(client.clone(), store.clone()).jitter(Duration::ZERO).build()
}

async fn send<T: Player>(connection: &Connection<T::Provider>) -> Result<(), Error> {
    connection.send(&T::endpoint()).await.map(drop)
}

pub(crate) async fn play<T: Player>(case: Case) -> Row {
    let sandbox = T::start().await;
    let client = T::client(&sandbox);
    let store = MemoryStore::with_clock(Time(sandbox.clock()));
    let first = machine(&client, &store);
    let acme = first.insert("acme", T::connect(&sandbox, &client).await).await.unwrap();
    match (case.token, T::EXPIRED) {
        (Token::Expired, Some(expired)) => sandbox.advance(expired),
        (Token::Refused, _) => sandbox.reset(),
        _ => {}
    }
    let before = sandbox.journal();
    let since = Instant::now();
    let result = match case.call {
        Call::Refresh => {
            sandbox.next_token_call(case.fault.clone());
            // What is expired is refreshed by any call.
            if case.token == Token::Valid {
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
            acme.send(&Once(T::endpoint())).await.map(drop)
        }
    };
    let took = (
        sandbox.journal().token_calls() - before.token_calls(),
        sandbox.journal().api_calls() - before.api_calls(),
    );
    let waited = since.elapsed();
    let next = acme.headers().await.map(drop);
    let elsewhere = send::<T>(&machine(&client, &store).get("acme")).await;
    let later = match T::EXPIRED {
        // A token that is valid hides what has become of the refresh token.
        Some(expired) => {
            sandbox.advance(expired);
            Some(machine(&client, &store).get("acme").headers().await.map(drop))
        }
        None => None,
    };
    let journal = sandbox.journal();
    let token_calls = journal.token_calls() - before.token_calls();
    let row = Row { first: result, took, next, elsewhere, later, token_calls };
    row.keeps_the_rules(&case, waited, &journal);
    row
}

impl Row {
    /// What holds in every row, whatever the table says.
    fn keeps_the_rules(&self, case: &Case, waited: Duration, journal: &Journal) {
        let (token_calls, api_calls) = self.took;
        let fault = kind_of(&case.fault);
        let answered = status_of(&case.fault);
        // Nobody is cut off by a refresh that fails, unless the provider says that it is for good.
        let is_for_good = |result: &Result<(), Error>| {
            result.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::NeedsReconnect(_)))
        };
        if case.token == Token::Valid && !is_for_good(&self.first) {
            assert!(self.next.is_ok(), "a valid token serves: {self}");
        }
        // An expired token is never sent: the provider would refuse it.
        if case.token == Token::Expired {
            let sent = journal.entries().iter().find(|entry| {
                entry.kind == RequestKind::Api && entry.fault.is_none() && entry.status != Some(200)
            });
            assert_eq!(sent, None, "{self}");
        }
        // Whoever met the fault asked for a token once at most, since nothing is retried that may have been done; and once
        // more where the API then refused that one.
        let refused = case.call != Call::Refresh && answered == Some(401);
        assert!(
            token_calls
                <= u64::from(case.token == Token::Expired || case.call == Call::Refresh) + u64::from(refused),
            "{self}"
        );
        if case.call == Call::ApiOnce {
            assert_eq!(api_calls, 1, "not sent twice: {self}");
        }
        if case.call != Call::Refresh {
            // Forbidden, too many requests, and failures of the server are not about the token.
            let is_about_the_token = answered == Some(401) || case.token != Token::Valid;
            assert!(is_about_the_token || token_calls == 0, "{self}");
            if fault == "too_many_requests" && api_calls > 1 {
                assert!(waited >= RETRY_AFTER, "{waited:?}: {self}");
            }
        }
        // A connection is lost only where the server had spent the refresh token and nobody got the answer, or where the
        // provider said so.
        for result in [&self.elsewhere].into_iter().chain(&self.later) {
            let Err(error) = result else { continue };
            let was_spent = case.call == Call::Refresh && is_done(&case.fault);
            let was_told = case.call == Call::Refresh && answered == Some(400);
            match error.kind() {
                ErrorKind::NeedsReconnect(ReconnectReason::OutcomeUnknown) => assert!(was_spent, "{self}"),
                ErrorKind::NeedsReconnect(ReconnectReason::Revoked) => assert!(was_told, "{self}"),
                ErrorKind::NeedsReconnect(ReconnectReason::TokenRefused) => {
                    assert!(case.token == Token::Refused || answered == Some(401), "{self}");
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

/// Whether the provider does its work and nobody hears of it.
fn is_done(fault: &Fault) -> bool {
    matches!(fault, Fault::AfterWork { .. } | Fault::DropResponse | Fault::TruncateBody)
}
