//! The real engine, one step at a time: whatever a process asks of the store or the provider waits until it is told what
//! comes of it. Each process has a runtime of its own, so that it can die, and stands still while others go on.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth_core::connections::{Connection, Connections};
use oauth_core::http::{HeaderMap, Response};
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, MemoryStore, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};
use oauth_core::{
    App, Bearer, Call, Client, Dialect, Error, FixedSite, NoExtra, PasswordGrant, PasswordRequest, Scopes,
    SingleUseRefreshToken, Transport, TransportError,
};
use oauth_testing::{CLIENT_SECRET, ManualClock, PASSWORD, reply};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::state::Number;

pub(crate) const ACCOUNT: &str = "acme";
/// How long the first token lives, in seconds; all others outlive every run.
const FIRST_LIFETIME: i64 = 3_600;
/// Longer than a token call, in seconds.
const CALL: i64 = 31;
/// Longer than a lease, in seconds.
const LEASE: i64 = 56;
/// Longer than anything that a process waits for by itself, in its own time.
const LONG: Duration = Duration::from_secs(3_600);

#[derive(Debug)]
pub(crate) struct Turning;

impl oauth_core::Provider for Turning {
    const NAME: &'static str = "turning";
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken<90>;
}

impl PasswordGrant for Turning {
    type Request = PasswordRequest;
}

/// What a process asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Load,
    Acquire,
    Renew,
    Release,
    Begin { from: u64 },
    Save { from: u64 },
    Set { from: u64, state: RecordState },
    Send { token: Number },
    Response,
}

/// What comes of it.
#[derive(Debug)]
pub(crate) enum Verdict {
    Done,
    /// Done; the lease has run out when the answer arrives.
    DoneTooLate,
    Failed,
    AnswerLost,
    Delayed,
    NotSent,
    Response(Response<Vec<u8>>),
    Unanswered,
}

/// Where a process waits to be told.
#[derive(Debug, Default)]
struct Gate {
    ask: Mutex<Option<Ask>>,
    verdict: Mutex<Option<Verdict>>,
    arrived: Notify,
    opened: Notify,
}

impl Gate {
    async fn pass(&self, ask: Ask) -> Verdict {
        *self.ask.lock().unwrap() = Some(ask);
        self.arrived.notify_one();
        loop {
            self.opened.notified().await;
            if let Some(verdict) = self.verdict.lock().unwrap().take() {
                return verdict;
            }
        }
    }
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What the store does after its caller has stopped waiting.
#[derive(Clone, Default)]
struct PendingCall(Arc<Mutex<Option<Work>>>);

/// A store of which each answer waits at the gate.
#[derive(Clone)]
struct Gated {
    inner: MemoryStore,
    gate: Arc<Gate>,
    pending: PendingCall,
    clocks: Clocks,
}

/// The store's, and that of all processes.
#[derive(Clone, Default)]
struct Clocks {
    store: ManualClock,
    local: ManualClock,
}

impl Clocks {
    fn stall(&self, seen: bool) {
        self.store.advance_secs(LEASE);
        if seen {
            self.local.advance_secs(LEASE);
        }
    }
}

impl std::fmt::Debug for Gated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gated").finish_non_exhaustive()
    }
}

impl Gated {
    async fn ask<T: Send + 'static>(
        &self,
        ask: Ask,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let down = || Err(StoreError::new(StoreErrorKind::Unavailable, "the store is down"));
        match self.gate.pass(ask).await {
            Verdict::Done => work.await,
            Verdict::DoneTooLate => {
                let answer = work.await;
                self.clocks.stall(true);
                answer
            }
            Verdict::Failed => down(),
            Verdict::AnswerLost => work.await.and_then(|_| down()),
            Verdict::Delayed => {
                *self.pending.0.lock().unwrap() = Some(Box::pin(async { drop(work.await) }));
                down()
            }
            other => panic!("{other:?} comes of no store"),
        }
    }
}

#[oauth_core::async_trait]
impl TokenStore for Gated {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.ask(Ask::Load, async move { inner.load(&key).await }).await
    }
    async fn insert(&self, _: &Key, _: Content) -> Result<u64, StoreError> {
        unreachable!("a process here refreshes only")
    }
    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.ask(Ask::Save { from }, async move { inner.save(&key, from, content).await }).await
    }
    async fn remove(&self, _: &Key) -> Result<bool, StoreError> {
        unreachable!("a process here refreshes only")
    }
    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        let (inner, key, owner) = (self.inner.clone(), key.clone(), owner.clone());
        self.ask(Ask::Acquire, async move { inner.acquire(&key, &owner, length).await }).await
    }
    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.ask(Ask::Renew, async move { inner.renew(&key, fence, length).await }).await
    }
    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.ask(Ask::Release, async move { inner.release(&key, fence).await }).await
    }
    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.ask(Ask::Begin { from }, async move { inner.record_intent(&key, fence, from).await }).await
    }
    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.ask(Ask::Set { from, state }, async move { inner.set_state(&key, fence, from, state).await })
            .await
    }
    async fn list(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unreachable!("a process here refreshes only")
    }
    async fn due(&self, _: &DueQuery, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unreachable!("a process here refreshes only")
    }
}

/// The way to the provider, which waits at the gate before and after.
#[derive(Debug)]
struct Way(Arc<Gate>);

#[oauth_core::async_trait]
impl Transport for Way {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        let body = String::from_utf8_lossy(call.request.body()).into_owned();
        match self.0.pass(Ask::Send { token: number(&body) }).await {
            Verdict::Done => {}
            Verdict::NotSent => return Err(TransportError::NotSent("no route".into())),
            other => panic!("{other:?} comes of no sending"),
        }
        match self.0.pass(Ask::Response).await {
            Verdict::Response(reply) => Ok(reply),
            Verdict::Unanswered => Err(TransportError::Unanswered("connection reset".into())),
            other => panic!("{other:?} comes of no waiting"),
        }
    }
}

/// The number of the refresh token in a text.
fn number(text: &str) -> Number {
    let (_, rest) = text.split_once("canary-refresh-").unwrap();
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().unwrap()
}

/// The number of the access token in headers.
pub(crate) fn served(headers: &HeaderMap) -> Number {
    headers["authorization"].to_str().unwrap().rsplit_once('-').unwrap().1.parse().unwrap()
}

/// The provider: refresh tokens work once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Server(Arc<Mutex<ServerState>>);

#[derive(Debug, Default)]
struct ServerState {
    issued: Number,
    live: Vec<Number>,
}

impl Server {
    fn issue(&self) -> Response<Vec<u8>> {
        let mut state = self.0.lock().unwrap();
        let n = state.issued;
        state.issued += 1;
        state.live.push(n);
        let lifetime = if n == 0 { FIRST_LIFETIME } else { 10_000_000 };
        reply(
            200,
            &format!(
                r#"{{"access_token":"canary-access-{n}","refresh_token":"canary-refresh-{n}","expires_in":{lifetime},"token_type":"bearer"}}"#
            ),
        )
    }

    pub(crate) fn act(&self, token: Number) -> Response<Vec<u8>> {
        let found = {
            let mut state = self.0.lock().unwrap();
            let at = state.live.iter().position(|live| *live == token);
            at.map(|at| state.live.remove(at))
        };
        if found.is_some() { self.issue() } else { reply(400, r#"{"error":"invalid_grant"}"#) }
    }

    pub(crate) fn revoke_all(&self) {
        self.0.lock().unwrap().live.clear();
    }

    /// How many were issued, and which are live.
    pub(crate) fn tokens(&self) -> (Number, Vec<Number>) {
        let state = self.0.lock().unwrap();
        (state.issued, state.live.clone())
    }
}

#[oauth_core::async_trait]
impl Transport for Server {
    async fn call(&self, _: Call) -> Result<Response<Vec<u8>>, TransportError> {
        Ok(self.issue())
    }
}

fn client(transport: impl Transport, clock: &ManualClock) -> Client<Turning> {
    let base = "https://provider.example";
    let site = FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api"))
        .unwrap();
    let app = App::without_redirect("my-client", CLIENT_SECRET);
    Client::builder(site, app).transport(transport).clock(clock.clone()).build().unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// The store, the provider, and the time of both.
pub(crate) struct World {
    pub(crate) server: Server,
    clocks: Clocks,
    store: MemoryStore,
    pending: PendingCall,
    /// For what happens outside of every process.
    outside: Runtime,
}

impl World {
    pub(crate) fn new() -> Self {
        let clocks = Clocks::default();
        Self {
            server: Server::default(),
            store: MemoryStore::with_clock(clocks.store.clone()),
            clocks,
            pending: PendingCall::default(),
            outside: runtime(),
        }
    }

    /// The first token expires.
    pub(crate) fn expire(&self) {
        self.clocks.local.advance_secs(FIRST_LIFETIME);
    }

    /// A call that was begun by now must be over, as the store sees it.
    pub(crate) fn outlast_a_call(&self) {
        self.clocks.store.advance_secs(CALL);
    }

    /// All processes stand still until every lease has run out. Whether they see that by their own clock.
    pub(crate) fn stall(&self, seen: bool) {
        self.clocks.stall(seen);
    }

    /// The customer connects, somewhere else.
    pub(crate) fn connect(&self) {
        self.outside.block_on(async {
            let client = client(self.server.clone(), &self.clocks.local);
            let token = client.password(PasswordRequest::new("bob", PASSWORD, Scopes::none())).await.unwrap();
            Connections::new(client, self.store.clone()).insert(ACCOUNT, token).await.unwrap();
        });
    }

    pub(crate) fn remove(&self) {
        self.outside.block_on(self.store.remove(&key())).unwrap();
    }

    /// The row, and the number of its token.
    pub(crate) fn row(&self) -> Option<(Record, Number)> {
        let record = self.outside.block_on(self.store.load(&key())).unwrap()?;
        let token = number(&String::from_utf8_lossy(record.content.bytes()));
        Some((record, token))
    }

    /// What was delayed takes place.
    pub(crate) fn catch_up(&self) {
        let work = self.pending.0.lock().unwrap().take().unwrap();
        self.outside.block_on(work);
    }
}

fn key() -> Key {
    Key::new("turning", ACCOUNT)
}

/// A process with one handle of the connection. Dropping it kills it.
pub(crate) struct Machine {
    runtime: Runtime,
    acme: Connection<Turning>,
    gate: Arc<Gate>,
    caller: Option<JoinHandle<Result<HeaderMap, Error>>>,
}

impl Machine {
    pub(crate) fn new(world: &World) -> Self {
        let gate = Arc::new(Gate::default());
        let store = Gated {
            inner: world.store.clone(),
            gate: Arc::clone(&gate),
            pending: world.pending.clone(),
            clocks: world.clocks.clone(),
        };
        let runtime = runtime();
        let acme = runtime.block_on(async {
            let client = client(Way(Arc::clone(&gate)), &world.clocks.local);
            Connections::builder(client, store).jitter(Duration::ZERO).build().get(ACCOUNT)
        });
        Self { runtime, acme, gate, caller: None }
    }

    /// Somebody wants headers.
    pub(crate) fn start(&mut self) {
        let acme = self.acme.clone();
        self.caller = Some(self.runtime.spawn(async move { acme.headers().await }));
        self.go_on();
    }

    /// What it asked comes to this.
    pub(crate) fn tell(&mut self, verdict: Verdict) {
        self.gate.ask.lock().unwrap().take().unwrap();
        *self.gate.verdict.lock().unwrap() = Some(verdict);
        self.gate.opened.notify_one();
        self.go_on();
    }

    /// Lets it run until it asks for something, or has nothing more to do.
    fn go_on(&self) {
        // In its own time, which is over at once: whatever it waits for by itself comes sooner.
        let _ =
            self.runtime.block_on(async { tokio::time::timeout(LONG, self.gate.arrived.notified()).await });
    }

    pub(crate) fn asks(&self) -> Option<Ask> {
        *self.gate.ask.lock().unwrap()
    }

    /// What the last caller got, if it has got something.
    pub(crate) fn answer(&mut self) -> Option<Result<HeaderMap, Error>> {
        let caller = self.caller.take_if(|caller| caller.is_finished())?;
        Some(self.runtime.block_on(caller).unwrap())
    }

    /// What is in memory, in words.
    pub(crate) fn memory(&self) -> String {
        format!("{:?}", self.acme)
    }
}
