//! What is counted on the way, and whether it is what was promised.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use oauth_core::Error;
use oauth_core::connections::{Event, EventKind};
use serde_json::json;

use crate::provider::Ledger;
use crate::size::Size;

/// What the client saw. All its tasks write to it.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    refreshed: AtomicUsize,
    failed: AtomicUsize,
    calls: AtomicUsize,
    given_up: AtomicUsize,
    /// What must not happen, in words; the first few.
    broken: Mutex<Vec<String>>,
}

impl Counts {
    pub(crate) fn hear(&self, event: &Event<'_>) {
        match &event.kind {
            EventKind::Refreshed => drop(self.refreshed.fetch_add(1, Ordering::Relaxed)),
            EventKind::RefreshFailed(error) if error.is_transient() => {
                self.failed.fetch_add(1, Ordering::Relaxed);
            }
            EventKind::Connected => {}
            _ => self.broke(event.to_string()),
        }
    }

    /// An API call has ended. One may fail for good, as long as a later one may do better.
    pub(crate) fn called(&self, account: &str, outcome: Result<(), Error>) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match outcome {
            Ok(()) => {}
            Err(error) if error.is_transient() => drop(self.given_up.fetch_add(1, Ordering::Relaxed)),
            Err(error) => self.broke(format!("{account}: {error}")),
        }
    }

    pub(crate) fn refreshed(&self) -> usize {
        self.refreshed.load(Ordering::Relaxed)
    }

    fn broke(&self, what: String) {
        let mut broken = self.broken.lock().unwrap();
        if broken.len() < 10 {
            broken.push(what);
        }
    }
}

/// Everything, at the end.
#[derive(Debug)]
pub(crate) struct Sums {
    pub(crate) size: Size,
    pub(crate) machines: usize,
    pub(crate) rounds: usize,
    pub(crate) seconds: f64,
    /// The longest that it took until all that fell due together were refreshed.
    pub(crate) slowest_round: f64,
    pub(crate) provider: Ledger,
    /// Connections that are not alive at the end.
    pub(crate) lost: usize,
    pub(crate) peak_memory: Option<u64>,
    pub(crate) sockets: Option<usize>,
    pub(crate) tasks: usize,
}

impl Sums {
    /// One line for people and one for programs.
    #[allow(clippy::print_stdout)] // the numbers are to be seen
    pub(crate) fn print(&self, counts: &Counts) {
        let Self { size, machines, rounds, seconds, slowest_round, provider, lost, .. } = self;
        let refreshes = counts.refreshed();
        let retries = provider.refreshes_sent.saturating_sub(provider.refreshed);
        let calls = counts.calls.load(Ordering::Relaxed);
        let given_up = counts.given_up.load(Ordering::Relaxed);
        let of = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        let mib = |kib: Option<u64>| kib.map_or("?".to_owned(), |kib| (kib / 1024).to_string());
        println!(
            "load: {} connections on {machines} machines, {} due together, {rounds} rounds in {seconds:.0} s (slowest {slowest_round:.1} s): \
             {refreshes} refreshes, {retries} retries ({:.1} % of token calls met a fault), {} double spends, {lost} lost; \
             {calls} API calls ({:.1} % met a fault, {given_up} given up); peak {} MiB (provider {} MiB); {} sockets and {} tasks left",
            size.connections,
            size.together,
            of(provider.token_faults, provider.refreshes_sent),
            provider.refused,
            of(provider.api_faults, provider.api_calls),
            mib(self.peak_memory),
            mib(provider.peak_memory),
            self.sockets.map_or("?".to_owned(), |sockets| sockets.to_string()),
            self.tasks,
        );
        let all = json!({
            "connections": size.connections,
            "machines": machines,
            "due_together": size.together,
            "rounds": rounds,
            "seconds": seconds,
            "slowest_round_seconds": slowest_round,
            "refreshes": refreshes,
            "refresh_attempts_failed": counts.failed.load(Ordering::Relaxed),
            "retries": retries,
            "token_faults": provider.token_faults,
            "double_spends": provider.refused,
            "lost_connections": lost,
            "api_calls": calls,
            "api_faults": provider.api_faults,
            "api_calls_given_up": given_up,
            "peak_memory_kib": self.peak_memory,
            "provider_peak_memory_kib": provider.peak_memory,
            "sockets_left": self.sockets,
            "tasks_left": self.tasks,
        });
        println!("load.json: {all}");
    }

    /// What was promised.
    pub(crate) fn judge(&self, counts: &Counts) {
        let provider = &self.provider;
        let broken = counts.broken.lock().unwrap();
        assert!(broken.is_empty(), "{broken:#?}");
        assert_eq!(provider.unseen, 0, "the provider's books have gaps, so nothing can be said");
        assert_eq!(provider.refused, 0, "a refresh token was sent that was spent before");
        assert_eq!(self.lost, 0, "connections are lost");
        assert_eq!(counts.refreshed(), provider.refreshed, "each token that was given out is in use");
        assert!(counts.refreshed() >= self.size.together * self.rounds, "all that fell due were refreshed");
        // Otherwise nothing was shown.
        assert!(provider.token_faults * 30 >= provider.refreshes_sent, "{provider:?}");
        assert!(provider.api_faults * 30 >= provider.api_calls, "{provider:?}");
        if let Some(peak) = self.peak_memory {
            assert!(peak <= self.size.memory, "{peak} KiB are more than {} KiB", self.size.memory);
        }
        if let Some(sockets) = self.sockets {
            assert_eq!(sockets, 0, "sockets are left open");
        }
        assert_eq!(self.tasks, 0, "tasks are left");
    }
}
