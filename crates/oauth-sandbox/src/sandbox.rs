//! All providers at once, with their controls over HTTP.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;

use crate::builder::Builder;
use crate::cobot::{self, Cobot};
use crate::cohortgo::{self, CohortGo};
use crate::go1::{self, Go1};
use crate::gocd::{self, Gocd};
use crate::manifest::{ControlManifest, Manifest};
use crate::provider::SandboxProvider;
use crate::server::{self, Server};
use crate::server_handle::ServerHandle;
use crate::{Error, control, random};

/// The control server's port, counted from the port base; the providers' are in [`ProviderRules::PORT_OFFSET`](crate::provider::ProviderRules::PORT_OFFSET).
const CONTROL_OFFSET: u16 = 9;
/// The plain ports beside the TLS ones, counted from the providers'.
const PLAIN_OFFSET: u16 = 10;
/// The ports of APIs that have one of their own, counted from the providers'.
const API_OFFSET: u16 = 4;

/// All providers that this crate plays, each on a port of its own, until it is dropped.
pub struct Sandbox {
    cohortgo: CohortGo,
    cobot: Cobot,
    go1: Go1,
    gocd: Gocd,
    control: ControlManifest,
    _server: Server,
}

/// How the whole sandbox is to run. What is said for all providers and again for one holds as it was said last.
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
    /// The first of the ports: Cohort Go takes it, Cobot the next, then Go1, then GoCD, then Cohort Go's API; the control server takes the
    /// tenth. With TLS, the plain ports lie ten above. `None` (the default) and 0 leave them to the providers' own builders, which take
    /// any free ones.
    pub fn port_base(mut self, port_base: impl Into<Option<u16>>) -> Self {
        self.port_base = port_base.into().filter(|base| *base != 0);
        self
    }

    /// Registers one more redirect URI at every provider.
    pub fn redirect_uri(self, redirect_uri: impl Into<String>) -> Self {
        let uri = &redirect_uri.into();
        self.cohortgo(|cohortgo| cohortgo.redirect_uri(uri))
            .cobot(|cobot| cobot.redirect_uri(uri))
            .go1(|go1| go1.redirect_uri(uri))
            .gocd(|gocd| gocd.redirect_uri(uri))
    }

    /// Whether authorize URLs answer with the redirect straight away, see [`Builder::auto_approve`].
    pub fn auto_approve(self, auto_approve: bool) -> Self {
        self.cohortgo(|cohortgo| cohortgo.auto_approve(auto_approve))
            .cobot(|cobot| cobot.auto_approve(auto_approve))
            .go1(|go1| go1.auto_approve(auto_approve))
            .gocd(|gocd| gocd.auto_approve(auto_approve))
    }

    /// Whether the providers speak TLS, see [`Builder::tls`]. Each has an authority of its own. The control server stays plain.
    pub fn tls(self, tls: bool) -> Self {
        self.cohortgo(|cohortgo| cohortgo.tls(tls))
            .cobot(|cobot| cobot.tls(tls))
            .go1(|go1| go1.tls(tls))
            .gocd(|gocd| gocd.tls(tls))
    }

    /// Choices for Cohort Go alone.
    pub fn cohortgo(
        mut self,
        choose: impl FnOnce(Builder<cohortgo::Rules>) -> Builder<cohortgo::Rules>,
    ) -> Self {
        self.cohortgo = choose(self.cohortgo);
        self
    }

    /// Choices for Cobot alone.
    pub fn cobot(mut self, choose: impl FnOnce(Builder<cobot::Rules>) -> Builder<cobot::Rules>) -> Self {
        self.cobot = choose(self.cobot);
        self
    }

    /// Choices for Go1 alone.
    pub fn go1(mut self, choose: impl FnOnce(Builder<go1::Rules>) -> Builder<go1::Rules>) -> Self {
        self.go1 = choose(self.go1);
        self
    }

    /// Choices for GoCD alone.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oauth_sandbox::Error> {
    /// let builder = oauth_sandbox::Sandbox::builder().gocd(|gocd| gocd.late_acl(true)).go1(|go1| go1.callback_slash(false));
    /// let sandbox = builder.start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn gocd(mut self, choose: impl FnOnce(Builder<gocd::Rules>) -> Builder<gocd::Rules>) -> Self {
        self.gocd = choose(self.gocd);
        self
    }

    /// Starts every provider and the control server.
    ///
    /// # Errors
    /// When a port is taken or past 65535, or the certificates could not be made.
    pub async fn start(self) -> Result<Sandbox, Error> {
        let base = self.port_base;
        let cohortgo = placed(self.cohortgo, base)?.start().await?;
        let cobot = placed(self.cobot, base)?.start().await?;
        let go1 = placed(self.go1, base)?.start().await?;
        let gocd = placed(self.gocd, base)?.start().await?;

        let port = base.map_or(Ok(0), |base| port(base, CONTROL_OFFSET))?;
        let listener = server::listen(Ipv4Addr::LOCALHOST.into(), port).await?;
        let control = ControlManifest {
            url: format!("http://127.0.0.1:{}", server::port(&listener)?),
            key: random::opaque(),
        };
        let providers = vec![cohortgo.controls(), cobot.controls(), go1.controls(), gocd.controls()];
        let controls = Arc::new(control::router(control.key.clone(), providers));
        let server = Server::start(listener, controls, None);
        Ok(Sandbox { cohortgo, cobot, go1, gocd, control, _server: server })
    }
}

/// With the ports that it has above the base, if there is one.
fn placed<P: SandboxProvider>(mut builder: Builder<P>, base: Option<u16>) -> Result<Builder<P>, Error> {
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
    /// When no port could be had.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Choices before the start.
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

    /// Everything another process has to know, secrets included. `serde_json::to_value` of it is the object that
    /// [`manifest_json`](Self::manifest_json) gives.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        let providers =
            BTreeMap::from([entry(&self.cohortgo), entry(&self.cobot), entry(&self.go1), entry(&self.gocd)]);
        Manifest { providers, control: self.control.clone() }
    }

    /// Everything another process has to know, secrets included, as one JSON object.
    #[must_use]
    pub fn manifest_json(&self) -> serde_json::Value {
        // Strings under string keys: there is nothing in it that JSON could not hold.
        serde_json::to_value(self.manifest()).unwrap_or_default()
    }

    /// Where the controls are.
    #[must_use]
    pub fn control_url(&self) -> &str {
        &self.control.url
    }

    /// What to send to them as `X-Sandbox-Key`.
    #[must_use]
    pub fn control_key(&self) -> &str {
        &self.control.key
    }
}

fn entry<P: SandboxProvider>(
    provider: &ServerHandle<P>,
) -> (&'static str, crate::manifest::ProviderManifest) {
    (P::NAME, provider.manifest())
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("cohortgo", &self.cohortgo)
            .field("cobot", &self.cobot)
            .field("go1", &self.go1)
            .field("gocd", &self.gocd)
            .field("control", &self.control)
            .finish_non_exhaustive()
    }
}
