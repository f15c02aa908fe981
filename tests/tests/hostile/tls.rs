//! Servers that cannot prove who they are, and ways out of TLS.

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

use crate::case::{Case, Expect, SOON};
use crate::server::{Manner, Script, answer, falls_silent, json, says};
use crate::subject::Subject;
use crate::trial;

/// The authority that the clients trust, and one that they do not.
static OURS: LazyLock<Authority> = LazyLock::new(Authority::new);
static THEIRS: LazyLock<Authority> = LazyLock::new(Authority::new);

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        parameters.distinguished_name.push(DnType::CommonName, "authority of the tests");
        let key = KeyPair::generate().unwrap();
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(parameters, key) }
    }

    fn certifies(&self, parameters: &CertificateParams) -> Arc<ServerConfig> {
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

/// What a certificate of these names should be like.
fn named<const N: usize>(names: [&str; N]) -> CertificateParams {
    let mut parameters = CertificateParams::new(names.map(str::to_owned)).unwrap();
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    parameters
}

/// The same with one thing wrong.
fn but(wrong: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut parameters = named(["localhost"]);
    wrong(&mut parameters);
    parameters
}

type Make = fn() -> Arc<ServerConfig>;

/// Servers to which nothing may be said.
const IMPOSTORS: &[(&str, &str, Make)] = &[
    ("a certificate for another name", "not valid for name", || OURS.certifies(&named(["other.example"]))),
    ("a certificate for a name that begins alike", "not valid for name", || {
        OURS.certifies(&named(["localhost.other.example"]))
    }),
    ("a certificate for all names", "not valid for name", || OURS.certifies(&named(["*"]))),
    ("a certificate for all names below ours", "not valid for name", || {
        OURS.certifies(&named(["*.localhost"]))
    }),
    ("a certificate for another address", "not valid for name", || OURS.certifies(&named(["127.0.0.2"]))),
    ("a certificate that says its name in its subject only", "certificate", || {
        OURS.certifies(&but(|parameters| {
            parameters.subject_alt_names.clear();
            parameters.distinguished_name.push(DnType::CommonName, "localhost");
        }))
    }),
    ("an expired certificate", "expired", || {
        OURS.certifies(&but(|parameters| parameters.not_after = date_time_ymd(2001, 1, 1)))
    }),
    ("a certificate of the future", "not valid yet", || {
        OURS.certifies(&but(|parameters| parameters.not_before = date_time_ymd(3000, 1, 1)))
    }),
    ("a certificate for clients", "certificate", || {
        OURS.certifies(&but(|parameters| {
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }))
    }),
    ("a certificate of an unknown authority", "certificate", || THEIRS.certifies(&named(["localhost"]))),
    ("a certificate of its own", "certificate", || {
        let key = KeyPair::generate().unwrap();
        config(&named(["localhost"]).self_signed(&key).unwrap(), &key)
    }),
    ("a certificate of hundreds of names", "not valid for name", || {
        OURS.certifies(&but(|parameters| {
            parameters.subject_alt_names = (0..500)
                .map(|n| rcgen::SanType::DnsName(format!("customer-{n}.evil.example").try_into().unwrap()))
                .collect();
        }))
    }),
];

/// What comes instead of a handshake.
const NO_TLS: &[(&str, &[u8])] = &[
    ("nothing at all", b""),
    ("plain HTTP", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
    ("another protocol", b"SSH-2.0-OpenSSH_9.9\r\n"),
    ("an alert", b"\x15\x03\x03\0\x02\x02\x28"),
    (
        "a server's hello of TLS 1.0",
        b"\x16\x03\x01\0\x2a\x02\0\0\x26\x03\x010123456789abcdef0123456789abcdef\0\0\x2f\0",
    ),
    (
        "a server's hello of SSL 3",
        b"\x16\x03\0\0\x2a\x02\0\0\x26\x03\x000123456789abcdef0123456789abcdef\0\0\x2f\0",
    ),
    ("a record too long", b"\x16\x03\x03\xff\xff\x02\0\0\0"),
];

pub(crate) fn all(subject: Subject) -> Vec<Trial> {
    let over = move |manner: Manner, expect: Expect| {
        let mut case = Case::new(manner, expect);
        (case.https, case.root) = (true, Some(OURS.pem.clone()));
        case
    };
    let genuine = || OURS.certifies(&named(["localhost"]));
    let answers = move |script: Script, expect: Expect| over(Manner::Tls(genuine(), script), expect);
    let mut trials = Vec::new();
    // Without it, all the others would show nothing.
    trials
        .push(trial(subject, "a genuine server", move |_| answers(says(json(subject.good)), Expect::Works)));
    for (name, words, make) in IMPOSTORS {
        trials.push(trial(subject, name, move |_| {
            let mut case = over(Manner::Tls(make(), says(json(subject.good))), Expect::Fails(NotSent));
            (case.requests, case.says) = (0, Some(*words));
            case
        }));
    }
    for (name, bytes) in NO_TLS {
        trials.push(trial(subject, name, move |_| {
            let mut case = over(Manner::Rash(says(*bytes)), Expect::Fails(NotSent));
            case.requests = 0;
            case
        }));
    }
    trials.push(trial(subject, "a handshake that is never begun", move |_| {
        let mut case = over(Manner::Rash(falls_silent("")), Expect::Fails(NotSent)).soon();
        // Before the deadline, or the call would count as perhaps sent.
        case.deadline = SOON * 4;
        case.requests = 0;
        case
    }));
    trials.push(trial(subject, "a genuine server that the client was not told of", move |_| {
        let mut case = answers(says(json(subject.good)), Expect::Fails(NotSent));
        (case.root, case.requests) = (Some(THEIRS.pem.clone()), 0);
        case
    }));
    // An end without the alert of TLS may be anybody's: what came so far is not taken for all.
    trials.push(trial(subject, "an answer cut off by anybody", move |_| {
        let body = "HTTP/1.1 200 OK\r\n\r\naccess_token=canary-a";
        answers(says(body), Expect::Fails(Unanswered))
    }));
    trials.push(trial(subject, "no answer", move |_| answers(says(""), Expect::Fails(Unanswered))));
    trials.push(trial(subject, "a body without end", move |_| {
        let script =
            crate::server::goes_on("HTTP/1.1 200 OK\r\n\r\n", vec![b' '; 1024], std::time::Duration::ZERO);
        answers(script, Expect::Fails(InvalidResponse))
    }));
    trials.push(trial(subject, "preliminary answers without end", move |_| {
        let flood = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(50);
        answers(crate::server::goes_on("", flood, std::time::Duration::ZERO), Expect::Fails(Unanswered))
            .soon()
    }));
    for (name, target) in [
        ("down to http", "http://ELSEWHERE/x"),
        ("down to http, at the same name", "http://localhost:PORT/x"),
    ] {
        trials.push(trial(subject, name, move |elsewhere| {
            let address = elsewhere.address();
            let target = target
                .replace("ELSEWHERE", &address.to_string())
                .replace("PORT", &address.port().to_string());
            let bytes = answer("307 Temporary Redirect", &format!("location: {target}\r\n"), "");
            answers(says(bytes), Expect::Fails(Redirected))
        }));
    }
    trials
}
