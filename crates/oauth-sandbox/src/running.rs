//! The handle of a provider that is being played.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use url::Url;

use crate::Error;
use crate::builder::Builder;
use crate::card::ProviderCard;
use crate::clock::SandboxClock;
use crate::fault::{Fault, On};
use crate::journal::Journal;
use crate::person::Person;
use crate::played::{Controls, Core, Origin, Played};
use crate::server::Server;
use crate::user::User;

/// One provider, played on loopback until this handle is dropped.
pub struct Running<P: Played> {
    core: Arc<Core<P>>,
    plain_url: Option<String>,
    _servers: Vec<Server>,
}

impl<P: Played> Running<P> {
    pub(crate) fn new(core: Arc<Core<P>>, servers: Vec<Server>) -> Self {
        let plain_url = core.setup.plain.as_ref().map(|origin| P::urls(origin).root);
        Self { core, plain_url, _servers: servers }
    }

    /// Starts with all defaults: `127.0.0.1`, any free port, plain HTTP.
    ///
    /// # Errors
    /// When no port could be had.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Choices before the start.
    pub fn builder() -> Builder<P> {
        Builder::default()
    }

    /// Its name on the card and in control paths, such as `cohortgo`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        P::NAME
    }

    /// Its name for people, such as `Cohort Go`.
    #[must_use]
    pub fn title(&self) -> &'static str {
        P::TITLE
    }

    /// The provider's root as its documents write it (for GoCD with the context path).
    #[must_use]
    pub fn url(&self) -> &str {
        &self.core.urls.root
    }

    /// Where a person's browser is sent.
    #[must_use]
    pub fn authorize_url(&self) -> &str {
        &self.core.urls.authorize
    }

    /// Where a client gets its tokens.
    #[must_use]
    pub fn token_url(&self) -> &str {
        &self.core.urls.token
    }

    /// What API paths are appended to.
    #[must_use]
    pub fn api_url(&self) -> &str {
        &self.core.urls.api
    }

    /// The provider's root over plain HTTP, when the sandbox speaks TLS.
    #[must_use]
    pub fn plain_url(&self) -> Option<&str> {
        self.plain_url.as_deref()
    }

    /// The certificate to trust, in PEM, when the sandbox speaks TLS.
    #[must_use]
    pub fn ca_certificate_pem(&self) -> Option<&str> {
        self.core.setup.authority.as_ref().map(crate::server::Authority::pem)
    }

    /// The client's identifier.
    #[must_use]
    pub fn client_id(&self) -> &str {
        P::client(&self.core.setup.issued).0
    }

    /// The client's secret.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        P::client(&self.core.setup.issued).1
    }

    /// The redirect URIs that are registered for the client now.
    #[must_use]
    pub fn redirect_uris(&self) -> Vec<String> {
        P::redirect_uris(&self.core.state())
    }

    /// Who can log in now.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        P::users(&self.core.state())
    }

    /// A person with a fresh browser: the first user until another is chosen.
    #[must_use]
    pub fn person(&self) -> Person {
        let mut ports = vec![self.core.setup.origin.port];
        ports.extend(self.core.setup.plain.as_ref().map(|Origin { port, .. }| *port));
        Person::new(self.users(), ports, self.core.setup.authority.clone())
    }

    /// Plays the first user: opens `authorize_url` in a browser, logs in, says yes, and gives back where the provider then
    /// sends the browser, without going there.
    ///
    /// # Errors
    /// When a page stops the person before that, see [`Error`].
    pub async fn approve(&self, authorize_url: impl AsRef<str>) -> Result<Url, Error> {
        self.person().approve(authorize_url).await
    }

    /// As [`approve`](Self::approve), but says no.
    ///
    /// # Errors
    /// When a page stops the person before that, see [`Error`].
    pub async fn deny(&self, authorize_url: impl AsRef<str>) -> Result<Url, Error> {
        self.person().deny(authorize_url).await
    }

    /// The provider's clock, to be shared with a client.
    #[must_use]
    pub fn clock(&self) -> SandboxClock {
        self.core.clock.clone()
    }

    /// Sets the provider's clock forward. Nothing else in the provider knows the time.
    pub fn advance(&self, by: Duration) {
        self.core.clock.advance(by);
    }

    /// The provider's time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.core.now()
    }

    /// Queues `fault` for a call to the token endpoint; each fault meets one call, in the order given.
    ///
    /// # Panics
    /// When 10,000 wait already.
    pub fn next_token_call(&self, fault: Fault) {
        assert!(self.core.faults.push(On::Token, fault), "as many faults wait for token calls as can");
    }

    /// Queues `fault` for a call to the protected API; each fault meets one call, in the order given.
    ///
    /// # Panics
    /// When 10,000 wait already.
    pub fn next_api_call(&self, fault: Fault) {
        assert!(self.core.faults.push(On::Api, fault), "as many faults wait for API calls as can");
    }

    /// What the provider has seen so far.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.core.journal.copy()
    }

    /// Back to how it was at the start: time, accounts, codes, tokens, sessions; faults and journal are empty. Addresses and
    /// the client's credentials stay.
    pub fn reset(&self) {
        self.core.reset();
    }

    /// What a client has to know to use it.
    #[must_use]
    pub fn card(&self) -> ProviderCard {
        ProviderCard {
            url: self.url().to_owned(),
            authorize_url: self.authorize_url().to_owned(),
            token_url: self.token_url().to_owned(),
            api_url: self.api_url().to_owned(),
            client_id: self.client_id().to_owned(),
            client_secret: self.client_secret().to_owned(),
            redirect_uris: self.redirect_uris(),
            users: self.users().iter().map(Into::into).collect(),
            ca_certificate_pem: self.ca_certificate_pem().map(str::to_owned),
        }
    }

    pub(crate) fn core(&self) -> &Core<P> {
        &self.core
    }

    pub(crate) fn controls(&self) -> Arc<dyn Controls> {
        Arc::<Core<P>>::clone(&self.core)
    }
}

impl<P: Played> fmt::Debug for Running<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("provider", &P::NAME)
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}
