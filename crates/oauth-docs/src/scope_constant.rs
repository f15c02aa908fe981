//! The scope constants of a provider crate.

/// A constant that `oauth_core::scopes!` declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeConstant {
    /// Name of the constant, such as `ORDERS_READ`.
    pub name: String,
    /// The scope, such as `orders:read`.
    pub scope: String,
}

impl ScopeConstant {
    /// Parses the declarations in the source text of a crate, lines like `ORDERS_READ = "orders:read",`.
    #[must_use]
    pub fn parse_all(source: &str) -> Vec<Self> {
        let declarations =
            source.lines().filter_map(|line| line.trim().strip_suffix("\",")?.split_once(" = \""));
        declarations
            .filter(|(name, _)| {
                name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            })
            .map(|(name, scope)| Self { name: name.to_owned(), scope: scope.to_owned() })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn parse_skips_comments() {
        let source = "scopes! {\n    /// Not `A = \"a\",`.\n    // B = \"b\",\n    C_1 = \"c:1\",\n}\n";
        let expected = ScopeConstant { name: "C_1".to_owned(), scope: "c:1".to_owned() };
        assert_eq!(ScopeConstant::parse_all(source), [expected]);
    }

    #[test]
    fn cobot_constants_are_named_after_unique_scopes() {
        let all = ScopeConstant::parse_all(include_str!("../../cobot/src/scope.rs"));
        assert!(all.len() > 100, "{}", all.len());
        let mut seen = HashSet::new();
        for ScopeConstant { name, scope } in &all {
            assert_eq!(name.to_lowercase(), *scope);
            assert!(seen.insert(scope), "{scope}");
        }
    }
}
