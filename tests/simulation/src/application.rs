//! Program that a process runs: callers of each connection, and a sweep.

use std::collections::BTreeSet;
use std::future::pending;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oauth_core::connections::{Connection, Connections, EventKind, Sweep};
use oauth_core::http::{Request, Response};
use oauth_core::{
    App, Bearer, Client, Dialect, Endpoint, EndpointContext, Error, ErrorKind, FixedSite, NoExtra,
    PasswordGrant, PasswordRequest, Provider, Renewal, Scopes,
};
use tokio::time::sleep;

use crate::plan::{Calls, HOUR, MINUTE, SECOND};
use crate::random::Random;
use crate::simulated_network::SimulatedNetwork;
use crate::simulated_store::{PROVIDER, SimulatedStore};
use crate::simulation_state::{ProcessHandle, SimulationState};

/// The simulated provider, by how it renews tokens, and whether it spends one before it checks anything.
pub(crate) struct TestProvider<R, const SPENDS_FIRST: bool>(PhantomData<R>);

impl<R: Renewal, const SPENDS_FIRST: bool> Provider for TestProvider<R, SPENDS_FIRST> {
    const NAME: &'static str = PROVIDER;
    const DIALECT: Dialect = Dialect::rfc6749().spends_before_checks(SPENDS_FIRST);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = R;
}

impl<R: Renewal, const SPENDS_FIRST: bool> PasswordGrant for TestProvider<R, SPENDS_FIRST> {
    type Request = PasswordRequest;
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Ping;

impl<P: Provider<Site = FixedSite>> Endpoint<P> for Ping {
    type Response = ();
    const NAME: &'static str = "GET /ping";

    fn request(&self, context: &EndpointContext<'_, P>) -> Result<Request<Vec<u8>>, Error> {
        oauth_core::get(&oauth_core::join(context.site().api_url(), &["ping"])?)
    }

    fn parse(&self, _: &EndpointContext<'_, P>, _: Response<Vec<u8>>) -> Result<(), Error> {
        Ok(())
    }
}

/// Runs the program until its runtime is dropped.
pub(crate) async fn run<P>(handle: ProcessHandle, start: u64) -> Result<(), Error>
where
    P: PasswordGrant<Request = PasswordRequest, Site = FixedSite>,
{
    let base = "https://provider.example";
    let site =
        FixedSite::new(&format!("{base}/authorize"), &format!("{base}/token"), &format!("{base}/api"))?;
    let client = Client::<P>::builder(site, App::without_redirect("client", "secret"))
        .transport(SimulatedNetwork(handle.clone()))
        .clock(handle.clock.clone())
        .build()?;
    let listener = handle.clone();
    // Accounts whose older connection is all that the store has left.
    let asked = Arc::new(Mutex::new(BTreeSet::new()));
    let asked_by_event = Arc::clone(&asked);
    let plan = handle.state().plan.clone();
    let mut builder = Connections::builder(client, SimulatedStore(handle.clone()));
    if let Some(lease) = plan.lease {
        builder = builder.lease(Duration::from_millis(lease));
    }
    let connections = builder
        .on_event(move |event| {
            let detail = match &event.kind {
                EventKind::RefreshFailed(error) | EventKind::SaveFailed(error) => error.kind().as_str(),
                EventKind::NeedsReconnect(reason) => reason.as_str(),
                _ => "",
            };
            if let EventKind::StoreWentBack(Some(_)) = event.kind {
                lock(&asked_by_event).insert(event.account.to_owned());
            }
            let generation = event.generation.unwrap_or_default();
            let kind = event.kind.as_str();
            listener.record(&format!("event {} generation {generation}: {kind} {detail}", event.account));
        })
        .build();
    for account in 0..plan.accounts {
        let random = Random::keyed(plan.seed, &[3, handle.process as u64, start, account as u64]);
        let user = User {
            account,
            connection: connections.get(&format!("a{account}")),
            connections: connections.clone(),
            handle: handle.clone(),
            // One process offers the page on which the user connects.
            connects: account % plan.processes == handle.process,
            asked: Arc::clone(&asked),
            random,
        };
        tokio::spawn(user.run(plan.calls));
    }
    if let Some(every) = plan.sweep_every {
        let sweep = Sweep::all().max_concurrent(4);
        connections.run_periodically(sweep, Duration::from_millis(every)).await;
    }
    pending().await
}

/// Calls of one account, and its user, who connects it.
struct User<P: Provider> {
    account: usize,
    connection: Connection<P>,
    connections: Connections<P>,
    handle: ProcessHandle,
    connects: bool,
    asked: Arc<Mutex<BTreeSet<String>>>,
    random: Random,
}

impl<P: PasswordGrant<Request = PasswordRequest, Site = FixedSite>> User<P> {
    async fn run(mut self, calls: Calls) {
        self.sleep(0, SECOND).await;
        if self.connects && self.is_not_connected().await {
            self.connect().await;
        }
        match calls {
            Calls::Never => {}
            Calls::At(time) => {
                let wait = time.saturating_sub(self.handle.clock.local_time());
                sleep(Duration::from_millis(wait)).await;
                self.call().await;
            }
            Calls::Every(shortest, longest) => loop {
                self.sleep(shortest, longest).await;
                let needs_reconnect = self.call().await && self.connects;
                if needs_reconnect || self.is_asked_to_connect() {
                    self.sleep(10 * MINUTE, HOUR).await;
                    self.connect().await;
                }
            },
        }
    }

    async fn sleep(&mut self, shortest: u64, longest: u64) {
        sleep(Duration::from_millis(self.random.between(shortest, longest))).await;
    }

    async fn is_not_connected(&self) -> bool {
        matches!(self.connection.status().await, Err(error) if error.kind() == ErrorKind::NotConnected)
    }

    /// Uses the connection once. Returns true if the user has to connect again.
    async fn call(&mut self) -> bool {
        let result = match self.random.chance(500) {
            true => self.connection.headers().await.map(drop),
            false => self.connection.send(&Ping).await,
        };
        let outcome = result.as_ref().map_or_else(|error| error.kind().as_str(), |()| "ok");
        self.handle.record(&format!("use {}: {outcome}", self.connection.account()));
        let Err(error) = result else { return false };
        let (at, process, account) = (self.handle.clock.local_time(), self.handle.process, self.account);
        let is_loss = matches!(error.kind(), ErrorKind::NeedsReconnect(_));
        // An unconfirmed refusal is temporary, and says for how long.
        let is_temporary = error.is_transient() && !error.needs_reconnect() && error.retry_after().is_some();
        let is_false = error.kind() == ErrorKind::RefusalUnconfirmed && !is_temporary;
        self.handle.state().send(at, process, account, move |state| {
            let SimulationState { invariants, provider, now, .. } = state;
            match is_loss {
                true => invariants.check_reported_loss(*now, process, account),
                false if is_false => invariants.false_report(*now, process, account, outcome),
                false => invariants.check_failed_call(*now, process, account, outcome, provider),
            }
        });
        error.needs_reconnect()
    }

    /// True if the operator asked the user to connect again.
    fn is_asked_to_connect(&self) -> bool {
        lock(&self.asked).remove(self.connection.account())
    }

    async fn connect(&mut self) {
        let account = self.connection.account().to_owned();
        loop {
            let request = PasswordRequest::new(account.as_str(), "password", Scopes::none());
            if let Ok(token) = self.connections.client().password(request).await {
                while self.connections.insert(&account, token.clone()).await.is_err() {
                    self.sleep(SECOND, 10 * SECOND).await;
                }
                return;
            }
            self.sleep(SECOND, MINUTE).await;
        }
    }
}
