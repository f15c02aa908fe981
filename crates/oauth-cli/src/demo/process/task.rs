//! In place of a process where there is no executable to start: in unit tests, whose own is another one.

use tokio::io::{AsyncRead, AsyncWrite, duplex, split};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::inside::serve;
use super::program::Ended;

/// A runtime of its own, as what is killed takes every task with it.
pub(super) struct Task {
    runtime: Option<Runtime>,
    main: JoinHandle<anyhow::Result<()>>,
}

impl Task {
    /// It, its stdin and its stdout.
    pub(super) fn start() -> (Self, impl AsyncWrite, impl AsyncRead) {
        let (ours, theirs) = duplex(1 << 16);
        let ((output, input), (orders, told)) = (split(ours), split(theirs));
        let runtime = Runtime::new().unwrap();
        let main = runtime.spawn(serve(orders, told));
        (Self { runtime: Some(runtime), main }, input, output)
    }

    pub(super) fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    pub(super) async fn wait(&mut self) -> anyhow::Result<Ended> {
        match (&mut self.main).await {
            Ok(ended) => ended.map(|()| Ended { in_order: true, how: "ended".to_owned() }),
            Err(_) => Ok(Ended { in_order: false, how: "killed".to_owned() }),
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.kill();
    }
}
