//! Background refresh of idle connections.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::events::{EventKind, TARGET};
use super::metrics;
use super::mutation::mutated;
use super::registry::Connections;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::store::{DueQuery, Key, RecordSummary};

/// Settings of a sweep, which refreshes idle connections.
///
/// ```
/// # use oauth_core::{Error, Provider, connections::{Connections, Sweep}};
/// # async fn example<P: Provider>(connections: Connections<P>) -> Result<(), Error> {
/// let report = connections.sweep(&Sweep::lapsing().max_concurrent(4)).await?;
/// println!("{report}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Sweep {
    due: bool,
    lapsing: bool,
    within: Option<Duration>,
    max_concurrent: usize,
    spread: Duration,
    page: usize,
    accounts: Accounts,
    progress: Option<Progress>,
    on_result: Option<OnResult>,
}

type Progress = Arc<dyn Fn(&SweepReport) + Send + Sync>;
type OnResult = Arc<dyn Fn(&str, Result<(), &Error>) + Send + Sync>;

/// The accounts that a sweep may refresh.
#[derive(Clone, Debug)]
enum Accounts {
    All,
    /// The due ones among these.
    Only(Arc<HashSet<String>>),
    /// These, due or not.
    Named(Arc<[String]>),
}

/// Number of consecutive failures that end a sweep: the provider is down, so the rest would fail too.
const MAX_FAILURES: usize = 10;
/// Longest trouble of the provider that a sweep waits for, and how often it does.
const SHORT_TROUBLE: (Duration, u32) = (Duration::from_secs(60), 3);

impl Sweep {
    fn new(due: bool, lapsing: bool) -> Self {
        Self {
            due,
            lapsing,
            within: None,
            max_concurrent: 8,
            spread: Duration::from_millis(100),
            page: 100,
            accounts: Accounts::All,
            progress: None,
            on_result: None,
        }
    }

    /// Sweeps connections whose unused refresh token lapses soon. The minimum to lose no connection.
    pub fn lapsing() -> Self {
        Self::new(false, true)
    }

    /// Sweeps connections whose access token is due, so that no call has to wait for a refresh.
    pub fn due() -> Self {
        Self::new(true, false)
    }

    /// Sweeps connections that are due or lapse soon.
    pub fn all() -> Self {
        Self::new(true, true)
    }

    /// Refreshes these accounts in this order, due or not.
    pub fn accounts(accounts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let accounts = accounts.into_iter().map(Into::into).collect();
        Self { accounts: Accounts::Named(accounts), ..Self::new(false, false) }
    }

    /// Leaves out all other accounts, for a store that connections of several clients share.
    pub fn only(mut self, accounts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.accounts = Accounts::Only(Arc::new(accounts.into_iter().map(Into::into).collect()));
        self
    }

    fn may_refresh(&self, account: &str) -> bool {
        !matches!(&self.accounts, Accounts::Only(only) if !only.contains(account))
    }

    /// Sets the time before it lapses at which a refresh token is refreshed. By default a sixth of its idle
    /// lifetime (15 of 90 days).
    pub fn within(mut self, within: Duration) -> Self {
        self.within = Some(within);
        self
    }

    /// Sets the maximum number of concurrent refreshes. 8 by default. A sweep starts with one and doubles the
    /// number with each success.
    pub fn max_concurrent(mut self, refreshes: usize) -> Self {
        self.max_concurrent = refreshes.max(1);
        self
    }

    /// Sets the maximum of a random delay before each refresh, so that a provider gets no bursts and several
    /// machines do not sweep in step. 100 ms by default; zero for no delay.
    ///
    /// With `n` concurrent refreshes a sweep makes at most `2 n / spread` calls per second on average.
    pub fn spread(mut self, spread: Duration) -> Self {
        self.spread = spread;
        self
    }

    /// Sets the number of records that are read at a time. 100 by default.
    pub fn page(mut self, records: usize) -> Self {
        self.page = records.max(1);
        self
    }

    /// Sets a function that is called with the report so far after every connection.
    pub fn on_progress(mut self, progress: impl Fn(&SweepReport) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Sets a function that is called with the result of each connection. It is not called for those that a
    /// stopped sweep did not try.
    pub fn on_result(mut self, on_result: impl Fn(&str, Result<(), &Error>) + Send + Sync + 'static) -> Self {
        self.on_result = Some(Arc::new(on_result));
        self
    }

    fn query<P: Provider>(&self, now: DateTime<Utc>, clock_tolerance: Duration) -> Option<DueQuery> {
        let mut query = DueQuery::new(P::NAME);
        if self.due {
            query = query.due_by(now);
        }
        if let (true, Some(idle)) = (self.lapsing, P::Renewal::IDLE_LIFETIME) {
            let within = TimeDelta::from_std(self.within.unwrap_or(idle / 6)).unwrap_or(TimeDelta::MAX);
            query = query.lapses_by(later(now, within));
            // Received in the future: some clock was ahead, and the recorded times are too late.
            let longest = TimeDelta::from_std(idle + clock_tolerance).unwrap_or(TimeDelta::MAX);
            if !mutated!(IgnoresClockAhead) {
                query = query.lapses_after(later(now, longest));
            }
        }
        (P::Renewal::REFRESHES && (query.due_by.is_some() || query.lapses_by.is_some())).then_some(query)
    }
}

fn later(now: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl fmt::Debug for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweep")
            .field("due", &self.due)
            .field("lapsing", &self.lapsing)
            .field("within", &self.within)
            .field("max_concurrent", &self.max_concurrent)
            .field("spread", &self.spread)
            .field("page", &self.page)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

/// Report of a sweep, running or finished.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct SweepReport {
    /// Number of connections that have a new token now.
    pub refreshed: usize,
    /// Number of connections whose customer has to connect again.
    pub needs_reconnect: usize,
    /// Number of connections that could not be refreshed this time.
    pub failed: usize,
    /// Number of connections that another process is refreshing, or that were removed meanwhile.
    pub left: usize,
    /// Error that stopped the sweep early: the provider refused the client, or too many refreshes failed in a
    /// row.
    pub stopped_by: Option<Error>,
}

impl fmt::Display for SweepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { refreshed, needs_reconnect, failed, left, stopped_by } = self;
        write!(
            f,
            "{refreshed} refreshed, {needs_reconnect} need reconnecting, {failed} failed, {left} left alone"
        )?;
        match stopped_by {
            None => Ok(()),
            Some(error) => write!(f, "; stopped: {error}"),
        }
    }
}

/// A running sweep.
struct SweepRun<'a, P: Provider> {
    connections: &'a Connections<P>,
    sweep: &'a Sweep,
    report: SweepReport,
    refreshes: JoinSet<(String, Result<(), Error>)>,
    concurrency: usize,
    failures: usize,
    /// Number of times that the sweep waited for the provider.
    waits: u32,
}

impl<P: Provider> Connections<P> {
    /// Refreshes the connections that are due or lapse soon. The cost grows with their number, not with the
    /// number of stored connections.
    ///
    /// # Errors
    /// If the store cannot list the due connections, or after [`drain`](Self::drain). Failures of single
    /// connections are in the report and in the events.
    pub async fn sweep(&self, sweep: &Sweep) -> Result<SweepReport, Error> {
        let span = tracing::info_span!(target: TARGET, "sweep", provider = P::NAME);
        let report = self.run_sweep(sweep).instrument(span).await?;
        if cfg!(feature = "metrics") {
            let SweepReport { refreshed, needs_reconnect, failed, left, .. } = report;
            let due = (refreshed + needs_reconnect + failed + left, failed + left);
            let is_held_back = self.0.circuit_breaker.check().is_err();
            metrics::swept(P::NAME, due, is_held_back, self.0.count_connections());
        }
        Ok(report)
    }

    async fn run_sweep(&self, sweep: &Sweep) -> Result<SweepReport, Error> {
        let mut run = SweepRun {
            connections: self,
            sweep,
            report: SweepReport::default(),
            refreshes: JoinSet::new(),
            concurrency: 1,
            failures: 0,
            waits: 0,
        };
        if let Accounts::Named(accounts) = &sweep.accounts {
            for account in accounts.iter() {
                self.0.check_open()?;
                run.make_room().await;
                if run.report.stopped_by.is_some() {
                    break;
                }
                run.start(account, None);
            }
            while run.finish_one().await {}
            return Ok(run.report);
        }
        // The time is fixed, so that a sweep ends although more tokens become due meanwhile.
        let clock_tolerance = self.0.settings.clock_tolerance;
        let Some(query) = sweep.query::<P>(self.0.now().wall, clock_tolerance) else { return Ok(run.report) };
        let mut seen = HashSet::new();
        let (mut failed_before, mut reported) = (0, false);
        loop {
            self.0.check_open()?;
            // Connections that failed or were left out are still due and come first again.
            let limit = sweep.page.saturating_add(failed_before);
            let found = self
                .0
                .store
                .due(&query, limit)
                .await
                .map_err(|error| Error::from(error).with_provider(P::NAME))?;
            let is_last = found.len() < limit;
            let (old, mut new): (Vec<RecordSummary>, Vec<RecordSummary>) =
                found.into_iter().partition(|one| seen.contains(&one.account));
            failed_before = old.len();
            let is_ahead = |one: &&RecordSummary| {
                sweep.may_refresh(&one.account)
                    && one.lapses_at.zip(query.lapses_after).is_some_and(|(at, longest)| at > longest)
            };
            if let Some(one) = new.iter().find(is_ahead)
                && !std::mem::replace(&mut reported, true)
            {
                let key = Key::new(P::NAME, one.account.as_str());
                self.0.emit(&key, Some(one.generation), EventKind::ClockWasAhead);
            }
            // Random order, so that machines that sweep at the same time rarely compete for a connection.
            fastrand::shuffle(&mut new);
            for one in new {
                seen.insert(one.account.clone());
                if !sweep.may_refresh(&one.account) {
                    failed_before += 1;
                    continue;
                }
                run.make_room().await;
                if run.report.stopped_by.is_some() {
                    break;
                }
                run.start(&one.account, Some(one.generation));
            }
            while run.finish_one().await {}
            if is_last || run.report.stopped_by.is_some() {
                return Ok(run.report);
            }
        }
    }

    /// Sweeps periodically, with a random deviation, until the connections are drained. A failed sweep is
    /// logged. Run this in a separate task.
    pub async fn run_periodically(&self, sweep: Sweep, every: Duration) {
        loop {
            match self.sweep(&sweep).await {
                Ok(report) => tracing::debug!(
                    target: TARGET,
                    provider = P::NAME,
                    refreshed = report.refreshed,
                    needs_reconnect = report.needs_reconnect,
                    failed = report.failed,
                    left = report.left,
                    "{}: swept: {report}",
                    P::NAME
                ),
                Err(error) if error.kind() == ErrorKind::Closed => return,
                Err(error) => tracing::warn!(
                    target: TARGET,
                    provider = P::NAME,
                    error_kind = error.kind().as_str(),
                    "{}: not swept: {error}",
                    P::NAME
                ),
            }
            // Random deviation, so that machines that were started together do not sweep together.
            let every = every.clamp(Duration::from_millis(10), Duration::from_secs(365 * 24 * 3_600));
            let pause = every.mul_f64(0.75 + fastrand::f64() / 2.0);
            if self.0.pause(pause).await.is_err() {
                return;
            }
        }
    }
}

impl<P: Provider> SweepRun<'_, P> {
    /// Starts a refresh, unless the token is of another generation than this by then.
    fn start(&mut self, account: &str, generation: Option<u64>) {
        let connection = self.connections.get(account);
        let delay = self.sweep.spread.mul_f64(fastrand::f64());
        let refresh = async move {
            let refreshed = async {
                connection.shared.pause(delay).await?;
                match generation {
                    Some(generation) => connection.refresh_listed(generation).await,
                    None => connection.refresh_if_supported().await,
                }
            };
            let result = refreshed.await;
            (connection.account().to_owned(), result)
        };
        self.refreshes.spawn(refresh.in_current_span());
    }

    async fn make_room(&mut self) {
        while self.refreshes.len() >= self.concurrency && self.finish_one().await {}
        if let (Some(left), None) = (self.short_trouble(), &self.report.stopped_by) {
            self.waits += 1;
            // Closing is noticed by the next step.
            let _ = self.connections.0.pause(left).await;
        }
    }

    /// Returns the time that is left of a trouble that the sweep can wait for.
    fn short_trouble(&self) -> Option<Duration> {
        let (longest, times) = SHORT_TROUBLE;
        let error = self.connections.0.circuit_breaker.check().err().filter(Error::is_transient)?;
        error.retry_after().filter(|left| *left <= longest && self.waits < times)
    }

    /// Waits for one running refresh. Returns false if there is none.
    async fn finish_one(&mut self) -> bool {
        let Some(ended) = self.refreshes.join_next().await else { return false };
        let (account, result) = ended.unwrap_or_else(|source| {
            let error = Error::new(ErrorKind::Busy, "a refresh was interrupted").with_provider(P::NAME);
            (String::new(), Err(error.with_source(source)))
        });
        if let Some(on_result) = &self.sweep.on_result {
            on_result(&account, result.as_ref().copied());
        }
        match result {
            Ok(()) => {
                self.report.refreshed += 1;
                self.failures = 0;
                self.concurrency = self.concurrency.saturating_mul(2).min(self.sweep.max_concurrent);
            }
            Err(error) => self.record_failure(error),
        }
        if let Some(progress) = &self.sweep.progress {
            progress(&self.report);
        }
        true
    }

    fn record_failure(&mut self, error: Error) {
        match error.kind() {
            ErrorKind::Busy | ErrorKind::NotConnected => self.report.left += 1,
            ErrorKind::NeedsReconnect(_) => self.report.needs_reconnect += 1,
            // Not about the provider, and nothing was sent.
            ErrorKind::RefusalUnconfirmed if self.connections.0.circuit_breaker.check().is_ok() => {
                self.report.failed += 1;
            }
            kind => {
                self.report.failed += 1;
                self.failures += 1;
                self.concurrency = 1;
                let is_held_back =
                    self.connections.0.circuit_breaker.check().is_err() && self.short_trouble().is_none();
                let is_fatal = matches!(kind, ErrorKind::ClientRefused | ErrorKind::Closed)
                    || (error.is_transient() && (is_held_back || self.failures >= MAX_FAILURES));
                if is_fatal && self.report.stopped_by.is_none() {
                    self.report.stopped_by = Some(error);
                }
            }
        }
    }
}
