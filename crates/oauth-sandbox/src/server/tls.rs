//! A generated certificate authority and its server certificate. The `ring` provider is passed to rustls
//! explicitly, so that no process-wide default is installed.

use std::sync::Arc;

use chrono::{Datelike as _, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use crate::Error;

/// The names in every server certificate. Not `*.localhost`: browsers accept no wildcard below a top-level
/// domain.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

#[derive(Clone)]
pub(crate) struct CertificateAuthority {
    pem: String,
    root: CertificateDer<'static>,
    acceptor: TlsAcceptor,
}

impl CertificateAuthority {
    pub(crate) fn new(names: Vec<String>) -> Result<Self, Error> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.distinguished_name.push(DnType::CommonName, "oauth-sandbox certificate authority");
        valid_now(&mut authority);
        let authority_key = KeyPair::generate().map_err(tls)?;
        let root = authority.self_signed(&authority_key).map_err(tls)?;
        let issuer = Issuer::new(authority, authority_key);

        let mut server =
            CertificateParams::new([NAMES.map(str::to_owned).to_vec(), names].concat()).map_err(tls)?;
        server.distinguished_name.push(DnType::CommonName, "oauth-sandbox");
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.use_authority_key_identifier_extension = true;
        valid_now(&mut server);
        let server_key = KeyPair::generate().map_err(tls)?;
        let certificate = server.signed_by(&server_key, &issuer).map_err(tls)?;

        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(tls)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(tls)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { pem: root.pem(), root: root.der().clone(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }
}

pub(crate) fn browser_config(authority: Option<&CertificateAuthority>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    if let Some(authority) = authority {
        roots.add(authority.root.clone()).map_err(tls)?;
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(tls)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Sets the validity from this year to the next in real time: a client's TLS does not use the sandbox's
/// clock.
fn valid_now(certificate: &mut CertificateParams) {
    let year = Utc::now().year();
    certificate.not_before = date_time_ymd(year - 1, 12, 31);
    certificate.not_after = date_time_ymd(year + 1, 12, 31);
}

fn tls(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Tls(Box::new(error))
}
