//! Prompts, spinner and Ctrl-C on a terminal.

use std::process::Command;

use oauth_sandbox::{Cobot, Fault, Go1};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::test_home::{REMOTE_REDIRECT_URI, TestHome, connect_arguments};

const PATIENCE: u64 = 20_000;

fn at_terminal(home: &TestHome, arguments: &[&str]) -> PtySession {
    in_shell(home, "exec \"$0\" \"$@\"", arguments)
}

/// Runs the program in a shell with echo on.
fn in_shell(home: &TestHome, script: &str, arguments: &[&str]) -> PtySession {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("/bin/stty echo; {script}"), env!("CARGO_BIN_EXE_oauth")]).args(arguments);
    command.env_clear().current_dir(home.folder.path()).env("TERM", "xterm");
    command.envs(home.variables().iter().map(|(name, value)| (name, value)));
    spawn_command(command, Some(PATIENCE)).unwrap()
}

fn ended(session: &PtySession) -> i32 {
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_for_client_without_echoing_secret() {
    let sandbox = Go1::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new().with("NO_COLOR", "1");
    let connect = connect_arguments(&sandbox, "acme");
    let mut session = at_terminal(&home, &[&connect[..], &["--no-browser", "--scope", "user.read"]].concat());
    session.exp_string("Client id at Go1:").unwrap();
    session.send_line(sandbox.client_id()).unwrap();
    let before = session.exp_string("Client secret:").unwrap();
    assert!(before.contains(sandbox.client_id()), "the client id is echoed: {before}");
    session.send_line(sandbox.client_secret()).unwrap();
    let (shown, url) = session.exp_regex(r"http://127\.0\.0\.1:\d+/oauth/authorize\S+\s").unwrap();
    assert!(!shown.contains(sandbox.client_secret()), "{shown}");
    session.exp_string("paste it here").unwrap();
    let callback = sandbox.approve(url.trim()).await.unwrap();
    session.send_line(callback.as_str()).unwrap();
    session.exp_string("Connected.").unwrap();
    assert_eq!(ended(&session), 0);
    // The secret was saved with the connection.
    sandbox.advance(std::time::Duration::from_secs(13 * 3600));
    home.run(&["request", "go1", "acme", "GET", "/me"]).ok();
}

#[test]
fn signal_at_prompt_restores_terminal() {
    let home = TestHome::new();
    home.run_with(&["add", "cobot", "space"], "a-token\n").ok();
    // Ctrl-C also reaches the shell, which must survive it.
    let script = "trap : INT; /bin/sh -c 'echo \"pid $$.\"; exec \"$0\" \"$@\"' \"$0\" \"$@\"; \
                  echo \"code $?\"; /bin/stty -a; echo over; read line";
    let connect = ["connect", "go1", "--redirect-uri", REMOTE_REDIRECT_URI];
    for (prompt, arguments) in [
        ("Client id at Go1:", &connect[..]),
        ("Client secret:", &[&connect[..], &["--client-id", "x"]].concat()),
        ("Access token:", &["add", "cobot", "another"]),
        ("Disconnect cobot/space? [y/N]", &["disconnect", "cobot", "space"]),
    ] {
        for by_keyboard in [true, false] {
            let mut session = in_shell(&home, script, arguments);
            let (_, pid) = session.exp_regex(r"pid \d+\.").unwrap();
            let pid = pid.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
            session.exp_string(prompt).unwrap();
            if by_keyboard {
                session.send_control('c').unwrap();
            } else {
                let pid = rustix::process::Pid::from_raw(pid).unwrap();
                rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
            }
            session.exp_string("code 130").unwrap_or_else(|error| panic!("{prompt} {by_keyboard}: {error}"));
            let modes = session.exp_string("over").unwrap();
            let modes: Vec<&str> = modes.split([' ', ';', '\r', '\n']).collect();
            for mode in ["echo", "icanon", "isig"] {
                assert!(modes.contains(&mode), "{prompt} {by_keyboard}: {mode}: {modes:?}");
            }
            session.send_line("").unwrap();
        }
    }
    assert_eq!(
        home.run(&["list", "--json"]).json().as_array().unwrap().len(),
        1,
        "nothing was added or removed"
    );
}

/// An open pipe without input.
#[cfg(target_os = "linux")]
#[test]
fn signal_ends_wait_for_stdin() {
    let home = TestHome::new();
    home.run_with(&["add", "cobot", "space"], "a-token\n").ok();
    for arguments in [&["add", "cobot", "x"][..], &["request", "cobot", "space", "POST", "/x", "-d", "@-"]] {
        let started = home.start(arguments);
        // Before it handles SIGTERM, the signal would simply end it; before it sleeps, the handler may not be
        // complete, and the signal would be lost.
        let status = format!("/proc/{}/status", started.child.id());
        let listens = || {
            let status = std::fs::read_to_string(&status).unwrap();
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
            let is_caught = u64::from_str_radix(caught.trim(), 16).unwrap() & (1 << 14) != 0;
            is_caught && status.contains("State:\tS")
        };
        // Polls: the other process does not share a clock with this test.
        let polls = (0..6_000).find(|_| {
            let listens = listens();
            if !listens {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            listens
        });
        assert!(polls.is_some(), "{arguments:?}: it never handles signals");
        started.signal(rustix::process::Signal::TERM);
        let ran = started.end();
        assert_eq!(ran.code, Some(130), "{ran:?}");
    }
}

/// `xdg-open` is a script that records the URL.
#[tokio::test(flavor = "multi_thread")]
async fn spinner_runs_until_callback_or_interrupt() {
    let port = crate::test_home::free_port().to_string();
    let sandbox =
        Go1::builder().redirect_uri(format!("http://127.0.0.1:{port}/callback/go1")).start().await.unwrap();
    let mut home = TestHome::new().with_client_of(&sandbox).with("DISPLAY", ":0");
    let opened = home.folder.path().join("opened");
    let browser = home.folder.path().join("bin/xdg-open");
    std::fs::write(&browser, format!("#!/bin/sh\necho \"$1\" > '{}'\n", opened.display())).unwrap();
    std::fs::set_permissions(&browser, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let connect = ["connect", "go1", "acme", "--server", sandbox.url(), "--port", &port];

    let mut session = at_terminal(&home, &connect);
    session.exp_string("Opening Go1 in your browser.").unwrap();
    session.exp_string("Waiting for the browser").unwrap();
    session.send_control('c').unwrap();
    session.exp_string("interrupted").unwrap();
    assert_eq!(ended(&session), 130);
    assert_eq!(home.run(&["list", "--json"]).json(), serde_json::json!([]));

    let mut session = at_terminal(&home, &connect);
    session.exp_string("Waiting for the browser").unwrap();
    let user_browser = sandbox.browser();
    let callback = user_browser.approve(std::fs::read_to_string(&opened).unwrap().trim()).await.unwrap();
    user_browser.follow(&callback).await.unwrap();
    session.exp_string("Connected.").unwrap();
    assert_eq!(ended(&session), 0);

    // Without a screen, the script is not trusted to show the URL.
    home.set("DISPLAY", None);
    let mut session = at_terminal(&home, &connect);
    session.exp_string("paste it here:").unwrap();
    session.send_control('c').unwrap();
    assert_eq!(ended(&session), 130);
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnect_asks_for_confirmation() {
    let cobot = Cobot::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new().with_client_of(&cobot);
    home.connect(&cobot, "space", &["--scope", "read"]).await.ok();
    for (input, code) in [("", 5), ("n", 5), ("y", 0)] {
        let mut session = at_terminal(&home, &["disconnect", "cobot", "space"]);
        session.exp_string("Disconnect cobot/space? [y/N]").unwrap();
        session.send_line(input).unwrap();
        session.exp_eof().unwrap();
        assert_eq!(ended(&session), code, "{input}");
    }
}

/// Connects with a password at the embedded sandbox.
#[test]
fn connect_runs_embedded_sandbox() {
    let home = TestHome::new();
    let home = home.with("NO_COLOR", "1");
    let email = "mia@example.org";
    let connect = ["connect", "cobot", "--sandbox", "--app-flow", email, "--scope", "read"];
    let mut session = at_terminal(&home, &connect);
    session.exp_string("Password for").unwrap();
    session.send_line("not-her-password").unwrap();
    session.exp_string("error:").unwrap();
    assert_eq!(ended(&session), 4);

    let mut session = at_terminal(&home, &["connect", "go1", "--sandbox", "--portal", "x"]);
    let (_, user) = session.exp_regex(r"Log in as \S+ with \S+\.\s").unwrap();
    let words: Vec<&str> = user.trim().trim_end_matches('.').split(' ').collect();
    let (email, password) = (words[3].to_owned(), words[5].to_owned());
    drop(session);
    assert!(email.contains('@') && !password.is_empty());
    assert!(!home.store().exists(), "the connection is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn mistyped_scope_is_confirmed() {
    let sandbox = Go1::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox).with("NO_COLOR", "1");
    let connect = connect_arguments(&sandbox, "acme");
    let mut session = at_terminal(&home, &[&connect[..], &["--scope", "user.raed"]].concat());
    session.exp_string("did you mean `user.read`?").unwrap();
    session.exp_string("Request `user.raed`? [y/N]").unwrap();
    session.send_line("").unwrap();
    session.exp_string("request `user.read` in its place").unwrap();
    assert_eq!(ended(&session), 2);
    assert_eq!(sandbox.journal().entries().len(), 0, "nothing was sent");
}

/// A response could otherwise write to the clipboard, clear the screen or change how a line reads.
#[tokio::test(flavor = "multi_thread")]
async fn response_is_escaped_on_a_terminal() {
    let sandbox = Go1::builder().redirect_uri(REMOTE_REDIRECT_URI).start().await.unwrap();
    let home = TestHome::new().with_client_of(&sandbox);
    home.connect(&sandbox, "acme", &["--scope", "user.read"]).await.ok();
    let body = "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{9b}2J\u{202e}\u{61c}\u{ad}\u{e0041}e\n";
    let request = ["request", "go1", "acme", "GET", "/me", "--include"];
    let answer = || sandbox.next_api_call(Fault::status(200, body).header("x-name", "caf\u{9b}"));
    answer();
    let mut session = at_terminal(&home, &request);
    let shown = session.exp_eof().unwrap();
    assert_eq!(ended(&session), 0);
    assert!(!shown.contains(|c: char| c.is_control() && !matches!(c, '\r' | '\n')), "{shown:?}");
    let escaped = r"\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{9b}2J\u{202e}\u{61c}\u{ad}\u{e0041}e";
    assert!(shown.contains(escaped), "{shown:?}");
    answer();
    let mut session = at_terminal(&home, &[&request[..], &["--json"]].concat());
    let shown = session.exp_eof().unwrap();
    let value: serde_json::Value = serde_json::from_str(shown.trim()).unwrap();
    assert_eq!(value["body"], body);
    assert!(shown.contains(r"\u202e") && !shown.contains('\u{202e}'), "{shown:?}");
    // A pipe gets the response itself.
    answer();
    assert!(home.run(&request).ok().ends_with(body));
}

/// The whole way from the sandbox to the first call, with what the terminal shows.
#[tokio::test(flavor = "multi_thread")]
async fn sandbox_on_a_terminal_shows_commands() {
    let home = TestHome::new().with("NO_COLOR", "1");
    let mut sandbox = at_terminal(&home, &["sandbox", "--port-base", "0"]);
    sandbox.exp_string("The sandbox is ready.").unwrap();
    for provider in ["cohortgo", "cobot", "go1", "gocd"] {
        let command =
            format!(r"oauth connect {provider} --server http://127\.0\.0\.1:\d+\S*( --scope \S+)?\r?\n");
        sandbox.exp_regex(&command).unwrap();
        sandbox.exp_regex(r"log in as \S+ with \S+").unwrap();
    }
    sandbox.exp_string("oauth connect gocd-personal --server").unwrap();
    let (_, token) = sandbox.exp_regex(r"token \S+\r?\n").unwrap();
    let shown = sandbox.exp_string("Ctrl-C").unwrap();
    assert!(!shown.contains("client_secret"), "{shown}");

    let mut session = at_terminal(&home, &["connect", "gocd-personal"]);
    session.exp_string("Connect to the gocd-personal sandbox on this machine").unwrap();
    session.send_line("y").unwrap();
    session.exp_string("Access token:").unwrap();
    session.send_line(token.trim().trim_start_matches("token ")).unwrap();
    session.exp_string("Connected.").unwrap();
    session.exp_string("oauth request gocd-personal /api/current_user").unwrap();
    assert_eq!(ended(&session), 0);

    let mut session = at_terminal(&home, &["request", "gocd-personal", "/current_user"]);
    let shown = session.exp_eof().unwrap();
    assert!(shown.starts_with("{\r\n  \"") && shown.ends_with("}\r\n"), "{shown:?}");
    assert_eq!(ended(&session), 0);
    // No offer in place of a configured site.
    let mut session = at_terminal(&home, &["connect", "go1", "--client-id", "x"]);
    let shown = session.exp_string("Client secret:").unwrap();
    assert!(!shown.contains("sandbox"), "{shown}");
}
