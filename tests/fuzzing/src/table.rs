//! An in-memory database for `oauth-store`'s engine, whose rows a test can change.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use oauth_core::store::{Key, StoreError, StoreErrorKind};
use oauth_store::internal::{
    Database, DueRow, Query, RecordRow, STATEMENTS, Statements, SummaryRow, Text, Value,
};
use tokio::time::Instant;

/// The database's time at the start in microseconds: the time of [`ManualClock`](oauth_testing::ManualClock).
const START: i64 = 1_767_323_045_000_000;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) generation: i64,
    pub(crate) fence: i64,
    /// End and length of the lease.
    pub(crate) lease: Option<(i64, i64)>,
    pub(crate) state: String,
    pub(crate) state_at: Option<i64>,
    pub(crate) due_at: Option<i64>,
    pub(crate) lapses_at: Option<i64>,
    /// Fence and time of the intent.
    pub(crate) intent: Option<(i64, i64)>,
    pub(crate) key_id: String,
    pub(crate) sealed: Vec<u8>,
}

/// Clones share the rows. Panics for statements that the tests do not use, such as removal.
#[derive(Clone)]
pub(crate) struct Table {
    rows: Arc<Mutex<BTreeMap<(String, String), Row>>>,
    created: Instant,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").finish_non_exhaustive()
    }
}

impl Table {
    pub(crate) fn new() -> Self {
        Self { rows: Arc::default(), created: Instant::now() }
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<(String, String), Row>> {
        self.rows.lock().unwrap()
    }

    pub(crate) fn row(&self, key: &Key) -> Row {
        self.rows()[&row_key(&key.provider, &key.account)].clone()
    }

    pub(crate) fn set(&self, key: &Key, row: Row) {
        self.rows().insert(row_key(&key.provider, &key.account), row);
    }

    pub(crate) fn now(&self) -> i64 {
        START + i64::try_from(self.created.elapsed().as_micros()).unwrap()
    }

    /// The row as the statements select it.
    pub(crate) fn read(&self, key: &Key, row: &Row) -> RecordRow {
        let left = row.lease.map(|(until, _)| until.saturating_sub(self.now()));
        let (lease_left, lease_length) = (left.filter(|left| *left > 0), row.lease.map(|(_, length)| length));
        let (intent_fence, intent_age) = match row.intent {
            Some((fence, at)) if at < 0 => (Some(fence), Some(0)),
            Some((fence, at)) => (Some(fence), Some((self.now() - at).max(0))),
            None => (None, None),
        };
        (
            Text(key.provider.clone()),
            Text(key.account.clone()),
            row.generation,
            row.fence,
            lease_left,
            lease_length,
            Some(Text(row.state.clone())),
            row.state_at,
            row.due_at,
            row.lapses_at,
            intent_fence,
            intent_age,
            Some(Text(row.key_id.clone())),
            row.sealed.clone(),
        )
    }

    /// Changes a row if `when` accepts it. Returns false otherwise.
    fn update(
        &self,
        values: &[Value<'_>],
        when: impl FnOnce(&Row) -> bool,
        change: impl FnOnce(&mut Row) -> Result<(), StoreError>,
    ) -> Result<bool, StoreError> {
        let mut rows = self.rows();
        let row = rows.get_mut(&row_key(text(values[0]), text(values[1]))).filter(|row| when(row));
        // Unchanged on error, as in a database.
        let Some(row) = row else { return Ok(false) };
        let mut changed = row.clone();
        change(&mut changed)?;
        *row = changed;
        Ok(true)
    }
}

impl Database for Table {
    const STATEMENTS: &'static Statements = &STATEMENTS;

    async fn records(&self, query: Query<'_>) -> Result<Vec<RecordRow>, StoreError> {
        let Query { statement, values, .. } = query;
        let of = Self::STATEMENTS;
        if statement == of.load || statement == of.acquire {
            let now = self.now();
            if statement == of.acquire
                && !self.update(
                    values,
                    |row| row.lease.is_none_or(|(until, _)| until <= now),
                    |row| {
                        let length = number(values[3]);
                        row.fence = plus(row.fence, 1)?;
                        row.lease = Some((plus(length, now)?, length));
                        row.intent = row.intent.map(|(fence, at)| (fence, at.min(now)));
                        Ok(())
                    },
                )?
            {
                return Ok(Vec::new());
            }
            let key = Key::new(text(values[0]), text(values[1]));
            let row = self.rows().get(&row_key(&key.provider, &key.account)).cloned();
            return Ok(row.iter().map(|row| self.read(&key, row)).collect());
        }
        let after = match values {
            [_, _] if statement == of.other_keys => None,
            [_, _, provider, account] if statement == of.other_keys_after => {
                Some(row_key(text(*provider), text(*account)))
            }
            _ => panic!("unexpected statement: {statement}"),
        };
        let rows = self.rows();
        Ok(rows
            .iter()
            .filter(|(key, row)| {
                row.key_id != text(values[0]) && after.as_ref().is_none_or(|after| after < *key)
            })
            .take(usize::try_from(number(values[1])).unwrap())
            .map(|((provider, account), row)| self.read(&Key::new(provider, account), row))
            .collect())
    }

    async fn summaries(&self, query: Query<'_>) -> Result<Vec<SummaryRow>, StoreError> {
        let Query { statement, values, .. } = query;
        assert_eq!(statement, Self::STATEMENTS.list, "unexpected statement");
        Ok(self
            .rows()
            .iter()
            .filter(|((provider, _), _)| provider == text(values[0]))
            .take(usize::try_from(number(values[1])).unwrap())
            .map(|((_, account), row)| {
                let (account, state) = (Text(account.clone()), Some(Text(row.state.clone())));
                (account, row.generation, state, row.state_at, row.due_at, row.lapses_at)
            })
            .collect())
    }

    async fn due(&self, query: Query<'_>) -> Result<Vec<DueRow>, StoreError> {
        let Query { statement, values, .. } = query;
        let of = Self::STATEMENTS;
        let known = [of.due, of.lapsing, of.lapsing_after];
        assert!(known.contains(&statement), "unexpected statement: {statement}");
        let at = |row: &Row| if statement == of.due { row.due_at } else { row.lapses_at };
        let rows = self.rows();
        let mut found: Vec<(i64, &String, &Row)> = rows
            .iter()
            .filter(|((provider, _), row)| provider == text(values[0]) && row.state == "active")
            .filter_map(|((_, account), row)| Some((at(row)?, account, row)))
            .filter(|(at, ..)| (*at > number(values[2])) == (statement == of.lapsing_after))
            .collect();
        found.sort_by_key(|(at, account, _)| (*at, *account));
        Ok(found
            .into_iter()
            .take(usize::try_from(number(values[1])).unwrap())
            .map(|(_, account, row)| (Text(account.clone()), row.generation, row.due_at, row.lapses_at))
            .collect())
    }

    async fn numbers(&self, query: Query<'_>) -> Result<Vec<(i64,)>, StoreError> {
        let Query { statement, values, .. } = query;
        let of = Self::STATEMENTS;
        if statement == of.count_other_keys {
            let other = self.rows().values().filter(|row| row.key_id != text(values[0])).count();
            return Ok(vec![(i64::try_from(other).unwrap(),)]);
        }
        let fresh = |due_at, lapses_at, key_id, sealed| Row {
            generation: 1,
            fence: 1,
            lease: None,
            state: "active".to_owned(),
            state_at: None,
            due_at: maybe(due_at),
            lapses_at: maybe(lapses_at),
            intent: None,
            key_id: text(key_id).to_owned(),
            sealed: bytes(sealed).to_vec(),
        };
        match *values {
            // The tests insert each account once.
            [provider, account, due_at, lapses_at, key_id, sealed] if statement == of.insert => {
                let row = fresh(due_at, lapses_at, key_id, sealed);
                assert_eq!(self.rows().insert(row_key(text(provider), text(account)), row), None);
                Ok(vec![(1,)])
            }
            [_, _, from, due_at, lapses_at, key_id, sealed, replaced] if statement == of.save => {
                let mut generation = None;
                self.update(
                    values,
                    |row| row.generation == number(from),
                    |row| {
                        let (next, fence, lease) =
                            (plus(row.generation.max(number(replaced)), 1)?, row.fence, row.lease);
                        generation = Some((next,));
                        *row = fresh(due_at, lapses_at, key_id, sealed);
                        (row.generation, row.fence, row.lease) = (next, fence, lease);
                        Ok(())
                    },
                )?;
                Ok(generation.into_iter().collect())
            }
            _ => panic!("unexpected statement: {statement}"),
        }
    }

    async fn change(&self, query: Query<'_>) -> Result<u64, StoreError> {
        let Query { statement, values, .. } = query;
        let (of, now) = (Self::STATEMENTS, self.now());
        let fence = number(values[2]);
        let done = if statement == of.release {
            self.update(
                values,
                |row| row.fence == fence,
                |row| {
                    row.lease = None;
                    Ok(())
                },
            )
        } else if statement == of.renew {
            let length = number(values[3]);
            self.update(
                values,
                |row| row.fence == fence && row.lease.is_some(),
                |row| {
                    row.lease = Some((plus(length, now)?, length));
                    Ok(())
                },
            )
        } else if statement == of.shorten {
            let longest = number(values[3]);
            self.update(
                values,
                |row| row.fence == fence,
                |row| {
                    if let Some((until, length)) = row.lease {
                        let length = if length > 0 { length.min(longest) } else { longest };
                        row.lease = Some((until.min(plus(length, now)?), length));
                    }
                    Ok(())
                },
            )
        } else if statement == of.begin {
            let holds = |row: &Row| {
                row.fence == fence
                    && row.generation == number(values[3])
                    && row.lease.is_some_and(|(until, _)| until > now)
            };
            self.update(values, holds, |row| {
                row.intent = Some((row.fence, now));
                Ok(())
            })
        } else if statement == of.set_state {
            let holds =
                |row: &Row| row.fence == fence && row.generation == number(values[3]) && row.lease.is_some();
            self.update(values, holds, |row| {
                row.state = text(values[4]).to_owned();
                row.state_at = maybe(values[5]);
                row.intent = None;
                Ok(())
            })
        } else {
            panic!("unexpected statement: {statement}");
        };
        done.map(u64::from)
    }

    async fn change_all(&self, queries: &[Query<'_>]) -> Result<u64, StoreError> {
        let mut changed = 0;
        for Query { statement, values, .. } in queries {
            assert_eq!(*statement, Self::STATEMENTS.reseal);
            let done = self.update(
                values,
                |row| row.sealed == bytes(values[2]),
                |row| {
                    row.key_id = text(values[3]).to_owned();
                    row.sealed = bytes(values[4]).to_vec();
                    Ok(())
                },
            )?;
            changed += u64::from(done);
        }
        Ok(changed)
    }
}

fn row_key(provider: &str, account: &str) -> (String, String) {
    (provider.to_owned(), account.to_owned())
}

fn text<'a>(value: Value<'a>) -> &'a str {
    let Value::Text(text) = value else { panic!("not a text") };
    text
}

fn number(value: Value<'_>) -> i64 {
    let Value::Number(number) = value else { panic!("not a number") };
    number
}

fn maybe(value: Value<'_>) -> Option<i64> {
    let Value::Maybe(number) = value else { panic!("not a number") };
    number
}

fn bytes<'a>(value: Value<'a>) -> &'a [u8] {
    let Value::Bytes(bytes) = value else { panic!("not bytes") };
    bytes
}

/// Databases reject overflows.
fn plus(one: i64, other: i64) -> Result<i64, StoreError> {
    one.checked_add(other).ok_or_else(|| {
        StoreError::new(StoreErrorKind::Other, "a number of the statement overflows its column")
    })
}
