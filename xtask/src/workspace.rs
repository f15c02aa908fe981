//! This workspace, as cargo sees it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::house::{self, Role, Roles};

/// Whether a package goes to a registry.
#[must_use]
pub fn is_published(package: &Package) -> bool {
    package.publish.as_ref().is_none_or(|registries| !registries.is_empty())
}

/// The workspace around a folder.
#[derive(Debug)]
pub struct Workspace {
    metadata: Metadata,
    roles: Roles,
}

impl Workspace {
    /// Asks cargo about the workspace that this folder is in.
    ///
    /// # Errors
    /// When there is none, or a manifest in it cannot be read or lists a role that there is not.
    pub fn around(folder: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new().current_dir(folder).no_deps().exec().context(
            "cargo cannot read this workspace; `cargo metadata --no-deps` shows what it stumbles over",
        )?;
        let roles = Roles::read(&metadata.workspace_metadata)?;
        Ok(Self { metadata, roles })
    }

    /// The folder of the workspace's own manifest.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.metadata.workspace_root.clone().into_std_path_buf()
    }

    /// All packages of the workspace.
    #[must_use]
    pub fn members(&self) -> Vec<&Package> {
        self.metadata.workspace_packages()
    }

    /// Where cargo puts what it builds.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.metadata.target_directory.clone().into_std_path_buf()
    }

    /// The packages that go to a registry.
    #[must_use]
    pub fn published(&self) -> Vec<&Package> {
        self.members().into_iter().filter(|package| is_published(package)).collect()
    }

    /// The folder of a package under the root, with forward slashes.
    ///
    /// # Errors
    /// When it lies elsewhere.
    pub fn folder(&self, package: &Package) -> Result<String> {
        let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
        let folder = folder.strip_prefix(&self.metadata.workspace_root)?;
        Ok(folder.components().map(|part| part.as_str()).collect::<Vec<_>>().join("/"))
    }

    /// Who is who.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The core, then the providers by name.
    #[must_use]
    pub fn clients(&self) -> Vec<&Package> {
        let members = self.members();
        let listed = self.roles.with(Role::Core).chain(self.roles.with(Role::Provider));
        listed
            .filter_map(|name| members.iter().find(|package| package.name.as_str() == name).copied())
            .collect()
    }

    /// Every feature that can be switched on for a run over the whole workspace, as `crate/feature`.
    #[must_use]
    pub fn features_for_tests(&self) -> Vec<String> {
        let off = |feature: &str| house::OFF_IN_TESTS.iter().any(|(name, _)| *name == feature);
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

    /// The same as words for cargo: empty, or `--features` and the list.
    #[must_use]
    pub fn features_for_tests_args(&self) -> Vec<String> {
        self.features_args(|_| true)
    }

    /// The same for some packages only, with a `-p` for each.
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
