//! The handle of a running provider.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use url::Url;

use crate::Error;
use crate::browser::Browser;
use crate::builder::Builder;
use crate::clock::SandboxClock;
use crate::control::ProviderControls;
use crate::fault::{Fault, FaultTarget};
use crate::journal::Journal;
use crate::manifest::ProviderManifest;
use crate::provider::{Origin, ProviderCore, ProviderState as _, SandboxProvider, SharedCore};
use crate::server::{CertificateAuthority, Server};
use crate::user::User;

/// One simulated provider on loopback. It stops when this handle is dropped.
pub struct ServerHandle<P: SandboxProvider> {
    core: Arc<ProviderCore<P>>,
    _servers: Vec<Server>,
}

impl<P: SandboxProvider> ServerHandle<P> {
    pub(crate) fn new(core: Arc<ProviderCore<P>>, servers: Vec<Server>) -> Self {
        Self { core, _servers: servers }
    }

    /// Starts with all defaults: `127.0.0.1`, any free port, plain HTTP.
    ///
    /// # Errors
    /// [`Error::Listen`] when no port is available.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Options before the start.
    pub fn builder() -> Builder<P> {
        Builder::default()
    }

    /// The provider's name in the manifest and in control paths, such as `cohortgo`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        P::NAME
    }

    /// The provider's display name, such as `Cohort Go`.
    #[must_use]
    pub fn title(&self) -> &'static str {
        P::TITLE
    }

    /// The provider's root URL in the form that its documentation uses (for GoCD with the context path).
    #[must_use]
    pub fn url(&self) -> &str {
        &self.core.urls.root
    }

    /// The authorization endpoint.
    #[must_use]
    pub fn authorize_url(&self) -> &str {
        &self.core.urls.authorize
    }

    /// The token endpoint.
    #[must_use]
    pub fn token_url(&self) -> &str {
        &self.core.urls.token
    }

    /// The base URL of API paths.
    #[must_use]
    pub fn api_url(&self) -> &str {
        &self.core.urls.api
    }

    /// The provider's root over plain HTTP, when TLS is enabled.
    #[must_use]
    pub fn plain_url(&self) -> Option<&str> {
        self.core.urls.plain.as_deref()
    }

    /// The CA certificate to trust, in PEM, when TLS is enabled.
    #[must_use]
    pub fn ca_certificate_pem(&self) -> Option<&str> {
        self.core.setup.authority.as_ref().map(CertificateAuthority::pem)
    }

    /// The client's identifier.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.core.setup.credentials.client_id
    }

    /// The client's secret.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.core.setup.credentials.client_secret
    }

    /// The client's registered redirect URIs.
    #[must_use]
    pub fn redirect_uris(&self) -> Vec<String> {
        self.core.state().redirect_uris()
    }

    /// The users who can log in.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        self.core.state().users()
    }

    /// A fresh browser. It acts as the first user unless another is chosen.
    #[must_use]
    pub fn browser(&self) -> Browser {
        let mut ports = vec![self.core.setup.origin.port];
        ports.extend(self.core.setup.plain.as_ref().map(|Origin { port, .. }| *port));
        Browser::new(self.users(), ports, self.core.setup.authority.clone())
    }

    /// Acts as the first user: opens `authorize_url` in a browser, logs in and approves. Returns the URL that
    /// the provider then redirects to, without loading it.
    ///
    /// # Errors
    /// As [`Browser::approve`].
    pub async fn approve(&self, authorize_url: impl AsRef<str>) -> Result<Url, Error> {
        self.browser().approve(authorize_url).await
    }

    /// As [`approve`](Self::approve), but denies the request.
    ///
    /// # Errors
    /// As [`Browser::approve`].
    pub async fn deny(&self, authorize_url: impl AsRef<str>) -> Result<Url, Error> {
        self.browser().deny(authorize_url).await
    }

    /// The provider's clock, to be shared with a client.
    #[must_use]
    pub fn clock(&self) -> SandboxClock {
        self.core.clock.clone()
    }

    /// Advances the provider's clock.
    pub fn advance(&self, by: Duration) {
        self.core.clock.advance(by);
    }

    /// The provider's time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.core.now()
    }

    /// Queues `fault` for a call to the token endpoint. Each call takes one fault, in the order queued.
    ///
    /// # Panics
    /// When 10,000 faults are queued already.
    pub fn next_token_call(&self, fault: Fault) {
        assert!(
            self.core.faults.push(FaultTarget::Token, fault),
            "the queue of faults for token calls is full"
        );
    }

    /// Queues `fault` for a call to the protected API. Each call takes one fault, in the order queued.
    ///
    /// # Panics
    /// When 10,000 faults are queued already.
    pub fn next_api_call(&self, fault: Fault) {
        assert!(self.core.faults.push(FaultTarget::Api, fault), "the queue of faults for API calls is full");
    }

    /// Ends the access that users gave to applications, as they do on the provider's own pages: all codes and
    /// tokens of grants are revoked. Personal access tokens of GoCD stay.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oauth_sandbox::Error> {
    /// let sandbox = oauth_sandbox::Go1::start().await?;
    /// // Connect the client under test, then:
    /// sandbox.revoke_access();
    /// // The provider refuses its next call and its next refresh.
    /// # Ok(())
    /// # }
    /// ```
    pub fn revoke_access(&self) {
        self.core.state().revoke_access();
    }

    /// The requests that the provider has received so far.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.core.journal.copy()
    }

    /// Restores time, accounts, codes, tokens and sessions to the initial state, and empties fault queues and
    /// journal. Addresses and the client's credentials stay the same.
    pub fn reset(&self) {
        self.core.reset();
    }

    /// The URLs, credentials and users that a client needs.
    #[must_use]
    pub fn manifest(&self) -> ProviderManifest {
        ProviderManifest {
            url: self.url().to_owned(),
            plain_url: self.plain_url().map(str::to_owned),
            authorize_url: self.authorize_url().to_owned(),
            token_url: self.token_url().to_owned(),
            api_url: self.api_url().to_owned(),
            client_id: self.client_id().to_owned(),
            client_secret: self.client_secret().to_owned(),
            redirect_uris: self.redirect_uris(),
            users: self.users().iter().map(Into::into).collect(),
            personal_access_token: self.core.setup.credentials.personal_access_token.clone(),
            ca_certificate_pem: self.ca_certificate_pem().map(str::to_owned),
        }
    }

    pub(crate) fn core(&self) -> &SharedCore<P> {
        &self.core
    }

    pub(crate) fn controls(&self) -> ProviderControls {
        ProviderControls::new(&self.core)
    }
}

impl<P: SandboxProvider> fmt::Debug for ServerHandle<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle")
            .field("provider", &P::NAME)
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}
