//! The transport on `reqwest`. The only file that knows it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;

use super::loopback::{Loopback, ThisMachine};
use super::{Call, Limits, Transport, TransportError, body, connect_timeout};
use crate::deadline::within;
use crate::{Error, ErrorKind, is_loopback};

/// There is no way to take back a time-out that a caller's builder has.
const NO_TIMEOUT: Duration = Duration::from_secs(365 * 86_400);

/// The ordinary transport: https through `reqwest`; http, which is for loopback only, without TLS or proxy.
#[derive(Debug)]
pub(crate) struct ReqwestTransport {
    /// Built at the first https call, so that loopback needs no crypto provider and no certificate store.
    secure: OnceLock<reqwest::Client>,
    /// https on loopback: never through a proxy, and `*.localhost` is this machine.
    secure_loopback: OnceLock<reqwest::Client>,
    plain: Loopback,
    roots: Vec<Vec<u8>>,
    limits: Limits,
}

impl ReqwestTransport {
    /// Trusts the platform's certificates and `roots` (PEM).
    pub(crate) fn new(roots: Vec<Vec<u8>>, limits: Limits) -> Self {
        Self {
            secure: OnceLock::new(),
            secure_loopback: OnceLock::new(),
            plain: Loopback::new(connect_timeout(&limits)),
            roots,
            limits,
        }
    }

    /// https through the caller's own settings; redirects, retries, logging and time-outs are set last.
    pub(crate) fn with_builder(
        builder: reqwest::ClientBuilder,
        roots: Vec<Vec<u8>>,
        limits: Limits,
    ) -> Result<Self, Error> {
        ready_for_tls()?;
        let client = finish(trusting(builder, &roots)?, &limits)?;
        let own = Self::new(roots, limits);
        Ok(Self { secure: OnceLock::from(client.clone()), secure_loopback: OnceLock::from(client), ..own })
    }

    fn secure(&self, loopback: bool) -> Result<&reqwest::Client, Error> {
        let slot = if loopback { &self.secure_loopback } else { &self.secure };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder();
        if loopback {
            builder = builder.no_proxy().dns_resolver(Arc::new(ThisMachine));
        }
        let client = finish(with_tls(builder, &self.roots)?, &self.limits)?;
        Ok(slot.get_or_init(|| client))
    }
}

impl<P: crate::Provider> crate::ClientBuilder<P> {
    /// Sends https through a `reqwest` 0.13 client of one's own making: proxies, client certificates, connector layers.
    ///
    /// A builder, not a client, because some things are set last, whatever it says: redirects are not followed, nothing
    /// is sent twice, no bytes are logged, and the time-outs are those of [`Limits`](crate::Limits). Plain http, which is
    /// for loopback only, does not go through it, so that no proxy sees it.
    ///
    /// With rustls and no crypto provider installed, building the client installs ring as the process default (feature
    /// `rustls`), since `reqwest` would panic otherwise. If the builder cannot be used, [`build`](Self::build) says so.
    pub fn with_reqwest_0_13(self, builder: reqwest::ClientBuilder) -> Self {
        self.made_by(|roots, limits| Ok(Arc::new(ReqwestTransport::with_builder(builder, roots, limits)?)))
    }
}

fn finish(builder: reqwest::ClientBuilder, limits: &Limits) -> Result<reqwest::Client, Error> {
    builder
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect_timeout(limits))
        // Ours tells what was sent from what was not, and looks once more before it gives up.
        .timeout(NO_TIMEOUT)
        .pool_idle_timeout(super::POOL_IDLE)
        .referer(false)
        // A refresh token may be single use, so nothing is ever sent twice; and nothing of it belongs into a log.
        .retry(reqwest::retry::never())
        .connection_verbose(false)
        .build()
        .map_err(|source| {
            let source = source.without_url();
            Error::new(ErrorKind::Setup, format!("the HTTP client could not be built: {source}"))
                .with_source(source)
        })
}

/// The certificates of `roots` beside those that the builder trusts already.
fn trusting(builder: reqwest::ClientBuilder, roots: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    #[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
    if !roots.is_empty() {
        let bad =
            || Error::new(ErrorKind::Setup, "a root certificate cannot be read").with_help("give it as PEM");
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

#[cfg(feature = "native-tls")]
fn with_tls(builder: reqwest::ClientBuilder, roots: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    trusting(builder.tls_backend_native(), roots)
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "native-tls")))]
fn with_tls(builder: reqwest::ClientBuilder, roots: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder.tls_backend_preconfigured(super::rustls::config(roots)?))
}

#[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
fn with_tls(_: reqwest::ClientBuilder, _: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    Err(Error::new(ErrorKind::Setup, "this build has no TLS")
        .with_help("enable one of the features `rustls`, `rustls-no-provider` or `native-tls`"))
}

/// `reqwest` panics when it must build a rustls client and finds no process default, so make sure there is one.
fn ready_for_tls() -> Result<(), Error> {
    #[cfg(all(feature = "rustls-no-provider", not(feature = "native-tls")))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let provider = super::rustls::provider()?;
        // Losing a race here means that somebody else installed one, which is as good.
        let _ = rustls::crypto::CryptoProvider::install_default((*provider).clone());
    }
    Ok(())
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn call(&self, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(TransportError::Setup(
                Error::new(ErrorKind::Setup, "there is no tokio runtime").with_help(
                    "call this from tokio, with io and time enabled, or bring a transport of your own",
                ),
            ));
        }
        let Call { deadline, body_cap, .. } = call;
        let answer = if call.request.uri().scheme_str() == Some("http") {
            within(deadline, self.plain.call(call)).await
        } else {
            let request = reqwest::Request::try_from(call.request)
                .map_err(|error| TransportError::NotSent(Box::new(error.without_url())))?;
            // Before the deadline begins to count: the first https call loads the platform's certificates.
            let client = self.secure(is_loopback(request.url())).map_err(TransportError::Setup)?;
            within(deadline, send(client, request, body_cap)).await
        };
        answer.unwrap_or_else(|late| Err(TransportError::Unanswered(Box::new(late))))
    }
}

async fn send(
    client: &reqwest::Client,
    request: reqwest::Request,
    body_cap: usize,
) -> Result<http::Response<Vec<u8>>, TransportError> {
    let response = client.execute(request).await.map_err(|error| {
        let never_left = error.is_connect() || error.is_builder();
        let error = Box::new(error.without_url());
        if never_left { TransportError::NotSent(error) } else { TransportError::Unanswered(error) }
    })?;
    body::collect(http::Response::from(response), body_cap).await
}

#[cfg(test)]
mod tests;
