//! Discovery of a sandbox that runs on this machine.
//!
//! `oauth sandbox` writes its manifest to a private file, so that `oauth connect` finds its URLs and clients.

use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::client_config::ClientCredentials;
use crate::paths;
use crate::private_file;
use crate::providers::ProviderName;

/// Time to reach a port of this machine.
const TIMEOUT: Duration = Duration::from_millis(300);

/// The manifest file of this process's sandbox, removed on drop.
#[derive(Debug)]
pub(crate) struct ManifestFile {
    path: PathBuf,
    text: String,
}

impl ManifestFile {
    /// Writes the file. `None` if that fails: the sandbox works without it.
    pub(crate) fn write(manifest: &Value) -> Option<Self> {
        let path = paths::sandbox_file().ok()?;
        let text = manifest.to_string();
        private_file::create_parent_directory(&path).ok()?;
        private_file::write(&path, &text, false).ok()?;
        Some(Self { path, text })
    }
}

impl Drop for ManifestFile {
    fn drop(&mut self) {
        // A sandbox started later may have replaced it.
        if fs::read_to_string(&self.path).is_ok_and(|text| text == self.text) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A provider of the running sandbox.
#[derive(Debug)]
pub(crate) struct RunningSandbox {
    pub(crate) url: String,
    pub(crate) client: ClientCredentials,
}

impl RunningSandbox {
    /// Returns the running sandbox's provider. `None` if there is none, or its port is closed.
    pub(crate) fn find(provider: ProviderName) -> Option<Self> {
        let manifest: Value =
            serde_json::from_str(&fs::read_to_string(paths::sandbox_file().ok()?).ok()?).ok()?;
        let found = manifest.get("providers")?.get(sandbox_name(provider))?;
        let text = |name: &str| found.get(name)?.as_str().map(str::to_owned);
        let url = text("plain_url").or_else(|| text("url"))?;
        let addresses = Url::parse(&url).ok()?.socket_addrs(|| None).ok()?;
        let is_open = |address| TcpStream::connect_timeout(address, TIMEOUT).is_ok();
        let is_running = addresses.iter().filter(|address| address.ip().is_loopback()).any(is_open);
        let secret = text("client_secret")?.into();
        is_running.then_some(Self {
            url,
            client: ClientCredentials { id: text("client_id")?, secret: Some(secret) },
        })
    }
}

/// Returns the sandbox that serves the provider.
pub(crate) fn sandbox_name(provider: ProviderName) -> &'static str {
    match provider {
        ProviderName::GocdPersonal => ProviderName::Gocd.as_str(),
        provider => provider.as_str(),
    }
}
