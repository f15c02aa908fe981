//! Queries the registry's index for published versions.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

/// URL of the crates.io index.
pub const CRATES_IO: &str = "https://index.crates.io";

/// A version in the index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entry {
    vers: Version,
    /// SHA-256 of its package, in hexadecimal.
    pub cksum: String,
}

/// Response of the index.
#[derive(Debug, PartialEq, Eq)]
pub enum IndexResponse {
    /// The version is published.
    Found(Entry),
    /// It is not published.
    NotFound,
    /// Rate limit or server error: retry after this time, if the index named one.
    RetryLater(Option<Duration>),
}

/// A sparse index, read over HTTP.
#[derive(Debug)]
pub struct Index {
    base: String,
    agent: ureq::Agent,
}

impl Index {
    /// The index at this URL.
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

    /// Looks up a version.
    ///
    /// # Errors
    /// If the index is unreachable or its response is malformed.
    pub fn look_up(&self, name: &str, version: &Version, now: DateTime<Utc>) -> Result<IndexResponse> {
        let url = format!("{}/{}", self.base, index_path(name));
        let mut response = self.agent.get(&url).call().with_context(|| format!("cannot reach {url}"))?;
        match response.status().as_u16() {
            200 => {
                let text =
                    response.body_mut().read_to_string().with_context(|| format!("cannot read {url}"))?;
                let found = entry(&text, version).with_context(|| format!("{url} is not an index entry"))?;
                Ok(found.map_or(IndexResponse::NotFound, IndexResponse::Found))
            }
            // Status codes by which a sparse index reports an unknown crate.
            404 | 410 | 451 => Ok(IndexResponse::NotFound),
            429 | 500..=599 => {
                let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                Ok(IndexResponse::RetryLater(header.and_then(|value| retry_after(value, now))))
            }
            other => anyhow::bail!("{url} responded with status {other}"),
        }
    }
}

fn entry(text: &str, version: &Version) -> Result<Option<Entry>> {
    for line in text.lines().filter(|line| !line.is_empty()) {
        let entry: Entry = serde_json::from_str(line)?;
        // Ignores build metadata, as crates.io does.
        if (entry.vers.major, entry.vers.minor, entry.vers.patch, &entry.vers.pre)
            == (version.major, version.minor, version.patch, &version.pre)
        {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Path of a crate in a sparse index:
/// <https://doc.rust-lang.org/cargo/reference/registry-index.html#index-files>.
fn index_path(name: &str) -> String {
    let name = name.to_lowercase();
    match name.len() {
        0..=2 => format!("{}/{name}", name.len()),
        3 => format!("3/{}/{name}", &name[..1]),
        _ => format!("{}/{}/{name}", &name[..2], &name[2..4]),
    }
}

/// Parses a `Retry-After` header (RFC 9110 section 10.2.3): seconds or a date.
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
    fn index_paths_match_cargo_documentation() {
        for (name, at) in [
            ("a", "1/a"),
            ("ab", "2/ab"),
            ("Go1", "3/g/go1"),
            ("gocd", "go/cd/gocd"),
            ("oauth-core", "oa/ut/oauth-core"),
        ] {
            assert_eq!(index_path(name), at);
        }
    }

    #[test]
    fn parses_retry_after_seconds_and_dates() {
        let now = "2025-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Wed, 01 Jan 2025 00:10:00 GMT", now), Some(Duration::from_secs(600)));
        assert_eq!(retry_after("Tue, 31 Dec 2024 00:10:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn finds_version_in_index_lines() {
        let text =
            "{\"vers\":\"0.1.0\",\"cksum\":\"aa\",\"yanked\":true}\n{\"vers\":\"0.2.0\",\"cksum\":\"bb\"}\n";
        assert_eq!(entry(text, &"0.2.0".parse().unwrap()).unwrap().unwrap().cksum, "bb");
        // A yanked version can never be published again.
        assert!(entry(text, &"0.1.0".parse().unwrap()).unwrap().is_some());
        assert!(entry(text, &"0.3.0".parse().unwrap()).unwrap().is_none());
        assert!(entry("<html>", &"0.3.0".parse().unwrap()).is_err());
    }
}
