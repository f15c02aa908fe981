//! Cargo's metadata of this workspace.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::crate_roles::{self, Role, Roles};

/// True if a package is published to a registry.
#[must_use]
pub fn is_published(package: &Package) -> bool {
    package.publish.as_ref().is_none_or(|registries| !registries.is_empty())
}

/// A cargo workspace.
#[derive(Debug)]
pub struct Workspace {
    metadata: Metadata,
    roles: Roles,
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
        let roles = Roles::read(&metadata.workspace_metadata)?;
        Ok(Self { metadata, roles })
    }

    /// Folder of the workspace manifest.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.metadata.workspace_root.clone().into_std_path_buf()
    }

    /// All packages of the workspace.
    #[must_use]
    pub fn members(&self) -> Vec<&Package> {
        self.metadata.workspace_packages()
    }

    /// Cargo's target directory.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.metadata.target_directory.clone().into_std_path_buf()
    }

    /// All published packages.
    #[must_use]
    pub fn published(&self) -> Vec<&Package> {
        self.members().into_iter().filter(|package| is_published(package)).collect()
    }

    /// Folder of a package, relative to the root, with forward slashes.
    ///
    /// # Errors
    /// If it is outside the workspace.
    pub fn folder(&self, package: &Package) -> Result<String> {
        let folder = package.manifest_path.parent().context("the manifest has no parent folder")?;
        let folder = folder.strip_prefix(&self.metadata.workspace_root)?;
        Ok(folder.components().map(|part| part.as_str()).collect::<Vec<_>>().join("/"))
    }

    /// The role of each crate.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The core, then the providers by name.
    #[must_use]
    pub fn clients(&self) -> Vec<&Package> {
        let members = self.members();
        let listed = self.roles.with_role(Role::Core).chain(self.roles.with_role(Role::Provider));
        listed
            .filter_map(|name| members.iter().find(|package| package.name.as_str() == name).copied())
            .collect()
    }

    /// All features to enable in tests of the whole workspace, as `crate/feature`.
    #[must_use]
    pub fn features_for_tests(&self) -> Vec<String> {
        let off = |feature: &str| crate_roles::OFF_IN_TESTS.iter().any(|(name, _)| *name == feature);
        let all: BTreeSet<String> = self
            .members()
            .iter()
            .flat_map(|package| {
                package.features.keys().map(|feature| (package.name.as_str(), feature.as_str()))
            })
            .filter(|(_, feature)| *feature != "default" && !off(feature))
            .map(|(package, feature)| format!("{package}/{feature}"))
            .collect();
        all.into_iter().collect()
    }

    /// [`Self::features_for_tests`] as cargo arguments: empty, or `--features` and the list.
    #[must_use]
    pub fn features_for_tests_args(&self) -> Vec<String> {
        self.features_args(|_| true)
    }

    /// The same for selected packages, with a `-p` for each.
    #[must_use]
    pub fn tests_of_args(&self, which: impl Fn(&Package) -> bool) -> Vec<String> {
        let members = self.members();
        let chosen: BTreeSet<&str> =
            members.iter().filter(|package| which(package)).map(|package| package.name.as_str()).collect();
        let mut args: Vec<String> =
            chosen.iter().flat_map(|name| ["-p".to_owned(), (*name).to_owned()]).collect();
        args.extend(self.features_args(|package| chosen.contains(package)));
        args
    }

    fn features_args(&self, of: impl Fn(&str) -> bool) -> Vec<String> {
        let mut features = self.features_for_tests();
        features.retain(|feature| feature.split('/').next().is_some_and(&of));
        if features.is_empty() { Vec::new() } else { vec!["--features".to_owned(), features.join(",")] }
    }
}
