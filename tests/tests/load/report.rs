//! Counts of the run, and the checks of the result.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use oauth_core::Error;
use oauth_core::connections::{Event, EventKind};
use serde_json::json;

use crate::provider::ProviderCounts;
use crate::size::Size;

/// Counts of the client, shared by all its tasks.
#[derive(Debug, Default)]
pub(crate) struct ClientCounts {
    refreshed: AtomicUsize,
    failed: AtomicUsize,
    calls: AtomicUsize,
    given_up: AtomicUsize,
    /// The first few violations.
    violations: Mutex<Vec<String>>,
}

impl ClientCounts {
    pub(crate) fn record_event(&self, event: &Event<'_>) {
        match &event.kind {
            EventKind::Refreshed => drop(self.refreshed.fetch_add(1, Ordering::Relaxed)),
            EventKind::RefreshFailed(error) if error.is_transient() => {
                self.failed.fetch_add(1, Ordering::Relaxed);
            }
            EventKind::Connected => {}
            _ => self.record_violation(event.to_string()),
        }
    }

    /// Counts an API call. Transient errors are allowed.
    pub(crate) fn record_call(&self, account: &str, outcome: Result<(), Error>) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        match outcome {
            Ok(()) => {}
            Err(error) if error.is_transient() => drop(self.given_up.fetch_add(1, Ordering::Relaxed)),
            Err(error) => self.record_violation(format!("{account}: {error}")),
        }
    }

    pub(crate) fn refreshed(&self) -> usize {
        self.refreshed.load(Ordering::Relaxed)
    }

    fn record_violation(&self, what: String) {
        let mut violations = self.violations.lock().unwrap();
        if violations.len() < 10 {
            violations.push(what);
        }
    }
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) size: Size,
    pub(crate) machines: usize,
    pub(crate) rounds: usize,
    pub(crate) seconds: f64,
    /// Longest time until all connections that fell due together were refreshed.
    pub(crate) slowest_round: f64,
    pub(crate) provider: ProviderCounts,
    /// Connections that are unusable at the end.
    pub(crate) lost: usize,
    pub(crate) peak_memory: Option<u64>,
    pub(crate) sockets: Option<usize>,
    pub(crate) tasks: usize,
}

impl Report {
    /// Prints one line for people and one for programs.
    #[allow(clippy::print_stdout)] // the numbers are to be seen
    pub(crate) fn print(&self, counts: &ClientCounts) {
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

    /// Panics if a promise is broken.
    pub(crate) fn check(&self, counts: &ClientCounts) {
        let provider = &self.provider;
        let violations = counts.violations.lock().unwrap();
        assert!(violations.is_empty(), "{violations:#?}");
        assert_eq!(provider.unseen, 0, "the provider missed journal entries, so its counts are incomplete");
        assert_eq!(provider.refused, 0, "a spent refresh token was sent");
        assert_eq!(self.lost, 0, "connections are lost");
        assert_eq!(counts.refreshed(), provider.refreshed, "each issued token was received");
        assert!(counts.refreshed() >= self.size.together * self.rounds, "all due connections were refreshed");
        // Enough faults to make the run meaningful.
        assert!(provider.token_faults * 30 >= provider.refreshes_sent, "{provider:?}");
        assert!(provider.api_faults * 30 >= provider.api_calls, "{provider:?}");
        if let Some(peak) = self.peak_memory {
            assert!(peak <= self.size.memory, "{peak} KiB are more than {} KiB", self.size.memory);
        }
        if let Some(sockets) = self.sockets {
            assert_eq!(sockets, 0, "sockets are left open");
        }
        assert_eq!(self.tasks, 0, "tasks are still running");
    }
}
