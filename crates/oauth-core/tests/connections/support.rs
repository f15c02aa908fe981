//! A token endpoint and an API in memory, and a store that can be made to fail.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use oauth_core::chrono::{DateTime, TimeDelta, Utc};
use oauth_core::connections::{Connections, ConnectionsBuilder, EventKind};
use oauth_core::http::{Response, StatusCode};
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, MemoryStore, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};
use oauth_core::{
    App, Bearer, Call, Client, Clock, Dialect, Endpoint, EndpointContext, Error, FixedSite, Never, NoExtra,
    PasswordGrant, PasswordRequest, Provider, Scopes, SingleUseRefreshToken, Token, Transport,
    TransportError,
};
use oauth_testing::{CLIENT_SECRET, ManualClock, PASSWORD, reply};
use tokio::sync::Semaphore;

/// How long access tokens live, in seconds.
pub(crate) const LIFETIME: i64 = 3_600;

/// Refresh tokens work once.
#[derive(Debug)]
pub(crate) struct Turning;

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

/// No refresh tokens.
#[derive(Debug)]
pub(crate) struct Lasting;

impl Provider for Lasting {
    const NAME: &'static str = "lasting";
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = Never;
}

/// What the next call meets.
#[derive(Debug)]
pub(crate) enum Twist {
    NotSent,
    /// The server acts; its answer is lost.
    ReplyLost,
    Answer(u16, &'static str),
    /// This status, and so many seconds in `Retry-After`.
    RetryAfter(u16, u64),
    /// The server acts; its answer comes once the semaphore has a permit.
    Held(Arc<Semaphore>),
    /// The server acts once the semaphore has a permit.
    Stuck(Arc<Semaphore>),
}

#[derive(Debug, Default)]
struct State {
    /// By which access tokens expire.
    clock: ManualClock,
    issued: usize,
    refreshes: usize,
    spent: usize,
    api_calls: usize,
    /// Pairs that are good, and when the access token expires.
    live: Vec<(String, String, DateTime<Utc>)>,
    token_twists: VecDeque<Twist>,
    api_twists: VecDeque<Twist>,
    always: Option<(u16, &'static str)>,
}

/// A provider in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Server(Arc<Mutex<State>>);

impl Server {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// One that goes by this clock.
    fn by(clock: &ManualClock) -> Self {
        let server = Self::default();
        server.state().clock = clock.clone();
        server
    }

    /// How often somebody asked for a refresh.
    pub(crate) fn refreshes(&self) -> usize {
        self.state().refreshes
    }

    /// How many tokens were given out.
    pub(crate) fn issued(&self) -> usize {
        self.state().issued
    }

    /// How often a refresh token was spent.
    pub(crate) fn spent(&self) -> usize {
        self.state().spent
    }

    pub(crate) fn api_calls(&self) -> usize {
        self.state().api_calls
    }

    pub(crate) fn next_token_call(&self, twist: Twist) {
        self.state().token_twists.push_back(twist);
    }

    pub(crate) fn next_api_call(&self, twist: Twist) {
        self.state().api_twists.push_back(twist);
    }

    /// Every token call is answered like this from now on; `None`: as it should be.
    pub(crate) fn answer_always(&self, answer: Option<(u16, &'static str)>) {
        self.state().always = answer;
    }

    /// Forgets every token.
    pub(crate) fn revoke_all(&self) {
        self.state().live.clear();
    }

    fn issue(&self) -> Response<Vec<u8>> {
        let mut state = self.state();
        state.issued += 1;
        let n = state.issued;
        let (access, refresh) = (format!("canary-access-{n}"), format!("canary-refresh-{n}"));
        let expires_at = state.clock.now() + TimeDelta::seconds(LIFETIME);
        state.live.push((access.clone(), refresh.clone(), expires_at));
        reply(
            200,
            &format!(
                r#"{{"access_token":"{access}","refresh_token":"{refresh}","expires_in":{LIFETIME},"token_type":"bearer"}}"#
            ),
        )
    }

    fn token_call(&self, body: &str) -> Response<Vec<u8>> {
        let value = |name: &str| {
            oauth_core::url::form_urlencoded::parse(body.as_bytes())
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        if value("grant_type") == "refresh_token" {
            let spent = value("refresh_token");
            let mut state = self.state();
            let Some(at) = state.live.iter().position(|(_, refresh, _)| *refresh == spent) else {
                return reply(400, r#"{"error":"invalid_grant"}"#);
            };
            state.live.remove(at);
            state.spent += 1;
        }
        self.issue()
    }

    fn api_call(&self, authorization: &str) -> Response<Vec<u8>> {
        let state = self.state();
        let known = state.live.iter().any(|(access, _, expires_at)| {
            authorization == format!("Bearer {access}") && *expires_at > state.clock.now()
        });
        if known { reply(200, "{}") } else { reply(401, r#"{"message":"unknown token"}"#) }
    }
}

#[oauth_core::async_trait]
impl Transport for Server {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        let is_token = call.request.uri().path() == "/token";
        let body = String::from_utf8_lossy(call.request.body()).into_owned();
        let twist = {
            let mut state = self.state();
            if is_token {
                state.refreshes += usize::from(body.contains("grant_type=refresh_token"));
                state.token_twists.pop_front()
            } else {
                state.api_calls += 1;
                state.api_twists.pop_front()
            }
        };
        let always = self.state().always.filter(|_| is_token);
        let work = || match call.request.headers().get("authorization") {
            Some(value) if !is_token => self.api_call(value.to_str().unwrap()),
            _ => self.token_call(&body),
        };
        // So that callers that could run at once do.
        tokio::task::yield_now().await;
        match twist {
            _ if always.is_some() => {
                let (status, body) = always.unwrap();
                Ok(reply(status, body))
            }
            None => {
                let answer = work();
                tokio::task::yield_now().await;
                Ok(answer)
            }
            Some(Twist::Answer(status, body)) => Ok(reply(status, body)),
            Some(Twist::RetryAfter(status, seconds)) => {
                let mut answer = reply(status, "");
                answer.headers_mut().insert("retry-after", seconds.into());
                Ok(answer)
            }
            Some(Twist::NotSent) => Err(TransportError::NotSent("no route".into())),
            Some(Twist::ReplyLost) => {
                work();
                Err(TransportError::Unanswered("connection reset".into()))
            }
            Some(Twist::Held(gate)) => {
                let answer = work();
                gate.acquire().await.unwrap().forget();
                Ok(answer)
            }
            Some(Twist::Stuck(gate)) => {
                gate.acquire().await.unwrap().forget();
                Ok(work())
            }
        }
    }
}

pub(crate) fn client_of<P: Provider<Site = FixedSite>>(
    server: &Server,
    clock: &ManualClock,
    id: &str,
) -> Client<P> {
    client_by(server, clock.clone(), id)
}

pub(crate) fn client_by<P: Provider<Site = FixedSite>>(
    server: &Server,
    clock: impl Clock,
    id: &str,
) -> Client<P> {
    let base = "https://provider.example";
    let site = FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api"))
        .unwrap();
    Client::builder(site, App::without_redirect(id, CLIENT_SECRET))
        .transport(server.clone())
        .clock(clock)
        .build()
        .unwrap()
}

/// A provider, a store, and the time of both.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) clock: ManualClock,
    pub(crate) store: Flaky,
    pub(crate) events: Events,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = ManualClock::default();
        Self {
            server: Server::by(&clock),
            store: Flaky::over(MemoryStore::with_clock(clock.clone())),
            clock,
            events: Events::default(),
        }
    }

    pub(crate) fn client(&self) -> Client<Turning> {
        client_of(&self.server, &self.clock, "my-client")
    }

    /// One machine more that uses the same store.
    pub(crate) fn machine(&self) -> Connections<Turning> {
        self.settings(self.client()).build()
    }

    pub(crate) fn settings<P: Provider>(&self, client: Client<P>) -> ConnectionsBuilder<P> {
        let events = self.events.clone();
        Connections::builder(client, self.store.clone())
            .jitter(Duration::ZERO)
            .on_event(move |event| events.note(event.account, &event.kind))
    }

    pub(crate) async fn token(&self) -> Token<Turning> {
        let request = PasswordRequest::new("bob", PASSWORD, Scopes::none());
        self.client().password(request).await.unwrap()
    }

    /// Lets the token expire.
    pub(crate) fn expire(&self) {
        self.clock.advance_secs(LIFETIME);
    }

    /// Lets the token fall due but not expire.
    pub(crate) fn fall_due(&self) {
        self.clock.advance_secs(LIFETIME - 200);
    }

    pub(crate) async fn record(&self, account: &str) -> Record {
        self.store.load(&Key::new("turning", account)).await.unwrap().unwrap()
    }
}

/// The events, in words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    fn note(&self, account: &str, what: &EventKind<'_>) {
        let word = match what {
            EventKind::RefreshFailed(error) => format!("refresh failed {:?}", error.kind()),
            EventKind::SaveFailed(_) => "save failed".to_owned(),
            EventKind::NeedsReconnect(why) => format!("needs reconnect {}", why.as_str()),
            EventKind::ClientRefused(_) => "client refused".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        };
        self.0.lock().unwrap().push(format!("{account} {word}"));
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// What a store fails at next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At_ {
    Load,
    Save,
    /// The save takes place, the answer is lost.
    AfterSave,
    Acquire,
    SetState,
    /// The intent is recorded, the answer is lost.
    AfterBegin,
    Insert,
    UseOnce,
}

/// Where the store waits next, and for what.
type Holds = Vec<(At_, Arc<Semaphore>)>;

/// A store that fails when told to. Clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct Flaky {
    inner: MemoryStore,
    failures: Arc<Mutex<Vec<At_>>>,
    holds: Arc<Mutex<Holds>>,
    loads: Arc<Mutex<usize>>,
    calls: Arc<AtomicUsize>,
    is_slow: Arc<AtomicBool>,
    takes: Arc<Mutex<Duration>>,
}

impl Flaky {
    fn over(inner: MemoryStore) -> Self {
        Self {
            inner,
            failures: Arc::default(),
            holds: Arc::default(),
            loads: Arc::default(),
            calls: Arc::default(),
            is_slow: Arc::default(),
            takes: Arc::default(),
        }
    }

    pub(crate) fn fail(&self, at: At_, times: usize) {
        self.failures.lock().unwrap().extend(std::iter::repeat_n(at, times));
    }

    pub(crate) fn mend(&self) {
        self.failures.lock().unwrap().clear();
    }

    pub(crate) fn loads(&self) -> usize {
        *self.loads.lock().unwrap()
    }

    /// How often it was asked for anything.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// The next time that it comes here it waits for a permit.
    pub(crate) fn hold(&self, at: At_, gate: &Arc<Semaphore>) {
        self.holds.lock().unwrap().push((at, Arc::clone(gate)));
    }

    /// From now on a task can be stopped before and after everything that the store does.
    pub(crate) fn be_slow(&self) {
        self.is_slow.store(true, Ordering::Relaxed);
    }

    /// So long it takes over every answer, by tokio's time.
    pub(crate) fn take(&self, time: Duration) {
        *self.takes.lock().unwrap() = time;
    }

    /// A point at which a task can be stopped.
    async fn point(&self) {
        if self.is_slow.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
    }

    /// What was told to happen here.
    async fn meet(&self, at: At_) -> Result<(), StoreError> {
        let gate = {
            let mut holds = self.holds.lock().unwrap();
            holds.iter().position(|(held, _)| *held == at).map(|found| holds.remove(found).1)
        };
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        let mut failures = self.failures.lock().unwrap();
        match failures.iter().position(|next| *next == at) {
            Some(found) => {
                failures.remove(found);
                Err(StoreError::new(StoreErrorKind::Unavailable, "the store is down"))
            }
            None => Ok(()),
        }
    }

    async fn around<T>(
        &self,
        before: Option<At_>,
        after: Option<At_>,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(before) = before {
            self.meet(before).await?;
        }
        self.point().await;
        let answer = work.await;
        self.point().await;
        let takes = *self.takes.lock().unwrap();
        if !takes.is_zero() {
            tokio::time::sleep(takes).await;
        }
        if let Some(after) = after {
            self.meet(after).await?;
        }
        answer
    }
}

#[oauth_core::async_trait]
impl TokenStore for Flaky {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        *self.loads.lock().unwrap() += 1;
        self.around(Some(At_::Load), None, self.inner.load(key)).await
    }
    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.around(Some(At_::Insert), None, self.inner.insert(key, content)).await
    }
    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        self.around(Some(At_::Save), Some(At_::AfterSave), self.inner.save(key, from, content)).await
    }
    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.around(None, None, self.inner.remove(key)).await
    }
    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        self.around(Some(At_::Acquire), None, self.inner.acquire(key, owner, length)).await
    }
    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.around(None, None, self.inner.renew(key, fence, length)).await
    }
    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.around(None, None, self.inner.release(key, fence)).await
    }
    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        self.around(None, Some(At_::AfterBegin), self.inner.record_intent(key, fence, from)).await
    }
    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.around(Some(At_::SetState), None, self.inner.set_state(key, fence, from, state)).await
    }
    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        self.around(None, None, self.inner.list(provider, after, limit)).await
    }
    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        self.around(None, None, self.inner.due(query, limit)).await
    }
    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        self.around(Some(At_::UseOnce), None, self.inner.claim_once(name, keep)).await
    }
}

/// An API call that may be repeated, or not.
pub(crate) struct Ping<const IDEMPOTENT: bool>;

impl<P: Provider<Site = FixedSite>, const IDEMPOTENT: bool> Endpoint<P> for Ping<IDEMPOTENT> {
    type Response = StatusCode;
    const NAME: &'static str = "GET /ping";
    const IDEMPOTENT: bool = IDEMPOTENT;

    fn request(&self, at: &EndpointContext<'_, P>) -> Result<oauth_core::http::Request<Vec<u8>>, Error> {
        oauth_core::get(&oauth_core::join(at.site().api_url(), &["ping"])?)
    }

    fn parse(&self, _: &EndpointContext<'_, P>, response: Response<Vec<u8>>) -> Result<StatusCode, Error> {
        Ok(response.status())
    }
}

/// Which token the headers hold, by its number.
pub(crate) fn number(headers: &oauth_core::http::HeaderMap) -> usize {
    let value = headers["authorization"].to_str().unwrap();
    value.rsplit_once('-').unwrap().1.parse().unwrap()
}
