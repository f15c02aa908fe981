//! One test per kind of layering violation.

use super::*;

fn declared(name: &str) -> DeclaredDependency {
    DeclaredDependency { name: name.to_owned(), dev: false }
}

fn dev(name: &str) -> DeclaredDependency {
    DeclaredDependency { name: name.to_owned(), dev: true }
}

fn resolved(name: &str) -> ResolvedPackage {
    ResolvedPackage { name: name.to_owned(), features: Vec::new() }
}

fn crate_with(name: &str, declared: Vec<DeclaredDependency>, tree: &[&str]) -> Crate {
    let tree = std::iter::once(name).chain(tree.iter().copied()).map(resolved).collect();
    Crate { name: name.to_owned(), folder: name.to_owned(), declared, tree }
}

/// A workspace without violations.
fn valid_workspace() -> CrateGraph {
    let core_tree = ["oauth2", "serde", "tokio", "url"];
    let crates = vec![
        crate_with(
            "oauth-core",
            vec![declared("oauth2"), declared("tokio"), dev("oauth-sandbox")],
            &core_tree,
        ),
        crate_with(
            "cobot",
            vec![declared("oauth-core"), declared("serde"), dev("oauth-sandbox"), dev("insta")],
            &["oauth-core", "oauth2", "serde", "tokio", "url"],
        ),
        crate_with(
            "gocd",
            vec![declared("oauth-core"), declared("quick-xml")],
            &["oauth-core", "oauth2", "quick-xml"],
        ),
        crate_with(
            "oauth-sandbox",
            vec![declared("axum"), dev("insta")],
            &["axum", "insta", "serde", "tokio"],
        ),
        crate_with("oauth-testing", vec![declared("oauth-core")], &["oauth-core", "oauth2", "serde"]),
        crate_with("oauth-cli", vec![declared("cobot"), declared("clap")], &["cobot", "clap"]),
    ];
    let roles = Roles::from([
        ("oauth-core", Role::Core),
        ("cobot", Role::Provider),
        ("gocd", Role::Provider),
        ("oauth-sandbox", Role::Sandbox),
        ("oauth-testing", Role::Testing),
        ("oauth-cli", Role::Other),
    ]);
    CrateGraph { roles, folders: crates.iter().map(|one| one.folder.clone()).collect(), crates }
}

fn crate_of<'a>(graph: &'a mut CrateGraph, name: &str) -> &'a mut Crate {
    graph.crates.iter_mut().find(|one| one.name == name).unwrap()
}

/// Asserts exactly one violation, whose text contains these words.
#[track_caller]
fn assert_one(graph: &CrateGraph, parts: &[&str]) {
    let violations = graph.violations();
    assert_eq!(violations.len(), 1, "{violations:#?}");
    for part in parts {
        assert!(violations[0].to_string().contains(part), "{part:?} is missing in: {}", violations[0]);
    }
}

#[test]
fn valid_workspace_has_no_violation() {
    assert_eq!(valid_workspace().violations(), vec![]);
}

#[test]
fn finds_provider_depending_on_another() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "cobot").declared.push(declared("gocd"));
    assert_one(&graph, &["`cobot` depends on `gocd`", "crates/cobot/Cargo.toml"]);
}

#[test]
fn finds_provider_depending_on_another_in_tests() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "cobot").declared.push(dev("gocd"));
    assert_one(&graph, &["`cobot` depends on `gocd`", "dev-dependencies"]);
}

#[test]
fn finds_provider_depending_on_another_indirectly() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "cobot").tree.push(resolved("gocd"));
    assert_one(&graph, &["`cobot` adds `gocd`", "cargo tree -p cobot"]);
}

#[test]
fn finds_provider_depending_on_sandbox() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "cobot").declared.push(declared("oauth-sandbox"));
    assert_one(&graph, &["`cobot` depends on `oauth-sandbox`"]);
}

#[test]
fn finds_heavy_indirect_dependency() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "gocd").tree.push(resolved("axum"));
    assert_one(&graph, &["`gocd` adds `axum`", "-i axum"]);
}

#[test]
fn finds_provider_dependency_without_reason() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "cobot").declared.push(declared("quick-xml"));
    assert_one(&graph, &["`cobot` depends on `quick-xml`", "PROVIDER_DEPENDENCIES"]);
}

#[test]
fn finds_client_enabling_tokio_runtime() {
    let mut graph = valid_workspace();
    for package in &mut crate_of(&mut graph, "oauth-core").tree {
        if package.name == "tokio" {
            package.features = vec!["full".to_owned(), "time".to_owned()];
        }
    }
    assert_one(&graph, &["`oauth-core`", "tokio's feature `full`"]);
}

#[test]
fn finds_core_depending_on_provider() {
    for added in [declared("gocd"), dev("gocd")] {
        let mut graph = valid_workspace();
        crate_of(&mut graph, "oauth-core").declared.push(added);
        assert_one(&graph, &["`oauth-core` depends on `gocd`"]);
    }
}

#[test]
fn finds_sandbox_depending_on_client() {
    for added in [declared("oauth-core"), dev("oauth-core"), dev("cobot")] {
        let mut graph = valid_workspace();
        let name = added.name.clone();
        crate_of(&mut graph, "oauth-sandbox").declared.push(added);
        assert_one(&graph, &["`oauth-sandbox` depends on", &name]);
    }
}

#[test]
fn finds_sandbox_depending_on_client_indirectly() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "oauth-sandbox").tree.push(resolved("oauth-core"));
    assert_one(&graph, &["`oauth-sandbox` depends on `oauth-core`", "cargo tree -p oauth-sandbox"]);
}

#[test]
fn finds_test_helper_depending_on_provider() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "oauth-testing").declared.push(declared("gocd"));
    assert_one(&graph, &["`oauth-testing`", "`gocd`"]);
}

#[test]
fn finds_provider_shipping_test_helper() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "cobot").declared.push(declared("oauth-testing"));
    assert_one(&graph, &["`cobot` depends on `oauth-testing`"]);
}

#[test]
fn finds_sandbox_tested_with_client_helper() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "oauth-sandbox").declared.push(dev("oauth-testing"));
    assert_one(&graph, &["`oauth-sandbox` depends on `oauth-testing`"]);
}

#[test]
fn finds_unlisted_crate() {
    let mut graph = valid_workspace();
    graph.folders.push("stray".to_owned());
    graph.crates.push(crate_with("stray", vec![], &[]));
    assert_one(&graph, &["`stray`", "[workspace.metadata.roles]"]);
}

#[test]
fn finds_folder_without_crate() {
    let mut graph = valid_workspace();
    graph.folders.push("leftover".to_owned());
    assert_one(&graph, &["crates/leftover"]);
}

#[test]
fn finds_folder_with_other_name() {
    let mut graph = valid_workspace();
    crate_of(&mut graph, "cobot").folder = "coworking".to_owned();
    graph.folders = graph.crates.iter().map(|one| one.folder.clone()).collect();
    assert_one(&graph, &["`cobot`", "crates/coworking"]);
}

#[test]
fn finds_missing_crate() {
    let mut graph = valid_workspace();
    graph.crates.retain(|one| one.name != "oauth-sandbox");
    graph.folders.retain(|one| one != "oauth-sandbox");
    assert_one(&graph, &["`oauth-sandbox` does not exist"]);
}

#[test]
fn parses_cargo_tree_lines() {
    let output = "\
cobot v0.1.0 (/somewhere/crates/cobot)|default,rustls
serde_derive v1.0.229 (proc-macro)|default
tokio v1.54.1|net,time (*)
itoa v1.0.18|
tokio v1.54.1|net,time
";
    let expected = [
        ("cobot", vec!["default", "rustls"]),
        ("itoa", vec![]),
        ("serde_derive", vec!["default"]),
        ("tokio", vec!["net", "time"]),
    ];
    let expected: Vec<ResolvedPackage> = expected
        .into_iter()
        .map(|(name, features)| ResolvedPackage {
            name: name.to_owned(),
            features: features.into_iter().map(str::to_owned).collect(),
        })
        .collect();
    assert_eq!(tree_lines(output), expected);
}
