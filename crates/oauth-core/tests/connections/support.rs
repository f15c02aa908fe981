//! Token endpoint and API in memory, and a store that fails on demand.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use oauth_core::chrono::{DateTime, TimeDelta, Utc};
use oauth_core::connections::{Connection, Connections, ConnectionsBuilder, EventKind};
use oauth_core::http::{Response, StatusCode};
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, MemoryStore, Record, RecordState, RecordSummary,
    SaveOutcome, StoreError, StoreErrorKind, TokenStore,
};
use oauth_core::url::Url;
use oauth_core::{
    AccessToken, App, Bearer, Call, Client, Clock, Dialect, Endpoint, EndpointContext, Error, FixedSite,
    Never, NoExtra, PasswordRequest, Provider, Scopes, SingleUseRefreshToken, Site, Token, TokenCheck,
    Transport, TransportError, ZeroLifetime,
};
use oauth_testing::{CLIENT_SECRET, ManualClock, PASSWORD, TestDialect, TestProvider, json_response};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Lifetime of access tokens, in seconds.
pub(crate) const LIFETIME: i64 = 3_600;

/// Provider with refresh token rotation.
pub(crate) type RotatingProvider = TestProvider<SingleUseRefreshToken<90>>;

/// Provider that spends a refresh token before it checks anything.
pub(crate) type SpendingProvider = TestProvider<SingleUseRefreshToken, SpendingDialect>;

#[derive(Debug)]
pub(crate) struct SpendingDialect;

impl TestDialect for SpendingDialect {
    const DIALECT: Dialect = Dialect::rfc6749().spends_before_checks(true);
}

/// Provider with refresh token rotation, whose `expires_in` of 0 means that the token has expired.
pub(crate) type ZeroLifetimeProvider = TestProvider<SingleUseRefreshToken, ZeroLifetimeDialect>;

#[derive(Debug)]
pub(crate) struct ZeroLifetimeDialect;

impl TestDialect for ZeroLifetimeDialect {
    const DIALECT: Dialect = Dialect::rfc6749().zero_lifetime(ZeroLifetime::Expired);
}

/// Provider without refresh tokens.
pub(crate) type NonRefreshingProvider = TestProvider<Never>;

/// Provider without refresh tokens, with a call that checks a token.
#[derive(Debug)]
pub(crate) struct CheckedProvider;

impl Provider for CheckedProvider {
    const NAME: &'static str = "checked";
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = CheckedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = Never;
}

#[derive(Clone, Debug)]
pub(crate) struct CheckedSite(pub(crate) FixedSite);

impl Site for CheckedSite {
    fn token_url(&self) -> &Url {
        Site::<NoExtra>::token_url(&self.0)
    }

    fn token_check(&self, token: &AccessToken) -> Option<TokenCheck> {
        let url = oauth_core::join(self.0.api_url(), &["tokens", token.expose()]).unwrap();
        Some(TokenCheck::get(url).unknown_token_status(StatusCode::NOT_FOUND))
    }
}

/// Behavior of the server at the next call.
#[derive(Debug)]
pub(crate) enum Fault {
    NotSent,
    /// The server processes the call; the response is lost.
    ResponseLost,
    /// Responds with this status and body without processing the call.
    Status(u16, &'static str),
    /// Responds with this status and `WWW-Authenticate`.
    Challenge(u16, &'static str),
    /// Responds with this status and `Retry-After` in seconds.
    RetryAfter(u16, u64),
    /// Processes the call, and responds when the semaphore has a permit.
    DelayResponse(Arc<Semaphore>),
    /// Processes the call when the semaphore has a permit.
    DelayRequest(Arc<Semaphore>),
}

impl Fault {
    /// Refuses the refresh token.
    pub(crate) const INVALID_GRANT: Self = Self::Status(400, r#"{"error":"invalid_grant"}"#);
}

#[derive(Debug, Default)]
struct State {
    clock: ManualClock,
    issued: usize,
    refreshes: usize,
    spent: usize,
    api_calls: usize,
    /// Access token, refresh token and expiry of valid pairs.
    valid: Vec<(String, String, DateTime<Utc>)>,
    token_faults: VecDeque<Fault>,
    api_faults: VecDeque<Fault>,
    always: Option<(u16, &'static str)>,
    /// `expires_in` of new tokens, where it is not their lifetime.
    stated_lifetime: Option<i64>,
    omits_refresh_tokens: bool,
}

/// Provider in memory. Clones share its state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Server(Arc<Mutex<State>>);

impl Server {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn with_clock(clock: &ManualClock) -> Self {
        let server = Self::default();
        server.state().clock = clock.clone();
        server
    }

    /// Number of refresh requests.
    pub(crate) fn refreshes(&self) -> usize {
        self.state().refreshes
    }

    /// Number of tokens issued.
    pub(crate) fn issued(&self) -> usize {
        self.state().issued
    }

    /// Number of refresh tokens spent.
    pub(crate) fn spent(&self) -> usize {
        self.state().spent
    }

    pub(crate) fn api_calls(&self) -> usize {
        self.state().api_calls
    }

    pub(crate) fn next_token_call(&self, fault: Fault) {
        self.state().token_faults.push_back(fault);
    }

    /// Processes the next token call, and responds when the returned semaphore has a permit.
    pub(crate) fn delay_next_response(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        self.next_token_call(Fault::DelayResponse(Arc::clone(&gate)));
        gate
    }

    /// Waits for the first refresh request.
    pub(crate) async fn wait_for_refresh(&self) {
        while self.refreshes() == 0 {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn next_api_call(&self, fault: Fault) {
        self.state().api_faults.push_back(fault);
    }

    /// Responds like this to all token calls from now on; `None` restores normal responses.
    pub(crate) fn always_respond(&self, response: Option<(u16, &'static str)>) {
        self.state().always = response;
    }

    /// States this lifetime for tokens from now on, although they stay valid for [`LIFETIME`].
    pub(crate) fn state_lifetime(&self, seconds: i64) {
        self.state().stated_lifetime = Some(seconds);
    }

    /// Issues no refresh tokens from now on.
    pub(crate) fn issue_no_refresh_tokens(&self) {
        self.state().omits_refresh_tokens = true;
    }

    /// Revokes these refresh tokens.
    pub(crate) fn revoke(&self, refresh_tokens: &[&str]) {
        self.state().valid.retain(|(_, refresh, _)| !refresh_tokens.contains(&refresh.as_str()));
    }

    /// Revokes all tokens.
    pub(crate) fn revoke_all(&self) {
        self.state().valid.clear();
    }

    fn issue(&self) -> Response<Vec<u8>> {
        let mut state = self.state();
        state.issued += 1;
        let n = state.issued;
        let (access, refresh) = (format!("canary-access-{n}"), format!("canary-refresh-{n}"));
        let expires_at = state.clock.now() + TimeDelta::seconds(LIFETIME);
        state.valid.push((access.clone(), refresh.clone(), expires_at));
        let lifetime = state.stated_lifetime.unwrap_or(LIFETIME);
        let refresh = match state.omits_refresh_tokens {
            true => String::new(),
            false => format!(r#""refresh_token":"{refresh}","#),
        };
        json_response(
            200,
            &format!(
                r#"{{"access_token":"{access}",{refresh}"expires_in":{lifetime},"token_type":"bearer"}}"#
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
            let Some(at) = state.valid.iter().position(|(_, refresh, _)| *refresh == spent) else {
                return json_response(400, r#"{"error":"invalid_grant"}"#);
            };
            state.valid.remove(at);
            state.spent += 1;
        }
        self.issue()
    }

    fn api_call(&self, authorization: &str) -> Response<Vec<u8>> {
        let state = self.state();
        let known = state.valid.iter().any(|(access, _, expires_at)| {
            authorization == format!("Bearer {access}") && *expires_at > state.clock.now()
        });
        if known {
            return json_response(200, "{}");
        }
        let mut refused = json_response(401, r#"{"message":"unknown token"}"#);
        let challenge = r#"Bearer error="invalid_token""#.parse().unwrap();
        refused.headers_mut().insert("www-authenticate", challenge);
        refused
    }
}

#[oauth_core::async_trait]
impl Transport for Server {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        let is_token = call.request.uri().path() == "/token";
        let body = String::from_utf8_lossy(call.request.body()).into_owned();
        let fault = {
            let mut state = self.state();
            if is_token {
                state.refreshes += usize::from(body.contains("grant_type=refresh_token"));
                state.token_faults.pop_front()
            } else {
                state.api_calls += 1;
                state.api_faults.pop_front()
            }
        };
        let always = self.state().always.filter(|_| is_token);
        let work = || match call.request.headers().get("authorization") {
            Some(value) if !is_token => self.api_call(value.to_str().unwrap()),
            _ => self.token_call(&body),
        };
        // Lets concurrent callers run.
        tokio::task::yield_now().await;
        match fault {
            _ if always.is_some() => {
                let (status, body) = always.unwrap();
                Ok(json_response(status, body))
            }
            None => {
                let response = work();
                tokio::task::yield_now().await;
                Ok(response)
            }
            Some(Fault::Status(status, body)) => Ok(json_response(status, body)),
            Some(Fault::Challenge(status, challenge)) => {
                let mut response = json_response(status, "");
                response.headers_mut().insert("www-authenticate", challenge.parse().unwrap());
                Ok(response)
            }
            Some(Fault::RetryAfter(status, seconds)) => {
                let mut response = json_response(status, "");
                response.headers_mut().insert("retry-after", seconds.into());
                Ok(response)
            }
            Some(Fault::NotSent) => Err(TransportError::NotSent("no route".into())),
            Some(Fault::ResponseLost) => {
                work();
                Err(TransportError::Unanswered("connection reset".into()))
            }
            Some(Fault::DelayResponse(gate)) => {
                let response = work();
                gate.acquire().await.unwrap().forget();
                Ok(response)
            }
            Some(Fault::DelayRequest(gate)) => {
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
    client_with_clock(server, clock.clone(), id)
}

pub(crate) fn client_with_clock<P: Provider<Site = FixedSite>>(
    server: &Server,
    clock: impl Clock,
    id: &str,
) -> Client<P> {
    client_at(site(), server, clock, id)
}

pub(crate) fn site() -> FixedSite {
    oauth_testing::site("https://provider.example")
}

pub(crate) fn client_at<P: Provider>(
    site: P::Site,
    server: &Server,
    clock: impl Clock,
    id: &str,
) -> Client<P> {
    Client::builder(site, App::without_redirect(id, CLIENT_SECRET))
        .transport(server.clone())
        .clock(clock)
        .build()
        .unwrap()
}

/// Provider, store, and their clock.
pub(crate) struct Setup {
    pub(crate) server: Server,
    pub(crate) clock: ManualClock,
    pub(crate) store: FaultyStore,
    pub(crate) events: Events,
}

impl Setup {
    pub(crate) fn new() -> Self {
        let clock = ManualClock::default();
        Self {
            server: Server::with_clock(&clock),
            store: FaultyStore::new(&clock),
            clock,
            events: Events::default(),
        }
    }

    /// A process with the connection `acme`.
    async fn connected() -> (Self, Connections<RotatingProvider>, Connection<RotatingProvider>) {
        let setup = Self::new();
        let connections = setup.machine();
        let acme = connections.insert("acme", setup.token().await).await.unwrap();
        (setup, connections, acme)
    }

    /// A process with the connection `acme`, whose token has expired.
    pub(crate) async fn expired() -> (Self, Connections<RotatingProvider>, Connection<RotatingProvider>) {
        let process = Self::connected().await;
        process.0.expire();
        process
    }

    /// A process with the connection `acme`, whose token is due but valid.
    pub(crate) async fn due() -> (Self, Connections<RotatingProvider>, Connection<RotatingProvider>) {
        let process = Self::connected().await;
        process.0.fall_due();
        process
    }

    pub(crate) fn client(&self) -> Client<RotatingProvider> {
        client_of(&self.server, &self.clock, "my-client")
    }

    /// Connections of one more process with the same store.
    pub(crate) fn machine(&self) -> Connections<RotatingProvider> {
        self.settings(self.client()).build()
    }

    pub(crate) fn settings<P: Provider>(&self, client: Client<P>) -> ConnectionsBuilder<P> {
        let events = self.events.clone();
        Connections::builder(client, self.store.clone())
            .refusal_window(Duration::ZERO)
            .jitter(Duration::ZERO)
            .on_event(move |event| events.record(event.account, &event.kind))
    }

    pub(crate) async fn token(&self) -> Token<RotatingProvider> {
        let request = PasswordRequest::new("bob", PASSWORD, Scopes::none());
        self.client().password(request).await.unwrap()
    }

    /// The connection of the account `acme`, in one more process.
    pub(crate) async fn connect(&self) -> Connection<RotatingProvider> {
        self.machine().insert("acme", self.token().await).await.unwrap()
    }

    /// Starts a caller whose refresh is processed. The response waits for a permit.
    pub(crate) async fn hold_refresh(
        &self,
        acme: &Connection<RotatingProvider>,
    ) -> (Arc<Semaphore>, JoinHandle<Result<usize, Error>>) {
        let gate = self.server.delay_next_response();
        let caller = spawn_caller(acme);
        tokio::time::sleep(Duration::from_secs(1)).await;
        (gate, caller)
    }

    /// Stores a connection of each account.
    pub(crate) async fn insert_each(
        &self,
        connections: &Connections<RotatingProvider>,
        accounts: impl IntoIterator<Item = impl AsRef<str>>,
    ) {
        for account in accounts {
            connections.insert(account.as_ref(), self.token().await).await.unwrap();
        }
    }

    /// Advances the clock until the token has expired.
    pub(crate) fn expire(&self) {
        self.clock.advance_secs(LIFETIME);
    }

    /// Advances the clock until the token is due but not expired.
    pub(crate) fn fall_due(&self) {
        self.clock.advance_secs(LIFETIME - 200);
    }

    pub(crate) async fn record(&self, account: &str) -> Record {
        self.store.load(&Key::new("rotating", account)).await.unwrap().unwrap()
    }
}

/// Recorded events as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    fn record(&self, account: &str, kind: &EventKind<'_>) {
        let text = match kind {
            EventKind::RefreshFailed(error) => format!("refresh failed {:?}", error.kind()),
            EventKind::SaveFailed(_) => "save failed".to_owned(),
            EventKind::NeedsReconnect(reason) => format!("needs reconnect {}", reason.as_str()),
            EventKind::ClientRefused(_) => "client refused".to_owned(),
            EventKind::UnrecognizedResponse(response) => format!("unrecognized {response}"),
            other => format!("{other:?}").to_lowercase(),
        };
        self.0.lock().unwrap().push(format!("{account} {text}"));
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Point of a store operation at which it can fail or wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorePoint {
    Load,
    Save,
    /// The save succeeds, the response is lost.
    AfterSave,
    Acquire,
    SetState,
    /// The intent is recorded, the response is lost.
    AfterIntent,
    Insert,
    ClaimOnce,
}

/// Points at which the store waits next, and for which semaphore.
type Holds = Vec<(StorePoint, Arc<Semaphore>)>;

/// Store that fails or waits on demand. Clones share everything.
#[derive(Clone, Debug)]
pub(crate) struct FaultyStore {
    inner: Arc<Mutex<MemoryStore>>,
    clock: ManualClock,
    failures: Arc<Mutex<Vec<StorePoint>>>,
    holds: Arc<Mutex<Holds>>,
    loads: Arc<Mutex<usize>>,
    calls: Arc<AtomicUsize>,
    yields: Arc<AtomicBool>,
    delay: Arc<Mutex<Duration>>,
}

impl FaultyStore {
    fn new(clock: &ManualClock) -> Self {
        Self {
            inner: Arc::new(Mutex::new(MemoryStore::with_clock(clock.clone()))),
            clock: clock.clone(),
            failures: Arc::default(),
            holds: Arc::default(),
            loads: Arc::default(),
            calls: Arc::default(),
            yields: Arc::default(),
            delay: Arc::default(),
        }
    }

    pub(crate) fn fail(&self, at: StorePoint, times: usize) {
        self.failures.lock().unwrap().extend(std::iter::repeat_n(at, times));
    }

    pub(crate) fn clear_failures(&self) {
        self.failures.lock().unwrap().clear();
    }

    pub(crate) fn loads(&self) -> usize {
        *self.loads.lock().unwrap()
    }

    /// Replaces all records by these, as a restored backup does.
    pub(crate) async fn go_back(&self, backup: &[(&str, &Record)]) {
        let restored = MemoryStore::with_clock(self.clock.clone());
        for (account, record) in backup {
            for _ in 0..record.generation {
                restored.insert(&Key::new("rotating", *account), record.content.clone()).await.unwrap();
            }
        }
        *self.inner.lock().unwrap() = restored;
    }

    fn inner(&self) -> MemoryStore {
        self.inner.lock().unwrap().clone()
    }

    /// Number of operations.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// Makes the next operation wait at this point for a permit.
    pub(crate) fn hold(&self, at: StorePoint, gate: &Arc<Semaphore>) {
        self.holds.lock().unwrap().push((at, Arc::clone(gate)));
    }

    /// Adds an await point before and after every operation, at which a task can be stopped.
    pub(crate) fn yield_at_each_call(&self) {
        self.yields.store(true, Ordering::Relaxed);
    }

    /// Delays every response, by tokio's time.
    pub(crate) fn set_delay(&self, delay: Duration) {
        *self.delay.lock().unwrap() = delay;
    }

    async fn yield_if_enabled(&self) {
        if self.yields.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
    }

    async fn pass_point(&self, at: StorePoint) -> Result<(), StoreError> {
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
        before: Option<StorePoint>,
        after: Option<StorePoint>,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if let Some(before) = before {
            self.pass_point(before).await?;
        }
        self.yield_if_enabled().await;
        let result = work.await;
        self.yield_if_enabled().await;
        let delay = *self.delay.lock().unwrap();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if let Some(after) = after {
            self.pass_point(after).await?;
        }
        result
    }
}

#[oauth_core::async_trait]
impl TokenStore for FaultyStore {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        *self.loads.lock().unwrap() += 1;
        self.around(Some(StorePoint::Load), None, self.inner().load(key)).await
    }
    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.around(Some(StorePoint::Insert), None, self.inner().insert(key, content)).await
    }
    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        self.around(
            Some(StorePoint::Save),
            Some(StorePoint::AfterSave),
            self.inner().save(key, from, content),
        )
        .await
    }
    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.around(None, None, self.inner().remove(key)).await
    }
    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        self.around(Some(StorePoint::Acquire), None, self.inner().acquire(key, owner, length)).await
    }
    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.around(None, None, self.inner().renew(key, fence, length)).await
    }
    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.around(None, None, self.inner().release(key, fence)).await
    }
    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        self.around(None, Some(StorePoint::AfterIntent), self.inner().record_intent(key, fence, from)).await
    }
    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.around(Some(StorePoint::SetState), None, self.inner().set_state(key, fence, from, state)).await
    }
    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        self.around(None, None, self.inner().list(provider, after, limit)).await
    }
    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        self.around(None, None, self.inner().due(query, limit)).await
    }
    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        self.around(Some(StorePoint::ClaimOnce), None, self.inner().claim_once(name, keep)).await
    }
}

/// An API call, idempotent or not.
pub(crate) struct Ping<const IDEMPOTENT: bool>;

impl<P: Provider, const IDEMPOTENT: bool> Endpoint<P> for Ping<IDEMPOTENT> {
    type Response = StatusCode;
    const NAME: &'static str = "GET /ping";
    const IDEMPOTENT: bool = IDEMPOTENT;

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<oauth_core::http::Request<Vec<u8>>, Error> {
        oauth_core::get(&oauth_core::join(site().api_url(), &["ping"])?)
    }

    fn parse(&self, _: &EndpointContext<'_, P>, response: Response<Vec<u8>>) -> Result<StatusCode, Error> {
        Ok(response.status())
    }
}

/// Starts a caller, which returns the number of its token.
pub(crate) fn spawn_caller<P: Provider>(connection: &Connection<P>) -> JoinHandle<Result<usize, Error>> {
    let connection = connection.clone();
    tokio::spawn(async move { connection.headers().await.map(|headers| token_number(&headers)) })
}

/// Starts a caller of each connection, and waits for all results.
pub(crate) async fn call_all<P: Provider>(
    connections: impl IntoIterator<Item = Connection<P>>,
) -> Vec<Result<usize, Error>> {
    let callers: Vec<_> = connections.into_iter().map(|connection| spawn_caller(&connection)).collect();
    let mut results = Vec::new();
    for caller in callers {
        results.push(caller.await.unwrap());
    }
    results
}

/// Returns the number of the token in the headers.
pub(crate) fn token_number(headers: &oauth_core::http::HeaderMap) -> usize {
    let value = headers["authorization"].to_str().unwrap();
    value.rsplit_once('-').unwrap().1.parse().unwrap()
}
