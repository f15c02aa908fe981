//! The other process, seen from the demo.

use anyhow::{Context as _, anyhow, bail};
use http::{Method, Uri};
use oauth_core::chrono::Utc;
use oauth_sandbox::SandboxProvider;
use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};

use super::line::{Order, Setup, Task, Told};
use super::program::{Ended, Input, Output, Running, StartedProgram};
use crate::demo::stage::Stage;
use crate::show::{Event, Life};
use crate::trace::Watch as _;

/// Why nothing more comes of it.
const GONE: &str = "the other process ended before it was done";

/// What becomes of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Fate {
    /// It ends when it is told to.
    Ends,
    /// It stops where a token call would leave, to be killed there.
    IsKilled,
}

/// One that runs, at the latest until this is dropped.
pub(in super::super) struct Process {
    pid: u32,
    input: Input,
    output: Lines<BufReader<Output>>,
    running: Running,
}

impl Process {
    /// Starts one. It gets the file, its key and the application's registration, but no token.
    pub(in super::super) async fn start<S: SandboxProvider>(
        stage: &Stage<'_, S>,
        fate: Fate,
    ) -> anyhow::Result<Self> {
        let StartedProgram { running, pid, input, output } =
            stage.program().start().context("could not start another process")?;
        let mut process = Self { pid, input, output: BufReader::new(output).lines(), running };
        process.tell(stage, Life::Started, None);
        let card = stage.card();
        let setup = Setup {
            provider: stage.provider(),
            url: card.url.clone(),
            client_id: card.client_id.clone(),
            client_secret: card.client_secret.clone(),
            redirect_uri: stage.redirect_uri(),
            store: stage.store().path(),
            key: stage.store().key().expose_base64(),
            doomed: fate == Fate::IsKilled,
        };
        process.say(&setup).await?;
        Ok(process)
    }

    /// Has it do something, and shows what passes meanwhile. The answer in its words.
    pub(in super::super) async fn order<S: SandboxProvider>(
        &mut self,
        stage: &Stage<'_, S>,
        task: Task,
    ) -> anyhow::Result<String> {
        match self.carry_out(stage, task).await? {
            Some(done) => done.map_err(|error| anyhow!(error)),
            None => bail!("the process stopped before a token call"),
        }
    }

    /// Has a doomed one do something that takes a token call, until it has come to where that would leave.
    pub(in super::super) async fn order_until_stopped<S: SandboxProvider>(
        &mut self,
        stage: &Stage<'_, S>,
        task: Task,
    ) -> anyhow::Result<()> {
        match self.carry_out(stage, task).await? {
            None => Ok(()),
            Some(Ok(_)) => bail!("the process made no token call"),
            Some(Err(error)) => bail!(error),
        }
    }

    /// What came of an order; `None` if it stopped half-way.
    async fn carry_out<S: SandboxProvider>(
        &mut self,
        stage: &Stage<'_, S>,
        task: Task,
    ) -> anyhow::Result<Option<Result<String, String>>> {
        let ahead = (stage.sandbox().now() - Utc::now()).to_std().unwrap_or_default();
        self.say(&Order { ahead, task }).await?;
        loop {
            let line = self.output.next_line().await?;
            let line = line.context(GONE)?;
            // The parser's own error could quote a secret.
            match serde_json::from_str(&line).map_err(|_| anyhow!("the other process was not understood"))? {
                Told::Request(request) => stage.watcher().request(&request.into_request()?),
                Told::Answer { method, uri, answer } => {
                    let (method, uri): (Method, Uri) = (method.parse()?, uri.parse()?);
                    let answer = match answer {
                        Ok(answer) => Ok(answer.into_response()?),
                        Err(error) => Err(error),
                    };
                    stage.watcher().answer(&method, &uri, answer.as_ref().map_err(String::clone));
                }
                Told::Connection { account, text } => {
                    stage.voice().tell(&Event::Connection { account, text });
                }
                Told::Stopped => return Ok(None),
                Told::Done(done) => return Ok(Some(done)),
            }
        }
    }

    /// Ends it in order: it finishes what is under way and closes the file.
    pub(in super::super) async fn end<S: SandboxProvider>(
        mut self,
        stage: &Stage<'_, S>,
    ) -> anyhow::Result<Ended> {
        self.input.shutdown().await?;
        self.input = Box::new(tokio::io::sink());
        let ended = self.running.wait().await?;
        self.tell(stage, Life::Ended, Some(&ended));
        Ok(ended)
    }

    /// Kills it, as a crash or an impatient operating system would: it gets to do nothing more.
    pub(in super::super) async fn kill<S: SandboxProvider>(
        mut self,
        stage: &Stage<'_, S>,
    ) -> anyhow::Result<Ended> {
        self.running.kill()?;
        let ended = self.running.wait().await?;
        self.tell(stage, Life::Killed, Some(&ended));
        Ok(ended)
    }

    async fn say(&mut self, what: &impl Serialize) -> anyhow::Result<()> {
        let line = format!("{}\n", serde_json::to_string(what)?);
        self.input.write_all(line.as_bytes()).await.map_err(|_| anyhow!(GONE))?;
        self.input.flush().await.map_err(|_| anyhow!(GONE))
    }

    fn tell<S: SandboxProvider>(&self, stage: &Stage<'_, S>, what: Life, ended: Option<&Ended>) {
        stage.voice().tell(&Event::Process {
            pid: self.pid,
            what,
            how: ended.map(|ended| ended.how.clone()),
        });
    }
}
