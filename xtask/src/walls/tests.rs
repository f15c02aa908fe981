//! Each wall with a fault planted in it.

use super::*;

fn declared(name: &str) -> Declared {
    Declared { name: name.to_owned(), dev: false }
}

fn dev(name: &str) -> Declared {
    Declared { name: name.to_owned(), dev: true }
}

fn resolved(name: &str) -> Resolved {
    Resolved { name: name.to_owned(), features: Vec::new() }
}

fn krate(name: &str, declared: Vec<Declared>, tree: &[&str]) -> Crate {
    let tree = std::iter::once(name).chain(tree.iter().copied()).map(resolved).collect();
    Crate { name: name.to_owned(), folder: name.to_owned(), declared, tree }
}

/// A house in order.
fn sound() -> Picture {
    let core_tree = ["oauth2", "serde", "tokio", "url"];
    let crates = vec![
        krate("oauth-core", vec![declared("oauth2"), declared("tokio"), dev("oauth-sandbox")], &core_tree),
        krate(
            "cobot",
            vec![declared("oauth-core"), declared("serde"), dev("oauth-sandbox"), dev("insta")],
            &["oauth-core", "oauth2", "serde", "tokio", "url"],
        ),
        krate(
            "gocd",
            vec![declared("oauth-core"), declared("quick-xml")],
            &["oauth-core", "oauth2", "quick-xml"],
        ),
        krate("oauth-sandbox", vec![declared("axum"), dev("insta")], &["axum", "insta", "serde", "tokio"]),
        krate("oauth-testing", vec![declared("oauth-core")], &["oauth-core", "oauth2", "serde"]),
        krate("oauth-cli", vec![declared("cobot"), declared("clap")], &["cobot", "clap"]),
    ];
    let roles = Roles::from([
        ("oauth-core", Role::Core),
        ("cobot", Role::Provider),
        ("gocd", Role::Provider),
        ("oauth-sandbox", Role::Sandbox),
        ("oauth-testing", Role::Testing),
        ("oauth-cli", Role::Other),
    ]);
    Picture { roles, folders: crates.iter().map(|one| one.folder.clone()).collect(), crates }
}

fn crate_of<'a>(picture: &'a mut Picture, name: &str) -> &'a mut Crate {
    picture.crates.iter_mut().find(|one| one.name == name).unwrap()
}

/// Exactly one breach, and it names both sides.
#[track_caller]
fn assert_one(picture: &Picture, words: &[&str]) {
    let breaches = picture.breaches();
    assert_eq!(breaches.len(), 1, "{breaches:#?}");
    for word in words {
        assert!(breaches[0].to_string().contains(word), "{word:?} is missing in: {}", breaches[0]);
    }
}

#[test]
fn a_sound_house_has_no_breach() {
    assert_eq!(sound().breaches(), vec![]);
}

#[test]
fn a_provider_that_knows_another() {
    let mut picture = sound();
    crate_of(&mut picture, "cobot").declared.push(declared("gocd"));
    assert_one(&picture, &["`cobot` names `gocd`", "crates/cobot/Cargo.toml"]);
}

#[test]
fn a_provider_that_knows_another_in_its_tests() {
    let mut picture = sound();
    crate_of(&mut picture, "cobot").declared.push(dev("gocd"));
    assert_one(&picture, &["`cobot` names `gocd`", "dev-dependencies"]);
}

#[test]
fn a_provider_that_reaches_another_through_a_third_crate() {
    let mut picture = sound();
    crate_of(&mut picture, "cobot").tree.push(resolved("gocd"));
    assert_one(&picture, &["`cobot` brings `gocd`", "cargo tree -p cobot"]);
}

#[test]
fn a_provider_that_ships_the_sandbox() {
    let mut picture = sound();
    crate_of(&mut picture, "cobot").declared.push(declared("oauth-sandbox"));
    assert_one(&picture, &["`cobot` names `oauth-sandbox`"]);
}

#[test]
fn a_provider_with_something_heavy_far_down() {
    let mut picture = sound();
    crate_of(&mut picture, "gocd").tree.push(resolved("axum"));
    assert_one(&picture, &["`gocd` brings `axum`", "-i axum"]);
}

#[test]
fn a_provider_with_a_dependency_of_its_own_and_no_reason() {
    let mut picture = sound();
    crate_of(&mut picture, "cobot").declared.push(declared("quick-xml"));
    assert_one(&picture, &["`cobot` depends on `quick-xml`", "OWN_DEPENDENCIES"]);
}

#[test]
fn a_client_that_chooses_the_runtime() {
    let mut picture = sound();
    for package in &mut crate_of(&mut picture, "oauth-core").tree {
        if package.name == "tokio" {
            package.features = vec!["full".to_owned(), "time".to_owned()];
        }
    }
    assert_one(&picture, &["`oauth-core`", "tokio's `full`"]);
}

#[test]
fn a_core_that_knows_a_provider() {
    for planted in [declared("gocd"), dev("gocd")] {
        let mut picture = sound();
        crate_of(&mut picture, "oauth-core").declared.push(planted);
        assert_one(&picture, &["`oauth-core` names `gocd`"]);
    }
}

#[test]
fn a_sandbox_that_sees_a_client() {
    for planted in [declared("oauth-core"), dev("oauth-core"), dev("cobot")] {
        let mut picture = sound();
        let name = planted.name.clone();
        crate_of(&mut picture, "oauth-sandbox").declared.push(planted);
        assert_one(&picture, &["`oauth-sandbox` sees", &name]);
    }
}

#[test]
fn a_sandbox_that_sees_a_client_through_a_third_crate() {
    let mut picture = sound();
    crate_of(&mut picture, "oauth-sandbox").tree.push(resolved("oauth-core"));
    assert_one(&picture, &["`oauth-sandbox` sees `oauth-core`", "cargo tree -p oauth-sandbox"]);
}

#[test]
fn a_test_helper_that_knows_a_provider() {
    let mut picture = sound();
    crate_of(&mut picture, "oauth-testing").declared.push(declared("gocd"));
    assert_one(&picture, &["`oauth-testing`", "`gocd`"]);
}

#[test]
fn a_provider_that_ships_the_test_helper() {
    let mut picture = sound();
    crate_of(&mut picture, "cobot").declared.push(declared("oauth-testing"));
    assert_one(&picture, &["`cobot` names `oauth-testing`"]);
}

#[test]
fn a_sandbox_tested_with_the_clients_helper() {
    let mut picture = sound();
    crate_of(&mut picture, "oauth-sandbox").declared.push(dev("oauth-testing"));
    assert_one(&picture, &["`oauth-sandbox` sees `oauth-testing`"]);
}

#[test]
fn a_crate_nobody_knows() {
    let mut picture = sound();
    picture.folders.push("stray".to_owned());
    picture.crates.push(krate("stray", vec![], &[]));
    assert_one(&picture, &["`stray`", "[workspace.metadata.roles]"]);
}

#[test]
fn a_folder_that_is_no_crate() {
    let mut picture = sound();
    picture.folders.push("leftover".to_owned());
    assert_one(&picture, &["crates/leftover"]);
}

#[test]
fn a_folder_with_another_name() {
    let mut picture = sound();
    crate_of(&mut picture, "cobot").folder = "coworking".to_owned();
    picture.folders = picture.crates.iter().map(|one| one.folder.clone()).collect();
    assert_one(&picture, &["`cobot`", "crates/coworking"]);
}

#[test]
fn a_crate_that_went_missing() {
    let mut picture = sound();
    picture.crates.retain(|one| one.name != "oauth-sandbox");
    picture.folders.retain(|one| one != "oauth-sandbox");
    assert_one(&picture, &["`oauth-sandbox` must exist"]);
}

#[test]
fn reads_the_lines_of_cargo_tree() {
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
    let expected: Vec<Resolved> = expected
        .into_iter()
        .map(|(name, features)| Resolved {
            name: name.to_owned(),
            features: features.into_iter().map(str::to_owned).collect(),
        })
        .collect();
    assert_eq!(tree_lines(output), expected);
}
