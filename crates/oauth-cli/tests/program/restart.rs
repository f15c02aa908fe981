//! The processes that `oauth demo` starts, and their end when they or the demo are killed.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::test_home::{RunOutput, RunningProgram, TestHome, run};

/// Much longer than the demo takes to end.
const TIMEOUT: Duration = Duration::from_secs(60);

fn event(line: &str) -> Value {
    serde_json::from_str(line).expect(line)
}

/// Reads until the process after the killed one has started. Returns its id.
fn wait_for_recovery_process(demo: &mut RunningProgram) -> Pid {
    loop {
        let event = event(&demo.line());
        if event["event"] == "step" && event["step"] == "go-on" {
            break;
        }
    }
    let started = event(&demo.line());
    assert_eq!((&started["event"], &started["what"]), (&"process".into(), &"started".into()), "{started}");
    Pid::from_raw(started["pid"].as_i64().unwrap().try_into().unwrap()).unwrap()
}

/// Like [`RunningProgram::end`], which also waits for child processes because they share stderr.
fn end_with_children(demo: RunningProgram) -> RunOutput {
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(demo.end()));
    ended.recv_timeout(TIMEOUT).expect("a child process is still running")
}

#[test]
fn each_restart_uses_a_new_process() {
    let ran = run(&["demo", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let processes: Vec<(String, String, u64)> = ran
        .stdout
        .lines()
        .map(event)
        .filter(|event| event["event"] == "process")
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            (text("what"), text("how"), event["pid"].as_u64().unwrap())
        })
        .collect();
    let (started, exited): (Vec<_>, Vec<_>) = processes.into_iter().partition(|(what, ..)| what == "started");
    let exits: Vec<_> = exited.iter().map(|(what, how, _)| format!("{what}: {how}")).collect();
    let graceful = "ended: exit status: 0";
    assert_eq!(exits, [graceful, graceful, "killed: signal: 9 (SIGKILL)", graceful, graceful]);
    let mut pids: Vec<_> = started.iter().map(|(.., pid)| *pid).collect();
    assert!(exited.iter().map(|(.., pid)| pid).eq(&pids), "one after the other");
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 5);
}

#[test]
fn killed_process_fails_the_demo() {
    let mut demo = TestHome::new().start(&["demo", "--provider", "go1", "--provider", "gocd", "--json"]);
    kill_process(wait_for_recovery_process(&mut demo), Signal::KILL).unwrap();
    let RunOutput { stdout, stderr, code } = end_with_children(demo);
    assert_eq!(code, Some(1));
    assert_eq!(stderr, "error: the demo failed at go1, step `go-on`\n");
    let summary = event(stdout.lines().last().unwrap());
    assert_eq!(summary["ok"], false);
    assert_eq!(summary["failed"][0]["error"], "the other process exited before it completed its task");
    assert_eq!(summary["connected"], serde_json::json!(["gocd"]));
}

#[test]
fn demo_leaves_no_process_and_no_file() {
    for (signal, code, files) in
        [(Signal::INT, Some(1), 0), (Signal::TERM, Some(1), 0), (Signal::KILL, None, 1)]
    {
        let folder = tempfile::tempdir().unwrap();
        let folder_name = folder.path().to_str().unwrap();
        let home = TestHome::new().with("TMPDIR", folder_name);
        let mut demo = home.start(&["demo", "--provider", "go1", "--json"]);
        wait_for_recovery_process(&mut demo);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        // Long enough for the process to wait for its predecessor's call, which takes a second.
        thread::sleep(Duration::from_millis(100));
        demo.signal(signal);
        let RunOutput { stderr, code: ended, .. } = end_with_children(demo);
        assert_eq!(ended, code, "{signal:?}");
        assert_eq!(stderr, if code.is_some() { "error: interrupted\n" } else { "" });
        assert_eq!(folder.path().read_dir().unwrap().count(), files, "{signal:?}");
    }
}
