//! No snapshot holds a secret of the fixtures. The judge itself is tested in `xtask`.
#![allow(clippy::unwrap_used)] // a test may panic

use std::path::{Path, PathBuf};

use xtask::diagnostic::Diagnostic;
use xtask::snapshots::{Snapshots, secrets};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn no_snapshot_holds_a_secret() {
    let found = Snapshots::below(root()).unwrap();
    assert!(found.accepted.len() > 20, "only {} snapshots were found", found.accepted.len());
    let leaks: Vec<String> = found.leaks(root()).unwrap().iter().map(Diagnostic::to_string).collect();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// Secrets that do not begin with `canary-`, as people log in with them: the sandbox's passwords.
#[tokio::test]
async fn no_snapshot_holds_a_password_of_the_sandbox() {
    let sandbox = oauth_sandbox::Sandbox::start().await.unwrap();
    let plain = oauth_sandbox::Plain::start().await.unwrap();
    let mut people = sandbox.cohortgo().users();
    people.extend(sandbox.cobot().users());
    people.extend(sandbox.go1().users());
    people.extend(sandbox.gocd().users());
    people.extend(plain.users());
    assert!(people.len() > 8, "{people:?}");
    for path in Snapshots::below(root()).unwrap().accepted {
        let text = std::fs::read_to_string(&path).unwrap();
        for person in &people {
            assert!(!text.contains(&person.password), "{}: the password of {person:?}", path.display());
        }
    }
}

fn replies(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            replies(&path, found);
        } else if path.extension().is_some_and(|end| end == "json") {
            found.push(path);
        }
    }
}

/// What the scan goes by: a recorded reply that brought a secret of another kind into the tests would blind it.
#[test]
fn secrets_of_recorded_replies_can_be_recognised() {
    let mut found = Vec::new();
    for package in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = package.unwrap().path().join("tests/replies");
        if folder.is_dir() {
            replies(&folder, &mut found);
        }
    }
    assert!(found.len() > 20, "only {} recorded replies were found", found.len());
    let mut secrets_seen = 0;
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(reply) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        for name in secrets::NAMES {
            if let Some(value) = reply.get(name).and_then(serde_json::Value::as_str) {
                assert!(value.starts_with("canary-"), "{}: `{name}`", path.display());
                secrets_seen += 1;
            }
        }
    }
    assert!(secrets_seen > 10, "only {secrets_seen} secrets were seen");
}
