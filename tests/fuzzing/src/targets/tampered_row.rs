//! Connections over a store in which somebody has changed a row: another version, a restored backup, an enemy.

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

use crate::client::{Answer, CLIENT_ID, Lives, app, stored};
use crate::input::{Input, input};
use crate::secrets::tells_nothing;
use crate::table::{Row, Table};

pub(crate) const WORDS: &[&str] = &[
    "\"provider\":",
    "\"issuer\":",
    "\"client_id\":",
    "\"access_token\":",
    "\"refresh_token\":",
    "\"scope_source\":",
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

/// The account whose row is changed, and the one that must not notice.
const CHANGED: &str = "acme";
const WHOLE: &str = "zenith";
const SECRETS: &[&str] =
    &["canary-access-acme", "canary-refresh-acme", "canary-access-zenith", "canary-refresh-zenith"];

const TAMPERINGS: u8 = 14;
const OPERATIONS: u8 = 11;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (provider, row) in [
        stored::<cohortgo::CohortGo>(),
        stored::<cobot::Cobot>(),
        stored::<go1::Go1>(),
        stored::<gocd::Gocd>(),
    ]
    .into_iter()
    .enumerate()
    {
        for tampering in 0..TAMPERINGS {
            // Provider, the life of both tokens, what the provider answers; what is changed, where and how; the numbers.
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

/// The provider of refreshes: a new token of the account whose refresh token it is shown, or what `manner` says.
#[derive(Clone, Debug)]
struct Tokens {
    manner: u8,
    /// Whose refresh tokens came.
    came: Arc<Mutex<Vec<&'static str>>>,
}

#[oauth_core::async_trait]
impl Transport for Tokens {
    async fn call(&self, call: Call) -> Result<Answer, TransportError> {
        let asked = String::from_utf8_lossy(call.request.body()).into_owned();
        let whose = [CHANGED, WHOLE].into_iter().find(|who| asked.contains(&format!("canary-refresh-{who}")));
        let whose = whose.unwrap_or("of the row");
        let mut came = self.came.lock().unwrap();
        came.push(whose);
        let n = came.len();
        let who = if whose == WHOLE { WHOLE } else { CHANGED };
        let mut answer = Answer::default();
        *answer.body_mut() = match self.manner {
            1 => {
                *answer.status_mut() = oauth_core::http::StatusCode::BAD_REQUEST;
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
        Ok(answer)
    }
}

/// A row that was changed is an error that says so, or is what its owner's token has become; it never is another account's
/// token, is not overwritten nor removed while it cannot be read, and costs no other account anything.
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

/// A task's panic is kept by the runtime, and the connection goes on as if nothing had been.
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

struct World<P: Lives> {
    table: Table,
    clock: ManualClock,
    tokens: Tokens,
    connections: Connections<P>,
    /// Whether these have not looked at the changed account yet.
    fresh: bool,
    /// Whether they had its token.
    knew: bool,
    /// Access tokens that the changed account may have beside those that `Tokens` gives.
    own: Vec<String>,
}

fn ring() -> Keyring {
    Keyring::new(EncryptionKey::from_bytes([7; 32])).and_older(EncryptionKey::from_bytes([8; 32]))
}

fn older_ring() -> Keyring {
    Keyring::new(EncryptionKey::from_bytes([8; 32]))
}

fn key<P: Lives>(account: &str) -> Key {
    Key::new(P::NAME, account)
}

async fn run<P: Lives>(mut data: Input<'_>) {
    // The same input does the same thing each time.
    fastrand::seed(7);
    let (life, manner) = (data.byte(), data.byte() % 3);
    let tampering = Tampering {
        what: data.byte() % TAMPERINGS,
        at: usize::from(data.byte()),
        by: data.byte(),
        numbers: std::array::from_fn(|_| data.number()),
        state: data.text(),
    };
    let operations = data.part();
    let content = data.rest();
    // Whoever has the key may put another account's token there: then it is this one's.
    if String::from_utf8_lossy(content).contains(WHOLE) {
        return;
    }
    let tokens = Tokens { manner, came: Arc::default() };
    let (table, clock) = (Table::new(), ManualClock::default());
    let connections = connections::<P>(&table, &clock, &tokens);
    for (account, life) in [(CHANGED, life % 4), (WHOLE, life / 4 % 4)] {
        connections.insert(account, token::<P>(account, life)).await.unwrap();
    }
    let connections = self::connections::<P>(&table, &clock, &tokens);
    let (fresh, knew, own) = (true, false, Vec::new());
    let mut world = World { table, clock, tokens, connections, fresh, knew, own };
    world.tamper(&tampering, content);
    for operation in operations.iter().take(12) {
        world.judged(operation % OPERATIONS, &tampering, content, life / 4 % 4).await;
    }
}

/// Its life: without an end, an hour, almost over, over.
fn token<P: Lives>(account: &str, life: u8) -> Token<P> {
    let mut row = stored::<P>();
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

fn connections<P: Lives>(table: &Table, clock: &ManualClock, tokens: &Tokens) -> Connections<P> {
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
    fn make<P: Lives>(&self, table: &Table, content: &[u8]) -> Row {
        let key = key::<P>(CHANGED);
        let was = table.row(&key);
        let mut row = was.clone();
        let [generation, fence, lease, at, times] = self.numbers;
        match self.what {
            0 => row.sealed.iter_mut().skip(self.at).take(1).for_each(|byte| *byte ^= self.by),
            1 => row.sealed.truncate(self.at),
            2 => row.sealed.push(self.by),
            // Swapped between accounts: the bytes alone, and all of the row.
            3 => row.sealed = table.row(&self::key::<P>(WHOLE)).sealed,
            4 => row = table.row(&self::key::<P>(WHOLE)),
            // Of the same account at another provider.
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
        // What must not open is checked here and not believed.
        if matches!(self.what, 1..=7 | 13) && row != was {
            assert!(internal::open(&ring(), &key, &row.key_id, &row.sealed).is_err(), "this must not open");
        }
        row
    }
}

impl<P: Lives> World<P> {
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

    /// One operation, and what must hold after each.
    async fn judged(&mut self, operation: u8, tampering: &Tampering, content: &[u8], whole: u8) {
        let keys = [CHANGED, WHOLE].map(key::<P>);
        let [before, _] = keys.clone().map(|key| self.table.row(&key));
        let sent = self.came(WHOLE);
        let readable = self.readable(&before);
        let acme = self.connections.get(CHANGED);
        let mut answer: Option<Result<Option<HeaderMap>, Error>> = None;
        match operation {
            0 => answer = Some(acme.headers().await.map(Some)),
            1 => {
                let token = acme.token().await;
                let header = |token: Token<P>| P::Scheme::header(token.access_token()).unwrap();
                answer = Some(token.map(|token| Some(HeaderMap::from_iter([header(token)]))));
            }
            2 => answer = Some(acme.status().await.map(|_| None)),
            3 => answer = Some(DynConnections::refresh(&self.connections, CHANGED).await.map(|()| None)),
            4 => {
                let was = self.table.row(&keys[1]);
                let swept = self.connections.sweep(&Sweep::all().spread(Duration::ZERO)).await;
                let swept =
                    swept.unwrap_or_else(|error| panic!("one row keeps all others from a sweep: {error}"));
                let is_due = was.due_at.is_some_and(|at| at <= self.table.now());
                if is_due && P::Renewal::REFRESHES && self.tokens.manner == 0 && swept.stopped_by.is_none() {
                    assert!(self.came(WHOLE) > sent, "the other account was not swept: {swept}");
                }
            }
            5 => {
                if let Err(error) = self.connections.list(None, 10).await {
                    told(&error);
                    assert_eq!(error.kind(), ErrorKind::Store);
                }
            }
            // Another process.
            6 => {
                self.connections = connections(&self.table, &self.clock, &self.tokens);
                (self.fresh, self.knew) = (true, false);
            }
            7 => {
                let headers = self.connections.get(WHOLE).headers().await;
                match headers {
                    Ok(headers) => {
                        assert!(said(&headers).contains("canary-access-zenith-"), "not its own token");
                    }
                    // Its own provider may fail, and one that refreshes nothing leaves an expired token expired.
                    Err(error) => {
                        assert!(self.tokens.manner != 0 || !P::Renewal::REFRESHES, "{error}");
                        assert!(whole != 0, "its token has no end: {error}");
                    }
                }
            }
            8 => {
                if let Err(error) = store(&self.table).rotate_keys(|_| {}).await {
                    told(&error.into());
                }
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
        if let Some(answer) = answer {
            self.answered(answer, operation, readable.as_ref(), &before);
        }
        // What goes on behind the caller's back.
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        self.kept(&before, readable.is_some());
        let other = self.table.row(&keys[1]);
        assert!(self.readable_at(&keys[1], &other).is_some(), "the other account is lost");
    }

    fn came(&self, whose: &str) -> usize {
        self.tokens.came.lock().unwrap().iter().filter(|came| **came == whose).count()
    }

    fn answered(
        &mut self,
        answer: Result<Option<HeaderMap>, Error>,
        operation: u8,
        readable: Option<&Token<P>>,
        before: &Row,
    ) {
        match answer {
            Ok(headers) => {
                assert!(self.knew || readable.is_some(), "a row that nobody can read was read");
                if let Some(headers) = headers {
                    let said = said(&headers);
                    let is_own = said.contains("canary-access-acme-")
                        || self.own.iter().any(|own| said.contains(own.as_str()));
                    assert!(
                        is_own && !said.contains(WHOLE),
                        "another account's token was handed out: {said}"
                    );
                }
                self.knew = true;
            }
            Err(error) => {
                told(&error);
                let is_held = before.lease.is_some() || self.table.row(&key::<P>(CHANGED)).lease.is_some();
                assert!(error.kind() != ErrorKind::Busy || is_held, "{error}");
                assert!(
                    !matches!(error.kind(), ErrorKind::NotConnected | ErrorKind::Setup | ErrorKind::Closed),
                    "{error}"
                );
                if readable.is_none() && !self.knew {
                    let is_typed = matches!(
                        error.kind(),
                        ErrorKind::Store
                            | ErrorKind::ForeignToken
                            | ErrorKind::InvalidResponse
                            | ErrorKind::InvalidInput
                    );
                    assert!(is_typed, "{error}");
                }
                // What can be read and used is: whatever else is odd about the row.
                if let (true, true, Some(token)) = (self.fresh, operation < 2, readable) {
                    let now = oauth_core::Clock::now(&self.clock);
                    assert!(before.state != "active" || token.is_expired(now), "it has a token: {error}");
                }
            }
        }
        self.fresh = false;
    }

    /// The token of the changed row, if it is a record of this client.
    fn readable(&self, row: &Row) -> Option<Token<P>> {
        self.readable_at(&key::<P>(CHANGED), row)
    }

    fn readable_at(&self, key: &Key, row: &Row) -> Option<Token<P>> {
        let record = internal::read_record(self.table.read(key, row).ok()?, &ring()).ok()?;
        let stored: PersistedToken = serde_json::from_slice(record.content.bytes()).ok()?;
        let token = Token::<P>::from_persisted(stored).ok()?;
        let is_ours =
            json!(token.issuer()) == self::stored::<P>()["issuer"] && token.client_id().as_str() == CLIENT_ID;
        (is_ours && P::Scheme::header(token.access_token()).is_ok()).then_some(token)
    }

    /// What became of the changed row.
    fn kept(&self, before: &Row, readable: bool) {
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
        assert!(readable, "a row that nobody can read was overwritten");
        if after.generation == before.generation {
            // Only what is known of it.
            assert_eq!(
                (&before.key_id, &before.sealed),
                (&after.key_id, &after.sealed),
                "no new token, and not the old"
            );
            assert!(after.state == "active" || self.tokens.manner != 0, "why should it be {}", after.state);
            return;
        }
        assert!(after.generation > before.generation, "generations go back");
        let saved: Value = serde_json::from_slice(&open(&after).expect("what was saved opens")).unwrap();
        let token = saved["access_token"].as_str().unwrap();
        assert!(token.starts_with("canary-access-acme-"), "what was saved is no new token of this account");
        assert!(!self.tokens.came.lock().unwrap().is_empty(), "a token came out of nothing");
    }
}

/// What of a row is not a matter of leases.
fn content(row: &Row) -> Row {
    Row { fence: 0, lease: None, intent: None, ..row.clone() }
}

fn said(headers: &HeaderMap) -> String {
    headers.values().map(|value| value.to_str().unwrap()).collect()
}

fn told(error: &Error) {
    tells_nothing(error, SECRETS);
}
