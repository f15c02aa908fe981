//! The application's process, started and controlled by the demo.

use anyhow::{Context as _, anyhow, bail};
use http::{Method, Uri};
use oauth_core::chrono::Utc;
use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};

use super::program::{ExitReport, Input, Output, RunningProgram, StartedProgram};
use super::protocol::{ProcessMessage, Setup, Task, TaskRequest};
use crate::output::{Event, ProcessState};
use crate::provider::DemoProvider;
use crate::terminal::scenario::Scenario;
use crate::trace::CallObserver as _;

/// Error if the process exits before it has completed its task.
const EXITED_EARLY: &str = "the other process exited before it completed its task";

/// The behaviour of a process at its next token call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum ProcessMode {
    /// It makes token calls.
    Normal,
    /// It stops before it sends a token call, so that it can be killed there.
    StopBeforeTokenCall,
}

/// A running process, which is killed on drop.
pub(in super::super) struct AppProcess {
    pid: u32,
    input: Input,
    output: Lines<BufReader<Output>>,
    running: RunningProgram,
}

impl AppProcess {
    /// Starts a process with the store's file and key and the client's registration, but without a token.
    pub(in super::super) async fn start<P: DemoProvider>(
        scenario: &Scenario<'_, P>,
        mode: ProcessMode,
    ) -> anyhow::Result<Self> {
        let StartedProgram { running, pid, input, output } =
            scenario.program().start().context("could not start another process")?;
        let mut process = Self { pid, input, output: BufReader::new(output).lines(), running };
        process.emit(scenario, ProcessState::Started, None);
        let setup = Setup {
            provider: P::PROVIDER,
            registration: scenario.registration(),
            store: scenario.store().path(),
            key: scenario.store().key().expose_base64(),
            stop_before_token_call: mode == ProcessMode::StopBeforeTokenCall,
        };
        process.send(&setup).await?;
        Ok(process)
    }

    /// Runs a task and shows its calls and events. Returns the result as text.
    pub(in super::super) async fn run<P: DemoProvider>(
        &mut self,
        scenario: &Scenario<'_, P>,
        task: Task,
    ) -> anyhow::Result<String> {
        match self.execute(scenario, task).await? {
            Some(done) => done.map_err(|error| anyhow!(error)),
            None => bail!("the process stopped before a token call"),
        }
    }

    /// Runs a task that needs a token call, until the process stops before that call.
    pub(in super::super) async fn run_until_stopped<P: DemoProvider>(
        &mut self,
        scenario: &Scenario<'_, P>,
        task: Task,
    ) -> anyhow::Result<()> {
        match self.execute(scenario, task).await? {
            None => Ok(()),
            Some(Ok(_)) => bail!("the process made no token call"),
            Some(Err(error)) => bail!(error),
        }
    }

    /// Returns the task's result, or `None` if the process stopped before a token call.
    async fn execute<P: DemoProvider>(
        &mut self,
        scenario: &Scenario<'_, P>,
        task: Task,
    ) -> anyhow::Result<Option<Result<String, String>>> {
        let clock_offset = (scenario.server().now() - Utc::now()).to_std().unwrap_or_default();
        self.send(&TaskRequest { clock_offset, task }).await?;
        loop {
            let line = self.output.next_line().await?;
            let line = line.context(EXITED_EARLY)?;
            // serde's error could contain a secret.
            match serde_json::from_str(&line)
                .map_err(|_| anyhow!("the other process sent an invalid message"))?
            {
                ProcessMessage::Request(request) => scenario.recorder().request(&request.into_request()?),
                ProcessMessage::Response { method, uri, response } => {
                    let (method, uri): (Method, Uri) = (method.parse()?, uri.parse()?);
                    let response = match response {
                        Ok(response) => Ok(response.into_response()?),
                        Err(error) => Err(error),
                    };
                    scenario.recorder().response(&method, &uri, response.as_ref().map_err(String::clone));
                }
                ProcessMessage::Connection { account, text } => {
                    scenario.output().emit(&Event::Connection { account, text });
                }
                ProcessMessage::Stopped => return Ok(None),
                ProcessMessage::Done(done) => return Ok(Some(done)),
            }
        }
    }

    /// Shuts the process down gracefully: it finishes refreshes in flight and closes the store.
    pub(in super::super) async fn shut_down<P: DemoProvider>(
        mut self,
        scenario: &Scenario<'_, P>,
    ) -> anyhow::Result<ExitReport> {
        self.input.shutdown().await?;
        self.input = Box::new(tokio::io::sink());
        let exit = self.running.wait().await?;
        self.emit(scenario, ProcessState::Ended, Some(&exit));
        Ok(exit)
    }

    /// Kills the process, as in a crash, without any cleanup.
    pub(in super::super) async fn kill<P: DemoProvider>(
        mut self,
        scenario: &Scenario<'_, P>,
    ) -> anyhow::Result<ExitReport> {
        self.running.kill()?;
        let exit = self.running.wait().await?;
        self.emit(scenario, ProcessState::Killed, Some(&exit));
        Ok(exit)
    }

    async fn send(&mut self, message: &impl Serialize) -> anyhow::Result<()> {
        let line = format!("{}\n", serde_json::to_string(message)?);
        self.input.write_all(line.as_bytes()).await.map_err(|_| anyhow!(EXITED_EARLY))?;
        self.input.flush().await.map_err(|_| anyhow!(EXITED_EARLY))
    }

    fn emit<P: DemoProvider>(
        &self,
        scenario: &Scenario<'_, P>,
        state: ProcessState,
        exit: Option<&ExitReport>,
    ) {
        scenario.output().emit(&Event::Process {
            pid: self.pid,
            state,
            exit_status: exit.map(|exit| exit.status.clone()),
        });
    }
}
