//! Checks of the repository that compiling and testing do not cover.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::{CargoOpt, DependencyKind, MetadataCommand, Package};
use xshell::cmd;

use crate::report::{Diagnostic, Outcome, Report};
use crate::workspace::{Workspace, folder, is_published};
use crate::{layering, threats};

/// Sources of the facts about all providers.
const FACTS: &str = "docs/provider-facts.toml";

/// All steps of `cargo xtask tidy`.
pub(crate) fn steps(workspace: &Workspace, report: &mut Report) {
    report.step("layering", || Ok(Outcome::of(layering::violations(workspace)?, "both layering rules hold")));
    report.step("publishing", || {
        let found = publishing(workspace)?;
        Ok(Outcome::of(found, "manifests, READMEs and licence texts are fit for publishing"))
    });
    report.step("rust-version", || {
        let found = rust_version(workspace)?;
        Ok(Outcome::of(found, "every dependency supports the rust-version of its crate"))
    });
    report.step("leftover notes", || Ok(Outcome::of(leftover_notes(workspace)?, "no leftover note")));
    report.step("provider facts", || {
        let found = provider_facts(workspace)?;
        Ok(Outcome::of(found, format!("every provider has entries in {FACTS}")))
    });
    report.step("threats", || {
        let found = threats::check(&workspace.read(threats::PAGE)?, |path| workspace.read(path).ok());
        Ok(Outcome::of(found, "every attack has a row, and every test named there exists"))
    });
}

/// Errors that a registry rejects or that users would notice, in the crates of `crates/`.
pub(crate) fn publishing(workspace: &Workspace) -> Result<Vec<Diagnostic>> {
    let mut found = Vec::new();
    for package in workspace.crates() {
        let name = package.name.as_str();
        let manifest = workspace.read(package.manifest_path.as_str())?;
        let is_client = workspace.clients().contains(&name);
        found.extend(manifest_errors(package, &manifest, is_client));
        if !is_published(package) {
            continue;
        }
        let read = |file: &str| workspace.shell.read_file(folder(package).join(file)).unwrap_or_default();
        let readme = read("README.md");
        if !readme.starts_with(&format!("# {name}\n")) || !readme.contains("```") {
            let message = format!("the README of `{name}` lacks the heading `# {name}` or an example");
            found.push(Diagnostic::new(message, format!("add both to crates/{name}/README.md")));
        }
        for text in ["LICENSE-MIT", "LICENSE-APACHE"] {
            if read(text) != workspace.read(text)? {
                let message = format!("`{name}` would be published without the workspace's {text}");
                found.push(Diagnostic::new(message, format!("ln -s ../../{text} crates/{name}/{text}")));
            }
        }
    }
    Ok(found)
}

/// `text` is the manifest's source, for settings that cargo metadata omits.
fn manifest_errors(package: &Package, text: &str, is_client: bool) -> Vec<Diagnostic> {
    let published = is_published(package);
    let shows_features = package.metadata["docs"]["rs"]["rustdoc-args"]
        .as_array()
        .is_some_and(|args| args.iter().any(|arg| arg == "docsrs"));
    // Cargo leaves dev-dependencies without a version out of the package.
    let without_version = package.dependencies.iter().any(|dependency| {
        let ships = dependency.kind != DependencyKind::Development;
        ships && dependency.path.is_some() && dependency.req.to_string() == "*"
    });
    // Limits of crates.io.
    let has_keywords = (1..=5).contains(&package.keywords.len())
        && package.keywords.iter().all(|word| (1..=20).contains(&word.len()));
    let rules = [
        (text.contains("[lints]\nworkspace = true"), "`[lints]` with `workspace = true`"),
        (package.description.as_ref().is_some_and(|text| !text.is_empty()), "`description`"),
        (package.license.is_some(), "`license.workspace = true`"),
        (!published || package.readme.is_some(), "`readme`"),
        (!published || package.rust_version.is_some(), "`rust-version.workspace = true`"),
        (!published || (1..=5).contains(&package.categories.len()), "one to five `categories`"),
        (!published || has_keywords, "one to five `keywords` of at most 20 letters"),
        (
            !(published && is_client) || shows_features,
            "`rustdoc-args = [\"--cfg\", \"docsrs\"]` in `[package.metadata.docs.rs]`",
        ),
        (!(published && without_version), "a version for each path dependency, in [workspace.dependencies]"),
    ];
    let name = &package.name;
    let diagnostic = |what: &str| {
        Diagnostic::new(format!("`{name}` lacks {what}"), format!("add it to crates/{name}/Cargo.toml"))
    };
    rules.iter().filter(|(ok, _)| !ok).map(|(_, what)| diagnostic(what)).collect()
}

/// Dependencies of published crates that need a newer Rust than the crate promises. Cargo prefers older
/// versions of them, but takes a newer one if there is no other.
fn rust_version(workspace: &Workspace) -> Result<Vec<Diagnostic>> {
    let metadata =
        MetadataCommand::new().current_dir(workspace.root()).features(CargoOpt::AllFeatures).exec()?;
    let mut found = Vec::new();
    for package in workspace.published() {
        let name = package.name.as_str();
        let tree = cmd!(
            workspace.shell,
            "cargo tree -p {name} -e normal,build --all-features --target all --prefix none"
        );
        // `name v1.2.3 (proc-macro) (*)`
        let tree = tree.quiet().read()?;
        let in_tree: BTreeSet<String> =
            tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
        let used = metadata
            .packages
            .iter()
            .filter(|other| in_tree.contains(&format!("{} v{}", other.name, other.version)));
        for other in used.filter(|other| other.rust_version > package.rust_version) {
            let (Some(promised), Some(needed)) = (&package.rust_version, &other.rust_version) else {
                continue;
            };
            let (other, version) = (&other.name, &other.version);
            found.push(Diagnostic::new(
                format!("`{name}` has rust-version {promised}, but `{other}` {version} needs {needed}"),
                format!(
                    "`cargo tree -p {name} -i {other}` shows who needs it; \
                     `cargo update -p {other} --precise OLDER`, or raise rust-version"
                ),
            ));
        }
    }
    Ok(found)
}

/// Marks of unfinished work. Clippy finds the macros.
fn leftover_notes(workspace: &Workspace) -> Result<Vec<Diagnostic>> {
    // The brackets keep this line from matching itself. A quoted word, and `XXX-123`, are no notes.
    let pattern = r#"(^|[^[:alnum:]_`"'$%-])(TOD[O]|FIXM[E]|XX[X]|HAC[K])([^[:alnum:]_`"'-]|$)"#;
    let files = ["*.rs", "*.toml", "*.md", "*.yml", ".ci/run"];
    let grep = cmd!(workspace.shell, "git grep --untracked --line-number -E {pattern} -- {files...}");
    // Exits with 1 if nothing matches.
    let output = grep.quiet().ignore_status().output()?;
    anyhow::ensure!(output.status.code().is_some_and(|code| code < 2), "git grep failed");
    let output = String::from_utf8_lossy(&output.stdout);
    let help = "finish the work or file an issue, then remove the note";
    Ok(output.lines().map(|line| Diagnostic::new(format!("leftover note in {line}"), help)).collect())
}

/// Providers without facts, and declarations that still have the URLs of the template. The tests of
/// `oauth-docs` compare the facts with the declarations.
pub(crate) fn provider_facts(workspace: &Workspace) -> Result<Vec<Diagnostic>> {
    let facts = workspace.read(FACTS)?;
    let described: BTreeSet<&str> = facts.lines().filter(|line| line.starts_with("provider = ")).collect();
    let mut declared = Vec::new();
    let mut found = Vec::new();
    let files = workspace.files()?;
    for name in workspace.providers() {
        let prefix = format!("crates/{name}/src/");
        for file in files.iter().filter(|file| file.starts_with(&prefix)) {
            let text = workspace.read(file)?;
            declared.extend(
                text.lines().filter(|line| line.starts_with("impl Provider for ")).map(str::to_owned),
            );
            if text.contains(&format!(".{name}.example/")) {
                let message = format!("{file} has a URL of the template at {name}.example");
                found.push(Diagnostic::new(message, "replace it, and name its source next to it"));
            }
        }
    }
    if declared.len() > described.len() {
        let message = format!(
            "{} providers are declared, but only {} have entries in {FACTS}:\n{}",
            declared.len(),
            described.len(),
            declared.join("\n")
        );
        let help = format!(
            "add the facts of the new provider with their sources to {FACTS}, and its portrait to \
             crates/oauth-docs/src/providers"
        );
        found.push(Diagnostic::new(message, help));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Errors in a manifest without errors, after a change of one field.
    fn errors(field: &str, value: serde_json::Value) -> Vec<String> {
        let mut package = json!({
            "name": "cobot", "version": "0.1.0", "id": "cobot", "manifest_path": "crates/cobot/Cargo.toml",
            "targets": [], "features": {}, "description": "One.", "license": "MIT", "readme": "README.md",
            "rust_version": "1.88", "keywords": ["one"], "categories": ["authentication"], "dependencies": [],
            "metadata": { "docs": { "rs": { "rustdoc-args": ["--cfg", "docsrs"] } } },
        });
        package[field] = value;
        let package = serde_json::from_value(package).unwrap();
        let found = manifest_errors(&package, "[lints]\nworkspace = true\n", true);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn finds_each_manifest_error() {
        assert_eq!(errors("name", json!("cobot")), Vec::<String>::new());
        let dependency = json!([{ "name": "oauth-core", "req": "*", "kind": null, "path": "/core",
            "optional": false, "uses_default_features": true, "features": [] }]);
        for (field, value, what) in [
            ("description", json!(""), "`description`"),
            ("license", json!(null), "`license"),
            ("readme", json!(null), "`readme`"),
            ("rust_version", json!(null), "`rust-version"),
            ("categories", json!([]), "`categories`"),
            ("keywords", json!(["a-keyword-that-is-longer-than-allowed"]), "`keywords`"),
            ("metadata", json!(null), "docsrs"),
            ("dependencies", dependency, "a version for each path dependency"),
        ] {
            let found = errors(field, value);
            assert_eq!(found.len(), 1, "{field}: {found:?}");
            assert!(found[0].contains(what) && found[0].contains("crates/cobot/Cargo.toml"), "{found:?}");
        }
    }
}
