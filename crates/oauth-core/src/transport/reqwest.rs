//! The transport on `reqwest`: the only file that knows it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;

use super::body;
#[cfg(all(feature = "rustls-no-provider", not(feature = "native-tls")))]
use super::tls;
use crate::error::{Error, ErrorKind};
use crate::transport::transport::{
    BodySink, Call, Limits, POOL_IDLE, Transport, TransportError, connect_timeout,
};
use crate::util::deadline::within;
use crate::util::url_policy::is_loopback;

/// The type of the one public signature that names `reqwest`.
pub(crate) use reqwest::ClientBuilder as ReqwestClientBuilder;

/// Overrides a time-out of the caller's builder, which cannot be removed.
const NO_TIMEOUT: Duration = Duration::from_secs(365 * 86_400);

/// The default transport. Each route has its `reqwest` client, built at its first call, so that http on
/// loopback needs no certificates.
#[derive(Debug)]
pub(crate) struct ReqwestTransport {
    http_loopback: OnceLock<reqwest::Client>,
    https_loopback: OnceLock<reqwest::Client>,
    https: OnceLock<reqwest::Client>,
    roots: Vec<Vec<u8>>,
    limits: Limits,
}

impl ReqwestTransport {
    /// Trusts the platform's certificates and `roots` (PEM).
    pub(crate) fn new(roots: Vec<Vec<u8>>, limits: Limits) -> Self {
        Self {
            http_loopback: OnceLock::new(),
            https_loopback: OnceLock::new(),
            https: OnceLock::new(),
            roots,
            limits,
        }
    }

    /// Uses the caller's settings for https; redirects, retries, logging and time-outs are set last.
    pub(crate) fn with_builder(
        builder: reqwest::ClientBuilder,
        roots: Vec<Vec<u8>>,
        limits: Limits,
    ) -> Result<Self, Error> {
        ensure_crypto_provider()?;
        let client = build(trusting(builder, &roots)?, &limits)?;
        let base = Self::new(roots, limits);
        Ok(Self { https: OnceLock::from(client.clone()), https_loopback: OnceLock::from(client), ..base })
    }

    fn client_for(&self, url: &reqwest::Url) -> Result<&reqwest::Client, Error> {
        let plain = url.scheme() == "http";
        let loopback = plain || is_loopback(url);
        let slot = match (plain, loopback) {
            (true, _) => &self.http_loopback,
            (false, true) => &self.https_loopback,
            (false, false) => &self.https,
        };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder();
        if loopback {
            builder = builder.no_proxy().dns_resolver(Arc::new(LoopbackResolver));
        }
        builder = if plain { without_roots(builder)? } else { with_tls(builder, &self.roots)? };
        let client = build(builder, &self.limits)?;
        Ok(slot.get_or_init(|| client))
    }
}

/// Resolves `localhost` and `*.localhost` without a query (RFC 6761 section 6.3).
#[derive(Clone, Copy, Debug)]
struct LoopbackResolver;

impl reqwest::dns::Resolve for LoopbackResolver {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let addresses =
            [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
        let addresses: reqwest::dns::Addrs = Box::new(addresses.into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

fn build(builder: reqwest::ClientBuilder, limits: &Limits) -> Result<reqwest::Client, Error> {
    let builder = builder
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect_timeout(limits))
        // The call's own deadline applies: it distinguishes sent from not sent, and polls once more.
        .timeout(NO_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE)
        .referer(false)
        // A refresh token may be single use, and must not be logged.
        .retry(reqwest::retry::never())
        .connection_verbose(false);
    // It panics if another crate has added rustls to it, without a crypto provider.
    let built = catch_unwind(AssertUnwindSafe(|| builder.build())).map_err(|_| {
        Error::new(ErrorKind::Setup, "another crate added rustls to reqwest, without a crypto provider")
            .with_help(
                "install one when the program starts, such as \
             rustls::crypto::ring::default_provider().install_default(), or enable the feature `rustls`",
            )
    })?;
    built.map_err(|source| {
        let source = source.without_url();
        Error::new(ErrorKind::Setup, format!("the HTTP client could not be built: {source}"))
            .with_source(source)
    })
}

/// Adds the certificates of `roots` to those that the builder trusts.
fn trusting(builder: reqwest::ClientBuilder, roots: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    if !roots.is_empty() {
        let bad =
            || Error::new(ErrorKind::Setup, "a root certificate cannot be read").with_help("set it as PEM");
        let mut certificates = Vec::new();
        for pem in roots {
            let bundle =
                reqwest::Certificate::from_pem_bundle(pem).map_err(|source| bad().with_source(source))?;
            if bundle.is_empty() {
                return Err(bad());
            }
            certificates.extend(bundle);
        }
        return Ok(builder.tls_certs_merge(certificates));
    }
    #[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
    let _ = roots;
    Ok(builder)
}

/// Plain http needs no certificates, but `reqwest` sets up TLS in any case.
#[cfg(feature = "native-tls")]
fn without_roots(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder.tls_backend_native().tls_certs_only([]))
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "native-tls")))]
fn without_roots(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder.tls_backend_preconfigured(tls::empty_config()?))
}

#[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
fn without_roots(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder)
}

#[cfg(feature = "native-tls")]
fn with_tls(builder: reqwest::ClientBuilder, roots: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    trusting(builder.tls_backend_native(), roots)
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "native-tls")))]
fn with_tls(builder: reqwest::ClientBuilder, roots: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder.tls_backend_preconfigured(tls::config(roots)?))
}

#[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
fn with_tls(_: reqwest::ClientBuilder, _: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    Err(Error::new(ErrorKind::Setup, "this build has no TLS")
        .with_help("enable one of the features `rustls`, `rustls-no-provider` or `native-tls`"))
}

/// `reqwest` panics when it builds a rustls client without a process default.
fn ensure_crypto_provider() -> Result<(), Error> {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "native-tls")))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let provider = tls::provider()?;
        // An error means that another thread has just installed one.
        let _ = rustls::crypto::CryptoProvider::install_default((*provider).clone());
    }
    Ok(())
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        self.send(call, None).await
    }

    async fn stream(
        &self,
        call: Call,
        sink: &mut dyn BodySink,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        self.send(call, Some(sink)).await
    }
}

impl ReqwestTransport {
    async fn send(
        &self,
        call: Call,
        sink: Option<&mut dyn BodySink>,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(TransportError::Setup(
                Error::new(ErrorKind::Setup, "there is no tokio runtime").with_help(
                    "call this from tokio, with io and time enabled, or set a transport of your own",
                ),
            ));
        }
        let Call { deadline, body_cap, .. } = call;
        let request = reqwest::Request::try_from(call.request)
            .map_err(|error| TransportError::NotSent(Box::new(error.without_url())))?;
        // Before the deadline starts: the first https call loads the platform's certificates.
        let client = self.client_for(request.url()).map_err(TransportError::Setup)?;
        let response = within(deadline, send(client, request, body_cap, sink)).await;
        response.unwrap_or_else(|late| Err(TransportError::Unanswered(Box::new(late))))
    }
}

async fn send(
    client: &reqwest::Client,
    request: reqwest::Request,
    body_cap: usize,
    sink: Option<&mut dyn BodySink>,
) -> Result<http::Response<Vec<u8>>, TransportError> {
    let response = client.execute(request).await.map_err(|error| {
        let not_sent = error.is_connect() || error.is_builder();
        let error = Box::new(error.without_url());
        if not_sent { TransportError::NotSent(error) } else { TransportError::Unanswered(error) }
    })?;
    body::collect(http::Response::from(response), body_cap, sink).await
}

#[cfg(test)]
mod tests;
