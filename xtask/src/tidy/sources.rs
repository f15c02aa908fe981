//! Every provider says where each of its constants was read, and when.
//!
//! That every *difference* has a source is asked of the compiled declarations, in the providers' own tests and in the
//! book's. Here is asked what they cannot see: that no provider does without.

use crate::finding::Finding;

/// Providers in these files of one crate that name no sources.
#[must_use]
pub fn of<'a>(name: &str, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, text) in files {
        let mut provider: Option<(usize, &str, bool)> = None;
        for (number, line) in text.lines().enumerate() {
            if let Some(rest) = line.strip_prefix("impl Provider for ") {
                provider = Some((number + 1, rest.trim_end_matches([' ', '{']), false));
            } else if line.trim_start().starts_with("const SOURCES:") {
                if let Some((_, _, has)) = &mut provider {
                    *has = true;
                }
            } else if line == "}"
                && let Some((number, provider, has)) = provider.take()
                && !has
            {
                found.push(Finding::new(
                    format!("{file}:{number}: `{provider}` of `{name}` does not say where its constants were read, and when"),
                    format!("set `const SOURCES` there, as the other providers do in sources.rs; then cargo test -p {name}"),
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: &str = "impl Provider for One {\n    const NAME: &'static str = \"one\";\n    const SOURCES: &'static [Source] = X;\n}\n";

    #[test]
    fn a_provider_without_sources() {
        assert_eq!(of("one", [("src/provider.rs", DECLARED)]), []);
        let planted = DECLARED.replace("const SOURCES", "const OTHER");
        let two = format!("{DECLARED}{planted}");
        let found = of("one", [("crates/one/src/provider.rs", two.as_str())]);
        assert_eq!(found.len(), 1);
        assert!(found[0].what.starts_with("crates/one/src/provider.rs:5: `One` of `one`"), "{}", found[0]);
        assert!(found[0].mend.contains("cargo test -p one"), "{}", found[0]);
    }
}
