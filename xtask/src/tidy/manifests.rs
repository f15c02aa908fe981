//! Checks that manifests are fit for publishing.

use cargo_metadata::{DependencyKind, Package};

use crate::diagnostic::Diagnostic;
use crate::workspace::is_published;

/// Errors in the manifest of one crate. `text` is its source, for settings that cargo metadata omits.
#[must_use]
pub fn check(package: &Package, text: &str, is_client: bool) -> Vec<Diagnostic> {
    let name = package.name.as_str();
    let manifest = format!("crates/{name}/Cargo.toml");
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut missing = |message: &str, help: &str| {
        wrong.push((format!("`{name}` has no {message}"), format!("{help} in {manifest}")));
    };

    if !text.contains("[lints]\nworkspace = true") {
        missing("lints of the workspace", "add `[lints]` with `workspace = true`");
    }
    if package.description.as_deref().unwrap_or_default().is_empty() {
        missing("description", "add `description`");
    }
    if package.license.is_none() {
        missing("licence", "add `license.workspace = true`");
    }
    if is_published(package) {
        if !(1..=5).contains(&package.keywords.len()) || package.keywords.iter().any(|word| !is_keyword(word))
        {
            missing(
                "one to five valid keywords",
                "set `keywords`: at most 20 letters, digits, hyphens or underscores each, beginning with a letter,",
            );
        }
        if !(1..=5).contains(&package.categories.len()) {
            missing(
                "one to five categories",
                "set `categories`, as https://crates.io/category_slugs lists them,",
            );
        }
        if package.readme.is_none() {
            missing("readme", "add `readme = \"README.md\"`");
        }
        if package.rust_version.is_none() {
            missing("rust-version", "add `rust-version.workspace = true`");
        }
        let docs = package.metadata.get("docs").and_then(|docs| docs.get("rs"));
        let shows_features = docs
            .and_then(|docs| docs.get("rustdoc-args"))
            .and_then(|args| args.as_array())
            .is_some_and(|args| args.iter().any(|arg| arg == "docsrs"));
        if is_client && !shows_features {
            missing(
                "setting that lets docs.rs show which feature each item needs",
                "add `[package.metadata.docs.rs]` with `rustdoc-args = [\"--cfg\", \"docsrs\"]`",
            );
        }
        for dependency in &package.dependencies {
            // Cargo leaves dev-dependencies without a version out of the package.
            let ships = dependency.kind != DependencyKind::Development;
            if ships && dependency.path.is_some() && dependency.req.to_string() == "*" {
                wrong.push((
                    format!("`{name}` depends on `{}` by path, without a version", dependency.name),
                    format!(
                        "name both under [workspace.dependencies] in Cargo.toml, and `{}.workspace = true` in {manifest}",
                        dependency.name
                    ),
                ));
            }
        }
    }
    wrong.into_iter().map(|(message, help)| Diagnostic { message, help }).collect()
}

/// <https://doc.rust-lang.org/cargo/reference/manifest.html#the-keywords-field>
fn is_keyword(word: &str) -> bool {
    word.len() <= 20
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
}
