//! Where one provider's part is played: its steps, their checks, and who else takes part.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::bail;
use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{App, Client, Clock, Provider, RedirectUri, ScopeSource, Token};
use oauth_sandbox::{JournalEntry, ProviderManifest, SandboxClock, SandboxProvider, ServerHandle};

use super::House;
use super::process::{Ask, Program};
use super::store::Store;
use crate::cli;
use crate::listener::Listener;
use crate::show::{Event, Failure, Voice};
use crate::trace::{Secrets, Traced, Watcher};

/// A step that takes longer hangs.
const LONGEST_STEP: Duration = Duration::from_secs(30);

/// A step did not hold; the provider's part is over.
#[derive(Debug)]
pub(super) struct Failed(pub(super) Failure);

/// One provider's part.
pub(super) struct Stage<'a, S: SandboxProvider> {
    house: &'a House,
    provider: cli::Provider,
    sandbox: &'a ServerHandle<S>,
    card: ProviderManifest,
    voice: Voice,
    secrets: Secrets,
    watcher: Arc<Watcher>,
    steps: AtomicUsize,
    checks: AtomicUsize,
}

impl<'a, S: SandboxProvider> Stage<'a, S> {
    /// Sets it up and shows whose turn it is.
    pub(super) fn new(
        house: &'a House,
        provider: cli::Provider,
        sandbox: &'a ServerHandle<S>,
        about: &'static str,
    ) -> Self {
        let card = sandbox.manifest();
        let (voice, secrets) =
            (Arc::clone(&house.show).at(provider.name()), house.secrets.of(provider.name()));
        // Known from the start, so that neither is shown wherever it turns up.
        secrets.learn("client secret", &card.client_secret);
        for user in &card.users {
            secrets.learn("password", &user.password);
        }
        voice.tell(&Event::Provider { title: sandbox.title(), about, url: card.url.clone() });
        let watcher = Arc::new(Watcher::new(card.token_url.clone(), secrets.clone(), voice.clone()));
        Self {
            house,
            provider,
            sandbox,
            card,
            voice,
            secrets,
            watcher,
            steps: AtomicUsize::new(0),
            checks: AtomicUsize::new(0),
        }
    }

    /// Plays a step: it holds if `work` succeeds in time.
    pub(super) async fn step<T>(
        &self,
        step: &'static str,
        title: &'static str,
        why: &'static str,
        work: impl AsyncFnOnce() -> anyhow::Result<T>,
    ) -> Result<T, Failed> {
        let number = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        self.voice.tell(&Event::Step { step, number, title, why });
        let result = match tokio::time::timeout(LONGEST_STEP, work()).await {
            Ok(result) => result.map_err(|error| self.secrets.scrub(&said(&error))),
            Err(_) => Err(format!("nothing happened for {} seconds", LONGEST_STEP.as_secs())),
        };
        let (result, error) = match result {
            Ok(value) => (Ok(value), None),
            Err(error) => {
                (Err(Failed(Failure { provider: self.name(), step, error: error.clone() })), Some(error))
            }
        };
        self.voice.tell(&Event::StepEnd { step, ok: error.is_none(), error });
        result
    }

    /// The first step: what the application got from the provider beforehand, and the client made of it.
    pub(super) async fn register<T>(
        &self,
        why: &'static str,
        client: impl AsyncFnOnce() -> anyhow::Result<T>,
    ) -> Result<T, Failed> {
        self.step("register", "What the application was given by the provider", why, async || {
            let redirect_uri = self.redirect_uri();
            self.fact("client id", &self.card.client_id);
            self.fact("client secret", &self.card.client_secret);
            self.fact("redirect URI", &redirect_uri);
            self.check(
                self.card.redirect_uris.contains(&redirect_uri),
                "the redirect URI, where our own listener waits, is registered",
            )?;
            client().await
        })
        .await
    }

    /// Checks that something holds; the step fails otherwise.
    pub(super) fn check(&self, ok: bool, text: impl Into<String>) -> anyhow::Result<()> {
        let text = text.into();
        self.checks.fetch_add(1, Ordering::Relaxed);
        self.voice.tell(&Event::Check { ok, text: text.clone() });
        if !ok {
            bail!("this does not hold: {text}");
        }
        Ok(())
    }

    /// Shows a value worth knowing.
    pub(super) fn fact(&self, name: &'static str, value: impl fmt::Display) {
        self.voice.tell(&Event::Fact { name, value: value.to_string() });
    }

    /// Shows what came with a token.
    pub(super) fn granted<P: Provider>(&self, token: &Token<P>) {
        let life = token.expires_at().map(|at| (at - token.received_at()).num_minutes() + 1);
        match life {
            None => self.fact("lives for", "until it is revoked; the answer names no end"),
            Some(minutes) if minutes >= 48 * 60 => {
                self.fact("lives for", format_args!("{} days", minutes / (24 * 60)));
            }
            Some(minutes) => self.fact("lives for", format_args!("{} hours", minutes / 60)),
        }
        if !token.scopes().is_empty() {
            let from = match token.scope_source() {
                // Which means the same (RFC 6749 section 5.1).
                ScopeSource::Request => ", as asked for; the answer names none",
                _ => "",
            };
            self.fact("scopes granted", format_args!("{}{from}", token.scopes()));
        }
    }

    /// A client whose calls are shown and whose clock is the sandbox's. It sends as any other client does.
    pub(super) fn client<P: Ask>(&self) -> anyhow::Result<Client<P>> {
        let redirect_uri = RedirectUri::new(self.redirect_uri())?;
        let app = App::new(self.card.client_id.as_str(), self.card.client_secret.as_str(), redirect_uri);
        let watcher = Arc::clone(&self.watcher);
        let client = Client::builder(P::site(&self.card.url)?, app)
            .wrap_transport(move |inner| Arc::new(Traced::new(inner, watcher)))
            .clock(Time(self.sandbox.clock()));
        Ok(client.build()?)
    }

    /// Where the provider sends the customer's browser back to.
    pub(super) fn redirect_uri(&self) -> String {
        self.house.listener.redirect_uri(self.name())
    }

    /// What the sandbox's browsers have asked for after the entry with this number.
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
        &self.house.listener
    }

    pub(super) fn store(&self) -> &Store {
        &self.house.store
    }

    pub(super) fn program(&self) -> &Program {
        &self.house.program
    }

    pub(super) fn voice(&self) -> &Voice {
        &self.voice
    }

    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(super) fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    pub(super) fn steps(&self) -> usize {
        self.steps.load(Ordering::Relaxed)
    }

    pub(super) fn checks(&self) -> usize {
        self.checks.load(Ordering::Relaxed)
    }
}

/// What an error says, once. An `oauth_core::Error` says all in its own line; its causes would only repeat it.
fn said(error: &anyhow::Error) -> String {
    let mut words = Vec::new();
    for cause in error.chain() {
        words.push(cause.to_string());
        if cause.is::<oauth_core::Error>() {
            break;
        }
    }
    words.join(": ")
}

/// The sandbox's time, for our clients.
#[derive(Debug)]
pub(super) struct Time(pub(super) SandboxClock);

impl Clock for Time {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
}
