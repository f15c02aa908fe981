//! Asking the registry's index what is there already.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

/// The index of crates.io.
pub const CRATES_IO: &str = "https://index.crates.io";

/// A version that is in the index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entry {
    vers: Version,
    /// The SHA-256 of its package, in hexadecimal.
    pub cksum: String,
}

/// What the index said.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The version is there.
    There(Entry),
    /// It is not.
    NotThere,
    /// Ask again later.
    SlowDown(Option<Duration>),
}

/// A sparse index, read over HTTP.
#[derive(Debug)]
pub struct Index {
    base: String,
    agent: ureq::Agent,
}

impl Index {
    /// The index at this address.
    #[must_use]
    pub fn at(base: &str) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .user_agent("xtask of oauth-core")
            .build()
            .new_agent();
        Self { base: base.trim_end_matches('/').to_owned(), agent }
    }

    /// Whether this version is there.
    ///
    /// # Errors
    /// When the index cannot be reached, or says something that is none.
    pub fn ask(&self, name: &str, version: &Version, now: DateTime<Utc>) -> Result<Answer> {
        let url = format!("{}/{}", self.base, place(name));
        let mut response = self.agent.get(&url).call().with_context(|| format!("cannot ask {url}"))?;
        match response.status().as_u16() {
            200 => {
                let text =
                    response.body_mut().read_to_string().with_context(|| format!("cannot read {url}"))?;
                let found = entry(&text, version).with_context(|| format!("{url} is no index"))?;
                Ok(found.map_or(Answer::NotThere, Answer::There))
            }
            // What the rules for a sparse index say about crates that it does not have.
            404 | 410 | 451 => Ok(Answer::NotThere),
            429 | 500..=599 => {
                let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                Ok(Answer::SlowDown(header.and_then(|value| retry_after(value, now))))
            }
            other => anyhow::bail!("{url} answered {other}"),
        }
    }
}

fn entry(text: &str, version: &Version) -> Result<Option<Entry>> {
    for line in text.lines().filter(|line| !line.is_empty()) {
        let entry: Entry = serde_json::from_str(line)?;
        // Without the build metadata, as crates.io compares.
        if (entry.vers.major, entry.vers.minor, entry.vers.patch, &entry.vers.pre)
            == (version.major, version.minor, version.patch, &version.pre)
        {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Where a crate is in a sparse index: <https://doc.rust-lang.org/cargo/reference/registry-index.html#index-files>.
fn place(name: &str) -> String {
    let name = name.to_lowercase();
    match name.len() {
        0..=2 => format!("{}/{name}", name.len()),
        3 => format!("3/{}/{name}", &name[..1]),
        _ => format!("{}/{}/{name}", &name[..2], &name[2..4]),
    }
}

/// RFC 9110 10.2.3: seconds, or a date.
#[must_use]
pub fn retry_after(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(value.trim()).ok()?;
    Some((date.with_timezone(&Utc) - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_as_cargo_documents_them() {
        for (name, at) in [
            ("a", "1/a"),
            ("ab", "2/ab"),
            ("Go1", "3/g/go1"),
            ("gocd", "go/cd/gocd"),
            ("oauth-core", "oa/ut/oauth-core"),
        ] {
            assert_eq!(place(name), at);
        }
    }

    #[test]
    fn seconds_or_a_date_also_one_that_is_past() {
        let now = "2025-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Wed, 01 Jan 2025 00:10:00 GMT", now), Some(Duration::from_secs(600)));
        assert_eq!(retry_after("Tue, 31 Dec 2024 00:10:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn lines_of_an_index() {
        let text =
            "{\"vers\":\"0.1.0\",\"cksum\":\"aa\",\"yanked\":true}\n{\"vers\":\"0.2.0\",\"cksum\":\"bb\"}\n";
        assert_eq!(entry(text, &"0.2.0".parse().unwrap()).unwrap().unwrap().cksum, "bb");
        // A version that was taken back can never be published again.
        assert!(entry(text, &"0.1.0".parse().unwrap()).unwrap().is_some());
        assert!(entry(text, &"0.3.0".parse().unwrap()).unwrap().is_none());
        assert!(entry("<html>", &"0.3.0".parse().unwrap()).is_err());
    }
}
