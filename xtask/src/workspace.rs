//! This workspace, as cargo sees it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::house;

/// The workspace around a folder.
#[derive(Debug)]
pub struct Workspace {
    metadata: Metadata,
}

impl Workspace {
    /// Asks cargo about the workspace that this folder is in.
    ///
    /// # Errors
    /// When there is none, or a manifest in it cannot be read.
    pub fn around(folder: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new().current_dir(folder).no_deps().exec().context(
            "cargo cannot read this workspace; `cargo metadata --no-deps` shows what it stumbles over",
        )?;
        Ok(Self { metadata })
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
        let goes = |package: &&Package| package.publish.as_ref().is_none_or(|to| !to.is_empty());
        self.members().into_iter().filter(goes).collect()
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

    /// The core and the providers that exist, in the order of the house list.
    #[must_use]
    pub fn clients(&self) -> Vec<&Package> {
        let members = self.members();
        house::CRATES
            .iter()
            .filter(|(name, _)| house::is_client(name))
            .filter_map(|(name, _)| members.iter().find(|package| package.name.as_str() == *name).copied())
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
        let features = self.features_for_tests();
        if features.is_empty() { Vec::new() } else { vec!["--features".to_owned(), features.join(",")] }
    }
}
