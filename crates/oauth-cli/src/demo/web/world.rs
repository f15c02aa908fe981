//! Everything behind the page: the sandbox, the four integrations, the log, and what is under way.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use oauth_core::connections::Sweep;
use oauth_core::store::MemoryStore;
use oauth_sandbox::Sandbox;
use oauth_web::{CookieKey, OAuthWeb};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::super::stage::Time;
use super::integrated::{Arrivals, Integrated, Parts, redirect_uri};
use super::integration::Integration;
use super::log::{EventKind, Log, Tone};
use super::work::Work;
use crate::cli::Provider;
use crate::trace::Secrets;

/// What the application is called on the pages of `oauth-web`.
const APP: &str = "The demo";
/// How often the keeper looks for tokens that are due, in real time.
const KEEPER: Duration = Duration::from_secs(1);

/// The world of the page.
pub(super) struct World {
    parts: Parts,
    integrations: Vec<Arc<dyn Integration>>,
    tasks: Mutex<JoinSet<()>>,
    ending: watch::Sender<bool>,
}

impl World {
    /// Starts it, for a page at this origin. Gives the routes of `oauth-web` with it.
    pub(super) async fn start(origin: String) -> anyhow::Result<(Arc<Self>, OAuthWeb)> {
        let sandbox = Sandbox::builder()
            .redirect_uri(redirect_uri::<go1::Go1>(&origin))
            .redirect_uri(redirect_uri::<gocd::Gocd>(&origin))
            .redirect_uri(redirect_uri::<cobot::Cobot>(&origin))
            .redirect_uri(redirect_uri::<cohortgo::CohortGo>(&origin))
            .start()
            .await
            .context("the sandbox did not start")?;
        let store = MemoryStore::with_clock(Time(sandbox.go1().clock()));
        let parts = Parts {
            origin,
            sandbox: Arc::new(sandbox),
            store,
            secrets: Secrets::default(),
            log: Arc::default(),
            work: Work::default(),
        };
        let builder = OAuthWeb::builder(CookieKey::generate()?).app_name(APP);
        let (builder, go1, to_go1) = Integrated::<go1::Go1>::mount(builder, &parts)?;
        let (builder, gocd, to_gocd) = Integrated::<gocd::Gocd>::mount(builder, &parts)?;
        let (builder, cobot, to_cobot) = Integrated::<cobot::Cobot>::mount(builder, &parts)?;
        let (builder, cohortgo, to_cohortgo) = Integrated::<cohortgo::CohortGo>::mount(builder, &parts)?;
        let integrations = vec![go1, gocd, cobot, cohortgo];
        let world = Arc::new(Self {
            parts,
            integrations,
            tasks: Mutex::default(),
            ending: watch::Sender::new(false),
        });
        for (integration, arrivals) in world.integrations.iter().zip([to_go1, to_gocd, to_cobot, to_cohortgo])
        {
            world.run(greet(Arc::clone(integration), arrivals));
            world.run(keep(Arc::clone(integration)));
        }
        Ok((world, builder.build()?))
    }

    /// Where the page is, without a slash at its end.
    pub(super) fn origin(&self) -> &str {
        &self.parts.origin
    }

    pub(super) fn log(&self) -> &Log {
        &self.parts.log
    }

    pub(super) fn work(&self) -> &Work {
        &self.parts.work
    }

    /// All four, in the order of the page.
    pub(super) fn integrations(&self) -> &[Arc<dyn Integration>] {
        &self.integrations
    }

    pub(super) fn integration(&self, provider: Provider) -> Option<&Arc<dyn Integration>> {
        self.integrations.iter().find(|integration| integration.provider() == provider)
    }

    /// Does this meanwhile, and has answers wait for it.
    pub(super) fn errand(&self, errand: impl Future<Output = ()> + Send + 'static) {
        let under_way = self.parts.work.begin();
        self.run(async move {
            errand.await;
            drop(under_way);
        });
    }

    /// Writes down what somebody did on the page.
    pub(super) fn note(&self, provider: Option<Provider>, text: impl Into<String>) {
        // All clocks of the sandbox are set forward together.
        let at = self.parts.sandbox.go1().now();
        self.log().push(at, provider.map(Provider::name), EventKind::Act(text.into()));
    }

    /// Writes down what the application made of it.
    pub(super) fn told(&self, provider: Provider, tone: Tone, text: impl Into<String>) {
        let text = text.into().replace(&format!("{}: ", provider.name()), "");
        let at = self.parts.sandbox.go1().now();
        self.log().push(at, Some(provider.name()), EventKind::Told { tone, text });
    }

    /// Lets so much time pass, by all clocks, and says so.
    pub(super) fn advance(&self, by: Duration, provider: Option<Provider>, note: impl Into<String>) {
        for integration in &self.integrations {
            integration.advance(by);
        }
        self.note(provider, note);
    }

    /// Has the keeper look at once for what is due.
    pub(super) fn sweep(&self) {
        for integration in &self.integrations {
            let integration = Arc::clone(integration);
            self.errand(async move { sweep(&*integration).await });
        }
    }

    /// Back to how it was at the start.
    pub(super) async fn reset(&self) {
        for integration in &self.integrations {
            integration.reset().await;
        }
        self.log().clear();
    }

    /// Waits until the end begins.
    pub(super) async fn ending(&self) {
        // The sender is ours, so it is there as long as we are.
        let _ = self.ending.subscribe().wait_for(|ending| *ending).await;
    }

    /// Ends: refreshes that are under way are finished.
    pub(super) async fn end(&self) {
        self.ending.send_replace(true);
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
        for integration in &self.integrations {
            integration.connections().drain().await;
        }
    }

    fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Every secret that has passed.
    #[cfg(test)]
    pub(super) fn secrets(&self) -> Vec<String> {
        self.parts.secrets.of_all()
    }

    #[cfg(test)]
    pub(super) fn sandbox(&self) -> &Sandbox {
        &self.parts.sandbox
    }
}

/// Asks for whom it acts, each time it was connected.
async fn greet(integration: Arc<dyn Integration>, mut arrivals: Arrivals) {
    while let Some(under_way) = arrivals.recv().await {
        integration.greet().await;
        drop(under_way);
    }
}

/// Looks for what is due, again and again.
async fn keep(integration: Arc<dyn Integration>) {
    loop {
        tokio::time::sleep(KEEPER).await;
        sweep(&*integration).await;
    }
}

/// Refreshes what is due, unless the provider refuses the client.
async fn sweep(integration: &dyn Integration) {
    if integration.connections().check_client().is_ok() {
        // What fails of single connections is among the events, and a store in memory does not fail.
        let _ = integration.connections().sweep(&Sweep::due().spread(Duration::ZERO)).await;
    }
}
