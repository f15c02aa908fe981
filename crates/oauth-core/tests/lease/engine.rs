//! The real engine, one step at a time: each request of a process to the store or the provider waits until
//! the test chooses its outcome. Each process has a separate runtime, so it can be killed or stopped while
//! others continue.

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
use oauth_testing::{CLIENT_SECRET, ManualClock, PASSWORD, json_response};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::state::TokenNumber;

pub(crate) const ACCOUNT: &str = "acme";
/// Lifetime of the first token, in seconds. All other tokens outlive every run.
const FIRST_LIFETIME: i64 = 3_600;
/// Longer than a token call, in seconds.
const CALL: i64 = 31;
/// Longer than a lease, in seconds.
const LEASE: i64 = 56;
/// Longer than any timer of a process.
const LONG: Duration = Duration::from_secs(3_600);

#[derive(Debug)]
pub(crate) struct RotatingProvider;

impl oauth_core::Provider for RotatingProvider {
    const NAME: &'static str = "rotating";
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken<90>;
}

impl PasswordGrant for RotatingProvider {
    type Request = PasswordRequest;
}

/// Request of a process to the store or the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Load,
    Acquire,
    Renew,
    Release,
    RecordIntent { from: u64 },
    Save { from: u64 },
    Set { from: u64, state: RecordState },
    Send { token: TokenNumber },
    Response,
}

/// Outcome of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    Done,
    /// Done, but the lease has expired when the response arrives.
    DoneAfterExpiry,
    Failed,
    ResponseLost,
    Delayed,
    NotSent,
    Response(Response<Vec<u8>>),
    Unanswered,
}

/// Gate at which a request waits for its outcome.
#[derive(Debug, Default)]
struct Gate {
    request: Mutex<Option<Request>>,
    outcome: Mutex<Option<Outcome>>,
    arrived: Notify,
    opened: Notify,
}

impl Gate {
    async fn pass(&self, request: Request) -> Outcome {
        *self.request.lock().unwrap() = Some(request);
        self.arrived.notify_one();
        loop {
            self.opened.notified().await;
            if let Some(outcome) = self.outcome.lock().unwrap().take() {
                return outcome;
            }
        }
    }
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Operation that the store completes after its caller has stopped waiting.
#[derive(Clone, Default)]
struct DelayedCall(Arc<Mutex<Option<Work>>>);

/// Store whose operations wait at the gate.
#[derive(Clone)]
struct GatedStore {
    inner: MemoryStore,
    gate: Arc<Gate>,
    pending: DelayedCall,
    clocks: Clocks,
}

/// Clock of the store, and clock of all processes.
#[derive(Clone, Default)]
struct Clocks {
    store: ManualClock,
    local: ManualClock,
}

impl Clocks {
    fn expire_leases(&self, seen: bool) {
        self.store.advance_secs(LEASE);
        if seen {
            self.local.advance_secs(LEASE);
        }
    }
}

impl std::fmt::Debug for GatedStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gated").finish_non_exhaustive()
    }
}

impl GatedStore {
    async fn perform<T: Send + 'static>(
        &self,
        request: Request,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let down = || Err(StoreError::new(StoreErrorKind::Unavailable, "the store is down"));
        match self.gate.pass(request).await {
            Outcome::Done => work.await,
            Outcome::DoneAfterExpiry => {
                let result = work.await;
                self.clocks.expire_leases(true);
                result
            }
            Outcome::Failed => down(),
            Outcome::ResponseLost => work.await.and_then(|_| down()),
            Outcome::Delayed => {
                *self.pending.0.lock().unwrap() = Some(Box::pin(async { drop(work.await) }));
                down()
            }
            other => panic!("{other:?} is no outcome of the store"),
        }
    }
}

#[oauth_core::async_trait]
impl TokenStore for GatedStore {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.perform(Request::Load, async move { inner.load(&key).await }).await
    }
    async fn insert(&self, _: &Key, _: Content) -> Result<u64, StoreError> {
        unreachable!("a process only refreshes")
    }
    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.perform(Request::Save { from }, async move { inner.save(&key, from, content).await }).await
    }
    async fn remove(&self, _: &Key) -> Result<bool, StoreError> {
        unreachable!("a process only refreshes")
    }
    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        let (inner, key, owner) = (self.inner.clone(), key.clone(), owner.clone());
        self.perform(Request::Acquire, async move { inner.acquire(&key, &owner, length).await }).await
    }
    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.perform(Request::Renew, async move { inner.renew(&key, fence, length).await }).await
    }
    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.perform(Request::Release, async move { inner.release(&key, fence).await }).await
    }
    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.perform(
            Request::RecordIntent { from },
            async move { inner.record_intent(&key, fence, from).await },
        )
        .await
    }
    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        let (inner, key) = (self.inner.clone(), key.clone());
        self.perform(
            Request::Set { from, state },
            async move { inner.set_state(&key, fence, from, state).await },
        )
        .await
    }
    async fn list(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unreachable!("a process only refreshes")
    }
    async fn due(&self, _: &DueQuery, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unreachable!("a process only refreshes")
    }
}

/// Transport to the provider. A call waits at the gate before it is sent and before its response.
#[derive(Debug)]
struct GatedTransport(Arc<Gate>);

#[oauth_core::async_trait]
impl Transport for GatedTransport {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        let body = String::from_utf8_lossy(call.request.body()).into_owned();
        match self.0.pass(Request::Send { token: token_number(&body) }).await {
            Outcome::Done => {}
            Outcome::NotSent => return Err(TransportError::NotSent("no route".into())),
            other => panic!("{other:?} is no outcome of sending"),
        }
        match self.0.pass(Request::Response).await {
            Outcome::Response(response) => Ok(response),
            Outcome::Unanswered => Err(TransportError::Unanswered("connection reset".into())),
            other => panic!("{other:?} is no outcome of waiting"),
        }
    }
}

/// Returns the number of the refresh token in a text.
fn token_number(text: &str) -> TokenNumber {
    let (_, rest) = text.split_once("canary-refresh-").unwrap();
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().unwrap()
}

/// Returns the number of the access token in the headers.
pub(crate) fn served_token(headers: &HeaderMap) -> TokenNumber {
    headers["authorization"].to_str().unwrap().rsplit_once('-').unwrap().1.parse().unwrap()
}

/// Provider with refresh token rotation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Server(Arc<Mutex<ServerState>>);

#[derive(Debug, Default)]
struct ServerState {
    issued: TokenNumber,
    valid: Vec<TokenNumber>,
}

impl Server {
    fn issue(&self) -> Response<Vec<u8>> {
        let mut state = self.0.lock().unwrap();
        let n = state.issued;
        state.issued += 1;
        state.valid.push(n);
        let lifetime = if n == 0 { FIRST_LIFETIME } else { 10_000_000 };
        json_response(
            200,
            &format!(
                r#"{{"access_token":"canary-access-{n}","refresh_token":"canary-refresh-{n}","expires_in":{lifetime},"token_type":"bearer"}}"#
            ),
        )
    }

    pub(crate) fn act(&self, token: TokenNumber) -> Response<Vec<u8>> {
        let found = {
            let mut state = self.0.lock().unwrap();
            let at = state.valid.iter().position(|valid| *valid == token);
            at.map(|at| state.valid.remove(at))
        };
        if found.is_some() { self.issue() } else { json_response(400, r#"{"error":"invalid_grant"}"#) }
    }

    pub(crate) fn revoke_all(&self) {
        self.0.lock().unwrap().valid.clear();
    }

    /// Returns the number of issued tokens, and the valid tokens.
    pub(crate) fn tokens(&self) -> (TokenNumber, Vec<TokenNumber>) {
        let state = self.0.lock().unwrap();
        (state.issued, state.valid.clone())
    }
}

#[oauth_core::async_trait]
impl Transport for Server {
    async fn call(&self, _: Call) -> Result<Response<Vec<u8>>, TransportError> {
        Ok(self.issue())
    }
}

fn client(transport: impl Transport, clock: &ManualClock) -> Client<RotatingProvider> {
    let base = "https://provider.example";
    let site = FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api"))
        .unwrap();
    let app = App::without_redirect("my-client", CLIENT_SECRET);
    Client::builder(site, app).transport(transport).clock(clock.clone()).build().unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Store, provider, and their clocks.
pub(crate) struct Setup {
    pub(crate) server: Server,
    clocks: Clocks,
    store: MemoryStore,
    pending: DelayedCall,
    /// Runs actions outside of all processes.
    outside: Runtime,
}

impl Setup {
    pub(crate) fn new() -> Self {
        let clocks = Clocks::default();
        Self {
            server: Server::default(),
            store: MemoryStore::with_clock(clocks.store.clone()),
            clocks,
            pending: DelayedCall::default(),
            outside: runtime(),
        }
    }

    /// Expires the first token.
    pub(crate) fn expire(&self) {
        self.clocks.local.advance_secs(FIRST_LIFETIME);
    }

    /// Advances the store's clock until every call must have ended.
    pub(crate) fn outlast_call(&self) {
        self.clocks.store.advance_secs(CALL);
    }

    /// Stalls all processes until every lease has expired. Their clock shows that if `seen`.
    pub(crate) fn expire_leases(&self, seen: bool) {
        self.clocks.expire_leases(seen);
    }

    /// Connects the account in another process.
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

    /// Returns the record and the number of its token.
    pub(crate) fn row(&self) -> Option<(Record, TokenNumber)> {
        let record = self.outside.block_on(self.store.load(&key())).unwrap()?;
        let token = token_number(&String::from_utf8_lossy(record.content.bytes()));
        Some((record, token))
    }

    /// Completes the delayed operation.
    pub(crate) fn apply_delayed(&self) {
        let work = self.pending.0.lock().unwrap().take().unwrap();
        self.outside.block_on(work);
    }
}

fn key() -> Key {
    Key::new("rotating", ACCOUNT)
}

/// Process with one handle of the connection. Dropping it kills the process.
pub(crate) struct EngineProcess {
    runtime: Runtime,
    acme: Connection<RotatingProvider>,
    gate: Arc<Gate>,
    caller: Option<JoinHandle<Result<HeaderMap, Error>>>,
}

impl EngineProcess {
    pub(crate) fn new(setup: &Setup) -> Self {
        let gate = Arc::new(Gate::default());
        let store = GatedStore {
            inner: setup.store.clone(),
            gate: Arc::clone(&gate),
            pending: setup.pending.clone(),
            clocks: setup.clocks.clone(),
        };
        let runtime = runtime();
        let acme = runtime.block_on(async {
            let client = client(GatedTransport(Arc::clone(&gate)), &setup.clocks.local);
            Connections::builder(client, store).jitter(Duration::ZERO).build().get(ACCOUNT)
        });
        Self { runtime, acme, gate, caller: None }
    }

    /// Starts a call for headers.
    pub(crate) fn start(&mut self) {
        let acme = self.acme.clone();
        self.caller = Some(self.runtime.spawn(async move { acme.headers().await }));
        self.run_until_blocked();
    }

    /// Completes the waiting request with this outcome.
    pub(crate) fn resume(&mut self, outcome: Outcome) {
        self.gate.request.lock().unwrap().take().unwrap();
        *self.gate.outcome.lock().unwrap() = Some(outcome);
        self.gate.opened.notify_one();
        self.run_until_blocked();
    }

    /// Runs the process until it makes a request or has nothing to do.
    fn run_until_blocked(&self) {
        // In paused time, so that all timers of the process fire first.
        let _ =
            self.runtime.block_on(async { tokio::time::timeout(LONG, self.gate.arrived.notified()).await });
    }

    pub(crate) fn request(&self) -> Option<Request> {
        *self.gate.request.lock().unwrap()
    }

    /// Returns the result of the last call, if it has ended.
    pub(crate) fn result(&mut self) -> Option<Result<HeaderMap, Error>> {
        let caller = self.caller.take_if(|caller| caller.is_finished())?;
        Some(self.runtime.block_on(caller).unwrap())
    }

    /// Returns the cached token as `Debug` text.
    pub(crate) fn memory(&self) -> String {
        format!("{:?}", self.acme)
    }
}
