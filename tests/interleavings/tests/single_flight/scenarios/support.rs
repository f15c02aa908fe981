//! A provider, a store and a clock that yield to other tasks at each step.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use oauth_core::chrono::{DateTime, TimeDelta, Utc};
use oauth_core::http::Response;
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, MemoryStore, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};
use oauth_core::{
    App, Call, Client, Clock, Connection, Connections, Error, PasswordRequest, Scopes, SingleUseRefreshToken,
    Token, Transport, TransportError,
};
use tokio::task::yield_now;

const LIFETIME: i64 = 3_600;

// `oauth-testing` itself depends on the `oauth_core` with the real tokio.
#[allow(dead_code, unreachable_pub)] // a test uses not all of it
#[path = "../../../../../crates/oauth-testing/src/test_provider.rs"]
mod test_provider;

type RotatingProvider = test_provider::TestProvider<SingleUseRefreshToken<90>>;

/// Follows the simulated time plus an offset.
#[derive(Clone, Debug, Default)]
struct TestClock(Arc<Mutex<TimeDelta>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        let start = tokio::time::Instant::now().saturating_duration_since(tokio::time::Instant::beginning());
        let start = DateTime::from_timestamp(1_767_323_045, 0).unwrap() + start;
        start + *self.0.lock().unwrap()
    }
}

#[derive(Debug, Default)]
struct ServerState {
    issued: usize,
    refreshes: usize,
    spent: usize,
    live: Vec<String>,
}

/// A token endpoint whose refresh tokens work once.
#[derive(Clone, Debug, Default)]
pub(super) struct Server(Arc<Mutex<ServerState>>);

impl Server {
    pub(super) fn refreshes(&self) -> usize {
        self.0.lock().unwrap().refreshes
    }

    pub(super) fn spent(&self) -> usize {
        self.0.lock().unwrap().spent
    }

    fn respond(&self, body: &str) -> (u16, String) {
        let mut state = self.0.lock().unwrap();
        if let Some((_, rest)) = body.split_once("refresh_token=") {
            let token = rest.split('&').next().unwrap();
            state.refreshes += 1;
            let Some(at) = state.live.iter().position(|live| live == token) else {
                return (400, r#"{"error":"invalid_grant"}"#.to_owned());
            };
            state.live.remove(at);
            state.spent += 1;
        }
        state.issued += 1;
        let n = state.issued;
        state.live.push(format!("refresh-{n}"));
        let body = format!(
            r#"{{"access_token":"access-{n}","refresh_token":"refresh-{n}","expires_in":{LIFETIME},"token_type":"bearer"}}"#
        );
        (200, body)
    }
}

#[oauth_core::async_trait]
impl Transport for Server {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        yield_now().await;
        let (status, body) = self.respond(&String::from_utf8_lossy(call.request.body()));
        yield_now().await;
        let response = Response::builder().status(status).header("content-type", "application/json");
        Ok(response.body(body.into_bytes()).unwrap())
    }
}

/// A memory store that yields before and after each call.
#[derive(Clone, Debug)]
pub(super) struct YieldingStore {
    inner: MemoryStore,
    calls: Arc<AtomicUsize>,
    leases: Arc<AtomicUsize>,
    save_fails: Arc<AtomicBool>,
}

impl YieldingStore {
    /// Number of calls.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Number of granted leases.
    pub(super) fn leases(&self) -> usize {
        self.leases.load(Ordering::SeqCst)
    }

    pub(super) fn fail_next_save(&self) {
        self.save_fails.store(true, Ordering::SeqCst);
    }

    async fn with_yields<T>(&self, work: impl Future<Output = T>) -> T {
        self.calls.fetch_add(1, Ordering::SeqCst);
        yield_now().await;
        let result = work.await;
        yield_now().await;
        result
    }
}

#[oauth_core::async_trait]
impl TokenStore for YieldingStore {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.with_yields(self.inner.load(key)).await
    }
    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.with_yields(self.inner.insert(key, content)).await
    }
    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        if self.save_fails.swap(false, Ordering::SeqCst) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, "the store is down"));
        }
        self.with_yields(self.inner.save(key, from, content)).await
    }
    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.with_yields(self.inner.remove(key)).await
    }
    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        let outcome = self.with_yields(self.inner.acquire(key, owner, length)).await?;
        self.leases
            .fetch_add(usize::from(matches!(outcome, AcquireOutcome::Granted { .. })), Ordering::SeqCst);
        Ok(outcome)
    }
    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.with_yields(self.inner.renew(key, fence, length)).await
    }
    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.with_yields(self.inner.release(key, fence)).await
    }
    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        self.with_yields(self.inner.record_intent(key, fence, from)).await
    }
    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.with_yields(self.inner.set_state(key, fence, from, state)).await
    }
    async fn list(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unreachable!("not called by these tests")
    }
    async fn due(&self, _: &DueQuery, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unreachable!("not called by these tests")
    }
}

#[derive(Clone)]
pub(super) struct TestSetup {
    pub(super) server: Server,
    pub(super) store: YieldingStore,
    clock: TestClock,
}

impl TestSetup {
    async fn after(seconds: i64) -> Self {
        let clock = TestClock::default();
        let store = YieldingStore {
            inner: MemoryStore::with_clock(clock.clone()),
            calls: Arc::default(),
            leases: Arc::default(),
            save_fails: Arc::default(),
        };
        let setup = Self { server: Server::default(), store, clock };
        setup.process().insert("acme", setup.token().await).await.unwrap();
        *setup.clock.0.lock().unwrap() = TimeDelta::seconds(seconds);
        setup
    }

    /// A connection whose token has expired.
    pub(super) async fn expired() -> Self {
        Self::after(LIFETIME).await
    }

    /// A connection whose token is due but valid.
    pub(super) async fn due() -> Self {
        Self::after(LIFETIME - 200).await
    }

    fn client(&self) -> Client<RotatingProvider> {
        let site = test_provider::site("https://provider.example");
        Client::builder(site, App::without_redirect("my-client", "my-secret"))
            .transport(self.server.clone())
            .clock(self.clock.clone())
            .build()
            .unwrap()
    }

    /// Another process. Its waits are short enough to end, see `tokio::time`.
    pub(super) fn process(&self) -> Connections<RotatingProvider> {
        Connections::builder(self.client(), self.store.clone())
            .jitter(Duration::ZERO)
            .lease(Duration::from_secs(9))
            .refusal_window(Duration::ZERO)
            .build()
    }

    pub(super) async fn token(&self) -> Token<RotatingProvider> {
        let request = PasswordRequest::new("bob", "password", Scopes::none());
        self.client().password(request).await.unwrap()
    }

    /// Requests headers once. Returns the number of the token.
    pub(super) fn call(
        &self,
        connections: &Connections<RotatingProvider>,
    ) -> impl Future<Output = Result<usize, Error>> + Send + 'static {
        let acme = connections.get("acme");
        async move {
            let headers = acme.headers().await?;
            let value = headers["authorization"].to_str().unwrap();
            Ok(value.rsplit_once('-').unwrap().1.parse().unwrap())
        }
    }

    /// Generation and state in the store.
    pub(super) async fn stored(&self) -> Option<(u64, RecordState)> {
        let record = self.store.inner.load(&Key::new("rotating", "acme")).await.unwrap()?;
        Some((record.generation, record.state))
    }

    /// Waits for flights, then checks that memory matches the store.
    pub(super) async fn settle(&self, connections: &Connections<RotatingProvider>) {
        connections.drain().await;
        let stored = self.stored().await;
        let memory = format!("{:?}", connections.get("acme"));
        let expected = format!(
            "generation: {:?}, state: {:?}",
            stored.map(|(generation, _)| generation),
            stored.map(|(_, state)| state)
        );
        assert!(memory.contains(&expected), "memory {memory}, store {expected}");
        assert_eq!(connections.unsaved(), [""; 0]);
    }
}

/// The result of the first poll, if ready.
pub(super) fn poll_once<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(work).poll(&mut context) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// The generation in memory.
pub(super) fn generation(acme: &Connection<RotatingProvider>) -> Option<u64> {
    let shown = format!("{acme:?}");
    let (_, rest) = shown.split_once("generation: Some(")?;
    Some(rest.split_once(')').unwrap().0.parse().unwrap())
}
