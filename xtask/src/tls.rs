//! The TLS choices that users of a client crate have, and what each must bring into their build.

use std::collections::BTreeSet;

/// One way to depend on a client crate.
#[derive(Debug)]
pub struct Choice {
    /// The features named, next to `default-features = false`; nothing named at all is the default.
    pub features: Option<&'static [&'static str]>,
    /// What must be in the tree then: a choice that changes nothing is no choice.
    pub brings: &'static [&'static str],
    /// What must not.
    pub keeps_out: &'static [&'static str],
}

/// All there are.
pub const CHOICES: &[Choice] = &[
    Choice {
        features: None,
        brings: &["reqwest", "rustls", "ring"],
        keeps_out: &["native-tls", "aws-lc-rs"],
    },
    Choice { features: Some(&[]), brings: &[], keeps_out: &["reqwest", "hyper", "rustls", "native-tls"] },
    Choice { features: Some(&["reqwest"]), brings: &["reqwest"], keeps_out: &["rustls", "native-tls"] },
    Choice {
        features: Some(&["rustls"]),
        brings: &["rustls", "ring"],
        keeps_out: &["native-tls", "aws-lc-rs"],
    },
    Choice {
        features: Some(&["rustls-no-provider"]),
        brings: &["reqwest", "rustls"],
        keeps_out: &["ring", "aws-lc-rs", "native-tls"],
    },
    Choice {
        features: Some(&["native-tls"]),
        brings: &["reqwest", "native-tls"],
        keeps_out: &["rustls", "ring", "aws-lc-rs"],
    },
];

impl Choice {
    /// What to call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self.features {
            None => "default".to_owned(),
            Some([]) => "none".to_owned(),
            Some(features) => features.join("+"),
        }
    }

    /// The same for cargo.
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

    /// What is wrong with a tree that was made by this choice.
    #[must_use]
    pub fn judge(&self, tree: &BTreeSet<String>) -> Option<String> {
        let missing: Vec<&str> = self.brings.iter().copied().filter(|name| !tree.contains(*name)).collect();
        let extra: Vec<&str> = self.keeps_out.iter().copied().filter(|name| tree.contains(*name)).collect();
        if !missing.is_empty() {
            return Some(format!("does not bring {}", missing.join(", ")));
        }
        (!extra.is_empty()).then(|| format!("brings {}", extra.join(", ")))
    }
}

/// `serde v1.0.229 (*)` gives `serde`: the names in a `cargo tree --prefix none -f {p}`.
#[must_use]
pub fn names(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house;

    #[test]
    fn a_choice_that_changes_nothing_or_brings_too_much_is_found() {
        let default = &CHOICES[0];
        let tree = |text: &str| names(&text.replace(' ', " v1.0.0\n"));
        assert_eq!(default.judge(&tree("cobot reqwest rustls ring ")), None);
        assert_eq!(default.judge(&tree("cobot reqwest ")), Some("does not bring rustls, ring".to_owned()));
        let both = tree("cobot reqwest rustls ring native-tls ");
        assert_eq!(default.judge(&both), Some("brings native-tls".to_owned()));
    }

    #[test]
    fn every_tls_feature_has_its_turn() {
        for feature in house::TLS_FEATURES {
            assert!(
                CHOICES.iter().any(|choice| choice.features == Some(&[feature])),
                "{feature} is never tried alone"
            );
        }
    }

    #[test]
    fn choices_as_cargo_takes_them() {
        assert_eq!(CHOICES[0].args(), Vec::<String>::new());
        assert_eq!(CHOICES[1].args(), ["--no-default-features"]);
        assert_eq!(CHOICES[5].args(), ["--no-default-features", "--features", "native-tls"]);
    }
}
