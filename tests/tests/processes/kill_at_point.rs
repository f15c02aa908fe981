//! A process is killed at each point of a refresh; another one takes over.

use std::fmt::Write as _;

use crate::context::TestContext;
use crate::outcome::{Baseline, Recovery};
use crate::parallel::map_parallel;
use crate::points::Point;
use crate::process::Process;
use crate::protocol::{CallOutcome, InterruptionKind, TestProvider};
use crate::scenario::Scenario;

pub(crate) fn recovers_after_kill_at_every_point(context: &TestContext) -> String {
    let store = context.create_store();
    let runs: Vec<_> = Point::ALL
        .into_iter()
        .flat_map(|point| [(point, TestProvider::Go1), (point, TestProvider::Gocd)])
        .collect();
    let recoveries = map_parallel(&runs, |(point, provider)| {
        let scenario = Scenario::new(&context.runtime, &store, *provider);
        kill_at(&scenario, *point)
    });
    let mut table = String::from("killed at                       the next process found it (Go1, GoCD)\n");
    for (point, recoveries) in Point::ALL.iter().zip(recoveries.chunks(2)) {
        let _ = writeln!(table, "  {:<30} {:?}, {:?}", point.to_string(), recoveries[0], recoveries[1]);
    }
    table
}

fn kill_at(scenario: &Scenario, point: Point) -> Recovery {
    let mut victim =
        Process::start(&scenario.short_lived_config(point.interruption(InterruptionKind::Kill))).into_ready();
    let mut successor = Process::start(&scenario.short_lived_config(None)).into_ready();
    scenario.expire();
    let before = Baseline::of(scenario);
    point.refresh_up_to(scenario, &before, &mut victim, InterruptionKind::Kill);
    let recovery = before.recovery(scenario, &[victim], &mut successor);

    let expected = if point.loses_new_token() { Recovery::OutcomeUnknown } else { Recovery::Alive };
    assert_eq!(recovery, expected, "{point}");
    // Sent twice where the server may have received it already.
    let may_be_sent = point == Point::Received || point.loses_new_token();
    assert_eq!(before.calls(scenario).sent, 1 + usize::from(may_be_sent), "{point}");

    if recovery == Recovery::OutcomeUnknown {
        scenario.connect();
    }
    // The refresh token works as well.
    assert_eq!(successor.call_api(), CallOutcome::Alive, "{point}");
    scenario.expire();
    assert_eq!(successor.call_api(), CallOutcome::Alive, "{point}");
    recovery
}
