//! Connections shared by real processes over one store, some of them killed or stopped. Checked with the
//! sandbox's journal.
//!
//! The test program starts itself again as each worker process. `OAUTH_LONG=1` repeats everything more often.
#![allow(clippy::unwrap_used)] // a test may panic

mod clock;
// The temporary PostgreSQL server of the stores' own tests.
#[allow(dead_code)]
#[path = "../../../crates/oauth-store/tests/common/cluster.rs"]
mod cluster;
mod context;
mod expiry;
mod kill_at_point;
mod outcome;
mod parallel;
mod points;
mod process;
mod protocol;
mod random_kill;
mod scenario;
mod stall;
mod steps;
mod stores;
mod worker;

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use cluster::Cluster;
use context::{StoreKind, TestContext};
use libtest_mimic::{Arguments, Trial};
use protocol::TestProvider;

/// Number of repetitions.
#[derive(Clone, Copy, Debug)]
struct Size {
    /// Expiries at Go1 and at GoCD.
    expiries: [usize; 2],
    /// Random kills.
    kills: usize,
    /// Stalls with an unread response in the socket.
    stalls: usize,
}

const SHORT: Size = Size { expiries: [20, 4], kills: 40, stalls: 2 };
const LONG: Size = Size { expiries: [50, 50], kills: 500, stalls: 20 };

type Reports = Arc<Mutex<Vec<String>>>;

fn trials(context: Option<&Arc<TestContext>>, store: &str, size: Size, reports: &Reports) -> Vec<Trial> {
    let trial = |name: &str, test: fn(&TestContext, Size) -> String| {
        let (context, reports) = (context.cloned(), Arc::clone(reports));
        let name = format!("{store}::{name}");
        let ignored = context.is_none();
        Trial::test(name.clone(), move || {
            let begun = Instant::now();
            let context = context.ok_or("the store is not available")?;
            let report = test(&context, size);
            let took = begun.elapsed().as_secs_f64();
            reports.lock().unwrap().push(format!("{name} ({took:.1} s)\n{}\n", report.trim_end()));
            Ok(())
        })
        .with_ignored_flag(ignored)
    };
    vec![
        trial("every_expiry_costs_one_call_at_go1", |context, size| {
            expiry::every_expiry_costs_one_call(context, TestProvider::Go1, size.expiries[0])
        }),
        trial("every_expiry_costs_one_call_at_gocd", |context, size| {
            expiry::every_expiry_costs_one_call(context, TestProvider::Gocd, size.expiries[1])
        }),
        trial("recovers_after_kill_at_every_point", |context, _| {
            kill_at_point::recovers_after_kill_at_every_point(context)
        }),
        trial("recovers_after_random_kills", |context, size| {
            random_kill::recovers_after_random_kills(context, size.kills)
        }),
        trial("resumes_after_stall_at_every_point", |context, size| {
            stall::resumes_after_stall_at_every_point(context, size.stalls)
        }),
    ]
}

/// Starts a PostgreSQL server, or returns why that failed.
fn start_postgres(arguments: &Arguments) -> Result<(Option<Cluster>, String), String> {
    if arguments.list {
        return Err("tests are only listed".to_owned());
    }
    if let Ok(url) = std::env::var("DATABASE_URL") {
        return Ok((None, url));
    }
    let cluster = Cluster::start()?;
    let url = cluster.url();
    Ok((Some(cluster), url))
}

#[allow(clippy::print_stdout)] // Prints the reports.
fn main() -> ExitCode {
    if std::env::var_os(worker::WORKER_VARIABLE).is_some() {
        return worker::main();
    }
    let mut arguments = Arguments::from_args();
    // Each test runs many processes.
    arguments.test_threads.get_or_insert(1);
    let size = if std::env::var("OAUTH_LONG").is_ok_and(|long| long == "1") { LONG } else { SHORT };
    let server = start_postgres(&arguments);
    if let Err(why) = &server
        && !arguments.list
        && !cluster::may_skip_tests(why)
    {
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let runtime = Arc::new(runtime);
    let context = |kind| Arc::new(TestContext { runtime: Arc::clone(&runtime), kind });
    let folder = tempfile::tempdir().unwrap();
    let sqlite = context(StoreKind::Sqlite(folder.path().to_owned()));
    let postgres = server.as_ref().ok().map(|(_, url)| context(StoreKind::Postgres(url.clone())));

    let reports = Reports::default();
    let mut all = trials(Some(&sqlite), "sqlite", size, &reports);
    all.extend(trials(postgres.as_ref(), "postgres", size, &reports));
    let conclusion = libtest_mimic::run(&arguments, all);
    for report in reports.lock().unwrap().iter() {
        println!("{report}");
    }
    // Stops the server before the process exits.
    drop(server);
    conclusion.exit_code()
}
