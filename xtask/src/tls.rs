//! TLS choices of a client crate's users, and the dependencies each must bring.

use std::collections::BTreeSet;

/// A TLS choice: one way to depend on a client crate.
#[derive(Debug)]
pub struct TlsChoice {
    /// Features used with `default-features = false`; `None` for default features.
    pub features: Option<&'static [&'static str]>,
    /// Crates that must be in the dependency tree.
    pub requires: &'static [&'static str],
    /// Crates that must not be in the dependency tree.
    pub forbids: &'static [&'static str],
}

/// All choices.
pub const TLS_CHOICES: &[TlsChoice] = &[
    TlsChoice {
        features: None,
        requires: &["reqwest", "rustls", "ring"],
        forbids: &["native-tls", "aws-lc-rs"],
    },
    TlsChoice { features: Some(&[]), requires: &[], forbids: &["reqwest", "hyper", "rustls", "native-tls"] },
    TlsChoice { features: Some(&["reqwest"]), requires: &["reqwest"], forbids: &["rustls", "native-tls"] },
    TlsChoice {
        features: Some(&["rustls"]),
        requires: &["rustls", "ring"],
        forbids: &["native-tls", "aws-lc-rs"],
    },
    TlsChoice {
        features: Some(&["rustls-no-provider"]),
        requires: &["reqwest", "rustls"],
        forbids: &["ring", "aws-lc-rs", "native-tls"],
    },
    TlsChoice {
        features: Some(&["native-tls"]),
        requires: &["reqwest", "native-tls"],
        forbids: &["rustls", "ring", "aws-lc-rs"],
    },
];

impl TlsChoice {
    /// Display name.
    #[must_use]
    pub fn name(&self) -> String {
        match self.features {
            None => "default".to_owned(),
            Some([]) => "none".to_owned(),
            Some(features) => features.join("+"),
        }
    }

    /// Arguments for cargo.
    #[must_use]
    pub fn args(&self) -> Vec<String> {
        match self.features {
            None => vec![],
            Some([]) => vec!["--no-default-features".to_owned()],
            Some(features) => {
                vec!["--no-default-features".to_owned(), "--features".to_owned(), features.join(",")]
            }
        }
    }

    /// Error text if the dependency tree does not fit this choice.
    #[must_use]
    pub fn check_tree(&self, tree: &BTreeSet<String>) -> Option<String> {
        let missing: Vec<&str> = self.requires.iter().copied().filter(|name| !tree.contains(*name)).collect();
        let extra: Vec<&str> = self.forbids.iter().copied().filter(|name| tree.contains(*name)).collect();
        if !missing.is_empty() {
            return Some(format!("does not depend on {}", missing.join(", ")));
        }
        (!extra.is_empty()).then(|| format!("depends on {}", extra.join(", ")))
    }
}

/// Crate names in the output of `cargo tree --prefix none -f {p}`: `serde v1.0.229 (*)` gives `serde`.
#[must_use]
pub fn crate_names(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crate_roles;

    #[test]
    fn finds_missing_and_extra_dependencies() {
        let default = &TLS_CHOICES[0];
        let tree = |text: &str| crate_names(&text.replace(' ', " v1.0.0\n"));
        assert_eq!(default.check_tree(&tree("cobot reqwest rustls ring ")), None);
        assert_eq!(
            default.check_tree(&tree("cobot reqwest ")),
            Some("does not depend on rustls, ring".to_owned())
        );
        let both = tree("cobot reqwest rustls ring native-tls ");
        assert_eq!(default.check_tree(&both), Some("depends on native-tls".to_owned()));
    }

    #[test]
    fn every_tls_feature_is_tested_alone() {
        for feature in crate_roles::TLS_FEATURES {
            assert!(
                TLS_CHOICES.iter().any(|choice| choice.features == Some(&[feature])),
                "{feature} is never tested alone"
            );
        }
    }

    #[test]
    fn choices_become_cargo_arguments() {
        assert_eq!(TLS_CHOICES[0].args(), Vec::<String>::new());
        assert_eq!(TLS_CHOICES[1].args(), ["--no-default-features"]);
        assert_eq!(TLS_CHOICES[5].args(), ["--no-default-features", "--features", "native-tls"]);
    }
}
