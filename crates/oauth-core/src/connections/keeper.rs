//! Keeps quiet customers: refreshes what is due, or would lapse, although nobody asks for it.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::Connections;
use super::event::TARGET;
use super::flight::Goal;
use crate::error::{Error, ErrorKind};
use crate::provider::provider::Provider;
use crate::provider::renewal::Renewal;
use crate::store::{DueQuery, RecordSummary};

/// What a sweep looks for, and how gently.
///
/// ```
/// # use oauth_core::{Error, Provider, connections::{Connections, Sweep}};
/// # async fn example<P: Provider>(connections: Connections<P>) -> Result<(), Error> {
/// let swept = connections.sweep(&Sweep::lapsing().max_concurrent(4)).await?;
/// println!("{swept}");
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
    progress: Option<Progress>,
}

type Progress = Arc<dyn Fn(&SweepReport) + Send + Sync>;

/// How many failures in a row end a sweep: the provider is down, and the rest would fail as well.
const ENOUGH: usize = 10;

impl Sweep {
    fn new(due: bool, lapsing: bool) -> Self {
        Self {
            due,
            lapsing,
            within: None,
            max_concurrent: 8,
            spread: Duration::from_millis(100),
            page: 100,
            progress: None,
        }
    }

    /// Connections that would be lost: whose refresh token lapses soon because nobody used it. The least there is to do.
    pub fn lapsing() -> Self {
        Self::new(false, true)
    }

    /// Connections whose access token is due, so that nobody ever waits for a refresh.
    pub fn due() -> Self {
        Self::new(true, false)
    }

    /// Both.
    pub fn all() -> Self {
        Self::new(true, true)
    }

    /// How long before it lapses a refresh token is refreshed. By default a sixth of its idle lifetime (Go1: 15 days of
    /// 90).
    pub fn within(mut self, within: Duration) -> Self {
        self.within = Some(within);
        self
    }

    /// How many refreshes run at once, at most. 8. A sweep starts with one, and widens only as they succeed.
    pub fn max_concurrent(mut self, refreshes: usize) -> Self {
        self.max_concurrent = refreshes.max(1);
        self
    }

    /// How long, at most and at random, each refresh is put off, so that a provider does not get them in bursts, nor from
    /// several machines in step. 100 ms; zero for none.
    ///
    /// With `n` at once a sweep makes no more than `2 n / spread` calls a second on average.
    pub fn spread(mut self, spread: Duration) -> Self {
        self.spread = spread;
        self
    }

    /// How many records are read at a time. 100.
    pub fn page(mut self, records: usize) -> Self {
        self.page = records.max(1);
        self
    }

    /// Told after every connection how far the sweep is.
    pub fn on_progress(mut self, progress: impl Fn(&SweepReport) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    fn query<P: Provider>(&self, now: DateTime<Utc>) -> Option<DueQuery> {
        let mut query = DueQuery::new(P::NAME);
        if self.due {
            query = query.due_by(now);
        }
        if let (true, Some(idle)) = (self.lapsing, P::Renewal::IDLE_LIFETIME) {
            let within = TimeDelta::from_std(self.within.unwrap_or(idle / 6)).unwrap_or(TimeDelta::MAX);
            query = query.lapses_by(now.checked_add_signed(within).unwrap_or(DateTime::<Utc>::MAX_UTC));
        }
        (P::Renewal::REFRESHES && (query.due_by.is_some() || query.lapses_by.is_some())).then_some(query)
    }
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
            .finish_non_exhaustive()
    }
}

/// What came of a sweep, so far or at its end.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct SweepReport {
    /// Connections that have a new token now.
    pub refreshed: usize,
    /// Connections whose customer has to connect again.
    pub needs_reconnect: usize,
    /// Connections that could not be refreshed this time.
    pub failed: usize,
    /// Connections that somebody else is refreshing, or that were removed meanwhile.
    pub left: usize,
    /// Why the sweep ended before it was through: the provider blames the client, or everything fails.
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

/// A sweep under way.
struct Run<'a, P: Provider> {
    connections: &'a Connections<P>,
    sweep: &'a Sweep,
    swept: SweepReport,
    under_way: JoinSet<Result<(), Error>>,
    width: usize,
    failures: usize,
}

impl<P: Provider> Connections<P> {
    /// Refreshes what is due or would lapse. Its cost grows with what is due, not with what is stored.
    ///
    /// # Errors
    /// If the store cannot say what is due. What fails of single connections is in the answer and among the events.
    pub async fn sweep(&self, sweep: &Sweep) -> Result<SweepReport, Error> {
        let span = tracing::info_span!(target: TARGET, "sweep", provider = P::NAME);
        self.swept(sweep).instrument(span).await
    }

    async fn swept(&self, sweep: &Sweep) -> Result<SweepReport, Error> {
        let mut run = Run {
            connections: self,
            sweep,
            swept: SweepReport::default(),
            under_way: JoinSet::new(),
            width: 1,
            failures: 0,
        };
        // As of now, so that a sweep ends although tokens go on falling due.
        let Some(query) = sweep.query::<P>(self.0.now().wall) else { return Ok(run.swept) };
        let mut seen = HashSet::new();
        let mut again = 0;
        loop {
            self.0.check_open()?;
            // Those that failed are still due, and come first again.
            let limit = sweep.page + again;
            let found = self
                .0
                .store
                .due(&query, limit)
                .await
                .map_err(|error| Error::from(error).with_provider(P::NAME))?;
            let is_last = found.len() < limit;
            let (old, mut new): (Vec<RecordSummary>, Vec<RecordSummary>) =
                found.into_iter().partition(|one| seen.contains(&one.account));
            again = old.len();
            // Several machines that sweep at once should not meet at every connection.
            fastrand::shuffle(&mut new);
            for one in new {
                seen.insert(one.account.clone());
                run.make_room().await;
                if run.swept.stopped_by.is_some() {
                    break;
                }
                run.start(&one);
            }
            while run.next().await {}
            if is_last || run.swept.stopped_by.is_some() {
                return Ok(run.swept);
            }
        }
    }

    /// Sweeps again and again, about so often, until the connections are drained. A sweep that fails is told to the log
    /// and followed by the next. Run it in a task of its own.
    pub async fn run_periodically(&self, sweep: Sweep, every: Duration) {
        loop {
            match self.sweep(&sweep).await {
                Ok(swept) => tracing::debug!(
                    target: TARGET,
                    provider = P::NAME,
                    refreshed = swept.refreshed,
                    needs_reconnect = swept.needs_reconnect,
                    failed = swept.failed,
                    left = swept.left,
                    "{}: swept: {swept}",
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
            // Machines that were started together need not sweep together.
            let pause = every.mul_f64(0.75 + fastrand::f64() / 2.0);
            if self.0.pause(pause).await.is_err() {
                return;
            }
        }
    }
}

impl<P: Provider> Run<'_, P> {
    fn start(&mut self, one: &RecordSummary) {
        let connection = self.connections.get(&one.account);
        let goal = Goal::Newer(one.generation);
        let putting_off = self.sweep.spread.mul_f64(fastrand::f64());
        let refresh = async move {
            connection.shared.pause(putting_off).await?;
            connection.shared.wait(&connection.cell, goal).await.map(drop)
        };
        self.under_way.spawn(refresh.in_current_span());
    }

    async fn make_room(&mut self) {
        while self.under_way.len() >= self.width && self.next().await {}
    }

    /// Waits for one of those under way. False if there is none.
    async fn next(&mut self) -> bool {
        let Some(ended) = self.under_way.join_next().await else { return false };
        let outcome = ended.unwrap_or_else(|source| {
            Err(Error::new(ErrorKind::Busy, "a refresh ended half-way")
                .with_provider(P::NAME)
                .with_source(source))
        });
        match outcome {
            Ok(()) => {
                self.swept.refreshed += 1;
                self.failures = 0;
                self.width = (self.width * 2).min(self.sweep.max_concurrent);
            }
            Err(error) => self.failed(error),
        }
        if let Some(progress) = &self.sweep.progress {
            progress(&self.swept);
        }
        true
    }

    fn failed(&mut self, error: Error) {
        match error.kind() {
            ErrorKind::Busy | ErrorKind::NotConnected => self.swept.left += 1,
            ErrorKind::NeedsReconnect(_) => self.swept.needs_reconnect += 1,
            kind => {
                self.swept.failed += 1;
                self.failures += 1;
                self.width = 1;
                let is_enough = matches!(kind, ErrorKind::ClientRefused | ErrorKind::Closed)
                    || (error.is_transient() && self.failures >= ENOUGH);
                if is_enough && self.swept.stopped_by.is_none() {
                    self.swept.stopped_by = Some(error);
                }
            }
        }
    }
}
