//! The sandbox: token calls per second, start-up time and memory.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::contender::Figure;
use crate::load::{self, Form, Load};
use crate::options::Options;
use crate::peers::mock_server;
use crate::processes;
use crate::report::{Limit, Report, Row, Table, Target};
use crate::unit::Unit;

const CONNECTIONS: usize = 32;
const SANDBOX: &str = "oauth sandbox";
const FIXED_RESPONSE: &str = "a server with a fixed response";

/// A server process, killed on drop.
pub(crate) struct ServerProcess {
    child: Child,
    /// Its first line of output.
    pub(crate) first_line: String,
}

impl ServerProcess {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let mut first_line = String::new();
        let read = BufReader::new(child.stdout.as_mut().expect("stdout is piped")).read_line(&mut first_line);
        let running = Self { child, first_line };
        ensure!(read? > 0, "{command:?} printed nothing");
        Ok(running)
    }

    pub(crate) fn memory(&self, field: &str) -> Result<f64> {
        processes::memory(self.child.id(), field)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Data for token calls at the sandbox's Go1.
struct Go1 {
    token_url: String,
    client_id: String,
    client_secret: String,
    user: String,
    password: String,
}

impl Go1 {
    fn of(manifest: &str) -> Result<Self> {
        let manifest: Value = serde_json::from_str(manifest)?;
        let go1 = &manifest["providers"]["go1"];
        let text = |value: &Value| value.as_str().map(str::to_owned).context("the manifest lacks a field");
        Ok(Self {
            token_url: text(&go1["token_url"])?,
            client_id: text(&go1["client_id"])?,
            client_secret: text(&go1["client_secret"])?,
            user: text(&go1["users"][0]["email"])?,
            password: text(&go1["users"][0]["password"])?,
        })
    }

    fn form(&self, grant: &str) -> Result<Form> {
        let client = [("client_id", &*self.client_id), ("client_secret", &*self.client_secret)];
        Form::new(&self.token_url, &[("grant_type", grant), client[0], client[1]])
    }
}

fn sandbox(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["sandbox", "--port-base", "0"]);
    command
}

/// Compares it with a server that does nothing, the upper bound for this machine and load generator.
pub fn run(options: &Options) -> Result<Report> {
    let program = processes::oauth()?;
    let fixed = processes::sibling("fixed_response_server")?;
    let length = options.pick(Duration::from_secs(3), Duration::from_millis(300));

    let (mut starts, mut fixed_starts) = (Vec::new(), Vec::new());
    for _ in 0..options.pick(25, 3) {
        starts.push(first_response(&mut sandbox(&program), |first_line| {
            Go1::of(first_line)?.form("client_credentials")
        })?);
        fixed_starts.push(first_response(&mut Command::new(&fixed), plain_form)?);
    }

    let sandbox_process = ServerProcess::start(&mut sandbox(&program))?;
    let go1 = Go1::of(&sandbox_process.first_line)?;
    let fresh = sandbox_process.memory("VmRSS")?;
    let fixed_process = ServerProcess::start(&mut Command::new(&fixed))?;
    let same = Load::Same(go1.form("client_credentials")?);
    let fixed_load = Load::Same(plain_form(&fixed_process.first_line)?);
    let (mut calls, mut fixed_calls) = (Vec::new(), Vec::new());
    for _ in 0..options.pick(7, 2) {
        calls.push(load::generate(&same, CONNECTIONS, length)?.0);
        fixed_calls.push(load::generate(&fixed_load, CONNECTIONS, length)?.0);
    }
    let fixed_memory = fixed_process.memory("VmHWM")?;
    drop(fixed_process);
    let refreshes = refreshes(&go1, options, length)?;

    // Memory growth under longer load, once all bounded structures are full.
    let third = options.pick(Duration::from_secs(20), Duration::from_millis(300));
    let mut rss = Vec::new();
    let mut responses = 0.0;
    for _ in 0..3 {
        responses = load::generate(&same, CONNECTIONS, third)?.0 * third.as_secs_f64();
        rss.push(sandbox_process.memory("VmRSS")?);
    }
    let grown = (rss[2] - rss[1]).max(0.0);
    let peak = sandbox_process.memory("VmHWM")?;

    let call_rate = Figure::of(calls);
    let start = Figure::of(starts);
    let row = |name: &str, unit, figure| Row::new(name, unit, figure);
    let mut rates = vec![
        row(SANDBOX, Unit::Rate, call_rate).note("client credentials at Go1"),
        row("oauth sandbox, refreshing", Unit::Rate, refreshes).note("each refresh token is used once"),
        row(FIXED_RESPONSE, Unit::Rate, Figure::of(fixed_calls)).note("upper bound on this machine"),
    ];
    let mut start_times =
        vec![row(SANDBOX, Unit::Time, start), row(FIXED_RESPONSE, Unit::Time, Figure::of(fixed_starts))];
    let mut memory = vec![
        row("oauth sandbox, just started", Unit::Bytes, Figure::exactly(fresh)),
        row("oauth sandbox, peak under load", Unit::Bytes, Figure::exactly(peak)),
        row(FIXED_RESPONSE, Unit::Bytes, Figure::exactly(fixed_memory)),
    ];
    match mock_server::measure(options, CONNECTIONS, length) {
        Ok(peer) => {
            rates.push(row(mock_server::NAME, Unit::Rate, peer.calls));
            start_times.push(row(mock_server::NAME, Unit::Time, peer.start));
            memory.push(row(mock_server::NAME, Unit::Bytes, peer.memory));
        }
        Err(reason) => rates.push(Row::not_run(mock_server::NAME, format!("{reason:#}"))),
    }
    let tables = vec![
        Table::of("Token calls a second, load generator on the same machine", FIXED_RESPONSE, rates),
        Table::of("From the start of the process to the first token", FIXED_RESPONSE, start_times),
        Table::of("Memory", "", memory),
    ];
    Ok(Report {
        targets: vec![
            Target::absolute("token calls a second", call_rate.median, Unit::Rate, Limit::AtLeast(40_000.0)),
            Target::absolute("refreshes a second", refreshes.median, Unit::Rate, Limit::AtLeast(40_000.0)),
            Target::absolute(
                "from the start to the first token",
                start.median,
                Unit::Time,
                Limit::AtMost(10e6),
            ),
            Target::absolute("peak memory under load", peak, Unit::Bytes, Limit::AtMost(15.0 * 1_048_576.0)),
            Target::absolute(
                format!("memory added by {} more calls, after as many", Unit::Count.show(responses)),
                grown,
                Unit::Bytes,
                Limit::AtMost(1_048_576.0),
            ),
        ],
        plots: tables.iter().map(Table::plot).collect(),
        tables,
        notes: vec![format!(
            "`oauth sandbox` in a separate process with all its providers; {CONNECTIONS} kept-alive connections, each with one call at a \
             time, from one thread of another process. Memory is measured by the system (`VmHWM`, `VmRSS`)."
        )],
    })
}

fn plain_form(url: &str) -> Result<Form> {
    Form::new(
        url.trim(),
        &[
            ("grant_type", "client_credentials"),
            ("client_id", "client-id"),
            ("client_secret", "client-secret"),
        ],
    )
}

/// Nanoseconds from the start of a process to the response of its first token call.
pub(crate) fn first_response(command: &mut Command, form: impl Fn(&str) -> Result<Form>) -> Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let begun = Instant::now();
    let running = ServerProcess::start(command)?;
    let form = form(&running.first_line)?;
    runtime.block_on(load::once(&form))?;
    Ok(begun.elapsed().as_nanos() as f64)
}

/// Each connection refreshes its own token repeatedly.
fn refreshes(go1: &Go1, options: &Options, length: Duration) -> Result<Figure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Go1 { token_url, client_id, client_secret, user, password } = go1;
    let first = Form::new(
        token_url,
        &[
            ("grant_type", "password"),
            ("client_id", client_id),
            ("client_secret", client_secret),
            ("username", user),
            ("password", password),
            ("portal_name", PORTAL),
        ],
    )?;
    let mut tokens = runtime.block_on(async {
        let mut tokens = Vec::new();
        for _ in 0..CONNECTIONS {
            tokens.push(load::refresh_token(&first).await?);
        }
        anyhow::Ok(tokens)
    })?;
    let mut rates = Vec::new();
    for _ in 0..options.pick(7, 2) {
        let (rate, last) =
            load::generate(&Load::Refresh(go1.form("refresh_token")?, tokens), CONNECTIONS, length)?;
        rates.push(rate);
        tokens = last;
    }
    Ok(Figure::of(rates))
}

/// Portal of the first user at the sandbox's Go1.
const PORTAL: &str = "acme-training.mygo1.com";
