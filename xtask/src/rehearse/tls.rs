//! TLS choices of a client crate's users, and the dependencies that each must bring.

use std::collections::BTreeSet;

/// One way to depend on a client crate.
#[derive(Debug)]
pub(crate) struct TlsChoice {
    /// Name, and the feature used with `default-features = false`; `default` and `none` are no features.
    pub(crate) name: &'static str,
    requires: &'static [&'static str],
    forbids: &'static [&'static str],
}

/// All choices.
#[rustfmt::skip] // one per line
pub(crate) const TLS_CHOICES: [TlsChoice; 6] = [
    TlsChoice { name: "default", requires: &["reqwest", "rustls", "ring"], forbids: &["native-tls", "aws-lc-rs"] },
    TlsChoice { name: "none", requires: &[], forbids: &["reqwest", "hyper", "rustls", "native-tls"] },
    TlsChoice { name: "reqwest", requires: &["reqwest"], forbids: &["rustls", "native-tls"] },
    TlsChoice { name: "rustls", requires: &["rustls", "ring"], forbids: &["native-tls", "aws-lc-rs"] },
    TlsChoice { name: "rustls-no-provider", requires: &["reqwest", "rustls"], forbids: &["ring", "aws-lc-rs", "native-tls"] },
    TlsChoice { name: "native-tls", requires: &["reqwest", "native-tls"], forbids: &["rustls", "ring", "aws-lc-rs"] },
];

impl TlsChoice {
    /// Arguments for cargo.
    pub(crate) fn args(&self) -> Vec<&'static str> {
        match self.name {
            "default" => vec![],
            "none" => vec!["--no-default-features"],
            feature => vec!["--no-default-features", "--features", feature],
        }
    }

    /// Error text if the packages of a dependency tree do not fit this choice.
    pub(crate) fn check_tree(&self, tree: &BTreeSet<String>) -> Option<String> {
        let has = |name: &&&str| tree.contains(**name);
        let missing: Vec<&str> = self.requires.iter().filter(|name| !has(name)).copied().collect();
        let extra: Vec<&str> = self.forbids.iter().filter(has).copied().collect();
        match (missing.is_empty(), extra.is_empty()) {
            (false, _) => Some(format!("does not depend on {}", missing.join(", "))),
            (_, false) => Some(format!("depends on {}", extra.join(", "))),
            _ => None,
        }
    }
}

/// Package names in the output of `cargo tree --prefix none`.
pub(crate) fn package_names(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_missing_and_extra_dependencies() {
        let check = |names: &str| TLS_CHOICES[0].check_tree(&package_names(&names.replace(' ', " v1.0.0\n")));
        assert_eq!(check("cobot reqwest rustls ring "), None);
        assert_eq!(check("cobot reqwest ").unwrap(), "does not depend on rustls, ring");
        assert_eq!(check("cobot reqwest rustls ring native-tls ").unwrap(), "depends on native-tls");
    }
}
