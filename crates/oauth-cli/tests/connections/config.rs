//! Where client, site and store come from.

use std::fs;

use oauth_sandbox::Gocd;

use crate::home::{ELSEWHERE, Home, settle};

fn write(home: &Home, text: &str) -> std::path::PathBuf {
    let folder = home.folder.path().join("config/oauth");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("oauth.toml");
    fs::write(&path, text).unwrap();
    set_mode(&path, 0o600);
    path
}

fn set_mode(path: &std::path::Path, mode: u32) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    let _ = (path, mode);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_from_the_file() {
    let sandbox = Gocd::builder().redirect_uri(ELSEWHERE).start().await.unwrap();
    let home = Home::new();
    let (url, id, secret) = (sandbox.url(), sandbox.client_id(), sandbox.client_secret());
    let path = write(
        &home,
        &format!(
            "store = \"sqlite:{0}/mine.db\"\n[gocd]\nserver = \"{url}\"\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\n\
             redirect_uri = \"{ELSEWHERE}\"\n",
            home.folder.path().display()
        ),
    );
    let mut started = home.start(&["connect", "gocd", "--no-browser", "--json"]);
    let callback = sandbox.approve(started.url()).await.unwrap();
    started.paste(callback.as_str());
    started.end().ok();
    assert!(home.folder.path().join("mine.db").exists() && !home.store().exists());
    assert!(home.run(&["header", "gocd", "default"]).ok().starts_with("Authorization: Token token="));

    // Others could read the secret.
    set_mode(&path, 0o644);
    let ran = home.run(&["list"]);
    if cfg!(unix) {
        assert_eq!(ran.code, Some(9));
        insta::assert_snapshot!(settle(&home, &ran.stderr));
    }
}

#[test]
fn a_file_that_was_named_must_be_there_and_be_right() {
    let home = Home::new();
    assert_eq!(home.run(&["list", "--config", "nowhere.toml"]).code, Some(9));
    write(&home, "[go1]\nclient_secrets = \"canary\"\n");
    let ran = home.run(&["list"]);
    assert_eq!(ran.code, Some(9));
    assert!(!ran.stderr.contains("canary"));
    insta::assert_snapshot!(settle(&home, &ran.stderr));
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let home = Home::new();
    let mut told = Vec::new();
    for arguments in [
        &["connect", "go1", "--port", "0"][..],
        &["connect", "go1", "--port", "0", "--client-id", "x"],
        &["connect", "cobot", "--client-id", "x", "--client-secret-file", "-", "--app-flow", "a@example.org"],
        &["connect", "gocd"],
        &["add", "cobot", "space"],
        &["header", "go1", "acme"],
        &["list", "--store", "mysql:x"],
        &[
            "connect",
            "cohortgo",
            "--create-users",
            "--client-id",
            "x",
            "--client-secret-file",
            "-",
            "--port",
            "0",
        ],
    ] {
        let input = if arguments.contains(&"-") { "a secret\n" } else { "" };
        let ran = home.run_with(arguments, input);
        assert_eq!(ran.stdout, "");
        told.push(format!("$ oauth {}\n{}[{}]\n", arguments.join(" "), ran.stderr, ran.code.unwrap()));
    }
    insta::assert_snapshot!(settle(&home, &told.join("\n")));
}
