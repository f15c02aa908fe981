//! Processes that die by SIGKILL at any moment of a refresh.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::AddAssign;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use oauth_sandbox::Fault;

use crate::lanes::{LANES, each};
use crate::process::Process;
use crate::protocol::{Order, Step, Use, Which};
use crate::setting::Setting;
use crate::verdict::{Before, Fate};
use crate::world::World;

/// What came of kills.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    kills: usize,
    alive: usize,
    unknown: usize,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.kills += other.kills;
        self.alive += other.alive;
        self.unknown += other.unknown;
    }
}

/// By the last step that a process had told, or by `None` where two died one after the other.
type Tally = BTreeMap<Option<Step>, Count>;

pub(crate) fn killed_at_random(setting: &Setting, kills: usize) -> String {
    let shelf = setting.shelf();
    let (tally, done) = (Mutex::new(Tally::new()), AtomicUsize::new(0));
    let lanes: Vec<usize> = (0..LANES).collect();
    each(&lanes, |lane| {
        let which = if lane % 2 == 0 { Which::Go1 } else { Which::Gocd };
        let world = World::new(&setting.runtime, &shelf, which);
        let mut lane = Lane::new(world);
        while done.load(Ordering::Relaxed) < kills {
            let (key, count) = lane.round();
            done.fetch_add(count.kills, Ordering::Relaxed);
            *tally.lock().unwrap().entry(key).or_default() += count;
        }
    });
    table(&tally.into_inner().unwrap())
}

fn table(tally: &Tally) -> String {
    let mut table = String::from("killed after                   kills  alive  outcome unknown\n");
    let mut sum = Count::default();
    let mut line = |name: &str, count: &Count| {
        let Count { kills, alive, unknown } = count;
        let _ = writeln!(table, "  {name:<28} {kills:>5}  {alive:>5}  {unknown:>5}");
    };
    for (key, count) in tally.iter().rev() {
        line(key.map_or("two, one after the other", Step::words), count);
        sum += *count;
    }
    line("all", &sum);
    table
}

/// One connection, over which one process after the other dies.
struct Lane {
    world: World,
    heir: Process,
    /// How long a refresh takes here when nobody dies.
    window: Duration,
}

impl Lane {
    fn new(world: World) -> Self {
        let mut window = Duration::ZERO;
        for _ in 0..3 {
            let mut process = Process::start(&world.hasty(None)).ready();
            world.expire();
            process.order(Order::Use);
            assert!(process.passes(Step::Asking));
            let begun = Instant::now();
            assert_eq!(process.used(), Use::Alive);
            window = window.max(begun.elapsed());
        }
        let heir = Process::start(&world.hasty(None)).ready();
        Self { world, heir, window }
    }

    /// Lets one process die, or two, and looks at what they leave.
    fn round(&mut self) -> (Option<Step>, Count) {
        let Self { world, heir, window } = self;
        world.expire();
        let before = Before::of(world);
        let deaths = if fastrand::u8(..4) == 0 { 2 } else { 1 };
        let dead: Vec<_> = (0..deaths).map(|_| dead(world, *window)).collect();
        if fastrand::bool() {
            // One that remembers nothing.
            *heir = Process::start(&world.hasty(None)).ready();
        }
        let fate = before.fate(world, &dead, heir);
        let key = match &dead[..] {
            [one] => one.steps.last().copied(),
            _ => None,
        };
        if let Some(step) = key {
            let sent_once = before.calls(world).sent == 1;
            match step {
                Step::Asking | Step::Leased | Step::SaveOutcome | Step::Released => {
                    assert!(fate == Fate::Alive && sent_once, "{step:?}");
                }
                Step::Begun => assert_eq!(fate, Fate::Alive),
                Step::Sending | Step::Answered | Step::Saving => {}
            }
        }
        if fate == Fate::OutcomeUnknown {
            world.connect();
        }
        let (alive, unknown) = (usize::from(fate == Fate::Alive), usize::from(fate == Fate::OutcomeUnknown));
        (key, Count { kills: deaths, alive, unknown })
    }
}

/// A process that has died in the middle of a refresh, or shortly after it.
fn dead(world: &World, window: Duration) -> Process {
    let mut process = Process::start(&world.hasty(None)).ready();
    // A network that is not always quick, on the way there or back.
    let slow = Duration::from_millis(fastrand::u64(..20));
    match fastrand::u8(..3) {
        0 => world.next_token_call(Fault::delay(slow)),
        1 => world.next_token_call(Fault::delay(slow).after_work()),
        _ => {}
    }
    process.order(Order::Use);
    // A process that has another's lease and intent to outlive comes by the later ones much later.
    let from = [Step::Asking, Step::Leased, Step::Begun][fastrand::usize(..3)];
    if process.passes(from) {
        // More often early, where most of the work is.
        std::thread::sleep(window.mul_f64(fastrand::f64() * fastrand::f64()));
    }
    process.kill();
    process.is_killed();
    process
}
