//! This workspace: cargo's metadata, the role of each crate, and a shell in the root folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};
use xshell::{Shell, cmd};

/// Role of a crate in `crates/` for the layering rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Code shared by all providers.
    Core,
    /// One provider: its differences from the standard.
    Provider,
    /// Local servers that imitate the providers, written without the client crates.
    Sandbox,
    /// Helpers for the clients' tests; never published or part of a user's build.
    Testing,
    /// Stores, web, command line. No layering rule applies.
    Other,
}

/// TLS features that every client crate declares.
pub const TLS_FEATURES: [&str; 4] = ["reqwest", "rustls", "rustls-no-provider", "native-tls"];

/// Features disabled in test and lint runs, which `cargo xtask features` compiles: `native-tls` needs the
/// OpenSSL headers, `rustls-no-provider` adds nothing to `rustls`.
const OFF_IN_TESTS: [&str; 3] = ["default", "native-tls", "rustls-no-provider"];

/// Roles of all crates in `crates/`, from the workspace manifest.
pub type Roles = BTreeMap<String, Role>;

/// A cargo workspace.
#[derive(Debug)]
pub struct Workspace {
    /// Cargo's metadata without dependencies.
    pub metadata: Metadata,
    /// Runs commands in the root folder.
    pub shell: Shell,
    /// The role of each crate.
    pub roles: Roles,
}

impl Workspace {
    /// Reads the workspace that contains this folder.
    ///
    /// # Errors
    /// If there is no workspace, a manifest is invalid, or a role is unknown.
    pub fn around(folder: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new()
            .current_dir(folder)
            .no_deps()
            .exec()
            .context("cargo cannot read this workspace; run `cargo metadata --no-deps` for details")?;
        let shell = Shell::new()?;
        shell.change_dir(&metadata.workspace_root);
        let roles = roles(&metadata.workspace_metadata)?;
        Ok(Self { metadata, shell, roles })
    }

    /// Folder of the workspace manifest.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// Cargo's target directory.
    #[must_use]
    pub fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// All packages of the workspace.
    #[must_use]
    pub fn members(&self) -> Vec<&Package> {
        self.metadata.workspace_packages()
    }

    /// All published packages.
    #[must_use]
    pub fn published(&self) -> Vec<&Package> {
        self.members().into_iter().filter(|package| is_published(package)).collect()
    }

    /// Names of the crates with this role.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &str> {
        self.roles.iter().filter(move |(_, other)| **other == role).map(|(name, _)| name.as_str())
    }

    /// Names of the core and the providers.
    #[must_use]
    pub fn clients(&self) -> Vec<&str> {
        self.with_role(Role::Core).chain(self.with_role(Role::Provider)).collect()
    }

    /// Features to enable in tests of the whole workspace: all but `OFF_IN_TESTS`.
    #[must_use]
    pub fn test_features(&self) -> String {
        let mut all: Vec<String> = Vec::new();
        for package in self.members() {
            let on = package.features.keys().filter(|feature| !OFF_IN_TESTS.contains(&feature.as_str()));
            all.extend(on.map(|feature| format!("{}/{feature}", package.name)));
        }
        all.sort();
        all.join(",")
    }

    /// Files of the workspace: tracked by git, or new and not ignored.
    ///
    /// # Errors
    /// If git fails.
    pub fn files(&self) -> Result<Vec<String>> {
        let listed = cmd!(self.shell, "git ls-files --cached --others --exclude-standard").quiet().read()?;
        Ok(listed.lines().filter(|name| self.root().join(name).is_file()).map(str::to_owned).collect())
    }

    /// Text of a file.
    ///
    /// # Errors
    /// If it cannot be read; the error names it.
    pub fn read(&self, path: &str) -> Result<String> {
        Ok(self.shell.read_file(path)?)
    }
}

/// True if a package is published to a registry.
#[must_use]
pub fn is_published(package: &Package) -> bool {
    package.publish.as_ref().is_none_or(|registries| !registries.is_empty())
}

/// Folder of a package.
#[must_use]
pub fn folder(package: &Package) -> PathBuf {
    package.manifest_path.parent().map(PathBuf::from).unwrap_or_default()
}

fn roles(metadata: &serde_json::Value) -> Result<Roles> {
    let Some(listed) = metadata["roles"].as_object() else { return Ok(Roles::new()) };
    let mut roles = Roles::new();
    for (name, word) in listed {
        let role = match word.as_str() {
            Some("core") => Role::Core,
            Some("provider") => Role::Provider,
            Some("sandbox") => Role::Sandbox,
            Some("testing") => Role::Testing,
            Some("other") => Role::Other,
            _ => anyhow::bail!(
                "`{name}` has the unknown role {word} in [workspace.metadata.roles] of Cargo.toml\n\
                 help: use core, provider, sandbox, testing or other"
            ),
        };
        roles.insert(name.clone(), role);
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_role_is_an_error() {
        let error = roles(&serde_json::json!({ "roles": { "cobot": "provder" } })).unwrap_err().to_string();
        assert!(error.contains("`cobot`") && error.contains("provder"), "{error}");
        assert_eq!(roles(&serde_json::Value::Null).unwrap(), Roles::new());
    }
}
