//! Servers without a valid certificate, and downgrades from TLS.

use std::sync::{Arc, LazyLock};

use libtest_mimic::Trial;
use oauth_core::ErrorKind::{InvalidResponse, NotSent, Redirected, Unanswered};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::api_call::ApiCall;
use crate::case::{Case, Expect, SHORT_DEADLINE};
use crate::server::{Behavior, Script, json, response, sends, stays_silent};
use crate::trial;

/// The authority that the clients trust, and an untrusted one.
static TRUSTED: LazyLock<Authority> = LazyLock::new(Authority::new);
static UNTRUSTED: LazyLock<Authority> = LazyLock::new(Authority::new);

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        parameters.distinguished_name.push(DnType::CommonName, "test authority");
        let key = KeyPair::generate().unwrap();
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(parameters, key) }
    }

    fn issue(&self, parameters: &CertificateParams) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        config(&certificate, &key)
    }
}

fn config(certificate: &rcgen::Certificate, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    Arc::new(config)
}

/// Valid parameters of a certificate for these names.
fn named<const N: usize>(names: [&str; N]) -> CertificateParams {
    let mut parameters = CertificateParams::new(names.map(str::to_owned)).unwrap();
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    parameters
}

/// Parameters for `localhost` with one fault.
fn faulty(wrong: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut parameters = named(["localhost"]);
    wrong(&mut parameters);
    parameters
}

type Make = fn() -> Arc<ServerConfig>;

/// Servers to which the client must not send a request.
const IMPOSTORS: &[(&str, &str, Make)] = &[
    ("a certificate for another name", "not valid for name", || TRUSTED.issue(&named(["other.example"]))),
    ("a certificate for a name that begins alike", "not valid for name", || {
        TRUSTED.issue(&named(["localhost.other.example"]))
    }),
    ("a wildcard certificate", "not valid for name", || TRUSTED.issue(&named(["*"]))),
    ("a certificate for all subdomains", "not valid for name", || TRUSTED.issue(&named(["*.localhost"]))),
    ("a certificate for another address", "not valid for name", || TRUSTED.issue(&named(["127.0.0.2"]))),
    ("a certificate with its name in the subject only", "certificate", || {
        TRUSTED.issue(&faulty(|parameters| {
            parameters.subject_alt_names.clear();
            parameters.distinguished_name.push(DnType::CommonName, "localhost");
        }))
    }),
    ("an expired certificate", "expired", || {
        TRUSTED.issue(&faulty(|parameters| parameters.not_after = date_time_ymd(2001, 1, 1)))
    }),
    ("a certificate that is not valid yet", "not valid yet", || {
        TRUSTED.issue(&faulty(|parameters| parameters.not_before = date_time_ymd(3000, 1, 1)))
    }),
    ("a certificate for clients", "certificate", || {
        TRUSTED.issue(&faulty(|parameters| {
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }))
    }),
    ("a certificate of an unknown authority", "certificate", || UNTRUSTED.issue(&named(["localhost"]))),
    ("a self-signed certificate", "certificate", || {
        let key = KeyPair::generate().unwrap();
        config(&named(["localhost"]).self_signed(&key).unwrap(), &key)
    }),
    ("a certificate for hundreds of names", "not valid for name", || {
        TRUSTED.issue(&faulty(|parameters| {
            parameters.subject_alt_names = (0..500)
                .map(|n| rcgen::SanType::DnsName(format!("customer-{n}.evil.example").try_into().unwrap()))
                .collect();
        }))
    }),
];

/// Bytes sent instead of a handshake.
const NO_TLS: &[(&str, &[u8])] = &[
    ("no bytes", b""),
    ("plain HTTP", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
    ("another protocol", b"SSH-2.0-OpenSSH_9.9\r\n"),
    ("an alert", b"\x15\x03\x03\0\x02\x02\x28"),
    (
        "a TLS 1.0 server hello",
        b"\x16\x03\x01\0\x2a\x02\0\0\x26\x03\x010123456789abcdef0123456789abcdef\0\0\x2f\0",
    ),
    (
        "an SSL 3 server hello",
        b"\x16\x03\0\0\x2a\x02\0\0\x26\x03\x000123456789abcdef0123456789abcdef\0\0\x2f\0",
    ),
    ("an oversized record", b"\x16\x03\x03\xff\xff\x02\0\0\0"),
];

pub(crate) fn all(call: ApiCall) -> Vec<Trial> {
    let over = move |behavior: Behavior, expect: Expect| {
        let mut case = Case::new(behavior, expect);
        (case.https, case.root) = (true, Some(TRUSTED.pem.clone()));
        case
    };
    let genuine = || TRUSTED.issue(&named(["localhost"]));
    let respond = move |script: Script, expect: Expect| over(Behavior::Tls(genuine(), script), expect);
    let mut trials = Vec::new();
    // Control: proves that the other cases fail because of their certificate.
    trials.push(trial(call, "a genuine server", move |_| respond(sends(json(call.good)), Expect::Works)));
    for (name, words, make) in IMPOSTORS {
        trials.push(trial(call, name, move |_| {
            let mut case = over(Behavior::Tls(make(), sends(json(call.good))), Expect::Fails(NotSent));
            (case.requests, case.expected_text) = (0, Some(*words));
            case
        }));
    }
    for (name, bytes) in NO_TLS {
        trials.push(trial(call, name, move |_| {
            let mut case = over(Behavior::SendFirst(sends(*bytes)), Expect::Fails(NotSent));
            case.requests = 0;
            case
        }));
    }
    trials.push(trial(call, "a handshake that never starts", move |_| {
        let mut case =
            over(Behavior::SendFirst(stays_silent("")), Expect::Fails(NotSent)).with_short_deadline();
        // The handshake must time out before the deadline, so that the call counts as not sent.
        case.deadline = SHORT_DEADLINE * 4;
        case.requests = 0;
        case
    }));
    trials.push(trial(call, "a server with an untrusted root", move |_| {
        let mut case = respond(sends(json(call.good)), Expect::Fails(NotSent));
        (case.root, case.requests) = (Some(UNTRUSTED.pem.clone()), 0);
        case
    }));
    // Without a TLS alert, an attacker may have truncated the response.
    trials.push(trial(call, "a response truncated without a TLS alert", move |_| {
        let body = "HTTP/1.1 200 OK\r\n\r\naccess_token=canary-a";
        respond(sends(body), Expect::Fails(Unanswered))
    }));
    trials.push(trial(call, "no response", move |_| respond(sends(""), Expect::Fails(Unanswered))));
    trials.push(trial(call, "an endless body", move |_| {
        let script =
            crate::server::repeats("HTTP/1.1 200 OK\r\n\r\n", vec![b' '; 1024], std::time::Duration::ZERO);
        respond(script, Expect::Fails(InvalidResponse))
    }));
    trials.push(trial(call, "endless informational responses", move |_| {
        let flood = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(50);
        respond(crate::server::repeats("", flood, std::time::Duration::ZERO), Expect::Fails(Unanswered))
            .with_short_deadline()
    }));
    for (name, target) in [
        ("redirect to http", "http://ELSEWHERE/x"),
        ("redirect to http on the same host", "http://localhost:PORT/x"),
    ] {
        trials.push(trial(call, name, move |elsewhere| {
            let address = elsewhere.address();
            let target = target
                .replace("ELSEWHERE", &address.to_string())
                .replace("PORT", &address.port().to_string());
            let bytes = response("307 Temporary Redirect", &format!("location: {target}\r\n"), "");
            respond(sends(bytes), Expect::Fails(Redirected))
        }));
    }
    trials
}
