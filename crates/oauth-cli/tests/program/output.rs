//! Text, JSON and help output.

use oauth_sandbox::Go1;

use crate::test_home::{REMOTE_REDIRECT_URI, TestHome, normalize};

#[tokio::test(flavor = "multi_thread")]
async fn prints_text_and_json() {
    let sandbox = Go1::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox);
    let connected = home.connect(&sandbox, "acme", &["--scope", "user.read,lo.read"]).await;
    let header = home.run(&["header", "go1", "acme"]).ok();
    let token = header.trim_end().strip_prefix("Authorization: Bearer ").unwrap().to_owned();
    let mut all = vec![("connect", connected)];
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["list", "--provider", "cobot"],
        &["status", "go1", "acme"],
        &["status", "go1", "acme", "--json"],
        &["status"],
        &["status", "--json"],
        &["status", "go1", "nobody"],
        &["status", "go1", "nobody", "--json"],
    ] {
        all.push((arguments.join(" ").leak(), home.run(arguments)));
    }
    let mut output = String::new();
    for (command, ran) in &all {
        for secret in [token.as_str(), sandbox.client_secret()] {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{command}");
        }
        // Differs at every run.
        if *command != "connect" {
            output += &format!("$ oauth {command}\n{}{}[{}]\n\n", ran.stdout, ran.stderr, ran.code.unwrap());
        }
    }
    insta::assert_snapshot!(normalize(&home, &output));
    let json = home.run(&["header", "go1", "acme", "--json"]).json();
    assert_eq!(json["value"], format!("Bearer {token}"));
}

#[test]
fn api_lists_typed_calls() {
    let home = TestHome::new();
    let mut output = String::new();
    for arguments in [&["api", "cohortgo"][..], &["api", "cohortgo", "--all"], &["api", "go1", "--all"]] {
        let ran = home.run(arguments);
        output += &format!("$ oauth {}\n{}{}\n", arguments.join(" "), ran.stdout, ran.stderr);
    }
    insta::assert_snapshot!(output);

    let typed = home.run(&["api", "cobot", "--json"]);
    assert_eq!(typed.stderr, "");
    let (typed, all) = (typed.json(), home.run(&["api", "cobot", "--all", "--json"]).json());
    let (typed, all) = (typed.as_array().unwrap(), all.as_array().unwrap());
    let untyped = all.iter().filter(|call| call["untyped"].is_string()).count();
    assert_eq!((typed.len() + untyped, untyped > 0), (all.len(), true));
    let call = typed.iter().find(|call| call["call"] == "DELETE /bookings/:id").unwrap();
    assert_eq!(call["scopes"], serde_json::json!(["write_bookings"]));
    // Both ways to connect to GoCD lead to the same API.
    assert_eq!(home.run(&["api", "gocd"]).ok(), home.run(&["api", "gocd-personal"]).ok());
}

#[test]
fn colours_follow_terminal_settings() {
    let home = TestHome::new();
    for (name, value, coloured) in [("X", "", false), ("CLICOLOR_FORCE", "1", true), ("NO_COLOR", "1", false)]
    {
        let ran = TestHome::new().with(name, value).run(&["header", "go1", "acme"]);
        assert_eq!(ran.stderr.contains('\u{1b}'), coloured, "{name}");
    }
    let ran = home.with("NO_COLOR", "1").with("CLICOLOR_FORCE", "1").run(&["header", "go1", "acme"]);
    assert!(!ran.stderr.contains('\u{1b}'));
}

/// A full disk is an error; a reader that stops early is not.
#[cfg(target_os = "linux")]
#[test]
fn unwritable_result_is_an_error() {
    let home = TestHome::new();
    home.run_with(&["add", "cobot", "space"], "a-token\n").ok();
    for arguments in [&["header", "cobot", "space"][..], &["list", "--json"], &["completions", "bash"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let ran = home.run_into(arguments, full.into());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("cannot write the result"), "{ran:?}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = home.run_into(arguments, writer.into());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    }
}

/// Runs `--help` of every command. Returns the command lines and pages.
fn all_help(home: &TestHome) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut paths: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(path) = paths.pop() {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let page = home.run(&arguments).ok();
        let command = format!("oauth {}", arguments.join(" "));
        let mut below = Vec::new();
        let mut is_list = false;
        for line in page.lines() {
            match line.strip_prefix("  ") {
                // The rest of a description.
                Some(rest) if rest.starts_with(' ') => {}
                Some(entry) if is_list && !entry.starts_with("help ") => {
                    below.push(entry.split_whitespace().next().unwrap().to_owned());
                }
                Some(_) if is_list => {}
                _ => is_list = matches!(line, "Commands:" | "Providers:"),
            }
        }
        paths.extend(below.into_iter().rev().map(|name| [path.clone(), vec![name]].concat()));
        pages.push((command, page));
    }
    pages
}

#[test]
fn help_pages() {
    let pages = all_help(&TestHome::new());
    let pages: String = pages.iter().map(|(command, page)| format!("$ {command}\n{page}\n")).collect();
    insta::assert_snapshot!(pages);
}

#[test]
fn help_fits_narrow_terminals() {
    let wide = all_help(&TestHome::new());
    let narrow = all_help(&TestHome::new().with("COLUMNS", "60"));
    assert_eq!(wide.len(), narrow.len());
    for ((command, wide), (_, narrow)) in wide.iter().zip(&narrow) {
        // A usage line is not wrapped, and a word cannot be broken.
        let is_text = |line: &&str| !line.starts_with("Usage:") && line.trim().contains(' ');
        let too_long = narrow.lines().filter(|line| line.chars().count() > 60).filter(is_text);
        assert_eq!(too_long.collect::<Vec<_>>(), Vec::<&str>::new(), "{command}");
        // Examples are for copying, so they must not be wrapped.
        let example = |page: &str| page.rfind("\nExample").map(|at| page[at..].to_owned());
        assert_eq!(example(narrow), example(wide), "{command}");
    }
}
