//! 10,000 tasks waiting for one refresh, and 100,000 connections in memory.

use std::collections::HashMap;
use std::hint::black_box;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{oneshot, watch};

use crate::connection_fixtures::{self, Gate};
use crate::contender::{Contender, Figure, Measurement, measure_alternately};
use crate::options::Options;
use crate::processes;
use crate::report::{Limit, Plot, Report, Row, Table, Target, measurement_of};
use crate::unit::Unit;

const WAITERS: usize = 10_000;
const CONNECTIONS: usize = 100_000;

/// Measures time and memory of both.
pub fn run(options: &Options) -> Result<Report> {
    let waking = waking(options)?;
    let memory = memory()?;
    let (lookup, targets_of_lookup, plot) = lookup(options)?;
    let bytes = |at: usize| memory.rows[at].figure.map_or(f64::NAN, |figure| figure.median);
    let mut targets = vec![
        Target::absolute(
            "10,000 tasks wait for one refresh: from the response until all have their header",
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
            "Memory is the number of bytes requested from the allocator. A waiter is a tokio task with everything it holds; the row \
             below is a task that only waits for a `tokio::sync::watch`. A connection is everything in memory for one account except \
             the store; the row below is its token alone."
                .to_owned(),
        ],
    })
}

fn waking(options: &Options) -> Result<Table> {
    let rounds = options.pick(15, 3);
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(oauth_core_once()?);
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

/// Reports the time at which the last task is done.
#[derive(Clone)]
struct LastTask {
    left: Arc<AtomicUsize>,
    last: Arc<Mutex<Option<oneshot::Sender<Instant>>>>,
}

impl LastTask {
    fn new() -> (Self, oneshot::Receiver<Instant>) {
        let (sender, receiver) = oneshot::channel();
        let last = Arc::new(Mutex::new(Some(sender)));
        (Self { left: Arc::new(AtomicUsize::new(WAITERS)), last }, receiver)
    }

    fn task_done(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            let now = Instant::now();
            let sender = self.last.lock().expect("not poisoned").take().expect("sent only once");
            let _ = sender.send(now);
        }
    }
}

/// Spawns tasks and returns when all of them wait.
async fn spawn_waiting<F: Future<Output = ()> + Send + 'static>(make: impl Fn() -> F) {
    let start = Arc::new(AtomicUsize::new(0));
    for _ in 0..WAITERS {
        let (start, waits) = (Arc::clone(&start), make());
        tokio::spawn(async move {
            start.fetch_add(1, Ordering::AcqRel);
            waits.await;
        });
    }
    while start.load(Ordering::Acquire) < WAITERS {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // The last task may still be in its first poll.
    tokio::time::sleep(Duration::from_millis(30)).await;
}

fn oauth_core_once() -> Result<f64> {
    two_threads()?.block_on(async {
        let (gate, acme) = Gate::with_expired().await;
        let (last_task, last) = LastTask::new();
        spawn_waiting(|| {
            let (acme, last_task) = (acme.clone(), last_task.clone());
            async move {
                black_box(acme.headers().await.expect("headers"));
                last_task.task_done();
            }
        })
        .await;
        gate.open();
        let last = last.await?;
        ensure!(gate.calls() == 2, "there was more than one refresh: {} calls", gate.calls());
        Ok((last - gate.responded_at()).as_nanos() as f64)
    })
}

fn bare_once() -> Result<f64> {
    two_threads()?.block_on(async {
        let (sender, receiver) = watch::channel(false);
        let (last_task, last) = LastTask::new();
        spawn_waiting(|| {
            let (mut receiver, last_task) = (receiver.clone(), last_task.clone());
            async move {
                receiver.changed().await.expect("the sender is there");
                last_task.task_done();
            }
        })
        .await;
        let start = Instant::now();
        sender.send(true)?;
        Ok((last.await? - start).as_nanos() as f64)
    })
}

fn memory() -> Result<Table> {
    let program = processes::sibling("memory")?;
    let of = |kind: &str, count: usize| -> Result<Figure> {
        let output = Command::new(&program).args([kind, &count.to_string()]).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let bytes = String::from_utf8(output.stdout)?.trim().parse().context("the output is not a number")?;
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

/// All accounts in random order. A fixed stride would let the processor prefetch values at equal distances,
/// as in the plain map.
fn shuffled_accounts(size: usize) -> Vec<String> {
    let mut numbers: Vec<usize> = (0..size).collect();
    let mut random = 1_u64;
    for last in (1..size).rev() {
        // A linear congruential generator, whose upper bits are random enough to shuffle.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        numbers.swap(last, (random >> 33) as usize % (last + 1));
    }
    numbers.into_iter().map(connection_fixtures::account).collect()
}

fn lookup(options: &Options) -> Result<(Table, Vec<Target>, Plot)> {
    let sizes = [1_000, 10_000, options.pick(CONNECTIONS, 20_000)];
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let sets: Vec<_> = sizes
        .iter()
        .map(|size| {
            (*size, runtime.block_on(connection_fixtures::connections(*size)), shuffled_accounts(*size))
        })
        .collect();
    // Lower bound: values as large as a connection, too many for any cache.
    let plain: Vec<Mutex<HashMap<String, Arc<[u8; 1_000]>>>> = sizes
        .iter()
        .map(|size| {
            Mutex::new(
                (0..*size)
                    .map(|number| (connection_fixtures::account(number), Arc::new([0; 1_000])))
                    .collect(),
            )
        })
        .collect();
    let one_of = |kind: &str, size: usize| format!("{kind}, one of {}", Unit::Count.show(size as f64));
    let name = |size: usize| one_of("oauth-core get()", size);
    let name_of_plain = |size: usize| one_of("a HashMap of Arcs behind a Mutex", size);
    let ours = sets.iter().map(|(size, connections, shuffled_accounts)| {
        let mut names = shuffled_accounts.iter().cycle();
        Contender::simple(name(*size), move || {
            black_box(connections.get(names.next().expect("endless")));
        })
    });
    let maps = sets.iter().zip(&plain).map(|((size, _, shuffled_accounts), plain)| {
        let mut names = shuffled_accounts.iter().cycle();
        Contender::simple(name_of_plain(*size), move || {
            let plain = plain.lock().expect("not poisoned");
            black_box(plain.get(names.next().expect("endless")).map(Arc::clone));
        })
    });
    let measurements = measure_alternately(options.plan(), ours.chain(maps).collect());
    let (small, large) =
        (measurement_of(&measurements, &name(sizes[0])), measurement_of(&measurements, &name(sizes[2])));
    let target = Target::of_measurements(
        "looking up one connection of 100,000, against a plain map of as many",
        large,
        measurement_of(&measurements, &name_of_plain(sizes[2])),
        1.5,
    );
    let grown = Target::of_measurements(
        "looking up one connection of 100,000 against one of 1,000",
        large,
        small,
        4.0,
    );
    let line = |measurements: &[Measurement]| {
        sizes
            .iter()
            .zip(measurements)
            .map(|(size, measurements)| (*size as f64, measurements.figure().median))
            .collect()
    };
    let plot = Plot::Lines {
        title: "Looking up a connection by its account".to_owned(),
        along: "connections in memory".to_owned(),
        unit: Unit::Time,
        limit: None,
        lines: vec![
            ("get()".to_owned(), line(&measurements[..sizes.len()])),
            ("a HashMap of Arcs".to_owned(), line(&measurements[sizes.len()..])),
        ],
    };
    Ok((
        Table::of_measurements("Looking up a connection", &name(sizes[0]), &measurements),
        vec![target, grown],
        plot,
    ))
}
