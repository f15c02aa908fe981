//! A process is stopped at each point of a refresh, loses its lease to another one, and resumes.

use std::fmt::Write as _;

use oauth_core::store::RecordState;

use crate::context::TestContext;
use crate::outcome::Baseline;
use crate::parallel::map_parallel;
use crate::points::Point;
use crate::process::Process;
use crate::protocol::{CallOutcome, InterruptionKind, Step, TestProvider, WorkerConfig};
use crate::scenario::Scenario;

pub(crate) fn resumes_after_stall_at_every_point(context: &TestContext, times: usize) -> String {
    let store = context.create_store();
    let mut runs = Vec::new();
    for point in Point::ALL {
        // A response in the socket is a race, so it is repeated and runs on several threads.
        let repetitions = if matches!(point, Point::Received | Point::Rotated) { times } else { 1 };
        runs.extend(
            (0..repetitions)
                .map(|time| (point, if time % 2 == 0 { TestProvider::Go1 } else { TestProvider::Gocd })),
        );
    }
    let found = map_parallel(&runs, |(point, provider)| {
        let scenario = Scenario::new(&context.runtime, &store, *provider);
        stall_at(&scenario, *point)
    });
    let mut table = String::from("stopped at                      times  meanwhile       after resuming\n");
    for point in Point::ALL {
        let found: Vec<_> = runs.iter().zip(&found).filter(|((at, _), _)| *at == point).collect();
        let meanwhile = format!("{:?}", found[0].1);
        let _ = writeln!(table, "  {:<30} {:>5}  {meanwhile:<14}  Alive", point.to_string(), found.len());
    }
    table
}

/// Returns the outcome of the other process' call, which depends on the point only.
fn stall_at(scenario: &Scenario, point: Point) -> CallOutcome {
    let threads = if matches!(point, Point::AtStep(_)) { 1 } else { 2 };
    let mut stalled = Process::start(&WorkerConfig {
        threads,
        ..scenario.short_lived_config(point.interruption(InterruptionKind::Stop))
    })
    .into_ready();
    let mut other = Process::start(&scenario.short_lived_config(None)).into_ready();
    scenario.expire();
    let before = Baseline::of(scenario);
    point.refresh_up_to(scenario, &before, &mut stalled, InterruptionKind::Stop);

    let may_be_received = point == Point::Received || point.loses_new_token();
    let meanwhile = other.call_api();
    assert_eq!(
        meanwhile,
        if may_be_received { CallOutcome::OutcomeUnknown } else { CallOutcome::Alive },
        "{point}"
    );
    stalled.resume();
    assert_eq!(stalled.api_outcome(), CallOutcome::Alive, "{point}: the resumed process");
    assert_eq!(other.call_api(), CallOutcome::Alive, "{point}: the process that took over");
    let record = scenario.record();
    assert_eq!((record.state, record.intent), (RecordState::Active, None), "{point}");
    let calls = before.calls(scenario);
    assert_eq!((calls.spent, before.saved(scenario)), (1, 1), "{point}: spent once, and saved");
    // Twice where the next holder has to try, and after the last check of the lease.
    let twice = may_be_received || point == Point::AtStep(Step::Sending);
    assert_eq!(calls.sent, 1 + usize::from(twice), "{point}");

    scenario.expire();
    assert_eq!(
        Process::start(&scenario.short_lived_config(None)).into_ready().call_api(),
        CallOutcome::Alive,
        "{point}: a third process"
    );
    meanwhile
}
