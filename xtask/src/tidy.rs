//! Checks of the repository that compiling and testing do not cover.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use cargo_metadata::{CargoOpt, DependencyKind, MetadataCommand, Package};
use xshell::cmd;

use crate::report::{Diagnostic, Outcome, Report};
use crate::workspace::{Role, Workspace, folder, is_published};
use crate::{layering, threats};

/// Sources of the facts about all providers.
const FACTS: &str = "docs/provider-facts.toml";

/// All steps of `cargo xtask tidy`.
pub fn steps(workspace: &Workspace, report: &mut Report) {
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
        let found = provider_facts(workspace, &workspace.files()?)?;
        Ok(Outcome::of(found, format!("every provider has entries in {FACTS}")))
    });
    report.step("threats", || {
        let found = threats::check(&workspace.read(threats::PAGE)?, |path| workspace.read(path).ok());
        Ok(Outcome::of(found, "every attack has a row, and every test named there exists"))
    });
}

/// Errors that a registry rejects or that users would notice, in the crates of `crates/`.
///
/// # Errors
/// If a file cannot be read.
pub fn publishing(workspace: &Workspace) -> Result<Vec<Diagnostic>> {
    let mut found = Vec::new();
    let crates = workspace
        .members()
        .into_iter()
        .filter(|package| workspace.roles.contains_key(package.name.as_str()) || is_published(package));
    for package in crates {
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
    // <https://doc.rust-lang.org/cargo/reference/manifest.html#the-keywords-field>
    let is_keyword = |word: &String| {
        (1..=20).contains(&word.len())
            && word.starts_with(|c: char| c.is_ascii_alphanumeric())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || "_-+".contains(c))
    };
    let shows_features = package.metadata["docs"]["rs"]["rustdoc-args"]
        .as_array()
        .is_some_and(|args| args.iter().any(|arg| arg == "docsrs"));
    // Cargo leaves dev-dependencies without a version out of the package.
    let without_version = package.dependencies.iter().any(|dependency| {
        let ships = dependency.kind != DependencyKind::Development;
        ships && dependency.path.is_some() && dependency.req.to_string() == "*"
    });
    let rules = [
        (text.contains("[lints]\nworkspace = true"), "`[lints]` with `workspace = true`"),
        (package.description.as_ref().is_some_and(|text| !text.is_empty()), "`description`"),
        (package.license.is_some(), "`license.workspace = true`"),
        (!published || package.readme.is_some(), "`readme`"),
        (!published || package.rust_version.is_some(), "`rust-version.workspace = true`"),
        (!published || (1..=5).contains(&package.categories.len()), "one to five `categories`"),
        (
            !published
                || (1..=5).contains(&package.keywords.len()) && package.keywords.iter().all(is_keyword),
            "one to five `keywords` of at most 20 letters, digits or hyphens",
        ),
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
    let shell = &workspace.shell;
    let metadata = MetadataCommand::new()
        .current_dir(workspace.root())
        .features(CargoOpt::AllFeatures)
        .exec()
        .context("cargo cannot resolve the workspace; run `cargo metadata` for details")?;
    let mut found = Vec::new();
    for package in workspace.published() {
        let name = package.name.as_str();
        let Some(promised) = &package.rust_version else { continue };
        let tree =
            cmd!(shell, "cargo tree -p {name} -e normal,build --all-features --target all --prefix none");
        let tree = tree.quiet().read()?;
        // `name v1.2.3 (proc-macro) (*)`
        let parts = tree.lines().filter_map(|line| line.split_once(" v"));
        let packages: BTreeSet<(&str, &str)> =
            parts.map(|(other, rest)| (other, rest.split(' ').next().unwrap_or_default())).collect();
        for (other, version) in packages {
            let known = metadata
                .packages
                .iter()
                .find(|known| known.name.as_str() == other && known.version.to_string() == version);
            let needs = known.and_then(|known| known.rust_version.as_ref());
            if let Some(needs) = needs.filter(|needs| *needs > promised) {
                found.push(Diagnostic::new(
                    format!("`{name}` has rust-version {promised}, but `{other}` {version} needs {needs}"),
                    format!(
                        "`cargo tree -p {name} -i {other}` shows who needs it; \
                         `cargo update -p {other} --precise OLDER`, or raise rust-version"
                    ),
                ));
            }
        }
    }
    Ok(found)
}

/// Marks of unfinished work. Clippy finds the macros.
fn leftover_notes(workspace: &Workspace) -> Result<Vec<Diagnostic>> {
    // Not in quotes, and no placeholder such as `XXX-123`. The brackets keep this line from matching itself.
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

/// The tests of `oauth-docs` check the entries of the providers that it knows. This finds others, and
/// declarations that still have the URLs of the template.
pub(crate) fn provider_facts(workspace: &Workspace, files: &[String]) -> Result<Vec<Diagnostic>> {
    let facts = workspace.read(FACTS)?;
    let with_facts: BTreeSet<&str> =
        facts.lines().filter_map(|line| line.strip_prefix("provider = ")).collect();
    let mut declared = Vec::new();
    let mut found = Vec::new();
    for name in workspace.with_role(Role::Provider) {
        let prefix = format!("crates/{name}/src/");
        for file in files.iter().filter(|file| file.starts_with(&prefix)) {
            let text = workspace.read(file)?;
            let providers = text.lines().filter_map(|line| line.strip_prefix("impl Provider for "));
            declared.extend(providers.map(|rest| rest.trim_end_matches([' ', '{']).to_owned()));
            if text.contains(&format!(".{name}.example/")) {
                let message = format!("{file} has a URL of the template at {name}.example");
                found.push(Diagnostic::new(message, "replace it, and name its source next to it"));
            }
        }
    }
    for name in with_facts.iter().map(|name| name.trim_matches('"')) {
        if !workspace.with_role(Role::Provider).any(|one| name.starts_with(one)) {
            let message = format!("{FACTS} has facts of `{name}`, which no provider crate declares");
            found.push(Diagnostic::new(message, "correct the name, or remove the entries"));
        }
    }
    if declared.len() > with_facts.len() {
        let help = format!(
            "add the facts of the new provider with their sources to {FACTS}, and its portrait to \
             crates/oauth-docs/src/providers"
        );
        let message = format!(
            "{} providers are declared ({}), but only {} have entries in {FACTS}",
            declared.len(),
            declared.join(", "),
            with_facts.len()
        );
        found.push(Diagnostic::new(message, help));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(change: impl FnOnce(&mut serde_json::Value)) -> Vec<String> {
        let mut package = json!({
            "name": "cobot", "version": "0.1.0", "id": "cobot", "manifest_path": "crates/cobot/Cargo.toml",
            "targets": [], "features": {}, "description": "One.", "license": "MIT", "readme": "README.md",
            "rust_version": "1.88", "keywords": ["one"], "categories": ["authentication"],
            "metadata": { "docs": { "rs": { "rustdoc-args": ["--cfg", "docsrs"] } } },
            "dependencies": [{ "name": "oauth-core", "req": "^0.1", "kind": null, "path": "/core",
                "optional": false, "uses_default_features": true, "features": [] }],
        });
        change(&mut package);
        let package = serde_json::from_value(package).unwrap();
        let found = manifest_errors(&package, "[lints]\nworkspace = true\n", true);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn finds_each_manifest_error() {
        assert_eq!(errors(|_| ()), Vec::<String>::new());
        for (field, value, what) in [
            ("description", json!(""), "`description`"),
            ("license", json!(null), "`license"),
            ("readme", json!(null), "`readme`"),
            ("rust_version", json!(null), "`rust-version"),
            ("categories", json!([]), "`categories`"),
            ("keywords", json!([]), "`keywords`"),
            ("keywords", json!(["a-keyword-that-is-longer-than-allowed"]), "`keywords`"),
            ("metadata", json!(null), "docsrs"),
        ] {
            let found = errors(|package| package[field] = value);
            assert_eq!(found.len(), 1, "{field}: {found:?}");
            assert!(found[0].contains(what) && found[0].contains("crates/cobot/Cargo.toml"), "{found:?}");
        }
        let found = errors(|package| package["dependencies"][0]["req"] = json!("*"));
        assert!(found.len() == 1 && found[0].contains("a version for each path dependency"), "{found:?}");
        let dev = errors(|package| {
            package["dependencies"][0]["req"] = json!("*");
            package["dependencies"][0]["kind"] = json!("dev");
        });
        assert_eq!(dev, Vec::<String>::new());
    }
}
