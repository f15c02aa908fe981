//! The processes that `oauth demo` restarts, and what becomes of them when they or the demo itself are killed.
#![cfg(unix)] // by signals
#![allow(clippy::unwrap_used)] // a test that cannot go on may panic

mod common;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use common::{Running, run};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Much longer than it takes.
const LONG: Duration = Duration::from_secs(60);

fn event(line: &str) -> Value {
    serde_json::from_str(line).expect(line)
}

/// Reads on until the process has started that goes on where the one before it was killed. Its number.
fn heir(demo: &mut Running) -> Pid {
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

/// As [`Running::end`], which waits for whoever writes to its stderr: for the processes that it started as well.
fn end_of_all(demo: Running) -> (String, String, Option<i32>) {
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(demo.end()));
    let (stdout, stderr, status) = ended.recv_timeout(LONG).expect("a process was left behind");
    (stdout, stderr, status.code())
}

#[test]
fn every_restart_is_another_process_and_one_is_killed() {
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
    let (started, over): (Vec<_>, Vec<_>) = processes.into_iter().partition(|(what, ..)| what == "started");
    let hows: Vec<_> = over.iter().map(|(what, how, _)| format!("{what}: {how}")).collect();
    let in_order = "ended: exit status: 0";
    assert_eq!(hows, [in_order, in_order, "killed: signal: 9 (SIGKILL)", in_order, in_order]);
    let mut pids: Vec<_> = started.iter().map(|(.., pid)| *pid).collect();
    assert!(over.iter().map(|(.., pid)| pid).eq(&pids), "one after the other");
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids.len(), 5);
}

#[test]
fn a_process_that_dies_when_it_should_not_fails_the_demo() {
    let mut demo = Running::start(&["demo", "--provider", "go1", "--provider", "gocd", "--json"]);
    kill_process(heir(&mut demo), Signal::KILL).unwrap();
    let (stdout, stderr, code) = end_of_all(demo);
    assert_eq!(code, Some(1));
    assert_eq!(stderr, "error: the demo failed at go1, step `go-on`\n");
    let summary = event(stdout.lines().last().unwrap());
    assert_eq!(summary["ok"], false);
    assert_eq!(summary["failed"][0]["error"], "the other process ended before it was done");
    assert_eq!(summary["connected"], serde_json::json!(["gocd"]));
}

#[test]
fn no_process_outlives_the_demo_and_no_file_unless_it_is_killed() {
    for (signal, code, files) in
        [(Signal::INT, Some(1), 0), (Signal::TERM, Some(1), 0), (Signal::KILL, None, 1)]
    {
        let folder = tempfile::tempdir().unwrap();
        let folder_name = folder.path().to_str().unwrap();
        let mut demo =
            Running::start_with(&["demo", "--provider", "go1", "--json"], &[("TMPDIR", folder_name)]);
        heir(&mut demo);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        // So that it waits for the call of the one before it, as it does for a second.
        thread::sleep(Duration::from_millis(100));
        demo.signal(signal);
        let (_, stderr, ended) = end_of_all(demo);
        assert_eq!(ended, code, "{signal:?}");
        assert_eq!(stderr, if code.is_some() { "error: interrupted\n" } else { "" });
        assert_eq!(folder.path().read_dir().unwrap().count(), files, "{signal:?}");
    }
}
