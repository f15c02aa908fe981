//! The role of each crate in this workspace, and the lists that the checks use.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

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

impl Role {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "core" => Self::Core,
            "provider" => Self::Provider,
            "sandbox" => Self::Sandbox,
            "testing" => Self::Testing,
            "other" => Self::Other,
            _ => return None,
        })
    }
}

/// Location of the roles, for messages.
pub const ROLES_TABLE: &str = "[workspace.metadata.roles] in Cargo.toml";

/// Roles of all crates in `crates/`. A new crate is added here only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles(BTreeMap<String, Role>);

impl Roles {
    /// Reads the roles from the workspace manifest. Without a list it is empty, and every crate fails the
    /// layering check.
    ///
    /// # Errors
    /// If a role is unknown.
    pub fn read(workspace_metadata: &serde_json::Value) -> Result<Self> {
        let Some(listed) = workspace_metadata.get("roles").and_then(serde_json::Value::as_object) else {
            return Ok(Self::default());
        };
        let known = "core, provider, sandbox, testing or other";
        let role = |word: &serde_json::Value| word.as_str().and_then(Role::parse);
        listed
            .iter()
            .map(|(name, word)| {
                let role = role(word).with_context(|| {
                    format!("`{name}` has the unknown role {word} in {ROLES_TABLE}\nhelp: use {known}")
                })?;
                Ok((name.clone(), role))
            })
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The role of a crate, if listed.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Role> {
        self.0.get(name).copied()
    }

    /// True for client crates: the core and the providers.
    #[must_use]
    pub fn is_client(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Role::Core | Role::Provider))
    }

    /// All listed crates, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Role)> {
        self.0.iter().map(|(name, role)| (name.as_str(), *role))
    }

    /// Names of the listed crates with this role.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(_, other)| *other == role).map(|(name, _)| name)
    }
}

impl<const N: usize> From<[(&str, Role); N]> for Roles {
    fn from(listed: [(&str, Role); N]) -> Self {
        Self(listed.into_iter().map(|(name, role)| (name.to_owned(), role)).collect())
    }
}

/// TLS features that every client crate must declare.
pub const TLS_FEATURES: &[&str] = &["reqwest", "rustls", "rustls-no-provider", "native-tls"];

/// Features disabled in test and lint runs, with the reason. All others are enabled.
pub const OFF_IN_TESTS: &[(&str, &str)] = &[
    ("native-tls", "needs the OpenSSL headers; `cargo xtask features` compiles it"),
    ("rustls-no-provider", "adds nothing to `rustls`; `cargo xtask features` compiles it alone"),
];

/// Direct dependencies of a provider crate that `oauth-core` does not have: provider, dependency, reason.
pub const PROVIDER_DEPENDENCIES: &[(&str, &str, &str)] = &[
    ("go1", "hmac", "Go1 signs its webhooks with HMAC-SHA256"),
    ("gocd", "quick-xml", "GoCD serves `cctray.xml`, the only XML among the four providers"),
];

/// Crates that a client crate must never depend on, with what they are.
pub const HEAVY_CRATES: &[(&str, &str)] = &[
    ("axum", "a web framework"),
    ("actix-web", "a web framework"),
    ("warp", "a web framework"),
    ("sqlx", "a database"),
    ("sqlx-core", "a database"),
    ("rusqlite", "a database"),
    ("tokio-postgres", "a database"),
    ("diesel", "a database"),
    ("redis", "a database"),
    ("clap", "a command line parser"),
    ("aws-lc-sys", "a C library built with cmake"),
    ("openssl-src", "OpenSSL built from source"),
    ("httpmock", "a test tool"),
    ("insta", "a test tool"),
    ("proptest", "a test tool"),
    ("trybuild", "a test tool"),
];

/// Tokio features that only a program may enable, not a library.
pub const HEAVY_TOKIO_FEATURES: &[&str] = &["full", "rt-multi-thread", "process", "signal", "test-util"];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_roles_from_manifest() {
        let roles = Roles::read(&json!({ "roles": { "oauth-core": "core", "cobot": "provider" } })).unwrap();
        assert_eq!(roles, Roles::from([("cobot", Role::Provider), ("oauth-core", Role::Core)]));
        assert!(roles.is_client("cobot") && !roles.is_client("gocd"));
        assert_eq!(roles.with_role(Role::Provider).collect::<Vec<_>>(), ["cobot"]);
        assert_eq!(Roles::read(&serde_json::Value::Null).unwrap(), Roles::default());
    }

    #[test]
    fn unknown_role_error_names_crate() {
        let error = Roles::read(&json!({ "roles": { "cobot": "provder" } })).unwrap_err().to_string();
        assert!(
            error.contains("`cobot`") && error.contains("provder") && error.contains(ROLES_TABLE),
            "{error}"
        );
    }
}
