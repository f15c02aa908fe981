//! `ClientBuilder`: the settings of a client.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use crate::authorize::replay_guard::ReplayGuard;
use crate::client::app::App;
use crate::client::client::{Client, Inner};
use crate::error::Error;
use crate::provider::dialect::Encoding;
use crate::provider::provider::Provider;
use crate::provider::site::Site;
use crate::token::oauth2_adapter::TokenClient;
#[cfg(feature = "reqwest")]
use crate::transport::reqwest::{ReqwestClientBuilder, ReqwestTransport};
use crate::transport::transport::{Limits, Transport};
use crate::util::clock::{Clock, SystemClock};
use crate::util::url_policy::check_url;
use crate::util::url_policy::origin;

/// The settings of a [`Client`]. Each has a safe default.
///
/// ```
/// # fn main() -> Result<(), oauth_core::Error> {
/// # use oauth_core::*;
/// # #[derive(Debug)] struct Example;
/// # impl Provider for Example {
/// #     const NAME: &'static str = "example";
/// #     const DIALECT: Dialect = Dialect::rfc6749();
/// #     type Site = FixedSite;
/// #     type Extra = NoExtra;
/// #     type Scheme = Bearer;
/// #     type Renewal = Never;
/// # }
/// # #[derive(Debug)] struct MyTransport;
/// # #[async_trait] impl Transport for MyTransport {
/// #     async fn call(&self, _: Call) -> Result<http::Response<Vec<u8>>, TransportError> { unreachable!() }
/// # }
/// # let site = FixedSite::new("https://a.example/authorize", "https://a.example/token", "https://a.example/api")?;
/// # let app = App::without_redirect("id", "secret");
/// let client = Client::<Example>::builder(site, app)
///     .user_agent("acme-sync/2.1")
///     .transport(MyTransport)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct ClientBuilder<P: Provider> {
    site: P::Site,
    app: App,
    transport: Option<TransportFactory>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    encoding: Option<Encoding>,
    user_agent: String,
    roots: Vec<Vec<u8>>,
    wraps: Vec<TransportWrapper>,
}

/// Creates a transport from the client's root certificates and limits.
type TransportFactory = Box<dyn FnOnce(Vec<Vec<u8>>, Limits) -> Result<Arc<dyn Transport>, Error> + Send>;

/// Wraps one transport in another.
type TransportWrapper = Box<dyn FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport> + Send>;

impl<P: Provider> Client<P> {
    /// Creates a client with the default transport and settings.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the site cannot be used.
    #[cfg(feature = "reqwest")]
    pub fn new(site: P::Site, app: App) -> Result<Self, Error> {
        Self::builder(site, app).build()
    }

    /// Returns a builder, for other settings.
    pub fn builder(site: P::Site, app: App) -> ClientBuilder<P> {
        ClientBuilder::new(site, app)
    }
}

impl<P: Provider> ClientBuilder<P> {
    fn new(site: P::Site, app: App) -> Self {
        Self {
            site,
            app,
            transport: None,
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            encoding: None,
            user_agent: format!("oauth-core/{} ({})", env!("CARGO_PKG_VERSION"), P::NAME),
            roots: Vec::new(),
            wraps: Vec::new(),
        }
    }

    /// Sends through another transport.
    pub fn transport(self, transport: impl Transport) -> Self {
        self.shared_transport(Arc::new(transport))
    }

    /// Sends through a shared transport.
    pub fn shared_transport(self, transport: Arc<dyn Transport>) -> Self {
        self.transport_factory(|roots, _| {
            if roots.is_empty() {
                return Ok(transport);
            }
            Err(Error::invalid_input("root certificates are set next to a custom transport")
                .with_help("set them on that transport instead"))
        })
    }

    fn transport_factory(
        mut self,
        make: impl FnOnce(Vec<Vec<u8>>, Limits) -> Result<Arc<dyn Transport>, Error> + Send + 'static,
    ) -> Self {
        self.transport = Some(Box::new(make));
        self
    }

    /// Sends https through a custom `reqwest` 0.13 client: proxies, client certificates, connector layers.
    ///
    /// It takes a builder, not a client, to override these settings: no redirects, no retries, no logged
    /// bytes, and the time-outs of [`Limits`](crate::Limits). Plain http, allowed on loopback only, does not
    /// use it, so no proxy sees it.
    ///
    /// With rustls and no crypto provider installed, the feature `rustls` installs ring as the process
    /// default, because `reqwest` would panic. [`build`](Self::build) reports an unusable builder.
    #[cfg(feature = "reqwest")]
    pub fn with_reqwest_0_13(self, builder: ReqwestClientBuilder) -> Self {
        self.transport_factory(|roots, limits| {
            Ok(Arc::new(ReqwestTransport::with_builder(builder, roots, limits)?))
        })
    }

    /// Wraps the transport that sends, for metrics, recording or tests. The last wrapper is the outermost.
    ///
    /// It sees secrets: log no header, query or body of a request.
    ///
    /// ```
    /// # use oauth_core::*;
    /// use std::sync::Arc;
    ///
    /// #[derive(Debug)]
    /// struct Counted(Arc<dyn Transport>, std::sync::atomic::AtomicUsize);
    ///
    /// #[async_trait]
    /// impl Transport for Counted {
    ///     async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
    ///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    ///         self.0.call(call).await
    ///     }
    /// }
    ///
    /// # fn example<P: Provider>(builder: ClientBuilder<P>) -> ClientBuilder<P> {
    /// builder.wrap_transport(|inner| Arc::new(Counted(inner, Default::default())))
    /// # }
    /// ```
    pub fn wrap_transport(
        mut self,
        wrap: impl FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + 'static,
    ) -> Self {
        self.wraps.push(Box::new(wrap));
        self
    }

    /// Sets the clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets deadlines and size limits. A token call takes 10 ms to 10 minutes, an API call 10 ms to a day,
    /// and an attempt to connect at most a year: other values are moved to the nearest end.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits.clamped();
        self
    }

    /// Sets the encoding of token calls: one of the provider's [`Dialect::encodings`](crate::Dialect).
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Sets the `User-Agent` of every request.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Trusts a private certificate authority (PEM, one or more certificates) in addition to the platform's.
    ///
    /// Not together with a custom [transport](Self::transport): [`build`](Self::build) then returns an error.
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots.push(pem.into());
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the site, the registration, the
    /// encoding or the user agent is not valid.
    /// [`ErrorKind::Setup`](crate::ErrorKind::Setup) if there is no transport.
    ///
    /// The first https call reports a missing crypto provider or certificate store.
    pub fn build(self) -> Result<Client<P>, Error> {
        let named = |error: Error| error.with_provider(P::NAME);
        self.site.check().map_err(named)?;
        check_url(self.site.refresh_url()).map_err(named)?;
        self.app.check().map_err(named)?;
        let encoding = self.encoding.unwrap_or(P::DIALECT.encodings[0]);
        P::DIALECT.check_encoding(encoding).map_err(named)?;
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .map_err(|_| named(Error::invalid_input("a header cannot hold the user agent")))?;
        let mut roots = self.roots;
        roots.extend(self.site.root_certificates().iter().cloned());
        let make = self.transport.unwrap_or_else(|| Box::new(default_transport));
        let transport = make(roots, self.limits).map_err(named)?;
        let transport = self.wraps.into_iter().fold(transport, |inner, wrap| wrap(inner));
        Ok(Client::from_inner(Inner {
            issuer: origin(self.site.token_url()).into(),
            token_client: TokenClient::new(&self.app, self.site.token_url()),
            site: self.site,
            app: self.app,
            transport,
            clock: self.clock,
            limits: self.limits,
            encoding,
            user_agent,
            replay_guard: ReplayGuard::default(),
        }))
    }
}

#[cfg(feature = "reqwest")]
fn default_transport(roots: Vec<Vec<u8>>, limits: Limits) -> Result<Arc<dyn Transport>, Error> {
    Ok(Arc::new(ReqwestTransport::new(roots, limits)))
}

#[cfg(not(feature = "reqwest"))]
fn default_transport(_: Vec<Vec<u8>>, _: Limits) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::new(crate::error::ErrorKind::Setup, "the client has no transport")
        .with_help("set one with ClientBuilder::transport, or enable the feature `rustls`"))
}

impl<P: Provider> fmt::Debug for ClientBuilder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("provider", &P::NAME)
            .field("site", &self.site)
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}
