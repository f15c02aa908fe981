//! No snapshot contains a secret.
//!
//! Two independent checks. Secrets in fixtures begin with `canary-`, which must not appear in a snapshot,
//! encoded or not. And a value next to the name of a secret must be redacted, such as `[client-secret]`; this
//! also finds secrets that lack the prefix.
#![allow(clippy::unwrap_used)] // a test may panic

use std::path::{Path, PathBuf};

use oauth_testing::{CANARY, leaks};

/// Names of parameters and fields whose values are secrets.
const NAMES: [&str; 9] = [
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "grant_code",
    "id_token",
    "password",
    "refresh_token",
    "space_token",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// All files below a folder with one of these endings, without build output.
fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() && !path.is_symlink() {
            if !matches!(name.as_ref(), "target" | ".git" | "node_modules") {
                found.extend(files(&path, ends));
            }
        } else if ends.iter().any(|end| name.ends_with(end)) {
            found.push(path);
        }
    }
    found
}

#[test]
fn snapshots_contain_no_secret() {
    let found = files(root(), &[".snap", ".stderr"]);
    assert!(found.len() > 20, "only {} snapshots were found", found.len());
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(leaks(&text, &[CANARY]), Vec::<String>::new(), "{}", path.display());
        // Compiler output quotes source code, where names of secrets have other meanings.
        if path.extension().is_some_and(|end| end == "snap") {
            let found = unredacted(&text);
            let help = "redact it in the test (see oauth_testing), then run `cargo xtask snapshots --review`";
            assert!(found.is_empty(), "{}: {found:?}\nhelp: {help}", path.display());
        }
    }
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
    for path in files(root(), &[".snap"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for user in &users {
            assert!(!text.contains(&user.password), "{}: the password of {user:?}", path.display());
        }
    }
}

/// The scan finds secrets by their prefix, so every secret in a recorded response must have it.
#[test]
fn secrets_in_recorded_responses_have_prefix() {
    let mut found = files(&root().join("crates"), &[".json"]);
    found.retain(|path| path.components().any(|part| part.as_os_str() == "replies"));
    assert!(found.len() > 20, "only {} recorded responses were found", found.len());
    let mut secrets_seen = 0;
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(response) = serde_json::from_str::<serde_json::Value>(&text) else { continue };
        for name in NAMES {
            if let Some(value) = response.get(name).and_then(serde_json::Value::as_str) {
                assert!(value.starts_with("canary-"), "{}: `{name}`", path.display());
                secrets_seen += 1;
            }
        }
    }
    assert!(secrets_seen > 10, "only {secrets_seen} secrets were seen");
}

/// Lines of a snapshot, from 1, in which the name of a secret has a value that is not redacted. The metadata
/// header may name a secret with an example value from a provider's document.
fn unredacted(file: &str) -> Vec<(usize, &'static str)> {
    let body = file.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let body = body.map_or(file, |(_, body)| body);
    let skipped = file.lines().count() - body.lines().count();
    let mut found = Vec::new();
    // The value of a multipart field is two lines below its name.
    let mut field: Option<(&str, usize)> = None;
    for (number, line) in body.lines().enumerate() {
        let mut names: Vec<&str> = NAMES.into_iter().filter(|name| shows_value(line, name)).collect();
        names.extend(shows_authorization(line).then_some("authorization"));
        if let Some((name, at)) = field {
            names.extend((number == at + 2 && !is_redacted(name, line)).then_some(name));
        }
        if let Some((_, rest)) = line.split_once("form-data; name=\"") {
            let name = rest.split('"').next().unwrap_or_default();
            field = NAMES.into_iter().find(|known| *known == name).map(|name| (name, number));
        }
        found.extend(names.into_iter().map(|name| (number + 1 + skipped, name)));
    }
    found
}

/// True for an unredacted value in `name=value`, `"name":"value"` or `name: "value"`. After a bare name and a
/// colon the value must be quoted, because such text is usually prose.
fn shows_value(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        if line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            return false;
        }
        let after = &line[at + name.len()..];
        let (quoted_name, after) =
            after.strip_prefix(['"', '\'']).map_or((false, after), |rest| (true, rest));
        let (after, may_be_bare) = match after.strip_prefix('=') {
            Some(rest) => (rest, true),
            None => match after.trim_start().strip_prefix(':') {
                Some(rest) => (rest.trim_start(), quoted_name),
                None => return false,
            },
        };
        let quoted = after.strip_prefix(['"', '\'']);
        let value = quoted.unwrap_or(after).split(['&', ',', ' ', '"', '\'', ')', '}', ';']).next();
        (quoted.is_some() || may_be_bare) && !is_redacted(name, value.unwrap_or_default())
    })
}

/// True for an `Authorization` header with credentials after the scheme.
fn shows_authorization(line: &str) -> bool {
    let Some((name, value)) = line.split_once(": ") else { return false };
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let credentials = value.trim_start().split_once(' ').map_or(value, |(_, credentials)| credentials);
    let credentials = credentials.trim_start_matches("token=\"");
    // A field of that name, of which `Debug` shows the value in the next lines.
    let is_opened = value.ends_with('(');
    name.eq_ignore_ascii_case("authorization") && !is_opened && !is_redacted("authorization", credentials)
}

/// True for a placeholder, the secret's own name, or a shortened or very short value.
fn is_redacted(name: &str, value: &str) -> bool {
    let value = value.trim();
    value.len() < 4
        || value.starts_with(['[', '<', '{'])
        || value.contains('…')
        || ["null", "none", "true", "false", &name.replace('_', "-")].contains(&value)
}

#[test]
fn finds_unmarked_secret_by_name() {
    for text in [
        "grant_type=password&password=hunter2&username=joe",
        "    ? client_secret=s3cret",
        r#"{"access_token":"abcd","token_type":"bearer"}"#,
        r#"{ "refresh_token" : "abcd" }"#,
        "{ access_token: 'abcd' }",
        "authorization: Bearer abcd",
        "        Authorization:  Token token=\"abcd\"",
        "--b\nContent-Disposition: form-data; name=\"code\"\n\nabcd\n--b--",
    ] {
        assert_eq!(unredacted(text).len(), 1, "{text}");
    }
}

#[test]
fn accepts_redacted_values_and_other_names() {
    let text = "grant_type=authorization_code&code=[code]\n\
                response_type=code\n\
                code_challenge=abc\n\
                error_code: 7\n\
                --data-urlencode 'client_secret=<CLIENT_SECRET>' \\\n\
                authorization: Token token=\"[access-token]\"\n\
                code=26a7…&x=1\n\
                exchanging the code: the token endpoint refused\n\
                error_password, 401, on a password: refused\n\
                {\"access_token\":5,\"refresh_token\":null,\"access_token\":\"access-token\"}\n\
                Content-Disposition: form-data; name=\"code\"\n\n[code]\n";
    assert_eq!(unredacted(text), []);
}

#[test]
fn header_may_contain_example() {
    let file = "---\nsource: a.rs\ndescription: password=abcd\n---\nbody\n";
    assert_eq!(unredacted(file), []);
    assert_eq!(unredacted(&file.replace("body", "body\ncode=abcd")), [(6, "code")]);
}
