//! The store query of the background sweep: finds due connections among many others.

use std::time::Instant;

use anyhow::{Result, ensure};
use chrono::Utc;
use oauth_core::store::{DueQuery, TokenStore};
use sqlx::{Database, Executor, IntoArguments, Pool};
use tokio::runtime::{Builder, Runtime};

use crate::contender::Figure;
use crate::databases::{self, Server};
use crate::options::Options;
use crate::report::{Limit, Plot, Report, Row, Table, Target};
use crate::unit::Unit;

const DUE: u64 = 1_000;

struct Statements {
    /// Inserts rows `$1` + 1 to `$2`, none of them due.
    fill: &'static str,
    /// Makes no row due.
    none_due: &'static str,
    /// Makes every `$1`th row due.
    some_due: &'static str,
    /// Updates the database's statistics.
    analyze: &'static str,
}

const SQLITE: Statements = Statements {
    fill: "WITH RECURSIVE n(n) AS (SELECT $1 + 1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
           INSERT INTO oauth_connections (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
           SELECT 'go1', printf('customer-%07d', n), 1, 1, 'active', 4000000000000000 + n, 4100000000000000 + n, 'k', \
           randomblob(640) FROM n",
    none_due: "UPDATE oauth_connections SET due_at = 4000000000000000 + due_at WHERE provider = 'go1' AND due_at < 1000000000000",
    some_due: "UPDATE oauth_connections SET due_at = due_at - 4000000000000000 \
           WHERE CAST(substr(account, 10) AS INTEGER) % $1 = 0",
    analyze: "ANALYZE",
};

const POSTGRES: Statements = Statements {
    fill: "INSERT INTO oauth_connections (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
           SELECT 'go1', 'customer-' || to_char(n, 'FM0000000'), 1, 1, 'active', 4000000000000000 + n, \
           4100000000000000 + n, 'k', decode(repeat('ab', 640), 'hex') FROM generate_series($1 + 1, $2) AS n",
    none_due: SQLITE.none_due,
    some_due: "UPDATE oauth_connections SET due_at = due_at - 4000000000000000 \
           WHERE CAST(substr(account, 10) AS BIGINT) % $1 = 0",
    analyze: "VACUUM ANALYZE",
};

/// Time to find due connections in a table of some size.
struct Point {
    database: &'static str,
    stored: u64,
    due: u64,
    time: Figure,
}

/// Measures both databases.
pub fn run(options: &Options) -> Result<Report> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let mut points = Vec::new();
    let mut missing = None;
    {
        let file = folder.path().join("keeper.db");
        let store = runtime.block_on(databases::sqlite(&file))?;
        let (writer, _) = runtime.block_on(databases::bare_sqlite(&file))?;
        measure(options, &runtime, "SQLite", &store, &writer, &SQLITE, &mut points)?;
        runtime.block_on(store.close());
    }
    match Server::start() {
        Err(why) => missing = Some(Row::not_run("PostgreSQL", why)),
        Ok(server) => {
            let (store, pool) =
                runtime.block_on(async { anyhow::Ok((server.store().await?, server.pool().await?)) })?;
            measure(options, &runtime, "PostgreSQL", &store, &pool, &POSTGRES, &mut points)?;
            runtime.block_on(store.close());
            runtime.block_on(pool.close());
        }
    }
    Ok(report(&points, missing))
}

fn measure<D>(
    options: &Options,
    runtime: &Runtime,
    database: &'static str,
    store: &dyn TokenStore,
    pool: &Pool<D>,
    statements: &Statements,
    points: &mut Vec<Point>,
) -> Result<()>
where
    D: Database,
    for<'p> &'p Pool<D>: Executor<'p, Database = D>,
    D::Arguments: IntoArguments<D>,
    i64: for<'q> sqlx::Encode<'q, D> + sqlx::Type<D>,
{
    let sizes: &[u64] = options.pick(&[1_000, 10_000, 100_000, 1_000_000], &[1_000, 10_000]);
    let times = options.pick(31, 3);
    runtime.block_on(async {
        let mut stored = 0;
        for &size in sizes {
            sqlx::query(statements.fill)
                .bind(i64::try_from(stored)?)
                .bind(i64::try_from(size)?)
                .execute(pool)
                .await?;
            stored = size;
            let largest = Some(&size) == sizes.last();
            let dues: &[u64] = if largest { &[10, 100, DUE, 10_000] } else { &[DUE] };
            for &due in dues {
                sqlx::query(statements.none_due).execute(pool).await?;
                sqlx::query(statements.some_due).bind(i64::try_from(stored / due)?).execute(pool).await?;
                sqlx::query(statements.analyze).execute(pool).await?;
                let now = Utc::now();
                let query = DueQuery::new("go1").due_by(now).lapses_by(now);
                let mut time = Vec::new();
                // The first call warms up.
                for _ in 0..=times {
                    let start = Instant::now();
                    let found = store.due(&query, usize::try_from(due)? + 1).await?;
                    time.push(start.elapsed().as_nanos() as f64);
                    ensure!(found.len() as u64 == due, "{} connections found, {due} are due", found.len());
                }
                points.push(Point { database, stored, due, time: Figure::of(time.split_off(1)) });
            }
        }
        Ok(())
    })
}

fn report(points: &[Point], missing: Option<Row>) -> Report {
    let format_count = |number: u64| Unit::Count.show(number as f64);
    let databases: Vec<&'static str> = ["SQLite", "PostgreSQL"]
        .into_iter()
        .filter(|database| points.iter().any(|point| point.database == *database))
        .collect();
    let mut report = Report::default();
    let mut rows = Vec::new();
    for database in &databases {
        let of = || points.iter().filter(|point| point.database == *database);
        rows.extend(of().map(|point| {
            let name =
                format!("{database}: {} due among {}", format_count(point.due), format_count(point.stored));
            Row::new(name, Unit::Time, point.time)
        }));
        let ordinary: Vec<&Point> = of().filter(|point| point.due == DUE).collect();
        let (Some(few), Some(many)) = (ordinary.first(), ordinary.last()) else { continue };
        report.targets.push(Target::absolute(
            format!("{database}: finding {} due among {}", format_count(DUE), format_count(many.stored)),
            many.time.median,
            Unit::Time,
            Limit::AtMost(50e6),
        ));
        report.targets.push(Target::by_ratio(
            format!("{database}: finding {} due among {}", format_count(DUE), format_count(many.stored)),
            Unit::Time,
            many.time.median,
            format!("among {}", format_count(few.stored)),
            few.time.median,
            1.5,
        ));
    }
    rows.extend(missing);
    report.tables.push(Table::of("Finding due connections", "", rows));
    let line = |of: &dyn Fn(&Point) -> Option<f64>, database: &&'static str| {
        let points_of = points.iter().filter(|point| point.database == *database);
        (database.to_string(), points_of.filter_map(|point| Some((of(point)?, point.time.median))).collect())
    };
    let by_stored = |point: &Point| (point.due == DUE).then_some(point.stored as f64);
    let most = points.iter().map(|point| point.stored).max();
    let by_due = |point: &Point| (Some(point.stored) == most).then_some(point.due as f64);
    report.plots.push(Plot::Lines {
        title: "Finding 1,000 due connections: independent of the number stored".to_owned(),
        along: "connections stored".to_owned(),
        unit: Unit::Time,
        limit: Some(50e6),
        lines: databases.iter().map(|database| line(&by_stored, database)).collect(),
    });
    report.plots.push(Plot::Lines {
        title: "Finding due connections in the largest table: grows with the number due".to_owned(),
        along: "connections due".to_owned(),
        unit: Unit::Time,
        limit: Some(50e6),
        lines: databases.iter().map(|database| line(&by_due, database)).collect(),
    });
    report.notes.push(
        "One store query, as made by the background sweep; due connections are spread over the whole table. The query time must not \
         grow with the number of stored connections by more than 1.5 times: on SQLite the index contains all columns that the query \
         returns, so a thousand rows of a million are on as few pages as a thousand alone."
            .to_owned(),
    );
    report
}
