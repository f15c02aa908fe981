//! The provider's process: Go1, whose refresh tokens work once, and the faults that it is told to make.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::Duration;

use oauth_core::http::StatusCode;
use oauth_core::http::header::RETRY_AFTER;
use oauth_sandbox::{Fault, Go1, JournalEntry, RequestKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::measure::peak_memory;

/// Makes this program the provider.
pub(crate) const SIGN: &str = "OAUTH_LOAD_PROVIDER";

/// One call in so many meets a fault.
const ONE_IN: usize = 20;
/// So many calls ahead it is decided which.
const AHEAD: usize = 1_000;
/// Often enough that the journal, which is short, forgets nothing unseen.
const LOOKS: Duration = Duration::from_millis(40);

/// What a client has to know.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) portal: String,
    pub(crate) email: String,
    pub(crate) password: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// From now on calls meet faults.
    Fail,
    /// Sets the clock forward.
    Advance { seconds: u64 },
    /// Says what has happened.
    Tell,
}

/// What the provider saw.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// Calls with a refresh token.
    pub(crate) refreshes_sent: usize,
    /// Those of them that gave new tokens.
    pub(crate) refreshed: usize,
    /// Those of them that the provider refused: the refresh token was spent already.
    pub(crate) refused: usize,
    pub(crate) token_faults: usize,
    pub(crate) api_calls: usize,
    pub(crate) api_faults: usize,
    /// Requests that the journal forgot before anybody looked.
    pub(crate) unseen: u64,
    pub(crate) peak_memory: Option<u64>,
}

/// The provider as the client's process holds it. It ends with this.
#[derive(Debug)]
pub(crate) struct Provider {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Provider {
    pub(crate) fn start() -> (Self, Card) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(SIGN, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut provider = Self { child, orders, answers };
        let card = provider.hear();
        (provider, card)
    }

    fn hear<T: DeserializeOwned>(&mut self) -> T {
        let line = self.answers.next().expect("the provider lives").unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Has it done, and gives back what the provider has seen by then.
    pub(crate) fn order(&mut self, order: &Order) -> Ledger {
        let mut line = serde_json::to_string(order).unwrap();
        line.push('\n');
        self.orders.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
        self.hear()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // Its end of file is its end.
        self.orders = None;
        let _ = self.child.wait();
    }
}

fn say(what: &impl Serialize) {
    let mut line = serde_json::to_string(what).unwrap();
    line.push('\n');
    // Whoever has gone away hears nothing any more.
    if std::io::stdout().lock().write_all(line.as_bytes()).is_err() {
        std::process::exit(1);
    }
}

pub(crate) fn main() -> ExitCode {
    let (told, orders) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ = told.send(serde_json::from_str::<Order>(&line).unwrap());
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(serve(orders));
    ExitCode::SUCCESS
}

async fn serve(mut orders: mpsc::UnboundedReceiver<Order>) {
    let mut books = Books::open(Go1::start().await.unwrap());
    let (go1, mut looks) = (&books.go1, tokio::time::interval(LOOKS));
    let user = go1.users().remove(0);
    say(&Card {
        url: go1.url().to_owned(),
        client_id: go1.client_id().to_owned(),
        client_secret: go1.client_secret().to_owned(),
        portal: go1.portals().remove(0).url,
        email: user.email,
        password: user.password,
    });
    loop {
        tokio::select! {
            order = orders.recv() => {
                match order {
                    None => return,
                    Some(Order::Fail) => books.fails = true,
                    Some(Order::Advance { seconds }) => books.go1.advance(Duration::from_secs(seconds)),
                    Some(Order::Tell) => {}
                }
                books.look();
                say(&Ledger { peak_memory: peak_memory(), ..books.ledger.clone() });
            }
            _ = looks.tick() => books.look(),
        }
    }
}

struct Books {
    go1: Go1,
    fails: bool,
    ledger: Ledger,
    /// The newest request that was looked at.
    newest: u64,
    /// Those before it that were still under way.
    under_way: BTreeSet<u64>,
    /// How many faults (also those that are none) wait for token calls and for API calls, and how many there ever were.
    waiting: [usize; 2],
    planned: [usize; 2],
}

impl Books {
    fn open(go1: Go1) -> Self {
        Self {
            go1,
            fails: false,
            ledger: Ledger::default(),
            newest: 0,
            under_way: BTreeSet::new(),
            waiting: [0; 2],
            planned: [0; 2],
        }
    }

    fn look(&mut self) {
        let journal = self.go1.journal();
        let oldest = journal.entries().first().map_or(self.newest + 1, |entry| entry.number);
        self.ledger.unseen += oldest.saturating_sub(self.newest + 1);
        // Long forgotten and never answered: the client went away in the midst of it.
        self.under_way.retain(|number| *number >= oldest);
        for entry in journal.entries() {
            let is_new = entry.number > self.newest;
            if is_new && entry.fault.is_some() {
                self.waiting[usize::from(entry.kind == RequestKind::Api)] -= 1;
            }
            if !is_new && !self.under_way.remove(&entry.number) {
                continue;
            }
            self.newest = self.newest.max(entry.number);
            if !is_over(entry) {
                self.under_way.insert(entry.number);
            } else {
                self.write(entry);
            }
        }
        if self.fails {
            self.plan();
        }
    }

    fn write(&mut self, entry: &JournalEntry) {
        match entry.kind {
            RequestKind::Api => {
                self.ledger.api_calls += 1;
                self.ledger.api_faults += usize::from(met(entry));
            }
            RequestKind::Token if is_refresh(entry) => {
                self.ledger.refreshes_sent += 1;
                match entry.status {
                    Some(200) => self.ledger.refreshed += 1,
                    _ if met(entry) => {}
                    _ => self.ledger.refused += 1,
                }
                self.ledger.token_faults += usize::from(met(entry));
            }
            _ => {}
        }
    }

    /// Decides about the next calls. A fault that is none lets one pass.
    fn plan(&mut self) {
        let passes = Fault::Delay { millis: 0 };
        for (at, (waiting, planned)) in self.waiting.iter_mut().zip(&mut self.planned).enumerate() {
            while *waiting < AHEAD {
                *planned += 1;
                let fault = if planned.is_multiple_of(ONE_IN) { misfortune() } else { passes.clone() };
                if at == 0 {
                    self.go1.next_token_call(fault);
                } else {
                    self.go1.next_api_call(fault);
                }
                *waiting += 1;
            }
        }
    }
}

/// What happens to calls on their way. In none of these the provider has spent anything: an answer that is lost after a refresh token
/// was spent is a connection lost whoever the client is, and is looked at by the tests of faults and of processes.
fn misfortune() -> Fault {
    match fastrand::usize(..6) {
        0 => Fault::DropRequest,
        1 => Fault::HtmlBadGateway,
        2 => Fault::status(503, "busy"),
        3 => Fault::Response {
            status: StatusCode::TOO_MANY_REQUESTS,
            headers: vec![(RETRY_AFTER, 1.into())],
            body: String::new(),
        },
        4 => Fault::Delay { millis: 300 },
        // Until the client gives up.
        _ => Fault::Hang,
    }
}

/// Whether it has its answer, or will never have one.
fn is_over(entry: &JournalEntry) -> bool {
    entry.status.is_some()
        || entry.fault.as_ref().is_some_and(|fault| ["drop_request", "hang"].contains(&fault.as_str()))
}

fn met(entry: &JournalEntry) -> bool {
    entry.fault.as_ref().is_some_and(|fault| fault != "delay 0 ms")
}

fn is_refresh(entry: &JournalEntry) -> bool {
    entry.form.iter().any(|parameter| parameter.name == "grant_type" && parameter.value == "refresh_token")
}
