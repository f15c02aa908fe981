//! Checks that every provider has entries in the facts file.
//!
//! The tests of `oauth-docs` check the entries. This check finds providers that `oauth-docs` does not know.

use crate::diagnostic::Diagnostic;

/// The facts file.
pub const FACTS: &str = "docs/provider-facts.toml";

/// Providers in these files of one crate that have no entry in the text of the facts file.
#[must_use]
pub fn check<'a>(
    name: &str,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    facts: &str,
) -> Vec<Diagnostic> {
    let files: Vec<_> = files.into_iter().collect();
    let mut found = Vec::new();
    for (file, text) in &files {
        let mut provider: Option<(usize, &str)> = None;
        for (number, line) in text.lines().enumerate() {
            if let Some(rest) = line.strip_prefix("impl Provider for ") {
                provider = Some((number + 1, rest.trim_end_matches([' ', '{'])));
            } else if let Some(value) = line.trim_start().strip_prefix("const NAME: &'static str = ")
                && let Some((number, provider)) = provider.take()
            {
                let value = value.trim_end_matches(';');
                let literal = if value.starts_with('"') { Some(value) } else { constant(&files, value) };
                let entry = literal.map(|literal| format!("\nprovider = {literal}\n"));
                if !entry.is_some_and(|entry| facts.contains(&entry)) {
                    found.push(Diagnostic::new(
                        format!("{file}:{number}: `{provider}` of `{name}` has no entry in {FACTS}"),
                        "add its facts with their sources, and its portrait to crates/oauth-docs/src/providers, then run \
                         `cargo test -p oauth-docs`",
                    ));
                }
            }
        }
    }
    found
}

/// The string literal of a constant in these files.
fn constant<'a>(files: &[(&'a str, &'a str)], name: &str) -> Option<&'a str> {
    let declaration = format!("const {name}: &str = ");
    files.iter().flat_map(|(_, text)| text.lines()).find_map(|line| {
        let (_, value) = line.split_once(declaration.as_str())?;
        Some(value.trim_end_matches(';'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: &str = "impl Provider for One {\n    const NAME: &'static str = \"one\";\n}\n";
    const ENTRY: &str = "[[facts]]\nprovider = \"one\"\nfact = \"pkce\"\n";

    #[test]
    fn finds_provider_without_sources() {
        assert_eq!(check("one", [("src/provider.rs", DECLARED)], ENTRY), []);
        let two = format!("{DECLARED}{}", DECLARED.replace("One", "Two").replace("\"one\"", "\"two\""));
        let found = check("one", [("crates/one/src/provider.rs", two.as_str())], ENTRY);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.starts_with("crates/one/src/provider.rs:4: `Two` of `one`"), "{}", found[0]);
        assert!(found[0].help.contains("cargo test -p oauth-docs"), "{}", found[0]);
    }

    #[test]
    fn resolves_constant_of_another_file() {
        let declared = DECLARED.replace("\"one\"", "NAME");
        let site = ("src/site.rs", "pub(crate) const NAME: &str = \"one\";\n");
        assert_eq!(check("one", [("src/provider.rs", declared.as_str()), site], ENTRY), []);
        assert_eq!(check("one", [("src/provider.rs", declared.as_str())], ENTRY).len(), 1);
    }
}
