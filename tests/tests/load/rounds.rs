//! The course of it: customers connect, then again and again some of them fall due together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use go1::api::Me;
use oauth_core::Clock as _;
use oauth_core::store::{DueQuery, RecordState, TokenStore as _};
use oauth_store::EncryptionKey;

use crate::machine::{Machine, Time, account};
use crate::measure::{open_sockets, peak_memory};
use crate::provider::{Card, Order, Provider};
use crate::size::Size;
use crate::sums::{Counts, Sums};

/// An access token's life in seconds, and by how much less than its share of that each round goes on: what falls due is still good for
/// a while, unless the rounds are slow.
const LIFE: u64 = 43_200;
const SPARE: u64 = 15;
/// Longer than a round or an end takes by far.
const PATIENCE: Duration = Duration::from_secs(600);
const MACHINES: usize = 2;

pub(crate) fn run(size: Size) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let sockets_before = open_sockets();
    let counts = Arc::new(Counts::default());
    let mut sums = runtime.block_on(course(size, &counts));
    // What was dropped at the end is given a moment to go.
    let begun = Instant::now();
    loop {
        sums.tasks = runtime.metrics().num_alive_tasks();
        sums.sockets = open_sockets().zip(sockets_before).map(|(now, before)| now.saturating_sub(before));
        let is_over = sums.tasks == 0 && sums.sockets.is_none_or(|sockets| sockets == 0);
        if is_over || begun.elapsed() > Duration::from_secs(10) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    sums.peak_memory = peak_memory();
    sums.print(&counts);
    sums.judge(&counts);
}

async fn course(size: Size, counts: &Arc<Counts>) -> Sums {
    let (mut provider, card) = Provider::start();
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = (folder.path().join("tokens.db"), EncryptionKey::generate().unwrap());
    let time = Time::default();
    let machine = || Machine::start(&card, &time, size.deadline, (&file, &key), counts);
    let mut machines = Vec::new();
    for _ in 0..MACHINES {
        machines.push(machine().await);
    }
    let step = LIFE / size.groups() as u64 - SPARE;
    for group in 0..size.groups() {
        connect(&machines, &card, group * size.together, size.together).await;
        advance(&mut provider, &time, step);
    }
    provider.order(&Order::Fail);
    for machine in &mut machines {
        machine.work(size.connections);
    }

    let begun = Instant::now();
    let (mut rounds, mut slowest) = (0, Duration::ZERO);
    while rounds < size.rounds || begun.elapsed() < size.lasts {
        let round = Instant::now();
        let first = (rounds % size.groups()) * size.together;
        for machine in &mut machines {
            machine.crowd(first..first + size.together / 10);
        }
        while !machines[0].store.due(&DueQuery::new("go1").due_by(time.now()), 1).await.unwrap().is_empty() {
            let refreshed = counts.refreshed();
            assert!(round.elapsed() < PATIENCE, "round {rounds} does not end, after {refreshed} refreshes");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        slowest = slowest.max(round.elapsed());
        rounds += 1;
        if rounds < size.rounds || begun.elapsed() < size.lasts {
            advance(&mut provider, &time, step);
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    for machine in &mut machines {
        machine.rest().await;
    }
    drop(machines);

    let mut fresh = machine().await;
    let lost = lost(&fresh, size).await;
    fresh.rest().await;
    drop(fresh);
    let provider = provider.order(&Order::Tell);
    Sums {
        size,
        machines: MACHINES,
        rounds,
        seconds,
        slowest_round: slowest.as_secs_f64(),
        provider,
        lost,
        peak_memory: None,
        sockets: None,
        tasks: 0,
    }
}

/// The provider's clock first: a client that is behind gets its tokens refused, and has to stand that.
fn advance(provider: &mut Provider, time: &Time, seconds: u64) {
    provider.order(&Order::Advance { seconds });
    time.advance(seconds);
}

async fn connect(machines: &[Machine], card: &Card, first: usize, many: usize) {
    let next = AtomicUsize::new(0);
    let lanes = (0..8).map(|lane| {
        let (machine, next) = (&machines[lane % machines.len()], &next);
        async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= many {
                    return;
                }
                machine.connect(card, first + number).await;
            }
        }
    });
    all(lanes).await;
}

/// Runs them side by side on this task.
async fn all<F: Future<Output = ()>>(futures: impl Iterator<Item = F>) {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        futures.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if futures.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// How many are not alive, seen by a process that knows nothing but the store: each record, and for many of them the provider's word.
async fn lost(fresh: &Machine, size: Size) -> usize {
    let mut lost = 0;
    let (mut seen, mut after) = (0, None);
    loop {
        let page = fresh.connections.list(after.as_deref(), 500).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.account.clone());
        seen += page.len();
        lost += page.iter().filter(|one| one.state != RecordState::Active).count();
    }
    lost += size.connections - seen;
    for number in (0..size.connections).step_by(size.connections.div_ceil(300)) {
        let acme = fresh.connections.get(&account(number));
        let mut tries = 0;
        let is_alive = loop {
            match acme.send(&Me).await {
                Ok(_) => break true,
                Err(error) if error.is_transient() && tries < 5 => tries += 1,
                Err(_) => break false,
            }
        };
        lost += usize::from(!is_alive);
    }
    lost
}
