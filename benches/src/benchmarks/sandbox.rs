//! The sandbox: how many token calls it answers, how soon after its start, and in how much memory.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::load::{self, Form, Load};
use crate::options::Options;
use crate::peers::mock_server;
use crate::processes;
use crate::report::{Limit, Report, Row, Table, Target};
use crate::rounds::Figure;
use crate::unit::Unit;

const CONNECTIONS: usize = 32;
const SANDBOX: &str = "oauth sandbox";
const CANNED: &str = "a server that always says the same";

/// A server in a process of its own, which ends with this.
pub(crate) struct Running {
    child: Child,
    /// Its first line.
    pub(crate) said: String,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let mut said = String::new();
        let read = BufReader::new(child.stdout.as_mut().expect("it was asked for")).read_line(&mut said);
        let running = Self { child, said };
        ensure!(read? > 0, "{command:?} said nothing");
        Ok(running)
    }

    pub(crate) fn memory(&self, field: &str) -> Result<f64> {
        processes::memory(self.child.id(), field)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The token calls of our sandbox's Go1.
struct Go1 {
    token_url: String,
    client_id: String,
    client_secret: String,
    user: String,
    password: String,
}

impl Go1 {
    fn of(card: &str) -> Result<Self> {
        let card: Value = serde_json::from_str(card)?;
        let go1 = &card["providers"]["go1"];
        let text = |value: &Value| value.as_str().map(str::to_owned).context("the card lacks a field");
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

/// Ours beside a server that does nothing, which is the most that this machine and this load generator allow.
pub fn run(options: &Options) -> Result<Report> {
    let program = processes::oauth()?;
    let canned = processes::beside("canned")?;
    let length = options.pick(Duration::from_secs(3), Duration::from_millis(300));

    let (mut starts, mut canned_starts) = (Vec::new(), Vec::new());
    for _ in 0..options.pick(25, 3) {
        starts.push(first_answer(&mut sandbox(&program), |said| Go1::of(said)?.form("client_credentials"))?);
        canned_starts.push(first_answer(&mut Command::new(&canned), plain_form)?);
    }

    let ours = Running::start(&mut sandbox(&program))?;
    let go1 = Go1::of(&ours.said)?;
    let fresh = ours.memory("VmRSS")?;
    let theirs = Running::start(&mut Command::new(&canned))?;
    let same = Load::Same(go1.form("client_credentials")?);
    let nothing = Load::Same(plain_form(&theirs.said)?);
    let (mut calls, mut canned_calls) = (Vec::new(), Vec::new());
    for _ in 0..options.pick(7, 2) {
        calls.push(load::generate(&same, CONNECTIONS, length)?.0);
        canned_calls.push(load::generate(&nothing, CONNECTIONS, length)?.0);
    }
    let canned_memory = theirs.memory("VmHWM")?;
    drop(theirs);
    let refreshes = refreshes(&go1, options, length)?;

    // What a longer load adds, once everything that is bounded is full.
    let third = options.pick(Duration::from_secs(20), Duration::from_millis(300));
    let mut rss = Vec::new();
    let mut answered = 0.0;
    for _ in 0..3 {
        answered = load::generate(&same, CONNECTIONS, third)?.0 * third.as_secs_f64();
        rss.push(ours.memory("VmRSS")?);
    }
    let grown = (rss[2] - rss[1]).max(0.0);
    let most = ours.memory("VmHWM")?;

    let answers = Figure::of(calls);
    let start = Figure::of(starts);
    let row = |name: &str, unit, figure| Row::new(name, unit, figure);
    let mut rates = vec![
        row(SANDBOX, Unit::Rate, answers).note("client credentials at Go1"),
        row("oauth sandbox, refreshing", Unit::Rate, refreshes).note("each refresh token is used once"),
        row(CANNED, Unit::Rate, Figure::of(canned_calls)).note("the most there is to be had here"),
    ];
    let mut soon = vec![row(SANDBOX, Unit::Time, start), row(CANNED, Unit::Time, Figure::of(canned_starts))];
    let mut memory = vec![
        row("oauth sandbox, just started", Unit::Bytes, Figure::exactly(fresh)),
        row("oauth sandbox, the most under load", Unit::Bytes, Figure::exactly(most)),
        row(CANNED, Unit::Bytes, Figure::exactly(canned_memory)),
    ];
    match mock_server::measure(options, CONNECTIONS, length) {
        Ok(peer) => {
            rates.push(row(mock_server::NAME, Unit::Rate, peer.calls));
            soon.push(row(mock_server::NAME, Unit::Time, peer.start));
            memory.push(row(mock_server::NAME, Unit::Bytes, peer.memory));
        }
        Err(why) => rates.push(Row::not_run(mock_server::NAME, format!("{why:#}"))),
    }
    let tables = vec![
        Table::of("Token calls a second, load generator on the same machine", CANNED, rates),
        Table::of("From the start of the process to the first token", CANNED, soon),
        Table::of("Memory", "", memory),
    ];
    Ok(Report {
        targets: vec![
            Target::absolute("token calls a second", answers.median, Unit::Rate, Limit::AtLeast(40_000.0)),
            Target::absolute("refreshes a second", refreshes.median, Unit::Rate, Limit::AtLeast(40_000.0)),
            Target::absolute(
                "from the start to the first token",
                start.median,
                Unit::Time,
                Limit::AtMost(10e6),
            ),
            Target::absolute(
                "the most memory under load",
                most,
                Unit::Bytes,
                Limit::AtMost(15.0 * 1_048_576.0),
            ),
            Target::absolute(
                format!("memory that {} more calls add, after as many", Unit::Count.show(answered)),
                grown,
                Unit::Bytes,
                Limit::AtMost(1_048_576.0),
            ),
        ],
        plots: tables.iter().map(Table::plot).collect(),
        tables,
        notes: vec![format!(
            "`oauth sandbox` in a process of its own, with all its providers; {CONNECTIONS} kept-alive connections, each with one call at a \
             time, from one thread of another process. Memory is what the system gives (`VmHWM`, `VmRSS`)."
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

/// From the start of a process until it has answered a token call, in nanoseconds.
pub(crate) fn first_answer(command: &mut Command, form: impl Fn(&str) -> Result<Form>) -> Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let begun = Instant::now();
    let running = Running::start(command)?;
    let form = form(&running.said)?;
    runtime.block_on(load::once(&form))?;
    Ok(begun.elapsed().as_nanos() as f64)
}

/// Each connection refreshes a token of its own, again and again.
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

/// Where the first user of the sandbox's Go1 is a member.
const PORTAL: &str = "acme-training.mygo1.com";
