//! Loading, saving and finding tokens in a store, compared with plain sqlx: the same statements, without
//! encryption.
#![allow(missing_docs, reason = "the macros generate undocumented functions")]

use std::cell::{Cell, RefCell};

use benches::databases::{self, Server};
use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use oauth_core::store::{Content, DueQuery, Key, SaveOutcome, TokenStore};
use sqlx::{Database, Executor, IntoArguments, Pool};
use tokio::runtime::{Builder, Runtime};

const KEYS: usize = 1_000;
/// Approximate size of a Go1 token as JSON.
const BYTES: usize = 600;
/// A time in the far future, in seconds.
const LATER: i64 = 4_000_000_000;

const INSERT: &str = "INSERT INTO oauth_connections \
    (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
    VALUES ('bare', $1, 1, 1, 'active', 4000000000000000, 4000000000000000, 'none', $2)";
const LOAD: &str =
    "SELECT * FROM oauth_connections WHERE provider = 'bare' AND account = $1 AND sealed IS NOT NULL";
const SAVE: &str = "UPDATE oauth_connections SET generation = generation + 1, state = 'active', state_at = NULL, \
    due_at = 4000000000000000, lapses_at = 4000000000000000, intent_fence = NULL, intent_at = NULL, key_id = 'none', \
    sealed = $3 WHERE provider = 'bare' AND account = $1 AND generation = $2 AND sealed IS NOT NULL RETURNING generation";

/// Inserts `$2` rows of the provider `$1`, every `$3`th of them due.
const FILL_SQLITE: &str = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
    INSERT INTO oauth_connections (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
    SELECT $1, printf('customer-%07d', n), 1, 1, 'active', CASE WHEN n % $3 = 0 THEN n ELSE 4000000000000000 + n END, \
    4100000000000000 + n, 'k', randomblob(640) FROM n";
const FILL_POSTGRES: &str = "INSERT INTO oauth_connections \
    (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
    SELECT $1, 'customer-' || to_char(n, 'FM0000000'), 1, 1, 'active', \
    CASE WHEN n % $3 = 0 THEN n ELSE 4000000000000000 + n END, 4100000000000000 + n, 'k', \
    decode(repeat('ab', 640), 'hex') FROM generate_series(1, $2) AS n";
/// Due connections of each provider that a sweep looks at.
const DUE: i64 = 1_000;

fn key(number: usize) -> Key {
    Key::new("go1", format!("customer-{number:07}"))
}

fn content() -> Content {
    let at = DateTime::from_timestamp(LATER, 0);
    Content::new(vec![7; BYTES]).due_at(at).lapses_at(at)
}

/// Visits the records in a scattered order: 389 does not divide their number.
fn scattered(last: &Cell<usize>) -> usize {
    last.set((last.get() + 389) % KEYS);
    last.get()
}

/// Measures a store and plain sqlx on one database.
fn measure<D>(
    c: &mut Criterion,
    runtime: &Runtime,
    database: &str,
    store: &dyn TokenStore,
    pool: &Pool<D>,
    fill: &'static str,
) where
    D: Database,
    for<'p> &'p Pool<D>: Executor<'p, Database = D>,
    D::Arguments: IntoArguments<D>,
    (i64,): for<'r> sqlx::FromRow<'r, D::Row>,
    String: for<'q> sqlx::Encode<'q, D> + sqlx::Type<D>,
    i64: for<'q> sqlx::Encode<'q, D> + sqlx::Type<D>,
    Vec<u8>: for<'q> sqlx::Encode<'q, D> + sqlx::Type<D>,
{
    runtime.block_on(async {
        for number in 0..KEYS {
            store.insert(&key(number), content()).await.expect("an insert");
            let insert = sqlx::query(INSERT).bind(key(number).account).bind(vec![7_u8; BYTES]);
            insert.execute(pool).await.expect("an insert");
        }
    });
    let mut group = c.benchmark_group(format!("store/{database}"));
    let last = Cell::new(0);
    group.bench_function("oauth-store load", |b| {
        b.to_async(runtime).iter(async || {
            let record = store.load(&key(scattered(&last))).await.expect("a load");
            record.expect("the record exists")
        });
    });
    group.bench_function("sqlx load", |b| {
        b.to_async(runtime).iter(async || {
            let load = sqlx::query(LOAD).bind(key(scattered(&last)).account);
            assert_eq!(load.fetch_all(pool).await.expect("a load").len(), 1);
        });
    });
    let generations = RefCell::new(vec![1_u64; KEYS]);
    group.bench_function("oauth-store save", |b| {
        b.to_async(runtime).iter(async || {
            let number = scattered(&last);
            let from = generations.borrow()[number];
            let saved = store.save(&key(number), from, content()).await.expect("a save");
            let SaveOutcome::Accepted { generation } = saved else { panic!("a save was rejected") };
            generations.borrow_mut()[number] = generation;
        });
    });
    let generations = RefCell::new(vec![1_i64; KEYS]);
    group.bench_function("sqlx save", |b| {
        b.to_async(runtime).iter(async || {
            let number = scattered(&last);
            let from = generations.borrow()[number];
            let save = sqlx::query_as::<_, (i64,)>(SAVE).bind(key(number).account).bind(from);
            let saved = save.bind(vec![7_u8; BYTES]).fetch_all(pool).await.expect("a save");
            generations.borrow_mut()[number] = saved[0].0;
        });
    });
    group.finish();

    // The time must depend on the number of due connections, not of stored ones.
    let mut group = c.benchmark_group(format!("sweep/{database}"));
    for stored in [DUE, 100 * DUE] {
        let provider = format!("provider-{stored}");
        runtime.block_on(async {
            let fill = sqlx::query(fill).bind(provider.clone()).bind(stored).bind(stored / DUE);
            fill.execute(pool).await.expect("the rows are inserted");
            sqlx::query("ANALYZE").execute(pool).await.expect("statistics");
        });
        group.bench_function(format!("{DUE} due among {stored}"), |b| {
            b.to_async(runtime).iter(async || {
                let now = Utc::now();
                let query = DueQuery::new(provider.as_str()).due_by(now).lapses_by(now);
                let found = store.due(&query, 2 * KEYS).await.expect("a query");
                assert_eq!(found.len(), KEYS);
            });
        });
    }
}

fn stores(c: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("connections.db");
    let store = runtime.block_on(databases::sqlite(&file));
    let pool = runtime.block_on(databases::bare_sqlite(&file));
    measure(c, &runtime, "SQLite", &store, &pool, FILL_SQLITE);
    runtime.block_on(async { (store.close().await, pool.close().await) });

    let server = Server::start().expect("install PostgreSQL to measure it");
    let (store, pool) = runtime.block_on(async { (server.store().await, server.pool().await) });
    measure(c, &runtime, "PostgreSQL", &store, &pool, FILL_POSTGRES);
    runtime.block_on(async { (store.close().await, pool.close().await) });
}

criterion_group!(benches, stores);
criterion_main!(benches);
