//! Measures calls with a million stored connections.
//!
//! `cargo run --release -p oauth-store --all-features --example figures -- FILE` or `… -- postgres:///database?host=…`,
//! a new file or an empty database.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::{Duration, Instant};

use chrono::DateTime;
use oauth_core::store::{AcquireOutcome, Content, DueQuery, Key, LeaseOwner, TokenStore};
use oauth_store::{EncryptionKey, Keyring, Postgres, Sqlite};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

const FILL: &str = "INSERT INTO oauth_connections \
    (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed)";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let place = std::env::args().nth(1).ok_or("say where: a new file, or postgres://…")?;
    let keyring = Keyring::new(EncryptionKey::generate()?);
    if place.starts_with("postgres:") {
        let store = Postgres::connect(&place, keyring).await?;
        let mut connection = PgConnection::connect(&place).await?;
        let rows = "SELECT 'go1', to_char(n, 'FM0000000'), 1, 1, 'active', n * 1000000, n * 2000000, 'k', \
                    decode(repeat('ab', 1500), 'hex') FROM generate_series(1, 1000000::bigint) AS n";
        connection.execute(sqlx::AssertSqlSafe(format!("{FILL} {rows}"))).await?;
        connection.execute("ANALYZE").await?;
        measure(&store).await
    } else {
        let store = Sqlite::open(&place, keyring).await?;
        let mut connection = SqliteConnection::connect(&format!("sqlite://{place}")).await?;
        let rows = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000000) \
                    SELECT 'go1', printf('%07d', n), 1, 1, 'active', n * 1000000, n * 2000000, 'k', \
                    randomblob(1500) FROM n";
        connection.execute(sqlx::AssertSqlSafe(format!("{FILL} {rows}"))).await?;
        measure(&store).await
    }
}

/// Repeats each call and prints its time.
async fn measure(store: &dyn TokenStore) -> Result<(), Box<dyn Error>> {
    const TIMES: u32 = 1_000;
    // Spread over the table, so that they are not all in one page.
    let keys: Vec<Key> = (0..TIMES).map(|n| Key::new("go1", format!("{:07}", n * 997 + 1))).collect();
    let content = || Content::new(vec![7; 1_500]).due_at(DateTime::from_timestamp(4_000_000_000, 0));
    let owner = LeaseOwner::new("figures");

    let begun = Instant::now();
    for key in &keys {
        store.insert(key, content()).await?;
    }
    told("insert", begun, TIMES);
    let begun = Instant::now();
    for key in &keys {
        store.load(key).await?;
    }
    told("load", begun, TIMES);
    let begun = Instant::now();
    for key in &keys {
        store.save(key, 2, content()).await?;
    }
    told("save", begun, TIMES);
    let begun = Instant::now();
    for key in &keys {
        let asked = store.acquire(key, &owner, Duration::from_secs(60)).await?;
        let AcquireOutcome::Granted { fence, record } = asked else { return Err("not granted".into()) };
        store.record_intent(key, fence, record.generation).await?;
        store.save(key, record.generation, content()).await?;
        store.release(key, fence).await?;
    }
    told("a whole refresh (acquire, begin, save, release)", begun, TIMES);
    let begun = Instant::now();
    for key in &keys[..100] {
        store.list("go1", Some(&key.account), 100).await?;
    }
    told("list, a page of 100", begun, 100);
    let due = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    for (what, by) in [("due, 50 of sixty", 60), ("due, 50 of nearly all", 999_000)] {
        let query = DueQuery::new("go1").due_by(due(by)).lapses_by(due(by));
        let begun = Instant::now();
        for _ in 0..100 {
            store.due(&query, 50).await?;
        }
        told(what, begun, 100);
    }
    Ok(())
}

fn told(what: &str, begun: Instant, times: u32) {
    let each = begun.elapsed() / times;
    println!("{what}: {:.2} ms, {:.0} a second", each.as_secs_f64() * 1e3, 1.0 / each.as_secs_f64());
}
