//! What is started, and how it ends.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Context as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::{Child, Command};

#[cfg(test)]
use super::task::Task;

/// What is started.
#[derive(Clone, Debug)]
pub(in super::super) enum Program {
    /// This executable, once more.
    Executable(PathBuf),
    /// The same in a task, as the executable of unit tests is another one.
    #[cfg(test)]
    Task,
}

pub(super) type Input = Box<dyn AsyncWrite + Send + Unpin>;
pub(super) type Output = Box<dyn AsyncRead + Send + Unpin>;

/// It, its number, its stdin and its stdout.
pub(super) struct StartedProgram {
    pub(super) running: Running,
    pub(super) pid: u32,
    pub(super) input: Input,
    pub(super) output: Output,
}

/// What runs, at the latest until this is dropped.
pub(super) enum Running {
    Process(Child),
    #[cfg(test)]
    Task(Task),
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Ended {
    pub(in super::super) in_order: bool,
    pub(in super::super) how: String,
}

impl Program {
    pub(super) fn start(&self) -> anyhow::Result<StartedProgram> {
        match self {
            Self::Executable(path) => {
                let mut command = Command::new(path);
                command.arg("demo-process").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
                let mut child = command.spawn()?;
                let input = Box::new(child.stdin.take().context("it has no stdin")?);
                let output = Box::new(child.stdout.take().context("it has no stdout")?);
                let pid = child.id().context("it ended at once")?;
                Ok(StartedProgram { running: Running::Process(child), pid, input, output })
            }
            #[cfg(test)]
            Self::Task => {
                let (task, input, output) = Task::start();
                let (input, output, pid) = (Box::new(input), Box::new(output), std::process::id());
                Ok(StartedProgram { running: Running::Task(task), pid, input, output })
            }
        }
    }
}

impl Running {
    pub(super) fn kill(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Process(child) => child.start_kill()?,
            #[cfg(test)]
            Self::Task(task) => task.kill(),
        }
        Ok(())
    }

    pub(super) async fn wait(&mut self) -> anyhow::Result<Ended> {
        match self {
            Self::Process(child) => {
                let status = child.wait().await?;
                Ok(Ended { in_order: status.success(), how: status.to_string() })
            }
            #[cfg(test)]
            Self::Task(task) => task.wait().await,
        }
    }
}
