//! This workspace: cargo's metadata, its crates, and a shell in the root folder.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};
use xshell::{Shell, cmd};

/// The crate that all providers share.
pub(crate) const CORE: &str = "oauth-core";

/// The local servers that imitate the providers, written without the client crates.
pub(crate) const SANDBOX: &str = "oauth-sandbox";

/// Helpers for the tests of the clients.
pub(crate) const TESTING: &str = "oauth-testing";

/// TLS features that every client crate declares.
pub(crate) const TLS_FEATURES: [&str; 4] = ["reqwest", "rustls", "rustls-no-provider", "native-tls"];

/// Features disabled in test and lint runs, which `cargo xtask features` compiles: `native-tls` needs the
/// OpenSSL headers, `rustls-no-provider` adds nothing to `rustls`.
const OFF_IN_TESTS: [&str; 3] = ["default", "native-tls", "rustls-no-provider"];

/// A cargo workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Cargo's metadata without dependencies.
    pub(crate) metadata: Metadata,
    /// In the root folder.
    pub(crate) shell: Shell,
}

impl Workspace {
    /// Reads the workspace that contains this folder.
    pub(crate) fn around(folder: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new()
            .current_dir(folder)
            .no_deps()
            .exec()
            .context("cargo cannot read this workspace; run `cargo metadata --no-deps` for details")?;
        let shell = Shell::new()?;
        shell.change_dir(&metadata.workspace_root);
        Ok(Self { metadata, shell })
    }

    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    pub(crate) fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    pub(crate) fn members(&self) -> Vec<&Package> {
        self.metadata.workspace_packages()
    }

    pub(crate) fn published(&self) -> Vec<&Package> {
        self.members().into_iter().filter(|package| is_published(package)).collect()
    }

    /// The crates in `crates/`.
    pub(crate) fn crates(&self) -> Vec<&Package> {
        let folder = self.root().join("crates");
        self.members().into_iter().filter(|package| package.manifest_path.starts_with(&folder)).collect()
    }

    /// Names of the providers' crates.
    pub(crate) fn providers(&self) -> Vec<&str> {
        let names = self.crates().into_iter().map(|package| package.name.as_str());
        names.filter(|name| is_provider(name)).collect()
    }

    /// Names of the core and the providers.
    pub(crate) fn clients(&self) -> Vec<&str> {
        [vec![CORE], self.providers()].concat()
    }

    /// Features to enable in tests of the whole workspace: all but `OFF_IN_TESTS`.
    pub(crate) fn test_features(&self) -> String {
        self.test_features_of(&self.members().iter().map(|package| package.name.as_str()).collect::<Vec<_>>())
    }

    /// The same of the named packages.
    pub(crate) fn test_features_of(&self, names: &[&str]) -> String {
        let mut all = Vec::new();
        for package in self.members().iter().filter(|package| names.contains(&package.name.as_str())) {
            let on = package.features.keys().filter(|feature| !OFF_IN_TESTS.contains(&feature.as_str()));
            all.extend(on.map(|feature| format!("{}/{feature}", package.name)));
        }
        all.sort();
        all.join(",")
    }

    /// Files of the workspace: tracked by git, or new and not ignored.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let listed = cmd!(self.shell, "git ls-files --cached --others --exclude-standard").quiet().read()?;
        Ok(listed.lines().filter(|name| self.root().join(name).is_file()).map(str::to_owned).collect())
    }

    pub(crate) fn read(&self, path: &str) -> Result<String> {
        Ok(self.shell.read_file(path)?)
    }
}

/// True for the name of a crate in `crates/` that declares a provider: all others begin with `oauth-`.
pub(crate) fn is_provider(name: &str) -> bool {
    !name.starts_with("oauth-")
}

pub(crate) fn is_published(package: &Package) -> bool {
    package.publish.as_ref().is_none_or(|registries| !registries.is_empty())
}

pub(crate) fn folder(package: &Package) -> PathBuf {
    package.manifest_path.parent().map(PathBuf::from).unwrap_or_default()
}
