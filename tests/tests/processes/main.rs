//! Connections that stay alive, shown with real processes: killed, stopped, and many at once, over one store. What the
//! sandbox's journal saw is what counts.
//!
//! The program starts itself again for every process that it needs. `OAUTH_LONG=1` makes it do all of it more often.
#![allow(clippy::unwrap_used)] // a test may panic

mod clock;
// The same throw-away PostgreSQL as the stores' own tests have.
#[allow(dead_code)]
#[path = "../../../crates/oauth-store/tests/common/cluster.rs"]
mod cluster;
mod exactly_one;
mod killed;
mod lanes;
mod place;
mod points;
mod process;
mod protocol;
mod random;
mod setting;
mod stalled;
mod steps;
mod verdict;
mod worker;
mod world;

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use cluster::Cluster;
use libtest_mimic::{Arguments, Trial};
use protocol::Which;
use setting::{Kind, Setting};

/// How often.
#[derive(Clone, Copy, Debug)]
struct Size {
    /// Expiries at Go1 and at GoCD.
    expiries: [usize; 2],
    /// Kills at random.
    kills: usize,
    /// Stalls with an answer in the socket.
    stalls: usize,
}

const SHORT: Size = Size { expiries: [20, 4], kills: 40, stalls: 2 };
const LONG: Size = Size { expiries: [50, 50], kills: 500, stalls: 20 };

type Reports = Arc<Mutex<Vec<String>>>;

fn trials(setting: Option<&Arc<Setting>>, store: &str, size: Size, reports: &Reports) -> Vec<Trial> {
    let trial = |name: &str, test: fn(&Setting, Size) -> String| {
        let (setting, reports) = (setting.cloned(), Arc::clone(reports));
        let name = format!("{store}::{name}");
        let ignored = setting.is_none();
        Trial::test(name.clone(), move || {
            let begun = Instant::now();
            let setting = setting.ok_or("there is no such store")?;
            let report = test(&setting, size);
            let took = begun.elapsed().as_secs_f64();
            reports.lock().unwrap().push(format!("{name} ({took:.1} s)\n{}\n", report.trim_end()));
            Ok(())
        })
        .with_ignored_flag(ignored)
    };
    vec![
        trial("every_expiry_costs_one_call_at_go1", |setting, size| {
            exactly_one::every_expiry_costs_one_call(setting, Which::Go1, size.expiries[0])
        }),
        trial("every_expiry_costs_one_call_at_gocd", |setting, size| {
            exactly_one::every_expiry_costs_one_call(setting, Which::Gocd, size.expiries[1])
        }),
        trial("killed_at_every_point", |setting, _| killed::killed_at_every_point(setting)),
        trial("killed_at_random", |setting, size| random::killed_at_random(setting, size.kills)),
        trial("stalled_at_every_point", |setting, size| {
            stalled::stalled_at_every_point(setting, size.stalls)
        }),
    ]
}

/// A server, or why there is none.
fn server(arguments: &Arguments) -> Result<(Option<Cluster>, String), String> {
    if arguments.list {
        return Err("nothing is run".to_owned());
    }
    if let Ok(url) = std::env::var("DATABASE_URL") {
        return Ok((None, url));
    }
    let cluster = Cluster::start()?;
    let url = cluster.url();
    Ok((Some(cluster), url))
}

#[allow(clippy::print_stdout, clippy::print_stderr)] // What was counted is to be seen, and what did not run.
fn main() -> ExitCode {
    if std::env::var_os(worker::SIGN).is_some() {
        return worker::main();
    }
    let mut arguments = Arguments::from_args();
    // Each keeps the machine busy by itself.
    arguments.test_threads.get_or_insert(1);
    let size = if std::env::var("OAUTH_LONG").is_ok_and(|long| long == "1") { LONG } else { SHORT };
    let server = server(&arguments);
    if let Err(why) = &server
        && !arguments.list
    {
        eprintln!(
            "PostgreSQL: its tests are skipped, {why} (set DATABASE_URL, or apt-get install postgresql)"
        );
        if std::env::var("CI").is_ok_and(|ci| ci == "true") {
            return ExitCode::FAILURE;
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let runtime = Arc::new(runtime);
    let setting = |kind| Arc::new(Setting { runtime: Arc::clone(&runtime), kind });
    let folder = tempfile::tempdir().unwrap();
    let sqlite = setting(Kind::Sqlite(folder.path().to_owned()));
    let postgres = server.as_ref().ok().map(|(_, url)| setting(Kind::Postgres(url.clone())));

    let reports = Reports::default();
    let mut all = trials(Some(&sqlite), "sqlite", size, &reports);
    all.extend(trials(postgres.as_ref(), "postgres", size, &reports));
    let conclusion = libtest_mimic::run(&arguments, all);
    for report in reports.lock().unwrap().iter() {
        println!("{report}");
    }
    // Stopped before the process ends, not by it.
    drop(server);
    conclusion.exit_code()
}
