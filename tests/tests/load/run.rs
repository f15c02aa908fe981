//! The load run: accounts connect, then groups of them fall due together in rounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use go1::api::Me;
use oauth_core::Clock as _;
use oauth_core::store::{DueQuery, RecordState, TokenStore as _};
use oauth_store::EncryptionKey;

use crate::machine::{ClientMachine, SharedClock, account};
use crate::process_stats::{open_sockets, peak_memory};
use crate::provider::{ClientConfig, Provider, ProviderCommand};
use crate::report::{ClientCounts, Report};
use crate::size::Size;

/// Lifetime of an access token in seconds.
const TOKEN_LIFETIME: u64 = 43_200;
/// Each round advances this many seconds less, so that due tokens are still valid.
const MARGIN: u64 = 15;
/// Far longer than a round.
const ROUND_TIMEOUT: Duration = Duration::from_secs(600);
const MACHINES: usize = 2;

pub(crate) fn run(size: Size) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let sockets_before = open_sockets();
    let counts = Arc::new(ClientCounts::default());
    let mut report = runtime.block_on(run_rounds(size, &counts));
    // Gives dropped tasks and sockets a moment to end.
    let begun = Instant::now();
    loop {
        report.tasks = runtime.metrics().num_alive_tasks();
        report.sockets = open_sockets().zip(sockets_before).map(|(now, before)| now.saturating_sub(before));
        let is_over = report.tasks == 0 && report.sockets.is_none_or(|sockets| sockets == 0);
        if is_over || begun.elapsed() > Duration::from_secs(10) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    report.peak_memory = peak_memory();
    report.print(&counts);
    report.check(&counts);
}

async fn run_rounds(size: Size, counts: &Arc<ClientCounts>) -> Report {
    let (mut provider, config) = Provider::start();
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = (folder.path().join("tokens.db"), EncryptionKey::generate().unwrap());
    let time = SharedClock::default();
    let machine = || ClientMachine::start(&config, &time, size.deadline, (&file, &key), counts);
    let mut machines = Vec::new();
    for _ in 0..MACHINES {
        machines.push(machine().await);
    }
    let step = TOKEN_LIFETIME / size.groups() as u64 - MARGIN;
    for group in 0..size.groups() {
        connect(&machines, &config, group * size.together, size.together).await;
        advance(&mut provider, &time, step);
    }
    provider.command(&ProviderCommand::StartFaults);
    for machine in &mut machines {
        machine.start_users(size.connections);
    }

    let begun = Instant::now();
    let (mut rounds, mut slowest) = (0, Duration::ZERO);
    while rounds < size.rounds || begun.elapsed() < size.lasts {
        let round = Instant::now();
        let first = (rounds % size.groups()) * size.together;
        for machine in &mut machines {
            machine.call_concurrently(first..first + size.together / 10);
        }
        while !machines[0].store.due(&DueQuery::new("go1").due_by(time.now()), 1).await.unwrap().is_empty() {
            let refreshed = counts.refreshed();
            assert!(round.elapsed() < ROUND_TIMEOUT, "round {rounds} timed out after {refreshed} refreshes");
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
        machine.shut_down().await;
    }
    drop(machines);

    let mut fresh = machine().await;
    let lost = count_lost(&fresh, size).await;
    fresh.shut_down().await;
    drop(fresh);
    let provider = provider.command(&ProviderCommand::Report);
    Report {
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

/// Advances both clocks, the provider's first: the client must handle tokens that are refused too early.
fn advance(provider: &mut Provider, time: &SharedClock, seconds: u64) {
    provider.command(&ProviderCommand::Advance { seconds });
    time.advance(seconds);
}

async fn connect(machines: &[ClientMachine], config: &ClientConfig, first: usize, many: usize) {
    let next = AtomicUsize::new(0);
    let workers = (0..8).map(|worker| {
        let (machine, next) = (&machines[worker % machines.len()], &next);
        async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= many {
                    return;
                }
                machine.connect(config, first + number).await;
            }
        }
    });
    join_all(workers).await;
}

/// Runs the futures concurrently in this task.
async fn join_all<F: Future<Output = ()>>(futures: impl Iterator<Item = F>) {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        futures.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if futures.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// Number of lost connections, according to all records of the store and API calls of a sample.
async fn count_lost(fresh: &ClientMachine, size: Size) -> usize {
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
