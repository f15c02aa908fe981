//! Program that a process runs: callers of each connection, and a sweep.

use std::future::pending;
use std::time::Duration;

use oauth_core::connections::{Connection, Connections, EventKind, Sweep};
use oauth_core::http::{Request, Response};
use oauth_core::{
    App, Bearer, Client, Dialect, Endpoint, EndpointContext, Error, ErrorKind, FixedSite, Never, NoExtra,
    PasswordGrant, PasswordRequest, Provider, Scopes, SingleUseRefreshToken,
};
use tokio::time::sleep;

use crate::plan::{Calls, HOUR, MINUTE, SECOND};
use crate::random::Random;
use crate::simulated_network::SimulatedNetwork;
use crate::simulated_store::{PROVIDER, SimulatedStore};
use crate::simulation_state::ProcessHandle;

/// Provider with refresh token rotation.
#[derive(Debug)]
pub(crate) struct Rotating;

impl Provider for Rotating {
    const NAME: &'static str = PROVIDER;
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken<90>;
}

impl PasswordGrant for Rotating {
    type Request = PasswordRequest;
}

/// Provider without refresh tokens.
#[derive(Debug)]
pub(crate) struct NonRefreshing;

impl Provider for NonRefreshing {
    const NAME: &'static str = PROVIDER;
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = Never;
}

impl PasswordGrant for NonRefreshing {
    type Request = PasswordRequest;
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
            listener.record(&format!("event {} {} {detail}", event.account, event.kind.as_str()));
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
                let needs_reconnect = self.call().await;
                if needs_reconnect && self.connects {
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
        if matches!(error.kind(), ErrorKind::NeedsReconnect(_)) {
            let (at, process, account) = (self.handle.clock.local_time(), self.handle.process, self.account);
            self.handle.state().send(at, process, account, move |state| {
                state.invariants.check_reported_loss(state.now, process, account);
            });
        }
        error.needs_reconnect()
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
