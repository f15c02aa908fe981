//! A build monitor in the terminal: GoCD's dashboard, read every two seconds. Type a pipeline's number and
//! Enter to run it, `h` and the number for its last runs, `q` to quit.
//!
//! ```sh
//! cargo run -p examples --example gocd-monitor
//! ```
//!
//! shows the sandbox's pipelines, at ten times the speed. For a GoCD server since 20.9, create a token on its
//! page "Personal Access Tokens":
//!
//! ```sh
//! GOCD_URL=https://go.example.com:8154 GOCD_TOKEN=… cargo run -p examples --example gocd-monitor
//! ```

use std::error::Error;
use std::io::Write;
use std::time::Duration;
use std::{env, io};

use gocd::api::dashboard::{DashboardPipeline, DashboardStage, GetDashboard};
use gocd::api::pipelines::{PipelineRuns, Schedule, SchedulePipeline};
use gocd::api::stages::StageStatus;
use gocd::{Connection, Connections, MemoryStore, Personal, Site};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, BufReader, stdin};
use tokio::time::sleep;

#[allow(clippy::print_stderr)] // an example shows its errors
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (site, token) = if let Ok(url) = env::var("GOCD_URL") {
        (Site::at(url)?, env::var("GOCD_TOKEN").map_err(|_| "set GOCD_TOKEN")?)
    } else {
        let sandbox = oauth_sandbox::Gocd::start().await?;
        let server = (Site::at(sandbox.url())?, sandbox.personal_access_token().to_owned());
        tokio::spawn(async move {
            loop {
                sleep(Duration::from_secs(1)).await;
                sandbox.advance(Duration::from_secs(9));
            }
        });
        server
    };
    let gocd = connect(site, token).await?;
    let ended = run(&gocd, BufReader::new(stdin()), io::stdout(), Duration::from_secs(2)).await;
    // Printed before the runtime ends, which waits for a line of stdin.
    ended.inspect_err(|error| eprintln!("{error}; press Enter to end"))
}

pub(crate) async fn connect(site: Site, token: String) -> Result<Connection<Personal>, gocd::Error> {
    let gocd = Personal::client(site, token)?;
    Connections::new(gocd.client().clone(), MemoryStore::new()).insert("monitor", gocd.token().clone()).await
}

/// Redraws the screen after each pause and each line of input, until `q` or the input's end.
pub(crate) async fn run(
    gocd: &Connection<Personal>,
    input: impl AsyncBufRead + Unpin,
    mut screen: impl Write,
    pause: Duration,
) -> Result<(), Box<dyn Error>> {
    let mut lines = input.lines();
    let (mut pipelines, mut message) = (Vec::new(), String::new());
    loop {
        let outage = match gocd.send(&GetDashboard).await {
            Ok(dashboard) => {
                pipelines = dashboard.embedded.pipelines;
                String::new()
            }
            // The server may be restarting: leave the last state on the screen.
            Err(error) if error.is_transient() => error.to_string(),
            Err(error) => return Err(error.into()),
        };
        // Clears the screen and puts the cursor into its corner.
        write!(screen, "\x1b[2J\x1b[H{}\n{message}\n{outage}\n> ", draw(&pipelines))?;
        screen.flush()?;
        tokio::select! {
            line = lines.next_line() => match line?.as_deref().map(str::trim) {
                None | Some("q") => return Ok(()),
                Some("") => message.clear(),
                // A refused command is shown, and does not end the monitor.
                Some(command) => {
                    message = execute(gocd, &pipelines, command).await.unwrap_or_else(|error| error.to_string());
                }
            },
            () = sleep(pause) => {}
        }
    }
}

async fn execute(
    gocd: &Connection<Personal>,
    pipelines: &[DashboardPipeline],
    command: &str,
) -> Result<String, gocd::Error> {
    let number = command.trim_start_matches('h').trim().parse::<usize>().ok();
    let Some(pipeline) = number.and_then(|number| pipelines.get(number.checked_sub(1)?)) else {
        return Ok(format!("unknown command {command:?}; type a number, h and a number, or q"));
    };
    if !command.starts_with('h') {
        let confirmation = gocd.send(&SchedulePipeline::new(&pipeline.name, Schedule::new())).await?;
        return Ok(confirmation.message);
    }
    let mut history = format!("last runs of {}:", pipeline.name);
    let mut runs = gocd.pages(PipelineRuns::new(&pipeline.name));
    for _ in 0..5 {
        let Some(run) = runs.next().await.transpose()? else { break };
        let cause = run.build_cause.and_then(|cause| cause.trigger_message).unwrap_or_default();
        history += &format!("\n  {} {cause}", run.label.unwrap_or_default());
    }
    Ok(history)
}

fn draw(pipelines: &[DashboardPipeline]) -> String {
    let mut text = String::new();
    for (number, pipeline) in (1..).zip(pipelines) {
        // Several runs may be active.
        let run = pipeline.instances().iter().max_by_key(|run| run.counter);
        let label = run.and_then(|run| run.label.as_deref()).unwrap_or("never run");
        let stages: Vec<String> = run.map_or(&[][..], |run| run.stages()).iter().map(draw_stage).collect();
        text += &format!("{number:>2}  {:<12} {label:<14} {}", pipeline.name, stages.join("  "));
        if let Some(pause) = pipeline.pause_info.as_ref().filter(|pause| pause.paused) {
            text += &format!("  paused: {}", pause.pause_reason.as_deref().unwrap_or("no reason given"));
        }
        text.push('\n');
    }
    text
}

fn draw_stage(stage: &DashboardStage) -> String {
    let (colour, status) = match &stage.status {
        Some(StageStatus::Passed) => (32, "passed"),
        Some(StageStatus::Failed) => (31, "failed"),
        Some(StageStatus::Building) => (33, "building"),
        other => (90, other.as_ref().map_or("unknown", StageStatus::as_str)),
    };
    format!("{}: \x1b[{colour}m{status}\x1b[0m", stage.name)
}
