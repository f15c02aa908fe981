//! A provider, a store and a clock for one process, between whose steps others may run.

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
    App, Bearer, Call, Client, Clock, Connection, Connections, Dialect, Error, FixedSite, NoExtra,
    PasswordGrant, PasswordRequest, Provider, Scopes, SingleUseRefreshToken, Token, Transport,
    TransportError,
};
use tokio::task::yield_now;

const LIFETIME: i64 = 3_600;

#[derive(Debug)]
pub(super) struct Turning;

impl Provider for Turning {
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

/// Goes with the time of the run, and can be set forward.
#[derive(Clone, Debug, Default)]
struct Forward(Arc<Mutex<TimeDelta>>);

impl Clock for Forward {
    fn now(&self) -> DateTime<Utc> {
        let start = tokio::time::Instant::now().saturating_duration_since(tokio::time::Instant::beginning());
        let start = DateTime::from_timestamp(1_767_323_045, 0).unwrap() + start;
        start + *self.0.lock().unwrap()
    }
}

#[derive(Debug, Default)]
struct Books {
    issued: usize,
    refreshes: usize,
    spent: usize,
    live: Vec<String>,
}

/// A token endpoint whose refresh tokens work once.
#[derive(Clone, Debug, Default)]
pub(super) struct Server(Arc<Mutex<Books>>);

impl Server {
    pub(super) fn refreshes(&self) -> usize {
        self.0.lock().unwrap().refreshes
    }

    pub(super) fn spent(&self) -> usize {
        self.0.lock().unwrap().spent
    }

    fn answer(&self, body: &str) -> (u16, String) {
        let mut books = self.0.lock().unwrap();
        if let Some((_, rest)) = body.split_once("refresh_token=") {
            let token = rest.split('&').next().unwrap();
            books.refreshes += 1;
            let Some(at) = books.live.iter().position(|live| live == token) else {
                return (400, r#"{"error":"invalid_grant"}"#.to_owned());
            };
            books.live.remove(at);
            books.spent += 1;
        }
        books.issued += 1;
        let n = books.issued;
        books.live.push(format!("refresh-{n}"));
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
        let (status, body) = self.answer(&String::from_utf8_lossy(call.request.body()));
        yield_now().await;
        let reply = Response::builder().status(status).header("content-type", "application/json");
        Ok(reply.body(body.into_bytes()).unwrap())
    }
}

/// A store whose every answer takes a while.
#[derive(Clone, Debug)]
pub(super) struct Slow {
    inner: MemoryStore,
    asked: Arc<AtomicUsize>,
    acquired: Arc<AtomicUsize>,
    save_fails: Arc<AtomicBool>,
}

impl Slow {
    /// How often anything was asked of it.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// How often a lease was granted.
    pub(super) fn acquired(&self) -> usize {
        self.acquired.load(Ordering::SeqCst)
    }

    pub(super) fn fail_next_save(&self) {
        self.save_fails.store(true, Ordering::SeqCst);
    }

    async fn slowly<T>(&self, work: impl Future<Output = T>) -> T {
        self.asked.fetch_add(1, Ordering::SeqCst);
        yield_now().await;
        let answer = work.await;
        yield_now().await;
        answer
    }
}

#[oauth_core::async_trait]
impl TokenStore for Slow {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.slowly(self.inner.load(key)).await
    }
    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.slowly(self.inner.insert(key, content)).await
    }
    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        if self.save_fails.swap(false, Ordering::SeqCst) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, "the store is down"));
        }
        self.slowly(self.inner.save(key, from, content)).await
    }
    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.slowly(self.inner.remove(key)).await
    }
    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        let answer = self.slowly(self.inner.acquire(key, owner, length)).await?;
        self.acquired
            .fetch_add(usize::from(matches!(answer, AcquireOutcome::Granted { .. })), Ordering::SeqCst);
        Ok(answer)
    }
    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.slowly(self.inner.renew(key, fence, length)).await
    }
    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.slowly(self.inner.release(key, fence)).await
    }
    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        self.slowly(self.inner.record_intent(key, fence, from)).await
    }
    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.slowly(self.inner.set_state(key, fence, from, state)).await
    }
    async fn list(&self, _: &str, _: Option<&str>, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unreachable!("nobody lists")
    }
    async fn due(&self, _: &DueQuery, _: usize) -> Result<Vec<RecordSummary>, StoreError> {
        unreachable!("nobody sweeps")
    }
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) server: Server,
    pub(super) store: Slow,
    clock: Forward,
}

impl World {
    async fn later(seconds: i64) -> Self {
        let clock = Forward::default();
        let store = Slow {
            inner: MemoryStore::with_clock(clock.clone()),
            asked: Arc::default(),
            acquired: Arc::default(),
            save_fails: Arc::default(),
        };
        let world = Self { server: Server::default(), store, clock };
        world.machine().insert("acme", world.token().await).await.unwrap();
        *world.clock.0.lock().unwrap() = TimeDelta::seconds(seconds);
        world
    }

    /// With a token that has expired.
    pub(super) async fn expired() -> Self {
        Self::later(LIFETIME).await
    }

    /// With a token that is due and still good.
    pub(super) async fn due() -> Self {
        Self::later(LIFETIME - 200).await
    }

    fn client(&self) -> Client<Turning> {
        let base = "https://provider.example";
        let site =
            FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api"))
                .unwrap();
        Client::builder(site, App::without_redirect("my-client", "my-secret"))
            .transport(self.server.clone())
            .clock(self.clock.clone())
            .build()
            .unwrap()
    }

    /// One process more. Its waits are short enough to end, see `tokio::time`.
    pub(super) fn machine(&self) -> Connections<Turning> {
        Connections::builder(self.client(), self.store.clone())
            .jitter(Duration::ZERO)
            .lease(Duration::from_secs(9))
            .build()
    }

    pub(super) async fn token(&self) -> Token<Turning> {
        let request = PasswordRequest::new("bob", "password", Scopes::none());
        self.client().password(request).await.unwrap()
    }

    /// Asks once; the number of the token that is served.
    pub(super) fn caller(
        &self,
        connections: &Connections<Turning>,
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
        let record = self.store.inner.load(&Key::new("turning", "acme")).await.unwrap()?;
        Some((record.generation, record.state))
    }

    /// What is under way comes to its end, and then memory is as the store.
    pub(super) async fn settle(&self, connections: &Connections<Turning>) {
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

/// What comes of it without any waiting.
pub(super) fn at_once<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(work).poll(&mut context) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// The generation in memory.
pub(super) fn generation(acme: &Connection<Turning>) -> Option<u64> {
    let shown = format!("{acme:?}");
    let (_, rest) = shown.split_once("generation: Some(")?;
    Some(rest.split_once(')').unwrap().0.parse().unwrap())
}
