//! A substitute for a process in unit tests, where the current executable is the test harness.

use tokio::io::{AsyncRead, AsyncWrite, duplex, split};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::child::serve;
use super::program::ExitReport;

/// A separate runtime, so that a kill ends all of its tasks.
pub(super) struct TaskProcess {
    runtime: Option<Runtime>,
    main: JoinHandle<anyhow::Result<()>>,
}

impl TaskProcess {
    /// Returns the process, its stdin and its stdout.
    pub(super) fn start() -> (Self, impl AsyncWrite, impl AsyncRead) {
        let (parent_end, child_end) = duplex(1 << 16);
        let ((output, input), (child_input, child_output)) = (split(parent_end), split(child_end));
        let runtime = Runtime::new().unwrap();
        let main = runtime.spawn(serve(child_input, child_output));
        (Self { runtime: Some(runtime), main }, input, output)
    }

    pub(super) fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    pub(super) async fn wait(&mut self) -> anyhow::Result<ExitReport> {
        match (&mut self.main).await {
            Ok(ended) => ended.map(|()| ExitReport { success: true, status: "ended".to_owned() }),
            Err(_) => Ok(ExitReport { success: false, status: "killed".to_owned() }),
        }
    }
}

impl Drop for TaskProcess {
    fn drop(&mut self) {
        self.kill();
    }
}
