//! Starting a process and waiting for its exit.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Context as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::{Child, Command};

#[cfg(test)]
use super::task_process::TaskProcess;

/// The program to start as the application's process.
#[derive(Clone, Debug)]
pub(in super::super) enum Program {
    /// This executable.
    Executable(PathBuf),
    /// The same code in a task: in unit tests the current executable is the test harness.
    #[cfg(test)]
    Task,
}

pub(super) type Input = Box<dyn AsyncWrite + Send + Unpin>;
pub(super) type Output = Box<dyn AsyncRead + Send + Unpin>;

/// A started program with its process id, stdin and stdout.
pub(super) struct StartedProgram {
    pub(super) running: RunningProgram,
    pub(super) pid: u32,
    pub(super) input: Input,
    pub(super) output: Output,
}

/// A running program, which is killed on drop.
pub(super) enum RunningProgram {
    Process(Child),
    #[cfg(test)]
    Task(TaskProcess),
}

/// The exit status, and whether it was successful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ExitReport {
    pub(in super::super) success: bool,
    pub(in super::super) status: String,
}

impl Program {
    pub(super) fn start(&self) -> anyhow::Result<StartedProgram> {
        match self {
            Self::Executable(path) => {
                let mut command = Command::new(path);
                command.arg("demo-process").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
                let mut child = command.spawn()?;
                let input = Box::new(child.stdin.take().context("the process has no stdin")?);
                let output = Box::new(child.stdout.take().context("the process has no stdout")?);
                let pid = child.id().context("the process exited immediately")?;
                Ok(StartedProgram { running: RunningProgram::Process(child), pid, input, output })
            }
            #[cfg(test)]
            Self::Task => {
                let (task, input, output) = TaskProcess::start();
                let (input, output, pid) = (Box::new(input), Box::new(output), std::process::id());
                Ok(StartedProgram { running: RunningProgram::Task(task), pid, input, output })
            }
        }
    }
}

impl RunningProgram {
    pub(super) fn kill(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Process(child) => child.start_kill()?,
            #[cfg(test)]
            Self::Task(task) => task.kill(),
        }
        Ok(())
    }

    pub(super) async fn wait(&mut self) -> anyhow::Result<ExitReport> {
        match self {
            Self::Process(child) => {
                let status = child.wait().await?;
                Ok(ExitReport { success: status.success(), status: status.to_string() })
            }
            #[cfg(test)]
            Self::Task(task) => task.wait().await,
        }
    }
}
