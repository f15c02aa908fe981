//! A worker process, controlled by the test that started it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use oauth_core::serde_json;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use serde::Serialize;

use crate::protocol::{CallOutcome, Report, Step, WorkerCommand, WorkerConfig};
use crate::worker::WORKER_VARIABLE;

/// Longer than any wait of these tests.
const TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < TIMEOUT, "timed out: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A worker. Dropping kills it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    stdin: ChildStdin,
    reports: Receiver<Report>,
    /// Steps it reported, in order.
    pub(crate) steps: Vec<Step>,
    /// Number of API calls it was told to make.
    pub(crate) api_calls: usize,
}

impl Process {
    /// Starts a worker without waiting until it is ready.
    pub(crate) fn start(config: &WorkerConfig) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(WORKER_VARIABLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, reports) = channel();
        std::thread::spawn(move || {
            while let Some(Ok(line)) = lines.next() {
                // A partial line means that the worker died while writing it.
                let Ok(report) = serde_json::from_str(&line) else { return };
                let _ = sender.send(report);
            }
        });
        let stdin = child.stdin.take().unwrap();
        let mut process = Self { child, stdin, reports, steps: Vec::new(), api_calls: 0 };
        process.send_line(config);
        process
    }

    pub(crate) fn wait_until_ready(&mut self) {
        assert_eq!(self.next_report(), Some(Report::Ready));
    }

    pub(crate) fn into_ready(mut self) -> Self {
        self.wait_until_ready();
        self
    }

    fn send_line(&mut self, what: &impl Serialize) {
        let mut line = serde_json::to_string(what).unwrap();
        line.push('\n');
        self.stdin.write_all(line.as_bytes()).unwrap();
    }

    pub(crate) fn command(&mut self, command: WorkerCommand) {
        self.api_calls += usize::from(matches!(command, WorkerCommand::CallApi));
        self.send_line(&command);
    }

    /// The next line from the worker, or `None` once it has ended.
    fn next_report(&mut self) -> Option<Report> {
        match self.reports.recv_timeout(TIMEOUT) {
            Ok(report) => {
                if let Report::Step(step) = report {
                    self.steps.push(step);
                }
                Some(report)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no report since {:?}", self.steps.last()),
        }
    }

    /// The next report other than a step, or `None` once the worker has ended.
    pub(crate) fn next_result(&mut self) -> Option<Report> {
        loop {
            match self.next_report() {
                Some(Report::Step(_)) => {}
                other => return other,
            }
        }
    }

    /// Waits for this step. Returns false if the worker finishes or ends before.
    pub(crate) fn reaches(&mut self, step: Step) -> bool {
        loop {
            match self.next_report() {
                Some(Report::Step(passed)) if passed == step => return true,
                Some(Report::Step(_)) => {}
                _ => return false,
            }
        }
    }

    /// Makes an API call through the connection. Transient errors are retried.
    pub(crate) fn call_api(&mut self) -> CallOutcome {
        self.command(WorkerCommand::CallApi);
        self.api_outcome()
    }

    /// The outcome of an API call already commanded. Transient errors are retried.
    pub(crate) fn api_outcome(&mut self) -> CallOutcome {
        let begun = Instant::now();
        loop {
            let report = self.next_result();
            let Some(Report::ApiCalled(outcome)) = report else { panic!("no API call: {report:?}") };
            if !matches!(outcome, CallOutcome::Transient(_)) || begun.elapsed() > TIMEOUT {
                return outcome;
            }
            std::thread::sleep(Duration::from_millis(50));
            self.command(WorkerCommand::CallApi);
        }
    }

    fn send(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub(crate) fn kill(&mut self) {
        // Until `wait` the process id cannot be reused, so no other process is killed.
        self.send(Signal::KILL);
    }

    /// Waits for its death by SIGKILL, and reads the remaining reports.
    pub(crate) fn wait_until_killed(&mut self) {
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(Signal::KILL.as_raw()), "{status}");
        while self.next_report().is_some() {}
    }

    pub(crate) fn stop(&self) {
        self.send(Signal::STOP);
        self.wait_until_stopped();
    }

    pub(crate) fn wait_until_stopped(&self) {
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        wait_for("the process stops", || waitid(WaitId::Pid(self.pid()), options).unwrap().is_some());
    }

    pub(crate) fn resume(&self) {
        self.send(Signal::CONT);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
