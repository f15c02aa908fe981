//! The page's state: the sandbox, the four integrations, the log, and background work.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::ValueEnum as _;
use oauth_core::ClockFn;
use oauth_core::connections::Sweep;
use oauth_core::store::MemoryStore;
use oauth_web::{CookieKey, OAuthWeb};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::integration::Integration;
use super::log::{Log, LogEvent, Tone};
use super::pending_work::PendingWork;
use super::provider_integration::{IntegrationContext, NewConnections, ProviderIntegration, redirect_uri};
use crate::arguments::ProviderName;
use crate::sandbox::start_sandbox;
use crate::trace::Secrets;

/// The application's name on the pages of `oauth-web`.
const APP_NAME: &str = "The demo";
/// Interval of the background sweep, in real time.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// The state of the page.
pub(super) struct AppState {
    context: IntegrationContext,
    integrations: Vec<Arc<dyn Integration>>,
    tasks: Mutex<JoinSet<()>>,
    shutdown: watch::Sender<bool>,
}

impl AppState {
    /// Starts the sandbox and the integrations. Also returns the routes of `oauth-web`.
    pub(super) async fn start(origin: String) -> anyhow::Result<(Arc<Self>, OAuthWeb)> {
        let sandbox =
            start_sandbox(ProviderName::value_variants(), |name| redirect_uri(&origin, name)).await?;
        let store = MemoryStore::with_clock(ClockFn::new(sandbox.go1().clock().into_fn()));
        let context = IntegrationContext {
            origin,
            sandbox: Arc::new(sandbox),
            store,
            secrets: Secrets::default(),
            log: Arc::default(),
            pending_work: PendingWork::default(),
        };
        let builder = OAuthWeb::builder(CookieKey::generate()?).app_name(APP_NAME);
        let mut mounted = Vec::new();
        let builder = ProviderIntegration::<go1::Go1>::mount(builder, &context, &mut mounted)?;
        let builder = ProviderIntegration::<gocd::Gocd>::mount(builder, &context, &mut mounted)?;
        let builder = ProviderIntegration::<cobot::Cobot>::mount(builder, &context, &mut mounted)?;
        let builder = ProviderIntegration::<cohortgo::CohortGo>::mount(builder, &context, &mut mounted)?;
        let (integrations, new_connections): (Vec<_>, Vec<_>) = mounted.into_iter().unzip();
        let state = Arc::new(Self {
            context,
            integrations,
            tasks: Mutex::default(),
            shutdown: watch::Sender::new(false),
        });
        for (integration, new_connections) in state.integrations.iter().zip(new_connections) {
            state.spawn(handle_new_connections(Arc::clone(integration), new_connections));
            state.spawn(sweep_periodically(Arc::clone(integration)));
        }
        Ok((state, builder.build()?))
    }

    /// The page's origin, without a trailing slash.
    pub(super) fn origin(&self) -> &str {
        &self.context.origin
    }

    pub(super) fn log(&self) -> &Log {
        &self.context.log
    }

    pub(super) fn pending_work(&self) -> &PendingWork {
        &self.context.pending_work
    }

    /// All integrations in the order of the page.
    pub(super) fn integrations(&self) -> &[Arc<dyn Integration>] {
        &self.integrations
    }

    pub(super) fn integration(&self, name: &str) -> Option<&Arc<dyn Integration>> {
        self.integrations.iter().find(|integration| integration.name() == name)
    }

    /// Spawns background work. Responses wait until it is done.
    pub(super) fn spawn_work(&self, work: impl Future<Output = ()> + Send + 'static) {
        let guard = self.context.pending_work.begin();
        self.spawn(async move {
            work.await;
            drop(guard);
        });
    }

    /// Logs a user's action on the page.
    pub(super) fn log_action(&self, provider: Option<&'static str>, text: impl Into<String>) {
        // All clocks of the sandbox show the same time.
        let at = self.context.sandbox.go1().now();
        self.log().push(at, provider, LogEvent::UserAction(text.into()));
    }

    /// Logs a notice about a connection.
    pub(super) fn log_notice(&self, provider: &'static str, tone: Tone, text: impl Into<String>) {
        let text = text.into().replace(&format!("{provider}: "), "");
        let at = self.context.sandbox.go1().now();
        self.log().push(at, Some(provider), LogEvent::Notice { tone, text });
    }

    /// Advances all clocks of the sandbox and logs the action.
    pub(super) fn advance(&self, by: Duration, provider: Option<&'static str>, action: impl Into<String>) {
        for integration in &self.integrations {
            integration.advance(by);
        }
        self.log_action(provider, action);
    }

    /// Refreshes all tokens that are due now.
    pub(super) fn sweep(&self) {
        for integration in &self.integrations {
            let integration = Arc::clone(integration);
            self.spawn_work(async move { sweep(&*integration).await });
        }
    }

    /// Restores the initial state.
    pub(super) async fn reset(&self) {
        for integration in &self.integrations {
            integration.reset().await;
        }
        self.log().clear();
    }

    /// Waits until the shutdown starts.
    pub(super) async fn wait_for_shutdown(&self) {
        // `self` owns the sender, so this cannot fail.
        let _ = self.shutdown.subscribe().wait_for(|is_shutting_down| *is_shutting_down).await;
    }

    /// Shuts down: finishes refreshes in flight.
    pub(super) async fn shut_down(&self) {
        self.shutdown.send_replace(true);
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
        for integration in &self.integrations {
            integration.connections().drain().await;
        }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// All secrets seen so far.
    #[cfg(test)]
    pub(super) fn secrets(&self) -> Vec<String> {
        self.context.secrets.all_values()
    }

    #[cfg(test)]
    pub(super) fn sandbox(&self) -> &oauth_sandbox::Sandbox {
        &self.context.sandbox
    }
}

/// Gets the user that the application acts for, after each new connection.
async fn handle_new_connections(integration: Arc<dyn Integration>, mut new_connections: NewConnections) {
    while let Some(guard) = new_connections.recv().await {
        integration.update_acts_for().await;
        drop(guard);
    }
}

/// Sweeps at every interval.
async fn sweep_periodically(integration: Arc<dyn Integration>) {
    loop {
        tokio::time::sleep(SWEEP_INTERVAL).await;
        sweep(&*integration).await;
    }
}

/// Refreshes tokens that are due, unless the provider rejects the client.
async fn sweep(integration: &dyn Integration) {
    if integration.connections().check_client().is_ok() {
        // Errors of single connections are logged as events, and a memory store does not fail.
        let _ = integration.connections().sweep(&Sweep::due().spread(Duration::ZERO)).await;
    }
}
