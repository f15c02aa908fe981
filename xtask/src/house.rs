//! Who is who in this workspace: the one list that a new crate is added to.

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

/// Every crate that `crates/` may hold. One that is not listed here fails the walls check.
pub const CRATES: &[(&str, Role)] = &[
    ("oauth-core", Role::Core),
    ("cohortgo", Role::Provider),
    ("cobot", Role::Provider),
    ("go1", Role::Provider),
    ("gocd", Role::Provider),
    ("oauth-sandbox", Role::Sandbox),
    ("oauth-testing", Role::Testing),
    ("oauth-store", Role::Other),
    ("oauth-web", Role::Other),
    ("oauth-cli", Role::Other),
    ("oauth-docs", Role::Other),
];

/// Crates that must exist. Add a name when the crate lands, so that losing it is an error and not a check less.
pub const STANDING: &[&str] = &[
    "oauth-core",
    "cohortgo",
    "cobot",
    "go1",
    "gocd",
    "oauth-sandbox",
    "oauth-testing",
    "oauth-store",
    "oauth-web",
    "oauth-cli",
    "oauth-docs",
];

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

/// The role of a crate, if it is known here.
#[must_use]
pub fn role(name: &str) -> Option<Role> {
    CRATES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role)
}

/// Whether this is a client crate: the core or a provider.
#[must_use]
pub fn is_client(name: &str) -> bool {
    matches!(role(name), Some(Role::Core | Role::Provider))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standing_crate_has_a_role() {
        for name in STANDING {
            assert!(role(name).is_some(), "`{name}` stands but is not in CRATES");
        }
    }
}
