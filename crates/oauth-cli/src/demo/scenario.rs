//! The demo's scenario for one provider: its steps, their checks, and shared access to the demo.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::bail;
use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{App, Client, Clock, Provider, RedirectUri, ScopeSource, Token};
use oauth_sandbox::{JournalEntry, ProviderManifest, SandboxClock, SandboxProvider, ServerHandle};

use super::Demo;
use super::process::{DemoProvider, Program};
use super::store::DemoStore;
use crate::cli;
use crate::listener::Listener;
use crate::show::{Event, Failure, ProviderOutput};
use crate::trace::{CallRecorder, Secrets, TracedTransport};

/// Timeout of a step.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// A failed step, which ends the provider's scenario.
#[derive(Debug)]
pub(super) struct StepFailed(pub(super) Failure);

/// One provider's scenario.
pub(super) struct Scenario<'a, S: SandboxProvider> {
    demo: &'a Demo,
    provider: cli::Provider,
    sandbox: &'a ServerHandle<S>,
    card: ProviderManifest,
    output: ProviderOutput,
    secrets: Secrets,
    recorder: Arc<CallRecorder>,
    steps: AtomicUsize,
    checks: AtomicUsize,
}

impl<'a, S: SandboxProvider> Scenario<'a, S> {
    /// Sets up the scenario and shows the provider.
    pub(super) fn new(
        demo: &'a Demo,
        provider: cli::Provider,
        sandbox: &'a ServerHandle<S>,
        about: &'static str,
    ) -> Self {
        let card = sandbox.manifest();
        let (output, secrets) =
            (Arc::clone(&demo.show).for_provider(provider.name()), demo.secrets.for_owner(provider.name()));
        // Registered before any output, so that they are always redacted.
        secrets.register("client secret", &card.client_secret);
        for user in &card.users {
            secrets.register("password", &user.password);
        }
        output.emit(&Event::Provider { title: sandbox.title(), about, url: card.url.clone() });
        let recorder = Arc::new(CallRecorder::new(card.token_url.clone(), secrets.clone(), output.clone()));
        Self {
            demo,
            provider,
            sandbox,
            card,
            output,
            secrets,
            recorder,
            steps: AtomicUsize::new(0),
            checks: AtomicUsize::new(0),
        }
    }

    /// Runs a step, which succeeds if `work` does so before the timeout.
    pub(super) async fn step<T>(
        &self,
        step: &'static str,
        title: &'static str,
        why: &'static str,
        work: impl AsyncFnOnce() -> anyhow::Result<T>,
    ) -> Result<T, StepFailed> {
        let number = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        self.output.emit(&Event::Step { step, number, title, why });
        let result = match tokio::time::timeout(STEP_TIMEOUT, work()).await {
            Ok(result) => result.map_err(|error| self.secrets.redact(&error_text(&error))),
            Err(_) => Err(format!("the step timed out after {} seconds", STEP_TIMEOUT.as_secs())),
        };
        let (result, error) = match result {
            Ok(value) => (Ok(value), None),
            Err(error) => {
                (Err(StepFailed(Failure { provider: self.name(), step, error: error.clone() })), Some(error))
            }
        };
        self.output.emit(&Event::StepEnd { step, ok: error.is_none(), error });
        result
    }

    /// The first step: shows the client's registration and builds the client.
    pub(super) async fn register<T>(
        &self,
        why: &'static str,
        client: impl AsyncFnOnce() -> anyhow::Result<T>,
    ) -> Result<T, StepFailed> {
        self.step("register", "The client credentials from the provider", why, async || {
            let redirect_uri = self.redirect_uri();
            self.fact("client id", &self.card.client_id);
            self.fact("client secret", &self.card.client_secret);
            self.fact("redirect URI", &redirect_uri);
            self.check(
                self.card.redirect_uris.contains(&redirect_uri),
                "the redirect URI of our listener is registered",
            )?;
            client().await
        })
        .await
    }

    /// Shows a check. The step fails if it is not `ok`.
    pub(super) fn check(&self, ok: bool, text: impl Into<String>) -> anyhow::Result<()> {
        let text = text.into();
        self.checks.fetch_add(1, Ordering::Relaxed);
        self.output.emit(&Event::Check { ok, text: text.clone() });
        if !ok {
            bail!("check failed: {text}");
        }
        Ok(())
    }

    /// Shows a named value.
    pub(super) fn fact(&self, name: &'static str, value: impl fmt::Display) {
        self.output.emit(&Event::Fact { name, value: value.to_string() });
    }

    /// Shows the lifetime and the scopes of a token.
    pub(super) fn show_token<P: Provider>(&self, token: &Token<P>) {
        let life = token.expires_at().map(|at| (at - token.received_at()).num_minutes() + 1);
        match life {
            None => self.fact("lifetime", "until revoked (the response has no expiry)"),
            Some(minutes) if minutes >= 48 * 60 => {
                self.fact("lifetime", format_args!("{} days", minutes / (24 * 60)));
            }
            Some(minutes) => self.fact("lifetime", format_args!("{} hours", minutes / 60)),
        }
        if !token.scopes().is_empty() {
            let from = match token.scope_source() {
                // No scope in the response means the requested scope (RFC 6749 section 5.1).
                ScopeSource::Request => " (as requested, the response names none)",
                _ => "",
            };
            self.fact("scopes granted", format_args!("{}{from}", token.scopes()));
        }
    }

    /// Builds a client that shows its calls and uses the sandbox's clock.
    pub(super) fn client<P: DemoProvider>(&self) -> anyhow::Result<Client<P>> {
        let redirect_uri = RedirectUri::new(self.redirect_uri())?;
        let app = App::new(self.card.client_id.as_str(), self.card.client_secret.as_str(), redirect_uri);
        let recorder = Arc::clone(&self.recorder);
        let client = Client::builder(P::site(&self.card.url)?, app)
            .wrap_transport(move |inner| Arc::new(TracedTransport::new(inner, recorder)))
            .clock(ClientClock(self.sandbox.clock()));
        Ok(client.build()?)
    }

    /// The redirect URI of the demo's listener.
    pub(super) fn redirect_uri(&self) -> String {
        self.demo.listener.redirect_uri(self.name())
    }

    /// The journal entries after the entry with this number.
    pub(super) fn entries_after(&self, number: u64) -> Vec<JournalEntry> {
        let journal = self.sandbox.journal();
        journal.entries().iter().filter(|entry| entry.number > number).cloned().collect()
    }

    pub(super) fn sandbox(&self) -> &ServerHandle<S> {
        self.sandbox
    }

    pub(super) fn provider(&self) -> cli::Provider {
        self.provider
    }

    pub(super) fn name(&self) -> &'static str {
        self.provider.name()
    }

    pub(super) fn card(&self) -> &ProviderManifest {
        &self.card
    }

    pub(super) fn listener(&self) -> &Listener {
        &self.demo.listener
    }

    pub(super) fn store(&self) -> &DemoStore {
        &self.demo.store
    }

    pub(super) fn program(&self) -> &Program {
        &self.demo.program
    }

    pub(super) fn output(&self) -> &ProviderOutput {
        &self.output
    }

    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(super) fn recorder(&self) -> &CallRecorder {
        &self.recorder
    }

    pub(super) fn steps(&self) -> usize {
        self.steps.load(Ordering::Relaxed)
    }

    pub(super) fn checks(&self) -> usize {
        self.checks.load(Ordering::Relaxed)
    }
}

/// The error and its causes on one line. An `oauth_core::Error` already includes its causes.
fn error_text(error: &anyhow::Error) -> String {
    let mut parts = Vec::new();
    for cause in error.chain() {
        parts.push(cause.to_string());
        if cause.is::<oauth_core::Error>() {
            break;
        }
    }
    parts.join(": ")
}

/// The sandbox's clock as the clock of a client.
#[derive(Debug)]
pub(super) struct ClientClock(pub(super) SandboxClock);

impl Clock for ClientClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}
