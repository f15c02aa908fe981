//! All providers at once, with their controls over HTTP.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use crate::builder::Builder;
use crate::card::{Card, ControlCard};
use crate::cobot::Cobot;
use crate::cohortgo::CohortGo;
use crate::go1::Go1;
use crate::gocd::Gocd;
use crate::played::Played;
use crate::running::Running;
use crate::server::{self, Server};
use crate::{Error, control, random};

/// The control server's port, counted from the port base; the providers' are in [`Played::PORT_OFFSET`].
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
    control: ControlCard,
    _server: Server,
}

/// How the whole sandbox is to run.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing runs until `start`"]
pub struct SandboxBuilder {
    port_base: Option<u16>,
    redirect_uris: Vec<String>,
    auto_approve: bool,
    tls: bool,
}

impl SandboxBuilder {
    /// The first of the ports: Cohort Go takes it, Cobot the next, then Go1, then GoCD, then Cohort Go's API; the control server takes the
    /// tenth. With TLS, the plain ports lie ten above. `None` (the default) and 0 take any free ports.
    pub fn port_base(mut self, port_base: impl Into<Option<u16>>) -> Self {
        self.port_base = port_base.into().filter(|base| *base != 0);
        self
    }

    /// Registers one more redirect URI at every provider.
    pub fn redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uris.push(redirect_uri.into());
        self
    }

    /// Whether authorize URLs answer with the redirect straight away, see [`Builder::auto_approve`].
    pub fn auto_approve(mut self, auto_approve: bool) -> Self {
        self.auto_approve = auto_approve;
        self
    }

    /// Whether the providers speak TLS, see [`Builder::tls`]. Each has an authority of its own. The control server stays plain.
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Starts every provider and the control server.
    ///
    /// # Errors
    /// When a port is taken or past 65535, or the certificates could not be made.
    pub async fn start(self) -> Result<Sandbox, Error> {
        let cohortgo: CohortGo = self.provider()?.start().await?;
        let cobot: Cobot = self.provider()?.start().await?;
        let go1: Go1 = self.provider()?.start().await?;
        let gocd: Gocd = self.provider()?.start().await?;
        let providers = vec![cohortgo.controls(), cobot.controls(), go1.controls(), gocd.controls()];

        let listener = server::listen(Ipv4Addr::LOCALHOST.into(), self.port(CONTROL_OFFSET)?).await?;
        let control = ControlCard {
            url: format!("http://127.0.0.1:{}", server::port(&listener)?),
            key: random::opaque(),
        };
        let server = Server::start(listener, control::router(control.key.clone(), providers), None);
        Ok(Sandbox { cohortgo, cobot, go1, gocd, control, _server: server })
    }

    fn provider<P: Played>(&self) -> Result<Builder<P>, Error> {
        let mut builder = Running::<P>::builder()
            .port(self.port(P::PORT_OFFSET)?)
            .plain_port(self.port(P::PORT_OFFSET + PLAIN_OFFSET)?)
            .auto_approve(self.auto_approve)
            .tls(self.tls);
        builder.api_port = self.port(P::PORT_OFFSET + API_OFFSET)?;
        Ok(self.redirect_uris.iter().fold(builder, |builder, uri| builder.redirect_uri(uri)))
    }

    fn port(&self, offset: u16) -> Result<u16, Error> {
        match self.port_base {
            None => Ok(0),
            Some(base) => base.checked_add(offset).ok_or(Error::PortBase(base)),
        }
    }
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
    /// [`card`](Self::card) gives.
    #[must_use]
    pub fn typed_card(&self) -> Card {
        let providers =
            BTreeMap::from([entry(&self.cohortgo), entry(&self.cobot), entry(&self.go1), entry(&self.gocd)]);
        Card { providers, control: self.control.clone() }
    }

    /// Everything another process has to know, secrets included, as one JSON object.
    #[must_use]
    pub fn card(&self) -> serde_json::Value {
        // Strings under string keys: there is nothing in it that JSON could not hold.
        serde_json::to_value(self.typed_card()).unwrap_or_default()
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

fn entry<P: Played>(provider: &Running<P>) -> (&'static str, crate::card::ProviderCard) {
    (P::NAME, provider.card())
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
