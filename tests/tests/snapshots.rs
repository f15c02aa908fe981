//! No snapshot contains a secret of the fixtures. The check itself is tested in `xtask`.
#![allow(clippy::unwrap_used)] // a test may panic

use std::path::{Path, PathBuf};

use xtask::diagnostic::Diagnostic;
use xtask::snapshots::{Snapshots, secrets};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

#[test]
fn snapshots_contain_no_secret() {
    let found = Snapshots::below(root()).unwrap();
    assert!(found.accepted.len() > 20, "only {} snapshots were found", found.accepted.len());
    let leaks: Vec<String> = found.leaks(root()).unwrap().iter().map(Diagnostic::to_string).collect();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// The sandbox's passwords, which do not begin with `canary-`.
#[tokio::test]
async fn snapshots_contain_no_sandbox_password() {
    let sandbox = oauth_sandbox::Sandbox::start().await.unwrap();
    let plain = oauth_sandbox::Plain::start().await.unwrap();
    let mut users = sandbox.cohortgo().users();
    users.extend(sandbox.cobot().users());
    users.extend(sandbox.go1().users());
    users.extend(sandbox.gocd().users());
    users.extend(plain.users());
    assert!(users.len() > 8, "{users:?}");
    for path in Snapshots::below(root()).unwrap().accepted {
        let text = std::fs::read_to_string(&path).unwrap();
        for user in &users {
            assert!(!text.contains(&user.password), "{}: the password of {user:?}", path.display());
        }
    }
}

fn find_responses(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_responses(&path, found);
        } else if path.extension().is_some_and(|end| end == "json") {
            found.push(path);
        }
    }
}

/// The scan finds secrets by their prefix, so every secret in a recorded response must have it.
#[test]
fn secrets_in_recorded_responses_have_prefix() {
    let mut found = Vec::new();
    for crate_folder in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = crate_folder.unwrap().path().join("tests/replies");
        if folder.is_dir() {
            find_responses(&folder, &mut found);
        }
    }
    assert!(found.len() > 20, "only {} recorded responses were found", found.len());
    let mut secrets_seen = 0;
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(response) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        for name in secrets::NAMES {
            if let Some(value) = response.get(name).and_then(serde_json::Value::as_str) {
                assert!(value.starts_with("canary-"), "{}: `{name}`", path.display());
                secrets_seen += 1;
            }
        }
    }
    assert!(secrets_seen > 10, "only {secrets_seen} secrets were seen");
}
