//! Somebody wants the program to end.

use std::io;

/// Listens for Ctrl-C and, where there is such a thing, a polite request to end. The future ends with the first of them.
#[cfg(unix)]
pub(crate) fn listen() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Listens for Ctrl-C. The future ends with it.
#[cfg(windows)]
pub(crate) fn listen() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

/// Somebody wants the program to end: for commands that have something to finish first.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(tokio::sync::watch::Receiver<u32>);

impl Interrupt {
    /// Listens from now on. Nothing ends the program by itself any more.
    pub(crate) fn listen() -> io::Result<Self> {
        let (sender, receiver) = tokio::sync::watch::channel(0);
        let mut next = signals()?;
        tokio::spawn(async move {
            while next.recv().await {
                sender.send_modify(|count| *count += 1);
            }
        });
        Ok(Self(receiver))
    }

    /// Ends with the next signal, or at once if one has come that nobody has waited for.
    pub(crate) async fn wait(&mut self) {
        if self.0.changed().await.is_err() {
            // Nobody can tell any more.
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
