//! Sources of client, server and store settings.

use std::fs;

use oauth_sandbox::Gocd;

use crate::test_home::{REMOTE_REDIRECT_URI, TestHome, normalize};

fn write(home: &TestHome, text: &str) -> std::path::PathBuf {
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
async fn config_file_provides_everything() {
    let sandbox = Gocd::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new();
    let (url, id, secret) = (sandbox.url(), sandbox.client_id(), sandbox.client_secret());
    let path = write(
        &home,
        &format!(
            "store = \"sqlite:{0}/mine.db\"\n[gocd]\nserver = \"{url}\"\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\n\
             redirect_uri = \"{REMOTE_REDIRECT_URI}\"\n",
            home.folder.path().display()
        ),
    );
    let mut started = home.start(&["connect", "gocd", "--no-browser", "--json"]);
    let callback = sandbox.approve(started.url()).await.unwrap();
    started.paste(callback.as_str());
    started.end().ok();
    assert!(home.folder.path().join("mine.db").exists() && !home.store().exists());
    assert!(home.run(&["header", "gocd", "default"]).ok().starts_with("Authorization: Token token="));

    // Others can read the secret.
    set_mode(&path, 0o644);
    let ran = home.run(&["list"]);
    if cfg!(unix) {
        assert_eq!(ran.code, Some(9));
        insta::assert_snapshot!(normalize(&home, &ran.stderr));
    }
}

/// Another server receives neither the client id nor the secret of the configured one.
#[tokio::test(flavor = "multi_thread")]
async fn secret_stays_with_its_server() {
    let company = Gocd::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let other = Gocd::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let (theirs, secret) = (other.client_id(), other.client_secret());
    let mut home = TestHome::new();
    let table = |server: &str, id: &str, secret: &str| {
        format!("[gocd]\nserver = \"{server}\"\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\n")
    };
    write(&home, &table(company.url(), company.client_id(), company.client_secret()));
    let fixed = ["connect", "gocd", "ci", "--redirect-uri", REMOTE_REDIRECT_URI, "--no-browser"];
    let mut output = String::new();
    for more in [
        &["--server", other.url(), "--client-id", theirs][..],
        &["--server", other.url()],
        &["--client-id", theirs],
    ] {
        let ran = home.run(&[&fixed, more].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{more:?}: {ran:?}");
        output += &ran.stderr;
    }
    insta::assert_snapshot!(output);
    home.set("OAUTH_GOCD_CLIENT_ID", Some(theirs));
    assert_eq!(home.run(&fixed).code, Some(2), "an id must not be combined with another client's secret");
    home.set("OAUTH_GOCD_CLIENT_ID", None);

    // A connection keeps its own secret: one without client id, or for the same id at another server, is
    // ignored.
    fs::write(home.folder.path().join("secret"), secret).unwrap();
    home.connect(&other, "ci", &["--client-id", theirs, "--client-secret-file", "secret"]).await.ok();
    home.set("OAUTH_GOCD_CLIENT_SECRET", Some("canary"));
    home.run(&["refresh", "gocd", "ci"]).ok();
    home.set("OAUTH_GOCD_CLIENT_SECRET", None);
    write(&home, &table(company.url(), theirs, "canary"));
    home.run(&["refresh", "gocd", "ci"]).ok();
    assert_eq!((company.journal().token_calls(), other.journal().token_calls()), (0, 3));
    // A secret for the same client at the same server is used.
    write(&home, &table(other.url(), theirs, "canary"));
    assert_eq!(home.run(&["refresh", "gocd", "ci"]).code, Some(6));
}

/// The store does not depend on the current directory.
#[test]
fn relative_store_path_starts_at_config_file() {
    let home = TestHome::new();
    let path = write(&home, "store = \"sqlite:mine.db\"\n");
    home.run_with(&["add", "cobot", "space"], "a-token\n").ok();
    assert!(path.with_file_name("mine.db").exists());
    home.run_with(&["add", "cobot", "space", "--store", "sqlite:~/own/x.db"], "a-token\n").ok();
    assert!(home.folder.path().join("home/own/x.db").exists() && !home.folder.path().join("~").exists());
    let ran = home.run(&["list", "--store", "sqlite:~somebody/x.db"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

/// A database URL holds a password.
#[test]
fn store_error_hides_database_url() {
    let url = "mysql://root:hunter2@db.example.com/x";
    let home = TestHome::new().with("OAUTH_STORE", url);
    for (ran, code) in [
        (home.run(&["list"]), 2),
        (home.run(&["doctor"]), 1),
        (TestHome::new().run(&["list", "--store", url]), 2),
    ] {
        assert_eq!(ran.code, Some(code), "{ran:?}");
        let output = ran.stdout + &ran.stderr;
        assert!(
            output.contains("postgres://USER:PASSWORD@HOST/DATABASE") && !output.contains("hunter2"),
            "{output}"
        );
    }
}

#[test]
fn named_config_file_must_exist_and_parse() {
    let home = TestHome::new();
    assert_eq!(home.run(&["list", "--config", "nowhere.toml"]).code, Some(9));
    write(&home, "[go1]\nclient_secrets = \"canary\"\n");
    let ran = home.run(&["list"]);
    assert_eq!(ran.code, Some(9));
    assert!(!ran.stderr.contains("canary"));
    insta::assert_snapshot!(normalize(&home, &ran.stderr));
}

#[test]
fn no_prompts_without_terminal() {
    let home = TestHome::new();
    let mut output = Vec::new();
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
        output.push(format!("$ oauth {}\n{}[{}]\n", arguments.join(" "), ran.stderr, ran.code.unwrap()));
    }
    insta::assert_snapshot!(normalize(&home, &output.join("\n")));
}
