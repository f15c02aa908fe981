//! Connections over a store with a changed row, as by another version, a restored backup or an attacker.

use std::cell::Cell;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use oauth_core::connections::{Connections, DynConnections, Sweep};
use oauth_core::http::HeaderMap;
use oauth_core::store::Key;
use oauth_core::{
    Call, Client, Error, ErrorKind, PersistedToken, Renewal as _, Scheme as _, Token, Transport,
    TransportError,
};
use oauth_store::internal::{self, EngineStore};
use oauth_store::{EncryptionKey, Keyring};
use oauth_testing::ManualClock;
use serde_json::{Value, json};

use crate::client::{AtProductionSite, CLIENT_ID, HttpResponse, app, persisted_json};
use crate::input::{Input, input};
use crate::secrets::check_error;
use crate::table::{Row, Table};

pub(crate) const DICTIONARY: &[&str] = &[
    "\"provider\":",
    "\"issuer\":",
    "\"client_id\":",
    "\"access_token\":",
    "\"refresh_token\":",
    "\"scopes_from\":",
    "\"received_at\":",
    "\"expires_at\":",
    "\"obtained\":",
    "\"extra\":",
    "null",
    "\"2026-01-02T03:04:05Z\"",
    "\"-262143-01-01T00:00:00Z\"",
    "\"+262142-12-31T23:59:59Z\"",
    "active",
    "revoked",
    "outcome_unknown",
    "paused",
    "plaintext",
];

/// The account with the changed row, and an unchanged one.
const CHANGED: &str = "acme";
const UNCHANGED: &str = "zenith";
const SECRETS: &[&str] =
    &["canary-access-acme", "canary-refresh-acme", "canary-access-zenith", "canary-refresh-zenith"];

const TAMPERINGS: u8 = 14;
const OPERATIONS: u8 = 11;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (provider, row) in [
        persisted_json::<cohortgo::CohortGo>(),
        persisted_json::<cobot::Cobot>(),
        persisted_json::<go1::Go1>(),
        persisted_json::<gocd::Gocd>(),
    ]
    .into_iter()
    .enumerate()
    {
        for tampering in 0..TAMPERINGS {
            // Provider, token lifetimes, server behavior; kind, position and value of the change; numbers.
            let first = [u8::try_from(provider).unwrap(), tampering, 0, tampering, 5, 1];
            let numbers = [&[0xFF; 8][..], &[0x7F; 16], &[0; 16]].concat();
            let all: Vec<u8> = (0..OPERATIONS).collect();
            let operations = if tampering % 2 == 0 { all } else { all.into_iter().rev().collect() };
            seeds.push(input(
                &[&first[..], &numbers].concat(),
                &[b"paused", &operations, row.to_string().as_bytes()],
            ));
        }
    }
    seeds
}

/// A token endpoint that returns a new token of the refresh token's account, or fails as `behavior` says.
#[derive(Clone, Debug)]
struct Tokens {
    behavior: u8,
    /// The account of each received refresh token.
    calls: Arc<Mutex<Vec<&'static str>>>,
}

#[oauth_core::async_trait]
impl Transport for Tokens {
    async fn call(&self, call: Call) -> Result<HttpResponse, TransportError> {
        let asked = String::from_utf8_lossy(call.request.body()).into_owned();
        let account =
            [CHANGED, UNCHANGED].into_iter().find(|who| asked.contains(&format!("canary-refresh-{who}")));
        let account = account.unwrap_or("of the row");
        let mut calls = self.calls.lock().unwrap();
        calls.push(account);
        let n = calls.len();
        let who = if account == UNCHANGED { UNCHANGED } else { CHANGED };
        let mut response = HttpResponse::default();
        *response.body_mut() = match self.behavior {
            1 => {
                *response.status_mut() = oauth_core::http::StatusCode::BAD_REQUEST;
                br#"{"error":"invalid_grant"}"#.to_vec()
            }
            2 => return Err(TransportError::Unanswered("it hung up".into())),
            _ => json!({
                "access_token": format!("canary-access-{who}-{n}"),
                "refresh_token": format!("canary-refresh-{who}-{n}"),
                "expires_in": 3600,
            })
            .to_string()
            .into_bytes(),
        };
        Ok(response)
    }
}

/// A changed row is a typed error or its own account's token, never another account's. It is not overwritten
/// or removed while it is unreadable, and affects no other account.
pub fn tampered_row(data: &[u8]) {
    let mut data = Input::new(data);
    count_panics();
    let before = PANICS.get();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    match data.byte() % 4 {
        0 => runtime.block_on(run::<cohortgo::CohortGo>(data)),
        1 => runtime.block_on(run::<cobot::Cobot>(data)),
        2 => runtime.block_on(run::<go1::Go1>(data)),
        _ => runtime.block_on(run::<gocd::Gocd>(data)),
    }
    assert_eq!(PANICS.get(), before, "a task panicked");
}

thread_local! {
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

/// Counts panics, because the runtime catches those of tasks.
fn count_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.set(PANICS.get() + 1);
            tell(panic);
        }));
    });
}

struct TestCase<P: AtProductionSite> {
    table: Table,
    clock: ManualClock,
    tokens: Tokens,
    connections: Connections<P>,
    /// No operation on the changed account yet.
    fresh: bool,
    /// Its token has been loaded.
    loaded: bool,
    /// Other access tokens that the changed account may have.
    own: Vec<String>,
}

fn ring() -> Keyring {
    Keyring::new(EncryptionKey::from_bytes([7; 32])).and_older(EncryptionKey::from_bytes([8; 32]))
}

fn older_ring() -> Keyring {
    Keyring::new(EncryptionKey::from_bytes([8; 32]))
}

fn key<P: AtProductionSite>(account: &str) -> Key {
    Key::new(P::NAME, account)
}

async fn run<P: AtProductionSite>(mut data: Input<'_>) {
    // Makes runs reproducible.
    fastrand::seed(7);
    let (life, behavior) = (data.byte(), data.byte() % 3);
    let tampering = Tampering {
        what: data.byte() % TAMPERINGS,
        at: usize::from(data.byte()),
        by: data.byte(),
        numbers: std::array::from_fn(|_| data.number()),
        state: data.text(),
    };
    let operations = data.part();
    let content = data.rest();
    // With the key, another account's token can be stored under this account; skipped. So is a secret in a
    // column that is not encrypted, which errors show.
    if String::from_utf8_lossy(content).contains(UNCHANGED) || tampering.state.contains("canary-") {
        return;
    }
    let tokens = Tokens { behavior, calls: Arc::default() };
    let (table, clock) = (Table::new(), ManualClock::default());
    let connections = connections::<P>(&table, &clock, &tokens);
    for (account, life) in [(CHANGED, life % 4), (UNCHANGED, life / 4 % 4)] {
        connections.insert(account, token::<P>(account, life)).await.unwrap();
    }
    let connections = self::connections::<P>(&table, &clock, &tokens);
    let (fresh, loaded, own) = (true, false, Vec::new());
    let mut case = TestCase { table, clock, tokens, connections, fresh, loaded, own };
    case.tamper(&tampering, content);
    for operation in operations.iter().take(12) {
        case.run_operation(operation % OPERATIONS, &tampering, content, life / 4 % 4).await;
    }
}

/// A token. `life`: no expiry, one hour, almost expired, expired.
fn token<P: AtProductionSite>(account: &str, life: u8) -> Token<P> {
    let mut row = persisted_json::<P>();
    row["access_token"] = json!(format!("canary-access-{account}-0"));
    row["refresh_token"] = json!(format!("canary-refresh-{account}-0"));
    row["received_at"] = json!("2026-01-02T02:04:05Z");
    match life {
        1 => row["expires_at"] = json!("2026-01-02T04:04:05Z"),
        2 => row["expires_at"] = json!("2026-01-02T03:05:05Z"),
        3 => row["expires_at"] = json!("2026-01-02T03:04:04Z"),
        _ => {}
    }
    Token::from_persisted(serde_json::from_value::<PersistedToken>(row).unwrap()).unwrap()
}

fn connections<P: AtProductionSite>(table: &Table, clock: &ManualClock, tokens: &Tokens) -> Connections<P> {
    let client = Client::<P>::builder(P::site(), app()).transport(tokens.clone()).clock(clock.clone());
    Connections::new(client.build().unwrap(), store(table))
}

fn store(table: &Table) -> EngineStore<Table> {
    EngineStore::new(table.clone(), ring())
}

struct Tampering {
    what: u8,
    at: usize,
    by: u8,
    numbers: [i64; 5],
    state: String,
}

impl Tampering {
    fn make<P: AtProductionSite>(&self, table: &Table, content: &[u8]) -> Row {
        let key = key::<P>(CHANGED);
        let was = table.row(&key);
        let mut row = was.clone();
        let [generation, fence, lease, at, times] = self.numbers;
        match self.what {
            0 => row.sealed.iter_mut().skip(self.at).take(1).for_each(|byte| *byte ^= self.by),
            1 => row.sealed.truncate(self.at),
            2 => row.sealed.push(self.by),
            // Copied from another account: the bytes, or the whole row.
            3 => row.sealed = table.row(&self::key::<P>(UNCHANGED)).sealed,
            4 => row = table.row(&self::key::<P>(UNCHANGED)),
            // Encrypted for the same account of another provider.
            5 => row.sealed = internal::seal(&ring(), &Key::new("other", CHANGED), content).unwrap().1,
            6 => row.key_id = internal::primary_key_id(&older_ring()).to_owned(),
            7 => self.state.clone_into(&mut row.key_id),
            8 => {
                let plain = internal::open(&ring(), &key, &row.key_id, &row.sealed).unwrap_or_default();
                (row.key_id, row.sealed) = internal::seal(&older_ring(), &key, &plain).unwrap();
            }
            9 => {
                (row.key_id, row.sealed) = internal::seal(&ring(), &key, content).unwrap();
            }
            10 => {
                (row.generation, row.fence) = (generation, fence);
                row.lease = Some((lease, times)).filter(|_| self.by & 1 != 0);
                row.intent = Some((fence, at)).filter(|_| self.by & 2 != 0);
            }
            11 => {
                row.due_at = Some(at).filter(|_| self.by & 1 != 0);
                row.lapses_at = Some(times).filter(|_| self.by & 2 != 0);
                row.generation = if self.by & 4 != 0 { generation } else { row.generation };
            }
            12 => {
                self.state.clone_into(&mut row.state);
                row.state_at = Some(at).filter(|_| self.by & 1 != 0);
            }
            _ => (row.key_id, row.sealed) = ("plaintext".to_owned(), content.to_vec()),
        }
        // Verifies that these changes make the row unreadable.
        if matches!(self.what, 1..=7 | 13) && row != was {
            assert!(
                internal::open(&ring(), &key, &row.key_id, &row.sealed).is_err(),
                "a tampered row decrypted"
            );
        }
        row
    }
}

impl<P: AtProductionSite> TestCase<P> {
    fn tamper(&mut self, tampering: &Tampering, content: &[u8]) {
        let row = tampering.make::<P>(&self.table, content);
        if tampering.what == 9
            && let Ok(stored) = serde_json::from_slice::<PersistedToken>(content)
            && let Some(token) = serde_json::to_value(stored).unwrap()["access_token"].as_str()
        {
            self.own.push(token.to_owned());
        }
        self.table.set(&key::<P>(CHANGED), row);
    }

    /// Runs one operation and checks the result.
    async fn run_operation(&mut self, operation: u8, tampering: &Tampering, content: &[u8], whole: u8) {
        let keys = [CHANGED, UNCHANGED].map(key::<P>);
        let [before, _] = keys.clone().map(|key| self.table.row(&key));
        let sent = self.calls(UNCHANGED);
        let readable = self.readable(&before);
        let acme = self.connections.get(CHANGED);
        let mut result: Option<Result<Option<HeaderMap>, Error>> = None;
        match operation {
            0 => result = Some(acme.headers().await.map(Some)),
            1 => {
                let token = acme.token().await;
                let header = |token: Token<P>| P::Scheme::header(token.access_token()).unwrap();
                result = Some(token.map(|token| Some(HeaderMap::from_iter([header(token)]))));
            }
            2 => result = Some(acme.status().await.map(|_| None)),
            3 => result = Some(DynConnections::refresh(&self.connections, CHANGED).await.map(|()| None)),
            4 => {
                let was = self.table.row(&keys[1]);
                let swept = self.connections.sweep(&Sweep::all().spread(Duration::ZERO)).await;
                let swept = swept.unwrap_or_else(|error| panic!("one row stops the sweep: {error}"));
                let is_due = was.due_at.is_some_and(|at| at <= self.table.now());
                if is_due && P::Renewal::REFRESHES && self.tokens.behavior == 0 && swept.stopped_by.is_none()
                {
                    assert!(self.calls(UNCHANGED) > sent, "the other account was not swept: {swept}");
                }
                // A refresh loads the token.
                self.loaded |= readable.is_some() && P::Renewal::REFRESHES;
            }
            5 => {
                let listed = self.connections.list(None, 10).await;
                let listed = listed.unwrap_or_else(|error| panic!("one row stops the list: {error}"));
                let accounts: Vec<&str> = listed.iter().map(|one| one.account.as_str()).collect();
                assert_eq!(accounts, [CHANGED, UNCHANGED]);
            }
            // Another process.
            6 => {
                self.connections = connections(&self.table, &self.clock, &self.tokens);
                (self.fresh, self.loaded) = (true, false);
            }
            7 => {
                let headers = self.connections.get(UNCHANGED).headers().await;
                match headers {
                    Ok(headers) => {
                        assert!(
                            header_values(&headers).contains("canary-access-zenith-"),
                            "not its own token"
                        );
                    }
                    // Its provider may fail, or not refresh an expired token.
                    Err(error) => {
                        assert!(self.tokens.behavior != 0 || !P::Renewal::REFRESHES, "{error}");
                        assert!(whole != 0, "its token has no end: {error}");
                    }
                }
            }
            8 => {
                let rotated = store(&self.table).rotate_keys(|_| {}).await;
                rotated.unwrap_or_else(|error| panic!("one row stops the rotation: {error}"));
            }
            9 => {
                self.tamper(tampering, content);
                return;
            }
            _ => {
                self.clock.advance_secs(600);
                tokio::time::advance(Duration::from_secs(600)).await;
            }
        }
        if let Some(result) = result {
            self.check_result(result, operation, readable.as_ref(), &before);
        }
        // Lets background tasks run.
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        self.check_row(&before, readable.is_some());
        let other = self.table.row(&keys[1]);
        assert!(self.readable_at(&keys[1], &other).is_some(), "the other account is lost");
    }

    fn calls(&self, account: &str) -> usize {
        self.tokens.calls.lock().unwrap().iter().filter(|call| **call == account).count()
    }

    fn check_result(
        &mut self,
        result: Result<Option<HeaderMap>, Error>,
        operation: u8,
        readable: Option<&Token<P>>,
        before: &Row,
    ) {
        match result {
            Ok(headers) => {
                assert!(self.loaded || readable.is_some(), "an unreadable row was read");
                if let Some(headers) = headers {
                    let values = header_values(&headers);
                    let is_own = values.contains("canary-access-acme-")
                        || self.own.iter().any(|own| values.contains(own.as_str()));
                    assert!(
                        is_own && !values.contains(UNCHANGED),
                        "another account's token was handed out: {values}"
                    );
                }
                self.loaded = true;
            }
            Err(error) => {
                check_shown_error(&error);
                let is_held = before.lease.is_some() || self.table.row(&key::<P>(CHANGED)).lease.is_some();
                assert!(error.kind() != ErrorKind::Busy || is_held, "{error}");
                assert!(
                    !matches!(error.kind(), ErrorKind::NotConnected | ErrorKind::Setup | ErrorKind::Closed),
                    "{error}"
                );
                if readable.is_none() && !self.loaded {
                    let is_typed = matches!(
                        error.kind(),
                        ErrorKind::Store
                            | ErrorKind::ForeignToken
                            | ErrorKind::InvalidResponse
                            | ErrorKind::InvalidInput
                    );
                    assert!(is_typed, "{error}");
                }
                // An expired token without a refresh token is read, and not handed out.
                self.loaded |= readable.is_some();
                // A readable valid token is used, whatever else is wrong with the row.
                if let (true, true, Some(token)) = (self.fresh, operation < 2, readable) {
                    let now = oauth_core::Clock::now(&self.clock);
                    assert!(
                        before.state != "active" || token.is_expired(now),
                        "it has a valid token: {error}"
                    );
                }
            }
        }
        self.fresh = false;
    }

    /// The token of the changed row, if it is readable and of this client.
    fn readable(&self, row: &Row) -> Option<Token<P>> {
        self.readable_at(&key::<P>(CHANGED), row)
    }

    fn readable_at(&self, key: &Key, row: &Row) -> Option<Token<P>> {
        let record = internal::read_record(self.table.read(key, row), &ring()).ok()?;
        let stored: PersistedToken = serde_json::from_slice(record.content.bytes()).ok()?;
        let token = Token::<P>::from_persisted(stored).ok()?;
        let is_ours = json!(token.issuer()) == self::persisted_json::<P>()["issuer"]
            && token.client_id().as_str() == CLIENT_ID;
        (is_ours && P::Scheme::header(token.access_token()).is_ok()).then_some(token)
    }

    /// Checks the changed row after an operation.
    fn check_row(&self, before: &Row, readable: bool) {
        let key = key::<P>(CHANGED);
        let after = self.table.row(&key);
        if content(before) == content(&after) {
            return;
        }
        let open = |row: &Row| internal::open(&ring(), &key, &row.key_id, &row.sealed).ok();
        let resealed = Row { key_id: after.key_id.clone(), sealed: after.sealed.clone(), ..before.clone() };
        if content(&resealed) == content(&after) && after.key_id == internal::primary_key_id(&ring()) {
            let (was, is) = (open(before), open(&after));
            assert!(was.is_some() && was == is, "rotation lost a record");
            return;
        }
        assert!(readable, "an unreadable row was overwritten");
        if after.generation == before.generation {
            // Only the state changed.
            assert_eq!(
                (&before.key_id, &before.sealed),
                (&after.key_id, &after.sealed),
                "the content changed without a new generation"
            );
            assert!(after.state == "active" || self.tokens.behavior != 0, "its state is {}", after.state);
            return;
        }
        assert!(after.generation > before.generation, "the generation decreased");
        let saved: Value = serde_json::from_slice(&open(&after).expect("the saved record decrypts")).unwrap();
        let token = saved["access_token"].as_str().unwrap();
        assert!(token.starts_with("canary-access-acme-"), "the saved token is not a new one of this account");
        assert!(!self.tokens.calls.lock().unwrap().is_empty(), "a token was saved without a call");
    }
}

/// The row without lease and intent.
fn content(row: &Row) -> Row {
    Row { fence: 0, lease: None, intent: None, ..row.clone() }
}

fn header_values(headers: &HeaderMap) -> String {
    headers.values().map(|value| value.to_str().unwrap()).collect()
}

fn check_shown_error(error: &Error) {
    check_error(error, SECRETS);
}
