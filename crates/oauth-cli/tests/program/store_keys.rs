//! Keys of the store.

use std::fs;

use crate::test_home::{TestHome, normalize};

fn add(home: &TestHome, account: &str) {
    home.run_with(&["add", "cobot", account], "a-token\n").ok();
}

#[cfg(unix)]
fn mode(path: &std::path::Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
}

/// As on a server without desktop or keyring, detected without configuration.
#[cfg(target_os = "linux")]
#[test]
fn key_file_is_used_without_keyring() {
    let mut home = TestHome::new();
    home.set("OAUTH_KEYRING", None);
    add(&home, "space");
    let key = home.folder.path().join("data/oauth/connections.db.key");
    assert_eq!(fs::read_to_string(&key).unwrap().trim().len(), 44);
    assert_eq!((mode(&key), mode(&home.store()), mode(key.parent().unwrap())), (0o600, 0o600, 0o700));
    assert_eq!(home.run(&["header", "cobot", "space"]).ok(), "Authorization: Bearer a-token\n");

    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let ran = home.run(&["header", "cobot", "space"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(9), ""));
    insta::assert_snapshot!(normalize(&home, &ran.stderr));
}

/// A record whose key is lost hides no other record, does not stop a rotation, and can be removed.
#[test]
fn unreadable_record_blocks_no_other() {
    let [lost, old, new] = [
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
        "MDEyMzQ1Njc4OWFiY2RlZmZlZGNiYTk4NzY1NDMyMTA=",
    ];
    let mut home = TestHome::new().with("OAUTH_STORE_KEY", lost);
    add(&home, "lost");
    home.set("OAUTH_STORE_KEY", Some(&format!("{old} {lost}")));
    add(&home, "space");
    home.set("OAUTH_STORE_KEY", Some(old));
    let states = |home: &TestHome| {
        let listed = home.run(&["list", "--json"]).json();
        let one = |one: &serde_json::Value| format!("{} {}", one["account"], one["state"]).replace('"', "");
        listed.as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(states(&home), ["lost unread", "space active"]);
    let doctor = home.run(&["doctor", "--offline"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    assert!(doctor.stdout.contains("holds 2 connections") && doctor.stdout.contains("oauth-cli/cobot/lost"));

    home.set("OAUTH_STORE_KEY", Some(&format!("{new} {old}")));
    let rotated = home.run(&["rotate-keys"]);
    assert_eq!(rotated.code, Some(9), "{rotated:?}");
    assert!(
        rotated.stderr.contains("cobot/lost") && !rotated.stderr.contains("remove the old key now"),
        "{rotated:?}"
    );
    home.set("OAUTH_STORE_KEY", Some(new));
    assert_eq!(home.run(&["header", "cobot", "space"]).ok(), "Authorization: Bearer a-token\n");

    let refused = home.run(&["disconnect", "cobot", "lost", "--yes"]);
    assert_eq!(refused.code, Some(9), "{refused:?}");
    assert!(refused.stderr.contains("--no-revoke"), "{refused:?}");
    home.run(&["disconnect", "cobot", "lost", "--yes", "--no-revoke"]).ok();
    assert_eq!(states(&home), ["space active"]);
    home.run(&["rotate-keys"]).code.filter(|code| *code == 9).unwrap();
}

#[test]
fn key_can_come_from_environment() {
    let key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let home = TestHome::new().with("OAUTH_STORE_KEY", key);
    add(&home, "space");
    assert!(!home.folder.path().join("data/oauth/connections.db.key").exists());
    home.run(&["header", "cobot", "space"]).ok();

    // With a wrong or missing key nothing is readable, and no new key is created.
    let other = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
    let mut home = home.with("OAUTH_STORE_KEY", other);
    let wrong = home.run(&["header", "cobot", "space"]);
    home.set("OAUTH_STORE_KEY", None);
    let missing = home.run(&["header", "cobot", "space"]);
    let adding = home.run_with(&["add", "cobot", "x"], "a-token\n");
    assert_eq!([wrong.code, missing.code, adding.code], [Some(9); 3]);
    assert!(![&wrong, &missing].iter().any(|ran| ran.stderr.contains(key) || ran.stderr.contains(other)));
    insta::assert_snapshot!(normalize(&home, &(wrong.stderr + &missing.stderr + &adding.stderr)));
    fs::write(home.folder.path().join("key"), format!("{other}\n{key}\n")).unwrap();
    #[cfg(unix)]
    fs::set_permissions(home.folder.path().join("key"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .unwrap();
    home.set("OAUTH_STORE_KEY_FILE", Some("key"));
    home.run(&["header", "cobot", "space"]).ok();
}
