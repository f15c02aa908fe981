//! Who is who in this workspace, and what the checks go by.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

/// What a crate of `crates/` is, as far as the walls care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What all providers share.
    Core,
    /// One provider: its differences from the standard, nothing else.
    Provider,
    /// The providers played on loopback, written without looking at the clients.
    Sandbox,
    /// Help for the clients' own tests; never published, never in a user's build.
    Testing,
    /// Everything above: stores, web, command line. No wall runs through it.
    Other,
}

impl Role {
    fn named(word: &str) -> Option<Self> {
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

/// Where the list is, for messages.
pub const LIST: &str = "[workspace.metadata.roles] in Cargo.toml";

/// Every crate that `crates/` must hold, each with its role: the one list that a new crate is added to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles(BTreeMap<String, Role>);

impl Roles {
    /// The list in the workspace's own manifest. Without one it is empty, and every crate there is fails the walls.
    ///
    /// # Errors
    /// When a role is none of the known words.
    pub fn read(workspace_metadata: &serde_json::Value) -> Result<Self> {
        let Some(listed) = workspace_metadata.get("roles").and_then(serde_json::Value::as_object) else {
            return Ok(Self::default());
        };
        let known = "core, provider, sandbox, testing or other";
        let role = |word: &serde_json::Value| word.as_str().and_then(Role::named);
        listed
            .iter()
            .map(|(name, word)| {
                let role = role(word)
                    .with_context(|| format!("`{name}` has the role {word} in {LIST}; it must be {known}"))?;
                Ok((name.clone(), role))
            })
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The role of a crate, if it is listed.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<Role> {
        self.0.get(name).copied()
    }

    /// Whether this is a client crate: the core or a provider.
    #[must_use]
    pub fn is_client(&self, name: &str) -> bool {
        matches!(self.of(name), Some(Role::Core | Role::Provider))
    }

    /// All listed crates, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Role)> {
        self.0.iter().map(|(name, role)| (name.as_str(), *role))
    }

    /// The listed crates with this role, by name.
    pub fn with(&self, role: Role) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(_, own)| *own == role).map(|(name, _)| name)
    }
}

impl<const N: usize> From<[(&str, Role); N]> for Roles {
    fn from(listed: [(&str, Role); N]) -> Self {
        Self(listed.into_iter().map(|(name, role)| (name.to_owned(), role)).collect())
    }
}

/// What each client crate (core and providers) lets its users choose for TLS.
pub const TLS_FEATURES: &[&str] = &["reqwest", "rustls", "rustls-no-provider", "native-tls"];

/// Features that the test and lint runs leave off, and why. Every other feature is on there.
pub const OFF_IN_TESTS: &[(&str, &str)] = &[
    ("native-tls", "needs OpenSSL's headers; `cargo xtask features` compiles it"),
    ("rustls-no-provider", "adds nothing beside `rustls`; `cargo xtask features` compiles it alone"),
];

/// Direct dependencies that a provider crate has and `oauth-core` has not: provider, dependency, reason.
pub const OWN_DEPENDENCIES: &[(&str, &str, &str)] = &[
    ("go1", "hmac", "Go1 signs its webhooks with HMAC-SHA256"),
    ("gocd", "quick-xml", "GoCD answers `cctray.xml`, the only XML among the four"),
];

/// Crates that a client must never bring into its user's build, and what they would cost there.
pub const HEAVY: &[(&str, &str)] = &[
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

/// Features of tokio that belong to a program, not to a library that programs use.
pub const HEAVY_TOKIO: &[&str] = &["full", "rt-multi-thread", "process", "signal", "test-util"];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn roles_are_read_from_the_manifest() {
        let roles = Roles::read(&json!({ "roles": { "oauth-core": "core", "cobot": "provider" } })).unwrap();
        assert_eq!(roles, Roles::from([("cobot", Role::Provider), ("oauth-core", Role::Core)]));
        assert!(roles.is_client("cobot") && !roles.is_client("gocd"));
        assert_eq!(roles.with(Role::Provider).collect::<Vec<_>>(), ["cobot"]);
        assert_eq!(Roles::read(&serde_json::Value::Null).unwrap(), Roles::default());
    }

    #[test]
    fn an_unknown_role_is_an_error_that_names_the_crate() {
        let error = Roles::read(&json!({ "roles": { "cobot": "provder" } })).unwrap_err().to_string();
        assert!(error.contains("`cobot`") && error.contains("provder") && error.contains(LIST), "{error}");
    }
}
