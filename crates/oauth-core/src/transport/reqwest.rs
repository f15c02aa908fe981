//! The transport on `reqwest`. The only file that knows it.

use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;

use super::loopback::Loopback;
use super::{Call, Transport, TransportError, body};
use crate::{Error, ErrorKind, is_loopback};

/// How long a TCP and TLS handshake may take. Well below any deadline, so that a server that cannot be reached
/// shows as "not sent" rather than as "unanswered".
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The ordinary transport: https through `reqwest`, http on loopback without TLS or proxy.
#[derive(Debug)]
pub(crate) struct ReqwestTransport {
    /// Built at the first https call, so that loopback needs no crypto provider and no certificate store.
    secure: OnceLock<reqwest::Client>,
    roots: Vec<Vec<u8>>,
    loopback: Option<Loopback>,
}

impl ReqwestTransport {
    /// Trusts the platform's certificates and `roots` (PEM).
    pub(crate) fn new(roots: Vec<Vec<u8>>) -> Self {
        Self { secure: OnceLock::new(), roots, loopback: Some(Loopback::new(CONNECT_TIMEOUT)) }
    }

    /// Everything, loopback too, through the caller's own settings; redirect policy and time-outs are set last.
    pub(crate) fn with_builder(builder: reqwest::ClientBuilder) -> Result<Self, Error> {
        ready_for_tls()?;
        let client = finish(builder)?;
        Ok(Self { secure: OnceLock::from(client), roots: Vec::new(), loopback: None })
    }

    fn secure(&self) -> Result<&reqwest::Client, Error> {
        if let Some(client) = self.secure.get() {
            return Ok(client);
        }
        let client = finish(with_tls(reqwest::Client::builder(), &self.roots)?)?;
        Ok(self.secure.get_or_init(|| client))
    }
}

impl<P: crate::Provider> crate::ClientBuilder<P> {
    /// Sends through a `reqwest` 0.13 client of one's own making: proxies, client certificates, connector layers.
    ///
    /// A builder, not a client, because redirect policy and connect time-out are set last: redirects are never
    /// followed. TLS is then the builder's business; certificates given to
    /// [`root_certificate`](Self::root_certificate) do not reach it. With rustls and no crypto provider installed,
    /// this installs ring as the process default (feature `rustls`), since `reqwest` would panic otherwise.
    ///
    /// # Errors
    /// [`ErrorKind::Setup`] if the client cannot be built.
    pub fn with_reqwest_0_13(self, builder: reqwest::ClientBuilder) -> Result<Self, Error> {
        Ok(self.transport(ReqwestTransport::with_builder(builder)?))
    }
}

fn finish(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .referer(false)
        .build()
        .map_err(|source| {
            Error::new(ErrorKind::Setup, format!("the HTTP client could not be built: {source}"))
                .because(source.without_url())
        })
}

#[cfg(feature = "native-tls")]
fn with_tls(builder: reqwest::ClientBuilder, roots: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    let mut certificates = Vec::new();
    for pem in roots {
        let bundle = reqwest::Certificate::from_pem_bundle(pem).map_err(|source| {
            Error::new(ErrorKind::Setup, "a root certificate cannot be read").because(source)
        })?;
        if bundle.is_empty() {
            return Err(
                Error::new(ErrorKind::Setup, "a root certificate cannot be read").advise("give it as PEM")
            );
        }
        certificates.extend(bundle);
    }
    Ok(builder.tls_backend_native().tls_certs_merge(certificates))
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "native-tls")))]
fn with_tls(builder: reqwest::ClientBuilder, roots: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder.tls_backend_preconfigured(super::rustls::config(roots)?))
}

#[cfg(not(any(feature = "rustls-no-provider", feature = "native-tls")))]
fn with_tls(_: reqwest::ClientBuilder, _: &[Vec<u8>]) -> Result<reqwest::ClientBuilder, Error> {
    Err(Error::new(ErrorKind::Setup, "this build has no TLS")
        .advise("enable one of the features `rustls`, `rustls-no-provider` or `native-tls`"))
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
        let deadline = call.deadline;
        let work = async {
            match &self.loopback {
                Some(loopback) if goes_to_loopback(call.request.uri()) => loopback.call(call).await,
                _ => send(self.secure().map_err(TransportError::Setup)?, call).await,
            }
        };
        tokio::time::timeout(deadline, work)
            .await
            .unwrap_or_else(|_| Err(TransportError::Unanswered(Box::new(body::TooLate))))
    }
}

fn goes_to_loopback(uri: &http::Uri) -> bool {
    uri.scheme_str() == Some("http") && url::Url::parse(&uri.to_string()).is_ok_and(|url| is_loopback(&url))
}

async fn send(client: &reqwest::Client, call: Call) -> Result<http::Response<Vec<u8>>, TransportError> {
    let request = reqwest::Request::try_from(call.request)
        .map_err(|error| TransportError::NotSent(Box::new(error.without_url())))?;
    let response = client.execute(request).await.map_err(|error| {
        let never_left = error.is_connect() || error.is_builder();
        let error = Box::new(error.without_url());
        if never_left { TransportError::NotSent(error) } else { TransportError::Unanswered(error) }
    })?;
    body::collect(http::Response::from(response), call.body_cap).await
}
