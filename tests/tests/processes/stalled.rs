//! A process that stops at each named point, loses its lease to another one, and wakes up.

use std::fmt::Write as _;

use oauth_core::store::RecordState;

use crate::lanes::each;
use crate::points::Point;
use crate::process::Process;
use crate::protocol::{Card, How, Step, Use, Which};
use crate::setting::Setting;
use crate::verdict::Before;
use crate::world::World;

pub(crate) fn stalled_at_every_point(setting: &Setting, times: usize) -> String {
    let shelf = setting.shelf();
    let mut runs = Vec::new();
    for point in Point::ALL {
        // What lies in a socket is the one race here, so that is tried with more than one thread, and again.
        let again = if matches!(point, Point::Received | Point::Rotated) { times } else { 1 };
        runs.extend((0..again).map(|time| (point, if time % 2 == 0 { Which::Go1 } else { Which::Gocd })));
    }
    let found = each(&runs, |(point, which)| {
        let world = World::new(&setting.runtime, &shelf, *which);
        stalled_at(&world, *point)
    });
    let mut table = String::from("stopped at                      times  meanwhile       once it went on\n");
    for point in Point::ALL {
        let found: Vec<_> = runs.iter().zip(&found).filter(|((at, _), _)| *at == point).collect();
        let meanwhile = format!("{:?}", found[0].1);
        let _ = writeln!(table, "  {:<30} {:>5}  {meanwhile:<14}  Alive", point.to_string(), found.len());
    }
    table
}

/// What the other process found meanwhile: at one point always the same.
fn stalled_at(world: &World, point: Point) -> Use {
    let threads = if matches!(point, Point::EndpointContext(_)) { 1 } else { 2 };
    let mut sleeper = Process::start(&Card { threads, ..world.hasty(point.end(How::Stop)) }).ready();
    let mut other = Process::start(&world.hasty(None)).ready();
    world.expire();
    let before = Before::of(world);
    point.drive(world, &before, &mut sleeper, How::Stop);

    let between = point == Point::Received || point.is_between();
    let meanwhile = other.uses();
    assert_eq!(meanwhile, if between { Use::OutcomeUnknown } else { Use::Alive }, "{point}");
    sleeper.wake();
    assert_eq!(sleeper.used(), Use::Alive, "{point}: the one that slept");
    assert_eq!(other.uses(), Use::Alive, "{point}: the one that took over");
    let record = world.record();
    assert_eq!((record.state, record.intent), (RecordState::Active, None), "{point}");
    let calls = before.calls(world);
    assert_eq!((calls.spent, before.saved(world)), (1, 1), "{point}: spent once, and not in vain");
    // Twice where the next holder has to try, and where nothing can look at the lease any more.
    let twice = between || point == Point::EndpointContext(Step::Sending);
    assert_eq!(calls.sent, 1 + usize::from(twice), "{point}");

    world.expire();
    assert_eq!(Process::start(&world.hasty(None)).ready().uses(), Use::Alive, "{point}: a third one");
    meanwhile
}
