//! Checks that every provider names the sources of its constants.
//!
//! The tests of the providers and of the book check that every difference has a source. This check only finds
//! providers without `SOURCES`.

use crate::diagnostic::Diagnostic;

/// Providers without `SOURCES` in these files of one crate.
#[must_use]
pub fn check<'a>(name: &str, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Diagnostic> {
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
                found.push(Diagnostic::new(
                    format!("{file}:{number}: `{provider}` of `{name}` names no sources for its constants"),
                    format!("set `const SOURCES` as the other providers do in sources.rs, then run `cargo test -p {name}`"),
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
    fn finds_provider_without_sources() {
        assert_eq!(check("one", [("src/provider.rs", DECLARED)]), []);
        let without_sources = DECLARED.replace("const SOURCES", "const OTHER");
        let two = format!("{DECLARED}{without_sources}");
        let found = check("one", [("crates/one/src/provider.rs", two.as_str())]);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.starts_with("crates/one/src/provider.rs:5: `One` of `one`"), "{}", found[0]);
        assert!(found[0].help.contains("cargo test -p one"), "{}", found[0]);
    }
}
