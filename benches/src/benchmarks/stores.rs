//! Loading and saving tokens, compared with plain sqlx: the same statements without encryption.

use std::cell::RefCell;
use std::time::Instant;

use anyhow::{Result, ensure};
use oauth_core::store::{Content, Key, SaveOutcome, TokenStore};
use sqlx::{Database, Executor, IntoArguments, Pool, query_as};
use tokio::runtime::{Builder, Runtime};

use crate::contender::{Contender, Measurement, Plan, measure_alternately};
use crate::databases::{self, Server};
use crate::options::Options;
use crate::report::{Report, Row, Table, Target, measurement_of};
use crate::unit::Unit;

const KEYS: usize = 1_000;
/// Approximate size of a Go1 token as JSON.
const BYTES: usize = 600;

/// Columns of a record, in order.
type Record = (
    String,
    String,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    String,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    String,
    Vec<u8>,
);

macro_rules! load {
    ($now:literal) => {
        concat!(
            "SELECT provider, account, generation, fence, lease_until - ",
            $now,
            " AS lease_left, lease_length, state, state_at, due_at, lapses_at, intent_fence, ",
            $now,
            " - intent_at AS intent_age, key_id, sealed FROM oauth_connections \
             WHERE provider = $1 AND account = $2 AND sealed IS NOT NULL"
        )
    };
}

const LOAD_SQLITE: &str = load!("CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)");
const LOAD_POSTGRES: &str = load!("CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)");
const INSERT: &str = "INSERT INTO oauth_connections \
    (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
    VALUES ($1, $2, 1, 1, 'active', $3, $4, $5, $6)";
const SAVE: &str = "UPDATE oauth_connections SET generation = generation + 1, state = 'active', state_at = NULL, \
    due_at = $4, lapses_at = $5, intent_fence = NULL, intent_at = NULL, key_id = $6, sealed = $7 \
    WHERE provider = $1 AND account = $2 AND generation = $3 AND sealed IS NOT NULL RETURNING generation";

/// Selects the next record and tracks the generation of each.
struct RecordCycle {
    next: usize,
    generations: Vec<u64>,
}

impl RecordCycle {
    fn new() -> RefCell<Self> {
        RefCell::new(Self { next: 0, generations: vec![1; KEYS] })
    }

    /// Visits the stored records in a scattered order.
    fn next(&mut self) -> usize {
        self.next = (self.next + 389) % KEYS;
        self.next
    }
}

fn account(number: usize) -> String {
    format!("customer-{number:07}")
}

/// Measures both contenders on both databases.
pub fn run(options: &Options) -> Result<Report> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let mut report = Report::default();

    let store = runtime.block_on(databases::sqlite(&folder.path().join("ours.db")))?;
    let (writer, readers) = runtime.block_on(databases::bare_sqlite(&folder.path().join("bare.db")))?;
    measure(options, &mut report, &runtime, "SQLite", &store, &writer, &readers, LOAD_SQLITE)?;
    runtime.block_on(store.close());

    match Server::start() {
        Err(reason) => {
            let row = Row::not_run("oauth-store", reason);
            report.tables.push(Table {
                title: "PostgreSQL".to_owned(),
                baseline: String::new(),
                rows: vec![row],
            });
        }
        Ok(server) => {
            // The contenders use different accounts in one table.
            let (store, pool) =
                runtime.block_on(async { anyhow::Ok((server.store().await?, server.pool().await?)) })?;
            measure(options, &mut report, &runtime, "PostgreSQL", &store, &pool, &pool, LOAD_POSTGRES)?;
            runtime.block_on(async {
                store.close().await;
                pool.close().await;
            });
        }
    }
    report.notes.push(format!(
        "Records of {BYTES} bytes, one caller. Our store encrypts records and binds them to their account; the others store plain text. \
         SQLite writes to disk before it responds; PostgreSQL runs without `fsync`, over a Unix socket. The table shows the time of one \
         call, and in parentheses the calls per second."
    ));
    Ok(report)
}

#[allow(clippy::too_many_arguments)]
fn measure<D>(
    options: &Options,
    report: &mut Report,
    runtime: &Runtime,
    database: &str,
    store: &dyn TokenStore,
    writer: &Pool<D>,
    readers: &Pool<D>,
    load: &'static str,
) -> Result<()>
where
    D: Database,
    for<'p> &'p Pool<D>: Executor<'p, Database = D>,
    D::Arguments: IntoArguments<D>,
    Record: for<'r> sqlx::FromRow<'r, D::Row>,
    (i64,): for<'r> sqlx::FromRow<'r, D::Row>,
    String: for<'q> sqlx::Encode<'q, D> + sqlx::Type<D>,
    i64: for<'q> sqlx::Encode<'q, D> + sqlx::Type<D>,
    Vec<u8>: for<'q> sqlx::Encode<'q, D> + sqlx::Type<D>,
{
    let keys: Vec<Key> = (0..KEYS).map(|number| Key::new("go1", account(number))).collect();
    let content = || {
        let at = chrono::DateTime::from_timestamp(4_000_000_000, 0);
        Content::new(vec![7; BYTES]).due_at(at).lapses_at(at)
    };
    runtime.block_on(async {
        for key in &keys {
            store.insert(key, content()).await?;
            sqlx::query(INSERT)
                .bind("bare".to_owned())
                .bind(key.account.clone())
                .bind(4_000_000_000_000_000_i64)
                .bind(4_000_000_000_000_000_i64)
                .bind("none".to_owned())
                .bind(vec![7_u8; BYTES])
                .execute(writer)
                .await?;
        }
        anyhow::Ok(())
    })?;

    let (ours, bare) = (format!("oauth-store on {database}"), format!("sqlx on {database}"));
    let plan = options.plan();
    let (cycle, bare_cycle) = (RecordCycle::new(), RecordCycle::new());
    let loads = measure_alternately(
        plan,
        vec![
            contender(runtime, &ours, async || {
                let number = cycle.borrow_mut().next();
                let record = store.load(&keys[number]).await?;
                ensure!(record.is_some(), "a record is missing");
                Ok(())
            }),
            contender(runtime, &bare, async || {
                let number = bare_cycle.borrow_mut().next();
                let query =
                    query_as::<_, Record>(load).bind("bare".to_owned()).bind(keys[number].account.clone());
                ensure!(query.fetch_all(readers).await?.len() == 1, "a record is missing");
                Ok(())
            }),
        ],
    );
    // Saves wait for the disk, so fewer fit into a round.
    let plan = Plan { round: plan.round * 2, ..plan };
    let (cycle, bare_cycle) = (RecordCycle::new(), RecordCycle::new());
    let saves = measure_alternately(
        plan,
        vec![
            contender(runtime, &ours, async || {
                let number = cycle.borrow_mut().next();
                let from = cycle.borrow().generations[number];
                let SaveOutcome::Accepted { generation } = store.save(&keys[number], from, content()).await?
                else {
                    anyhow::bail!("a save was rejected");
                };
                cycle.borrow_mut().generations[number] = generation;
                Ok(())
            }),
            contender(runtime, &bare, async || {
                let number = bare_cycle.borrow_mut().next();
                let from = i64::try_from(bare_cycle.borrow().generations[number])?;
                let query = query_as::<_, (i64,)>(SAVE)
                    .bind("bare".to_owned())
                    .bind(keys[number].account.clone())
                    .bind(from)
                    .bind(4_000_000_000_000_000_i64)
                    .bind(4_000_000_000_000_000_i64)
                    .bind("none".to_owned())
                    .bind(vec![7_u8; BYTES]);
                let [(generation,)] = query.fetch_all(writer).await?[..] else {
                    anyhow::bail!("a save was rejected")
                };
                bare_cycle.borrow_mut().generations[number] = u64::try_from(generation)?;
                Ok(())
            }),
        ],
    );
    for (operation, measurements) in [("load", &loads), ("save", &saves)] {
        report.targets.push(Target::of_measurements(
            format!("{database}: {operation}, encryption included"),
            measurement_of(measurements, &ours),
            measurement_of(measurements, &bare),
            1.25,
        ));
        let table = with_rates(
            Table::of_measurements(format!("{database}: {operation} one token"), &bare, measurements),
            measurements,
        );
        report.plots.push(table.plot());
        report.tables.push(table);
    }
    Ok(())
}

fn with_rates(mut table: Table, measurements: &[Measurement]) -> Table {
    for (row, measurements) in table.rows.iter_mut().zip(measurements) {
        row.note = Unit::Rate.show(1e9 / measurements.figure().median);
    }
    table
}

fn contender<'a>(runtime: &'a Runtime, name: &str, call: impl AsyncFn() -> Result<()> + 'a) -> Contender<'a> {
    Contender::new(name, move |times| {
        runtime.block_on(async {
            let start = Instant::now();
            for _ in 0..times {
                call().await.expect("the database call succeeds");
            }
            start.elapsed()
        })
    })
}
