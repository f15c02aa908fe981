//! A process that dies by SIGKILL at each named point of a refresh.

use std::fmt::Write as _;

use crate::lanes::each;
use crate::points::Point;
use crate::process::Process;
use crate::protocol::{How, Use, Which};
use crate::setting::Setting;
use crate::verdict::{Before, Fate};
use crate::world::World;

pub(crate) fn killed_at_every_point(setting: &Setting) -> String {
    let shelf = setting.shelf();
    let runs: Vec<_> =
        Point::ALL.into_iter().flat_map(|point| [(point, Which::Go1), (point, Which::Gocd)]).collect();
    let fates = each(&runs, |(point, which)| {
        let world = World::new(&setting.runtime, &shelf, *which);
        killed_at(&world, *point)
    });
    let mut table = String::from("killed at                       the next process found it (Go1, GoCD)\n");
    for (point, fates) in Point::ALL.iter().zip(fates.chunks(2)) {
        let _ = writeln!(table, "  {:<30} {:?}, {:?}", point.to_string(), fates[0], fates[1]);
    }
    table
}

fn killed_at(world: &World, point: Point) -> Fate {
    let mut victim = Process::start(&world.hasty(point.end(How::Kill))).ready();
    let mut heir = Process::start(&world.hasty(None)).ready();
    world.expire();
    let before = Before::of(world);
    point.drive(world, &before, &mut victim, How::Kill);
    let fate = before.fate(world, &[victim], &mut heir);

    let expected = if point.is_between() { Fate::OutcomeUnknown } else { Fate::Alive };
    assert_eq!(fate, expected, "{point}");
    // Twice where the server may have had it already.
    let doubt = point == Point::Received || point.is_between();
    assert_eq!(before.calls(world).sent, 1 + usize::from(doubt), "{point}");

    if fate == Fate::OutcomeUnknown {
        world.connect();
    }
    // Not only the access token lives.
    assert_eq!(heir.uses(), Use::Alive, "{point}");
    world.expire();
    assert_eq!(heir.uses(), Use::Alive, "{point}");
    fate
}
