//! Ten thousand tasks that wait for one refresh, and a hundred thousand connections in memory.

use std::collections::HashMap;
use std::hint::black_box;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{oneshot, watch};

use crate::held::{self, Gate};
use crate::options::Options;
use crate::processes;
use crate::report::{Limit, Plot, Report, Row, Table, Target, named};
use crate::rounds::{Contender, Figure, Taken, take_turns};
use crate::unit::Unit;

const WAITERS: usize = 10_000;
const CONNECTIONS: usize = 100_000;

/// Time and memory of both.
pub fn run(options: &Options) -> Result<Report> {
    let waking = waking(options)?;
    let memory = memory()?;
    let (lookup, targets_of_lookup, plot) = lookup(options)?;
    let bytes = |at: usize| memory.rows[at].figure.map_or(f64::NAN, |figure| figure.median);
    let mut targets = vec![
        Target::absolute(
            "10,000 tasks wait for one refresh: from the reply until all have their header",
            waking.rows[0].figure.map_or(f64::NAN, |figure| figure.median),
            Unit::Time,
            Limit::AtMost(20e6),
        ),
        Target::absolute(
            "100,000 live connections in memory: bytes for each",
            bytes(2),
            Unit::Bytes,
            Limit::AtMost(1024.0),
        ),
    ];
    targets.extend(targets_of_lookup);
    Ok(Report {
        targets,
        tables: vec![waking, memory, lookup],
        plots: vec![plot],
        notes: vec![
            "Memory is what was asked of the allocator. A waiter is a tokio task with all that it holds; the row below it is a task \
             that waits for a `tokio::sync::watch` and does nothing else. A connection is everything between its name and its \
             header, the store left out; the row below it is the token that it holds."
                .to_owned(),
        ],
    })
}

fn waking(options: &Options) -> Result<Table> {
    let rounds = options.pick(15, 3);
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(ours_once()?);
        bare.push(bare_once()?);
    }
    Ok(Table::of(
        "10,000 tasks woken, on two threads",
        "tokio::sync::watch alone",
        vec![
            Row::new("oauth-core headers()", Unit::Time, Figure::of(ours)),
            Row::new("tokio::sync::watch alone", Unit::Time, Figure::of(bare)),
        ],
    ))
}

fn two_threads() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Says when the last of them is done.
#[derive(Clone)]
struct Finish {
    left: Arc<AtomicUsize>,
    last: Arc<Mutex<Option<oneshot::Sender<Instant>>>>,
}

impl Finish {
    fn new() -> (Self, oneshot::Receiver<Instant>) {
        let (sender, receiver) = oneshot::channel();
        let last = Arc::new(Mutex::new(Some(sender)));
        (Self { left: Arc::new(AtomicUsize::new(WAITERS)), last }, receiver)
    }

    fn one(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            let now = Instant::now();
            let sender = self.last.lock().expect("nobody panics").take().expect("there is one last");
            let _ = sender.send(now);
        }
    }
}

/// Tasks that count as waiting from their first turn on.
async fn spawn_waiting<F: Future<Output = ()> + Send + 'static>(make: impl Fn() -> F) {
    let begun = Arc::new(AtomicUsize::new(0));
    for _ in 0..WAITERS {
        let (begun, waits) = (Arc::clone(&begun), make());
        tokio::spawn(async move {
            begun.fetch_add(1, Ordering::AcqRel);
            waits.await;
        });
    }
    while begun.load(Ordering::Acquire) < WAITERS {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // The last one is still in its first turn.
    tokio::time::sleep(Duration::from_millis(30)).await;
}

fn ours_once() -> Result<f64> {
    two_threads()?.block_on(async {
        let (gate, acme) = Gate::with_expired().await;
        let (finish, last) = Finish::new();
        spawn_waiting(|| {
            let (acme, finish) = (acme.clone(), finish.clone());
            async move {
                black_box(acme.headers().await.expect("headers"));
                finish.one();
            }
        })
        .await;
        gate.open();
        let last = last.await?;
        ensure!(gate.calls() == 2, "there was more than one refresh: {} calls", gate.calls());
        Ok((last - gate.replied()).as_nanos() as f64)
    })
}

fn bare_once() -> Result<f64> {
    two_threads()?.block_on(async {
        let (sender, receiver) = watch::channel(false);
        let (finish, last) = Finish::new();
        spawn_waiting(|| {
            let (mut receiver, finish) = (receiver.clone(), finish.clone());
            async move {
                receiver.changed().await.expect("the sender is there");
                finish.one();
            }
        })
        .await;
        let begun = Instant::now();
        sender.send(true)?;
        Ok((last.await? - begun).as_nanos() as f64)
    })
}

fn memory() -> Result<Table> {
    let program = processes::beside("memory")?;
    let of = |what: &str, count: usize| -> Result<Figure> {
        let output = Command::new(&program).args([what, &count.to_string()]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let bytes = String::from_utf8(output.stdout)?.trim().parse().context("memory says no number")?;
        Ok(Figure::exactly(bytes))
    };
    Ok(Table::of(
        "Memory for each",
        "",
        vec![
            Row::new("oauth-core: a task that waits for a refresh", Unit::Bytes, of("waiters", WAITERS)?),
            Row::new("a task that waits for a watch", Unit::Bytes, of("tasks", WAITERS)?),
            Row::new("oauth-core: a live connection", Unit::Bytes, of("connections", CONNECTIONS)?),
            Row::new("its token alone", Unit::Bytes, of("tokens", CONNECTIONS)?),
        ],
    ))
}

/// All accounts, in an order that has nothing to do with that of their making. Steps of one length would not do: where values lie
/// equally far apart, as those of the plain map, the processor learns the step and has the next one ready.
fn asked(size: usize) -> Vec<String> {
    let mut numbers: Vec<usize> = (0..size).collect();
    let mut random = 1_u64;
    for last in (1..size).rev() {
        // A linear congruential generator, whose upper bits are random enough to shuffle.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        numbers.swap(last, (random >> 33) as usize % (last + 1));
    }
    numbers.into_iter().map(held::account).collect()
}

fn lookup(options: &Options) -> Result<(Table, Vec<Target>, Plot)> {
    let sizes = [1_000, 10_000, options.pick(CONNECTIONS, 20_000)];
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let held: Vec<_> =
        sizes.iter().map(|size| (*size, runtime.block_on(held::connections(*size)), asked(*size))).collect();
    // What nobody gets around: values as large as a connection, which no cache holds a hundred thousand of.
    let plain: Vec<Mutex<HashMap<String, Arc<[u8; 1_000]>>>> = sizes
        .iter()
        .map(|size| {
            Mutex::new((0..*size).map(|number| (held::account(number), Arc::new([0; 1_000]))).collect())
        })
        .collect();
    let one_of = |what: &str, size: usize| format!("{what}, one of {}", Unit::Count.show(size as f64));
    let name = |size: usize| one_of("oauth-core get()", size);
    let name_of_plain = |size: usize| one_of("a HashMap of Arcs behind a Mutex", size);
    let ours = held.iter().map(|(size, connections, asked)| {
        let mut names = asked.iter().cycle();
        Contender::simple(name(*size), move || {
            black_box(connections.get(names.next().expect("they go round")));
        })
    });
    let theirs = held.iter().zip(&plain).map(|((size, _, asked), plain)| {
        let mut names = asked.iter().cycle();
        Contender::simple(name_of_plain(*size), move || {
            let plain = plain.lock().expect("nobody panics");
            black_box(plain.get(names.next().expect("they go round")).map(Arc::clone));
        })
    });
    let taken = take_turns(options.plan(), ours.chain(theirs).collect());
    let (few, many) = (named(&taken, &name(sizes[0])), named(&taken, &name(sizes[2])));
    let target = Target::of_turns(
        "looking up one connection of 100,000, against a plain map of as many",
        many,
        named(&taken, &name_of_plain(sizes[2])),
        1.5,
    );
    let grown = Target::of_turns("looking up one connection of 100,000 against one of 1,000", many, few, 4.0);
    let line = |taken: &[Taken]| {
        sizes.iter().zip(taken).map(|(size, taken)| (*size as f64, taken.figure().median)).collect()
    };
    let plot = Plot::Lines {
        title: "Looking up a connection by its account".to_owned(),
        along: "connections in memory".to_owned(),
        unit: Unit::Time,
        limit: None,
        lines: vec![
            ("get()".to_owned(), line(&taken[..sizes.len()])),
            ("a HashMap of Arcs".to_owned(), line(&taken[sizes.len()..])),
        ],
    };
    Ok((Table::of_turns("Looking up a connection", &name(sizes[0]), &taken), vec![target, grown], plot))
}
