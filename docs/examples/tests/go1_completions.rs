//! The completion sync with the sandbox's Go1: each completion is in the file once, after a crash as well.
#![allow(clippy::unwrap_used)] // a test may panic

#[path = "../go1_completions/main.rs"]
#[allow(dead_code)] // its `main`
mod go1_completions;

use std::fs::{self, File};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use go1::api::Webhooks;
use go1::{Connection, Go1};
use go1_completions::sandbox::connect;
use go1_completions::{Failure, run};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Fixtures of the sandbox: one enrollment that is completed at the start, and three that are not.
const FIRST: &str = "8100001";
const OTHERS: [&str; 3] = ["8100002", "8100003", "8100004"];
const RARELY: Duration = Duration::from_secs(3600);
const OFTEN: Duration = Duration::from_millis(20);

/// The program's surroundings, which survive its restarts.
struct Program {
    go1: Connection<Go1>,
    address: SocketAddr,
    folder: TempDir,
}

impl Program {
    async fn new(sandbox: &oauth_sandbox::Go1) -> Self {
        // The port is free again at the end of this line.
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        Self { go1: connect(sandbox).await.unwrap(), address, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("completions.tsv")
    }

    async fn start(&self, pause: Duration) -> JoinHandle<Result<(), Failure>> {
        let (go1, file, url) = (self.go1.clone(), self.file(), format!("http://{}/go1", self.address));
        let listener = TcpListener::bind(self.address).await.unwrap();
        tokio::spawn(async move { run(go1, listener, &url, "a key", &file, pause).await })
    }

    fn recorded(&self) -> Vec<String> {
        let text = fs::read_to_string(self.file()).unwrap_or_default();
        let lines = text.lines().filter(|line| !line.starts_with("polled"));
        lines.map(|line| line.split('\t').next().unwrap().to_owned()).collect()
    }

    async fn wait_for(&self, ids: &[&str]) {
        let found = async {
            while self.recorded() != ids {
                sleep(Duration::from_millis(5)).await;
            }
        };
        assert!(timeout(Duration::from_secs(20), found).await.is_ok(), "{:?}", self.recorded());
    }
}

async fn stop(running: JoinHandle<Result<(), Failure>>) {
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_completion_is_recorded_once_across_restarts() {
    let sandbox = oauth_sandbox::Go1::start().await.unwrap();
    let program = Program::new(&sandbox).await;
    let [by_webhook, while_stopped, after_restart] = OTHERS;

    let running = program.start(RARELY).await;
    program.wait_for(&[FIRST]).await;
    // The response to the webhook comes after the line is in the file.
    assert!(sandbox.complete_enrollment(by_webhook).await);
    assert_eq!(program.recorded(), [FIRST, by_webhook]);
    assert_eq!(sandbox.replay_event().await, Some(401));
    stop(running).await;

    assert!(sandbox.complete_enrollment(while_stopped).await);
    let mut file = File::options().append(true).open(program.file()).unwrap();
    file.write_all(b"81000").unwrap(); // the program crashed while it wrote a line

    let running = program.start(OFTEN).await;
    program.wait_for(&[FIRST, by_webhook, while_stopped]).await;
    // Go1 sends the event that the stopped program missed.
    assert_eq!(sandbox.replay_event().await, Some(204));
    assert!(sandbox.complete_enrollment(after_restart).await);
    let polls = |sandbox: &oauth_sandbox::Go1| {
        sandbox.journal().entries().iter().filter(|entry| entry.path == "/gateway/enrollments").count()
    };
    let before = polls(&sandbox);
    while polls(&sandbox) < before + 3 {
        sleep(OFTEN).await;
    }
    assert_eq!(program.recorded(), [FIRST, by_webhook, while_stopped, after_restart]);
    assert_eq!(program.go1.send(&Webhooks).await.unwrap().hits.len(), 1);
    stop(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_finds_what_the_webhook_could_not_record() {
    let sandbox = oauth_sandbox::Go1::start().await.unwrap();
    let program = Program::new(&sandbox).await;
    let running = program.start(RARELY).await;
    program.wait_for(&[FIRST]).await;
    // The webhook arrives, and the API does not return its enrollment.
    sandbox.next_api_call(oauth_sandbox::Fault::too_many_requests(RARELY));
    assert!(sandbox.complete_enrollment(OTHERS[0]).await);
    assert_eq!(program.recorded(), [FIRST]);
    stop(running).await;
    let running = program.start(OFTEN).await;
    program.wait_for(&[FIRST, OTHERS[0]]).await;
    stop(running).await;
}
