//! All providers together, with control over HTTP.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use crate::builder::Builder;
use crate::cobot::{self, Cobot};
use crate::cohortgo::{self, CohortGo};
use crate::go1::{self, Go1};
use crate::gocd::{self, Gocd};
use crate::manifest::{ControlManifest, Manifest, ProviderManifest};
use crate::provider::SandboxProvider;
use crate::server::{self, Server};
use crate::server_handle::ServerHandle;
use crate::{Error, control, random};

/// The control server's offset from the port base. The providers' are in
/// [`ProviderRules::PORT_OFFSET`](crate::provider::ProviderRules::PORT_OFFSET).
const CONTROL_OFFSET: u16 = 9;
/// The offset of a plain HTTP port from the provider's TLS port.
const PLAIN_OFFSET: u16 = 10;
/// The offset of a separate API port from the provider's port.
const API_OFFSET: u16 = 4;

/// All simulated providers, each on a port of its own. They stop when this handle is dropped.
#[derive(Debug)]
pub struct Sandbox {
    cohortgo: CohortGo,
    cobot: Cobot,
    go1: Go1,
    gocd: Gocd,
    control: ControlManifest,
    _server: Server,
}

/// Options for the whole sandbox. When an option is set for all providers and for one, the later call wins.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing runs until `start`"]
pub struct SandboxBuilder {
    port_base: Option<u16>,
    cohortgo: Builder<cohortgo::Rules>,
    cobot: Builder<cobot::Rules>,
    go1: Builder<go1::Rules>,
    gocd: Builder<gocd::Rules>,
}

impl SandboxBuilder {
    /// The first port. Cohort Go takes it, followed by Cobot, Go1, GoCD and Cohort Go's API; the control
    /// server takes the tenth. With TLS, the plain HTTP ports are ten above. With `None` (the default) or 0,
    /// the providers' own builders choose, by default any free ports.
    pub fn port_base(mut self, port_base: impl Into<Option<u16>>) -> Self {
        self.port_base = port_base.into().filter(|base| *base != 0);
        self
    }

    /// Registers another redirect URI at every provider.
    pub fn redirect_uri(self, redirect_uri: impl Into<String>) -> Self {
        let uri = &redirect_uri.into();
        self.cohortgo(|cohortgo| cohortgo.redirect_uri(uri))
            .cobot(|cobot| cobot.redirect_uri(uri))
            .go1(|go1| go1.redirect_uri(uri))
            .gocd(|gocd| gocd.redirect_uri(uri))
    }

    /// Approves without login and consent pages, see [`Builder::auto_approve`].
    pub fn auto_approve(self, auto_approve: bool) -> Self {
        self.cohortgo(|cohortgo| cohortgo.auto_approve(auto_approve))
            .cobot(|cobot| cobot.auto_approve(auto_approve))
            .go1(|go1| go1.auto_approve(auto_approve))
            .gocd(|gocd| gocd.auto_approve(auto_approve))
    }

    /// Enables TLS for the providers, see [`Builder::tls`]. Each has its own authority. The control server
    /// has no TLS.
    pub fn tls(self, tls: bool) -> Self {
        self.cohortgo(|cohortgo| cohortgo.tls(tls))
            .cobot(|cobot| cobot.tls(tls))
            .go1(|go1| go1.tls(tls))
            .gocd(|gocd| gocd.tls(tls))
    }

    /// Configures Cohort Go.
    pub fn cohortgo(
        mut self,
        configure: impl FnOnce(Builder<cohortgo::Rules>) -> Builder<cohortgo::Rules>,
    ) -> Self {
        self.cohortgo = configure(self.cohortgo);
        self
    }

    /// Configures Cobot.
    pub fn cobot(mut self, configure: impl FnOnce(Builder<cobot::Rules>) -> Builder<cobot::Rules>) -> Self {
        self.cobot = configure(self.cobot);
        self
    }

    /// Configures Go1.
    pub fn go1(mut self, configure: impl FnOnce(Builder<go1::Rules>) -> Builder<go1::Rules>) -> Self {
        self.go1 = configure(self.go1);
        self
    }

    /// Configures GoCD.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oauth_sandbox::Error> {
    /// let builder = oauth_sandbox::Sandbox::builder().gocd(|gocd| gocd.late_acl(true)).go1(|go1| go1.callback_slash(false));
    /// let sandbox = builder.start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn gocd(mut self, configure: impl FnOnce(Builder<gocd::Rules>) -> Builder<gocd::Rules>) -> Self {
        self.gocd = configure(self.gocd);
        self
    }

    /// Starts every provider and the control server.
    ///
    /// # Errors
    /// [`Error::Listen`] when a port is unavailable, [`Error::PortBase`], [`Error::Tls`].
    pub async fn start(self) -> Result<Sandbox, Error> {
        let base = self.port_base;
        let cohortgo = with_ports(self.cohortgo, base)?.start().await?;
        let cobot = with_ports(self.cobot, base)?.start().await?;
        let go1 = with_ports(self.go1, base)?.start().await?;
        let gocd = with_ports(self.gocd, base)?.start().await?;

        let port = base.map_or(Ok(0), |base| port(base, CONTROL_OFFSET))?;
        let (listener, port) = server::listen(Ipv4Addr::LOCALHOST.into(), port).await?;
        let control = ControlManifest { url: format!("http://127.0.0.1:{port}"), key: random::opaque() };
        let providers = vec![cohortgo.controls(), cobot.controls(), go1.controls(), gocd.controls()];
        let controls = control::router(control.key.clone(), providers);
        let server = Server::start(listener, controls, None);
        Ok(Sandbox { cohortgo, cobot, go1, gocd, control, _server: server })
    }
}

fn with_ports<P: SandboxProvider>(mut builder: Builder<P>, base: Option<u16>) -> Result<Builder<P>, Error> {
    if let Some(base) = base {
        builder.api_port = port(base, P::PORT_OFFSET + API_OFFSET)?;
        builder =
            builder.port(port(base, P::PORT_OFFSET)?).plain_port(port(base, P::PORT_OFFSET + PLAIN_OFFSET)?);
    }
    Ok(builder)
}

fn port(base: u16, offset: u16) -> Result<u16, Error> {
    base.checked_add(offset).ok_or(Error::PortBase(base))
}

impl Sandbox {
    /// Starts with all defaults: any free ports, plain HTTP.
    ///
    /// # Errors
    /// [`Error::Listen`] when no port is available.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Options before the start.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Cohort Go.
    #[must_use]
    pub fn cohortgo(&self) -> &CohortGo {
        &self.cohortgo
    }

    /// Cobot.
    #[must_use]
    pub fn cobot(&self) -> &Cobot {
        &self.cobot
    }

    /// Go1.
    #[must_use]
    pub fn go1(&self) -> &Go1 {
        &self.go1
    }

    /// GoCD.
    #[must_use]
    pub fn gocd(&self) -> &Gocd {
        &self.gocd
    }

    /// Everything another process has to know, secrets included. `serde_json::to_value` of it is the object
    /// that [`manifest_json`](Self::manifest_json) returns.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        let providers =
            BTreeMap::from([entry(&self.cohortgo), entry(&self.cobot), entry(&self.go1), entry(&self.gocd)]);
        Manifest { providers, control: self.control.clone() }
    }

    /// Everything another process has to know, secrets included, as one JSON object.
    #[must_use]
    pub fn manifest_json(&self) -> serde_json::Value {
        // Cannot fail: the manifest consists of strings under string keys.
        serde_json::to_value(self.manifest()).unwrap_or_default()
    }

    /// The root URL of the controls.
    #[must_use]
    pub fn control_url(&self) -> &str {
        &self.control.url
    }

    /// The value of the `X-Sandbox-Key` header for the controls.
    #[must_use]
    pub fn control_key(&self) -> &str {
        &self.control.key
    }
}

fn entry<P: SandboxProvider>(provider: &ServerHandle<P>) -> (&'static str, ProviderManifest) {
    (P::NAME, provider.manifest())
}
