//! A worker process as the test that started it sees it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use oauth_core::serde_json;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use serde::Serialize;

use crate::protocol::{Card, Order, Report, Step, Use};
use crate::worker::SIGN;

/// Longer than anything takes that these tests wait for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for a condition.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A worker. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    orders: ChildStdin,
    reports: Receiver<Report>,
    /// What it has passed, in order.
    pub(crate) steps: Vec<Step>,
    /// How often it was asked to use the connection.
    pub(crate) uses: usize,
}

impl Process {
    /// Starts one. It is ready once [`ready`](Self::ready) returns.
    pub(crate) fn start(card: &Card) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(SIGN, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (told, reports) = channel();
        std::thread::spawn(move || {
            while let Some(Ok(line)) = lines.next() {
                // Half a line is one that its writer died over; a whole one is there or not, since it is short.
                let Ok(report) = serde_json::from_str(&line) else { return };
                let _ = told.send(report);
            }
        });
        let orders = child.stdin.take().unwrap();
        let mut process = Self { child, orders, reports, steps: Vec::new(), uses: 0 };
        process.tell(card);
        process
    }

    pub(crate) fn is_ready(&mut self) {
        assert_eq!(self.heard(), Some(Report::Ready));
    }

    pub(crate) fn ready(mut self) -> Self {
        self.is_ready();
        self
    }

    fn tell(&mut self, what: &impl Serialize) {
        let mut line = serde_json::to_string(what).unwrap();
        line.push('\n');
        self.orders.write_all(line.as_bytes()).unwrap();
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.uses += usize::from(matches!(order, Order::Use));
        self.tell(&order);
    }

    /// What it says next; `None` once it has ended.
    fn heard(&mut self) -> Option<Report> {
        match self.reports.recv_timeout(PATIENCE) {
            Ok(report) => {
                if let Report::Step(step) = report {
                    self.steps.push(step);
                }
                Some(report)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing heard since {:?}", self.steps.last()),
        }
    }

    /// What it says next that is no step; `None` once it has ended.
    pub(crate) fn answer(&mut self) -> Option<Report> {
        loop {
            match self.heard() {
                Some(Report::Step(_)) => {}
                other => return other,
            }
        }
    }

    /// Waits until it passes this step. False if it answers or ends before.
    pub(crate) fn passes(&mut self, step: Step) -> bool {
        loop {
            match self.heard() {
                Some(Report::Step(passed)) if passed == step => return true,
                Some(Report::Step(_)) => {}
                _ => return false,
            }
        }
    }

    /// An API call through the connection. What is transient is tried again.
    pub(crate) fn uses(&mut self) -> Use {
        self.order(Order::Use);
        self.used()
    }

    /// The answer to an order to use the connection. What is transient is tried again.
    pub(crate) fn used(&mut self) -> Use {
        let begun = Instant::now();
        loop {
            let answer = self.answer();
            let Some(Report::Used(used)) = answer else { panic!("not used: {answer:?}") };
            if !matches!(used, Use::Transient(_)) || begun.elapsed() > PATIENCE {
                return used;
            }
            std::thread::sleep(Duration::from_millis(50));
            self.order(Order::Use);
        }
    }

    fn send(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Kills it, unless it was quicker.
    pub(crate) fn kill(&mut self) {
        // It is a zombie until it is waited for, so this meets nobody else.
        self.send(Signal::KILL);
    }

    /// Waits for its death by SIGKILL, and hears what it had still said.
    pub(crate) fn is_killed(&mut self) {
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(Signal::KILL.as_raw()), "{status}");
        while self.heard().is_some() {}
    }

    pub(crate) fn stop(&self) {
        self.send(Signal::STOP);
        self.is_stopped();
    }

    /// Waits until it has stopped.
    pub(crate) fn is_stopped(&self) {
        let asked = WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        until("the process stops", || waitid(WaitId::Pid(self.pid()), asked).unwrap().is_some());
    }

    /// Lets it go on.
    pub(crate) fn wake(&self) {
        self.send(Signal::CONT);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
