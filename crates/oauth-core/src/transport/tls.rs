//! TLS by rustls, with the crypto provider named rather than assumed.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::Verifier;

use crate::error::{Error, ErrorKind};

/// Returns the process default if the application installed one, else ring with the feature `rustls`.
pub(super) fn provider() -> Result<Arc<CryptoProvider>, Error> {
    if let Some(installed) = CryptoProvider::get_default() {
        return Ok(Arc::clone(installed));
    }
    #[cfg(feature = "rustls")]
    return Ok(Arc::new(rustls::crypto::ring::default_provider()));
    #[cfg(not(feature = "rustls"))]
    Err(Error::new(ErrorKind::Setup, "rustls has no crypto provider").with_help(
        "install one when the program starts, such as \
         rustls::crypto::ring::default_provider().install_default(), or enable the feature `rustls`",
    ))
}

/// Returns a configuration that trusts no certificate, for plain http.
pub(super) fn empty_config() -> Result<ClientConfig, Error> {
    let config = with_protocol_versions(provider()?)?;
    Ok(config.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// Returns a configuration that trusts the platform's certificates and `roots` (PEM).
pub(super) fn config(roots: &[Vec<u8>]) -> Result<ClientConfig, Error> {
    let provider = provider()?;
    let mut certificates = Vec::new();
    for pem in roots {
        let before = certificates.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            certificates.push(certificate.map_err(|source| bad_root().with_source(source))?);
        }
        if certificates.len() == before {
            return Err(bad_root());
        }
    }
    let verifier = if certificates.is_empty() {
        Verifier::new(Arc::clone(&provider))
    } else {
        Verifier::new_with_extra_roots(certificates, Arc::clone(&provider))
    }
    .map_err(|source| {
        Error::new(ErrorKind::Setup, format!("no trusted certificates: {source}"))
            .with_help(
                "install the platform's CA certificates (Debian: ca-certificates), or set a root certificate",
            )
            .with_source(source)
    })?;
    let mut config = with_protocol_versions(provider)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn with_protocol_versions(
    provider: Arc<CryptoProvider>,
) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|source| {
        Error::new(ErrorKind::Setup, "the crypto provider offers no TLS version").with_source(source)
    })
}

fn bad_root() -> Error {
    Error::new(ErrorKind::Setup, "a root certificate cannot be read").with_help("set it as PEM")
}
