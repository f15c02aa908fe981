//! Signals that ask the program to stop.

use std::io;

use crate::failure::Failure;

/// Counts signals: SIGINT and SIGTERM, or Ctrl-C on Windows. Some commands finish work before they stop.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(tokio::sync::watch::Receiver<u32>);

impl Interrupt {
    /// Starts listening. From now on a signal no longer ends the process by itself.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let (sender, receiver) = tokio::sync::watch::channel(0);
        let mut next =
            signals().map_err(|error| Failure::setup(format!("cannot listen for Ctrl-C: {error}")))?;
        tokio::spawn(async move {
            while next.recv().await {
                sender.send_modify(|count| *count += 1);
            }
        });
        Ok(Self(receiver))
    }

    /// Waits for the next signal. Returns at once if one is already pending.
    pub(crate) async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            // The listening task has ended.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
fn signals() -> io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};

    Ok(Signals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
}

#[cfg(unix)]
impl Signals {
    async fn recv(&mut self) -> bool {
        tokio::select! {
            signal = self.interrupt.recv() => signal.is_some(),
            signal = self.terminate.recv() => signal.is_some(),
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
fn signals() -> io::Result<Signals> {
    Ok(Signals(tokio::signal::windows::ctrl_c()?))
}

#[cfg(windows)]
impl Signals {
    async fn recv(&mut self) -> bool {
        self.0.recv().await.is_some()
    }
}
