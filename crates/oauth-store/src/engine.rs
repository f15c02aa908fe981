//! The operations of a store, shared by both databases.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError, StoreErrorKind,
};

use crate::keyring::Keyring;
use crate::query::{Query, Value};
use crate::rows::{DueRow, RecordRow, Stored, SummaryRow, due_summary, micros, state_words, summary};
use crate::statements::Statements;

/// The longest part of a key in bytes: PostgreSQL's indexes accept at most about 2,700 bytes.
const LONGEST: usize = 1_024;
/// Attempts to acquire a lease that is released while we look.
const TRIES: usize = 3;

/// A database: runs statements and describes errors.
pub trait Database: fmt::Debug + Send + Sync + 'static {
    /// The statements as this database runs them.
    const STATEMENTS: &'static Statements;

    /// Records with lease and intent.
    fn records(&self, query: Query<'_>) -> impl Future<Output = Result<Vec<RecordRow>, StoreError>> + Send;

    /// Summaries, for a list.
    fn summaries(&self, query: Query<'_>)
    -> impl Future<Output = Result<Vec<SummaryRow>, StoreError>> + Send;

    /// Accounts that are due.
    fn due(&self, query: Query<'_>) -> impl Future<Output = Result<Vec<DueRow>, StoreError>> + Send;

    /// Returns rows of one number.
    fn numbers(&self, query: Query<'_>) -> impl Future<Output = Result<Vec<(i64,)>, StoreError>> + Send;

    /// Returns the number of changed rows.
    fn change(&self, query: Query<'_>) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Makes sure that a token can be saved. Called before each intent: after it, a refresh token is spent.
    fn reserve_space(&self) -> impl Future<Output = Result<(), StoreError>> + Send {
        std::future::ready(Ok(()))
    }

    /// Removes replaced content from the database's log. Returns false if that was not possible yet.
    fn truncate_log(&self) -> impl Future<Output = Result<bool, StoreError>> + Send {
        std::future::ready(Ok(true))
    }

    /// Runs the statements in one transaction; returns the number of changed rows.
    fn change_all(&self, queries: &[Query<'_>]) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// A database and the keys to its content. `TokenStore` documents the methods.
#[derive(Debug)]
pub(crate) struct Engine<D> {
    pub(crate) database: D,
    pub(crate) keyring: Keyring,
}

impl<D: Database> Engine<D> {
    pub(crate) async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.stored(key).await?.map(|stored| stored.record(&self.keyring)).transpose()
    }

    async fn stored(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        let rows = self.database.records(Query::read(D::STATEMENTS.load, &of(key)?)).await?;
        Ok(rows.into_iter().next().map(Stored::from))
    }

    pub(crate) async fn insert(&self, key: &Key, content: &Content) -> Result<u64, StoreError> {
        let [provider, account] = of(key)?;
        let sealed = self.keyring.seal(key, content.bytes())?;
        let [due_at, lapses_at] = times(content);
        let values =
            [provider, account, due_at, lapses_at, Value::Text(&sealed.key_id), Value::Bytes(&sealed.bytes)];
        let rows = self.database.numbers(Query::save(D::STATEMENTS.insert, &values)).await?;
        generation(&rows).ok_or_else(|| {
            StoreError::new(
                StoreErrorKind::Other,
                format!("{key}: the database returned no generation for the inserted record"),
            )
        })
    }

    pub(crate) async fn save(
        &self,
        key: &Key,
        from: u64,
        content: &Content,
    ) -> Result<SaveOutcome, StoreError> {
        let [provider, account] = of(key)?;
        let sealed = self.keyring.seal(key, content.bytes())?;
        let [due_at, lapses_at] = times(content);
        let values = [
            provider,
            account,
            number(from),
            due_at,
            lapses_at,
            Value::Text(&sealed.key_id),
            Value::Bytes(&sealed.bytes),
            Value::Number(replaced_generation(key, content)?),
        ];
        let rows = self.database.numbers(Query::save(D::STATEMENTS.save, &values)).await?;
        if let Some(generation) = generation(&rows) {
            return Ok(SaveOutcome::Accepted { generation });
        }
        // Generations are never reused, so a later read is as good.
        Ok(match self.load(key).await? {
            Some(record) => SaveOutcome::Superseded { record },
            None => SaveOutcome::Missing,
        })
    }

    pub(crate) async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        Ok(self.database.change(Query::write(D::STATEMENTS.remove, &of(key)?)).await? > 0)
    }

    pub(crate) async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        let [provider, account] = of(key)?;
        // PostgreSQL cannot store NUL, and the owner is informational.
        let owner = owner.as_str().replace('\0', "");
        let values = [provider, account, Value::Text(&owner), Value::Number(micros(length))];
        let mut tries = 1;
        loop {
            let rows = self.database.records(Query::write(D::STATEMENTS.acquire, &values)).await?;
            if let Some(stored) = rows.into_iter().next().map(Stored::from) {
                return self.granted(&stored).await;
            }
            let Some(stored) = self.stored(key).await? else { return Ok(AcquireOutcome::Missing) };
            let left = stored.lease_left(length);
            if stored.lease_is_too_long(length) {
                // The holder keeps its full time from now on, and no caller waits longer than for a lease of
                // its own.
                let values = [provider, account, number(stored.fence()?), Value::Number(micros(length))];
                self.database.change(Query::write(D::STATEMENTS.shorten, &values)).await?;
            }
            if left.is_some() || tries == TRIES {
                // A lease that expires during each attempt counts as held.
                let for_another = left.unwrap_or(Duration::from_millis(1));
                return Ok(AcquireOutcome::Held { for_another, record: stored.record(&self.keyring)? });
            }
            tries += 1;
        }
    }

    async fn granted(&self, stored: &Stored) -> Result<AcquireOutcome, StoreError> {
        let fence = stored.fence()?;
        match stored.record(&self.keyring) {
            Ok(record) => Ok(AcquireOutcome::Granted { fence, record }),
            Err(error) => {
                // Release for callers with the right key. If this fails, the lease expires.
                let _ = self.release(&stored.key, fence).await;
                Err(error)
            }
        }
    }

    pub(crate) async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        let [provider, account] = of(key)?;
        let values = [provider, account, number(fence), Value::Number(micros(length))];
        Ok(self.database.change(Query::write(D::STATEMENTS.renew, &values)).await? > 0)
    }

    pub(crate) async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        let [provider, account] = of(key)?;
        self.database
            .change(Query::write(D::STATEMENTS.release, &[provider, account, number(fence)]))
            .await?;
        Ok(())
    }

    pub(crate) async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        let [provider, account] = of(key)?;
        let values = [provider, account, number(fence), number(from)];
        self.database.reserve_space().await?;
        Ok(self.database.change(Query::write(D::STATEMENTS.begin, &values)).await? > 0)
    }

    pub(crate) async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        let [provider, account] = of(key)?;
        let (word, at) = state_words(state)?;
        let values = [provider, account, number(fence), number(from), Value::Text(word), Value::Maybe(at)];
        Ok(self.database.change(Query::write(D::STATEMENTS.set_state, &values)).await? > 0)
    }

    pub(crate) async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        let values = [part(provider)?, Value::Number(at_most(limit))];
        let rows = match after {
            None => self.database.summaries(Query::read(D::STATEMENTS.list, &values)).await?,
            Some(after) => {
                let values = [values[0], values[1], part(after)?];
                self.database.summaries(Query::read(D::STATEMENTS.list_after, &values)).await?
            }
        };
        Ok(rows.into_iter().map(|row| summary(provider, row)).collect())
    }

    pub(crate) async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        let mut found: Vec<RecordSummary> = Vec::new();
        // Several statements, because no index has all orders.
        let asked = [
            (D::STATEMENTS.lapsing, query.lapses_by),
            (D::STATEMENTS.lapsing_after, query.lapses_after),
            (D::STATEMENTS.due, query.due_by),
        ];
        for (statement, time) in asked {
            let Some(time) = time.filter(|_| found.len() < limit) else { continue };
            let values = [
                part(&query.provider)?,
                Value::Number(at_most(limit)),
                Value::Number(time.timestamp_micros()),
            ];
            let known: HashSet<String> = found.iter().map(|summary| summary.account.clone()).collect();
            for row in self.database.due(Query::read(statement, &values)).await? {
                if !known.contains(&row.0.0) {
                    found.push(due_summary(&query.provider, row));
                }
            }
            found.truncate(limit);
        }
        Ok(found)
    }

    pub(crate) async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        // First, so that an expired name can be claimed again. A failure is harmless: the next call repeats
        // it.
        let _ = self.database.change(Query::write(D::STATEMENTS.forget_used, &[])).await;
        let values = [part(name)?, Value::Number(micros(keep))];
        Ok(self.database.change(Query::write(D::STATEMENTS.claim_once, &values)).await? > 0)
    }
}

pub(crate) fn of(key: &Key) -> Result<[Value<'_>; 2], StoreError> {
    Ok([part(&key.provider)?, part(&key.account)?])
}

/// A provider or account, if both databases can store it.
fn part(part: &str) -> Result<Value<'_>, StoreError> {
    let reason = if part.contains('\0') {
        "contains a NUL".to_owned()
    } else if part.len() > LONGEST {
        format!("is {} bytes long", part.len())
    } else {
        return Ok(Value::Text(part));
    };
    Err(StoreError::new(
        StoreErrorKind::Other,
        format!("the name of a provider or account {reason}; it may have at most {LONGEST} bytes and no NUL"),
    ))
}

fn times(content: &Content) -> [Value<'static>; 2] {
    [content.due_at, content.lapses_at].map(|at| Value::Maybe(at.map(|at| at.timestamp_micros())))
}

/// One less than the largest number of a database, so that the next generation fits.
fn replaced_generation(key: &Key, content: &Content) -> Result<i64, StoreError> {
    i64::try_from(content.replaced_generation).ok().filter(|generation| *generation < i64::MAX).ok_or_else(
        || {
            let message =
                format!("{key}: the replaced generation {} is too large", content.replaced_generation);
            StoreError::new(StoreErrorKind::Other, message)
        },
    )
}

/// A number that no database stores matches no row.
fn number(counter: u64) -> Value<'static> {
    Value::Number(i64::try_from(counter).unwrap_or(-1))
}

pub(crate) fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn generation(rows: &[(i64,)]) -> Option<u64> {
    rows.first().and_then(|(generation,)| u64::try_from(*generation).ok())
}
