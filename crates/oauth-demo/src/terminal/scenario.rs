//! The demo's scenario for one provider: its steps, their checks, and shared access to the demo.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::bail;
use oauth_core::{Client, ClockFn, ScopeSource, Token};
use oauth_sandbox::{JournalEntry, ServerHandle};

use super::Demo;
use super::listener::Listener;
use super::process::Program;
use super::store::DemoStore;
use crate::output::{Event, Failure, ProviderOutput};
use crate::provider::{DemoProvider, Registration};
use crate::trace::{CallRecorder, Secrets};

/// Timeout of a step.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

/// A failed step, which ends the provider's scenario.
#[derive(Debug)]
pub(super) struct StepFailed(pub(super) Failure);

/// One provider's scenario.
pub(super) struct Scenario<'a, P: DemoProvider> {
    demo: &'a Demo,
    server: &'a ServerHandle<P::Rules>,
    output: ProviderOutput,
    secrets: Secrets,
    recorder: Arc<CallRecorder>,
    steps: AtomicUsize,
    checks: AtomicUsize,
}

impl<'a, P: DemoProvider> Scenario<'a, P> {
    /// Sets up the scenario and shows the provider.
    pub(super) fn new(demo: &'a Demo, about: &'static str) -> Self {
        let server = P::server(&demo.sandbox);
        let output = Arc::clone(&demo.show).for_provider(P::NAME);
        // Before any output, so that the server's secrets are always redacted.
        let secrets = demo.secrets.of_server(server);
        output.emit(&Event::Provider { title: server.title(), about, url: server.url().to_owned() });
        let token_url = server.token_url().to_owned();
        let recorder = Arc::new(CallRecorder::new(token_url, secrets.clone(), output.clone()));
        let (steps, checks) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { demo, server, output, secrets, recorder, steps, checks }
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
                (Err(StepFailed(Failure { provider: P::NAME, step, error: error.clone() })), Some(error))
            }
        };
        self.output.emit(&Event::StepEnd { step, ok: error.is_none(), error });
        result
    }

    /// The first step: shows the client's registration and builds the client.
    pub(super) async fn register(&self, why: &'static str) -> Result<Client<P>, StepFailed> {
        self.step("register", "The client credentials from the provider", why, async || {
            let registration = self.registration();
            self.fact("client id", &registration.client_id);
            self.fact("client secret", &registration.client_secret);
            self.fact("redirect URI", &registration.redirect_uri);
            self.check(
                self.server.redirect_uris().contains(&registration.redirect_uri),
                "the redirect URI of our listener is registered",
            )?;
            let client = registration.client(Arc::clone(&self.recorder))?;
            Ok(client.clock(ClockFn::new(self.server.clock().into_fn())).build()?)
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
    pub(super) fn show_token(&self, token: &Token<P>) {
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

    /// The options of the authorization request.
    pub(super) fn connect_options(&self) -> P::Connect {
        P::connect_options(&self.demo.sandbox)
    }

    /// The registration at the provider, with the redirect URI of the demo's listener.
    pub(super) fn registration(&self) -> Registration {
        Registration::at(self.server, self.redirect_uri())
    }

    /// The redirect URI of the demo's listener.
    pub(super) fn redirect_uri(&self) -> String {
        self.demo.listener.redirect_uri(P::NAME)
    }

    /// The journal entries after the entry with this number.
    pub(super) fn entries_after(&self, number: u64) -> Vec<JournalEntry> {
        let journal = self.server.journal();
        journal.entries().iter().filter(|entry| entry.number > number).cloned().collect()
    }

    pub(super) fn server(&self) -> &ServerHandle<P::Rules> {
        self.server
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
