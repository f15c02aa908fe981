//! What the keeper asks a store: who is due, among ever more who are not.

use std::time::Instant;

use anyhow::{Result, ensure};
use chrono::Utc;
use oauth_core::store::{DueQuery, TokenStore};
use sqlx::{Database, Executor, IntoArguments, Pool};
use tokio::runtime::{Builder, Runtime};

use crate::databases::{self, Server};
use crate::options::Options;
use crate::report::{Limit, Plot, Report, Row, Table, Target};
use crate::rounds::Figure;
use crate::unit::Unit;

const DUE: u64 = 1_000;

struct Words {
    /// Rows `$1` (not included) to `$2`, none of them due.
    fill: &'static str,
    /// Nobody is due.
    nobody: &'static str,
    /// Every `$1`th is due.
    some: &'static str,
    /// The database looks at what it has.
    look: &'static str,
}

const SQLITE: Words = Words {
    fill: "WITH RECURSIVE n(n) AS (SELECT $1 + 1 UNION ALL SELECT n + 1 FROM n WHERE n < $2) \
           INSERT INTO oauth_connections (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
           SELECT 'go1', printf('customer-%07d', n), 1, 1, 'active', 4000000000000000 + n, 4100000000000000 + n, 'k', \
           randomblob(640) FROM n",
    nobody: "UPDATE oauth_connections SET due_at = 4000000000000000 + due_at WHERE provider = 'go1' AND due_at < 1000000000000",
    some: "UPDATE oauth_connections SET due_at = due_at - 4000000000000000 \
           WHERE CAST(substr(account, 10) AS INTEGER) % $1 = 0",
    look: "ANALYZE",
};

const POSTGRES: Words = Words {
    fill: "INSERT INTO oauth_connections (provider, account, generation, fence, state, due_at, lapses_at, key_id, sealed) \
           SELECT 'go1', 'customer-' || to_char(n, 'FM0000000'), 1, 1, 'active', 4000000000000000 + n, \
           4100000000000000 + n, 'k', decode(repeat('ab', 640), 'hex') FROM generate_series($1 + 1, $2) AS n",
    nobody: SQLITE.nobody,
    some: "UPDATE oauth_connections SET due_at = due_at - 4000000000000000 \
           WHERE CAST(substr(account, 10) AS BIGINT) % $1 = 0",
    look: "VACUUM ANALYZE",
};

/// How long it took to find so many due among so many stored.
struct Point {
    database: &'static str,
    stored: u64,
    due: u64,
    took: Figure,
}

/// On both databases.
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
    Ok(told(&points, missing))
}

fn measure<D>(
    options: &Options,
    runtime: &Runtime,
    database: &'static str,
    store: &dyn TokenStore,
    pool: &Pool<D>,
    words: &Words,
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
            sqlx::query(words.fill)
                .bind(i64::try_from(stored)?)
                .bind(i64::try_from(size)?)
                .execute(pool)
                .await?;
            stored = size;
            let largest = Some(&size) == sizes.last();
            let dues: &[u64] = if largest { &[10, 100, DUE, 10_000] } else { &[DUE] };
            for &due in dues {
                sqlx::query(words.nobody).execute(pool).await?;
                sqlx::query(words.some).bind(i64::try_from(stored / due)?).execute(pool).await?;
                sqlx::query(words.look).execute(pool).await?;
                let now = Utc::now();
                let query = DueQuery::new("go1").due_by(now).lapses_by(now);
                let mut took = Vec::new();
                // The first one warms up.
                for _ in 0..=times {
                    let begun = Instant::now();
                    let found = store.due(&query, usize::try_from(due)? + 1).await?;
                    took.push(begun.elapsed().as_nanos() as f64);
                    ensure!(found.len() as u64 == due, "{} were found, {due} are due", found.len());
                }
                points.push(Point { database, stored, due, took: Figure::of(took.split_off(1)) });
            }
        }
        Ok(())
    })
}

fn told(points: &[Point], missing: Option<Row>) -> Report {
    let shown = |number: u64| Unit::Count.show(number as f64);
    let databases: Vec<&'static str> = ["SQLite", "PostgreSQL"]
        .into_iter()
        .filter(|database| points.iter().any(|point| point.database == *database))
        .collect();
    let mut report = Report::default();
    let mut rows = Vec::new();
    for database in &databases {
        let of = || points.iter().filter(|point| point.database == *database);
        rows.extend(of().map(|point| {
            let name = format!("{database}: {} due among {}", shown(point.due), shown(point.stored));
            Row::new(name, Unit::Time, point.took)
        }));
        let ordinary: Vec<&Point> = of().filter(|point| point.due == DUE).collect();
        let (Some(few), Some(many)) = (ordinary.first(), ordinary.last()) else { continue };
        report.targets.push(Target::absolute(
            format!("{database}: finding {} due among {}", shown(DUE), shown(many.stored)),
            many.took.median,
            Unit::Time,
            Limit::AtMost(50e6),
        ));
        report.targets.push(Target::by_ratio(
            format!("{database}: finding {} due among {}", shown(DUE), shown(many.stored)),
            Unit::Time,
            many.took.median,
            format!("among {}", shown(few.stored)),
            few.took.median,
            1.5,
        ));
    }
    rows.extend(missing);
    report.tables.push(Table::of("Finding who is due", "", rows));
    let line = |of: &dyn Fn(&Point) -> Option<f64>, database: &&'static str| {
        let own = points.iter().filter(|point| point.database == *database);
        (database.to_string(), own.filter_map(|point| Some((of(point)?, point.took.median))).collect())
    };
    let by_stored = |point: &Point| (point.due == DUE).then_some(point.stored as f64);
    let most = points.iter().map(|point| point.stored).max();
    let by_due = |point: &Point| (Some(point.stored) == most).then_some(point.due as f64);
    report.plots.push(Plot::Lines {
        title: "Finding 1,000 due: it does not grow with the stored".to_owned(),
        along: "connections stored".to_owned(),
        unit: Unit::Time,
        limit: Some(50e6),
        lines: databases.iter().map(|database| line(&by_stored, database)).collect(),
    });
    report.plots.push(Plot::Lines {
        title: "Finding who is due among as many as there are: it grows with the due".to_owned(),
        along: "connections due".to_owned(),
        unit: Unit::Time,
        limit: Some(50e6),
        lines: databases.iter().map(|database| line(&by_due, database)).collect(),
    });
    report.notes.push(
        "One call of the store, which is what a keeper's sweep asks; those who are due are spread over the whole table. That it does \
         not grow with the stored is held against one and a half times: on SQLite all that is told of them stands in the index that finds \
         them, so a thousand out of a million lie in as few pages as a thousand alone."
            .to_owned(),
    );
    report
}
