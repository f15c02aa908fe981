//! The model against the engine: every step that the model can take from every state is taken by the engine as well, and
//! both must be in the same state after it. So neither can change without the other.

use std::collections::{HashMap, VecDeque};

use oauth_core::http::Response;
use oauth_core::store::{ReconnectReason, RecordState};
use stateright::Model;

use crate::checked::is_long;
use crate::engine::{Ask, Machine, Server, Verdict, World, served};
use crate::model::{Action, Protocol};
use crate::state::{BUSY, Known, Lease, Left, Next, QUIET, Standing, State, Wire};

/// What the model can do, as runs from the beginning that take every step at least once.
struct Runs<const N: usize> {
    runs: Vec<(State<N>, Vec<Action>)>,
    states: usize,
    steps: usize,
}

impl<const N: usize> Runs<N> {
    fn of(protocol: &Protocol<N>) -> Self {
        let mut numbers: HashMap<State<N>, usize> = HashMap::new();
        let mut states = Vec::new();
        let mut came: Vec<Option<(usize, usize)>> = Vec::new();
        let mut steps: Vec<Vec<(Action, usize, bool)>> = Vec::new();
        let mut queue = VecDeque::new();
        for state in protocol.init_states() {
            numbers.insert(state, states.len());
            queue.push_back(states.len());
            states.push(state);
            came.push(None);
        }
        let mut actions = Vec::new();
        while let Some(from) = queue.pop_front() {
            actions.clear();
            protocol.actions(&states[from], &mut actions);
            let mut out = Vec::new();
            for action in &actions {
                let Some(after) = protocol.step(&states[from], *action) else { continue };
                let to = *numbers.entry(after).or_insert_with(|| {
                    queue.push_back(states.len());
                    states.push(after);
                    came.push(Some((from, out.len())));
                    states.len() - 1
                });
                out.push((*action, to, false));
            }
            // States are numbered, and taken from the queue, in the same order.
            debug_assert_eq!(steps.len(), from);
            steps.push(out);
        }
        let count = steps.iter().map(Vec::len).sum();
        let mut runs = Vec::new();
        // The farthest first: the way there takes many others along.
        for from in (0..states.len()).rev() {
            for step in 0..steps[from].len() {
                if steps[from][step].2 {
                    continue;
                }
                let mut way = vec![(from, step)];
                while let Some(before) = came[way[way.len() - 1].0] {
                    way.push(before);
                }
                way.reverse();
                let first = states[way[0].0];
                let mut at = steps[from][step].1;
                for (from, step) in &way {
                    steps[*from][*step].2 = true;
                }
                while let Some(more) = steps[at].iter().position(|(_, _, taken)| !taken) {
                    steps[at][more].2 = true;
                    way.push((at, more));
                    at = steps[at][more].1;
                }
                runs.push((first, way.into_iter().map(|(from, step)| steps[from][step].0).collect()));
            }
        }
        Self { runs, states: states.len(), steps: count }
    }
}

/// The engine, beside a state of the model.
struct Replay<const N: usize> {
    world: World,
    machines: [Machine; N],
    replies: [Option<Response<Vec<u8>>>; N],
}

impl<const N: usize> Replay<N> {
    fn new(first: &State<N>) -> Self {
        let world = World::new();
        world.connect();
        let machines = std::array::from_fn(|n| {
            let mut machine = Machine::new(&world);
            if first.processes[n].memory.is_some() {
                machine.start();
                machine.tell(Verdict::Done);
                machine.answer().unwrap().unwrap();
            }
            machine
        });
        world.expire();
        Self { world, machines, replies: std::array::from_fn(|_| None) }
    }

    fn act(&mut self, before: &State<N>, action: Action) {
        let Self { world, machines, replies } = self;
        match action {
            Action::Start(n) => machines[n].start(),
            Action::Do(n) => match (before.processes[n].next, &before.row.kept) {
                (Next::Await { .. }, _) => machines[n].tell(Verdict::Response(replies[n].take().unwrap())),
                (Next::Acquire, Some(kept)) if kept.intent && before.row.lease != Lease::Running => {
                    // Nobody has the lease, so nothing else changes by it.
                    world.outlast_a_call();
                    machines[n].tell(Verdict::Done);
                }
                _ => machines[n].tell(Verdict::Done),
            },
            Action::Fail(n) => machines[n].tell(Verdict::Failed),
            Action::AnswerLost(n) => machines[n].tell(Verdict::AnswerLost),
            Action::Delay(n) => machines[n].tell(Verdict::Delayed),
            Action::Late => world.catch_up(),
            Action::NotSent(n) => machines[n].tell(Verdict::NotSent),
            Action::Send(n) => machines[n].tell(Verdict::Done),
            Action::Act(n) => {
                let Next::Await { base, .. } = before.processes[n].next else { unreachable!() };
                replies[n] = Some(world.server.act(base.token));
            }
            Action::Unanswered(n) => machines[n].tell(Verdict::Unanswered),
            Action::StrayActs(token) => drop(world.server.act(token)),
            Action::StrayPerishes(_) => {}
            Action::Die(n) => {
                machines[n] = Machine::new(world);
                replies[n] = None;
            }
            Action::LeaseRunsOut { seen } => world.stall(seen),
            Action::DoneTooLate(n) => machines[n].tell(Verdict::DoneTooLate),
            Action::Expire => unreachable!("tokens here outlive every run"),
            Action::Connect => world.connect(),
            Action::Remove => world.remove(),
            Action::Revoke => world.server.revoke_all(),
        }
    }

    /// What is otherwise than in the model.
    fn difference(&mut self, model: &State<N>) -> Option<String> {
        let differs = |what: &str, engine: String, model: String| {
            (engine != model).then(|| format!("{what}: engine {engine}, model {model}"))
        };
        let row = self.world.row().map(|(record, token)| {
            (record.generation, token, standing(record.state), record.intent.is_some())
        });
        let expected = model
            .row
            .kept
            .map(|kept| (u64::from(model.row.generation), kept.token, kept.standing, kept.intent));
        let server = provider(&self.world.server);
        let live: Vec<_> = model.provider.live.each().collect();
        let mut found = differs("row", format!("{row:?}"), format!("{expected:?}")).or_else(|| {
            differs("provider", format!("{server:?}"), format!("{:?}", (model.provider.issued, live)))
        });
        for (n, machine) in self.machines.iter_mut().enumerate() {
            let process = &model.processes[n];
            found = found
                .or_else(|| differs(&format!("{n} asks"), asks(machine.asks()), expected_ask(process.next)));
            let memory = machine.memory();
            if !memory.contains(&in_words(process.memory)) {
                found =
                    found.or_else(|| Some(format!("{n} knows: engine {memory}, model {:?}", process.memory)));
            }
            // Whoever got headers got fresh ones, which the process had then.
            if let Some(Ok(headers)) = machine.answer() {
                let token = served(&headers);
                if token < model.fresh_from || process.memory.is_some_and(|known| known.token < token) {
                    found = found.or_else(|| Some(format!("{n} served {token}")));
                }
            }
        }
        found
    }
}

fn provider(server: &Server) -> (u8, Vec<u8>) {
    let (issued, mut live) = server.tokens();
    live.sort_unstable();
    (issued, live)
}

fn standing(state: RecordState) -> Standing {
    match state {
        RecordState::Active => Standing::Active,
        RecordState::NeedsReconnect { reason: ReconnectReason::Revoked, .. } => Standing::Revoked,
        RecordState::NeedsReconnect { reason: ReconnectReason::OutcomeUnknown, .. } => Standing::Unknown,
        other => panic!("{other:?} is in no model"),
    }
}

/// As `Debug` of a connection shows it.
fn in_words(memory: Option<Known>) -> String {
    let Some(known) = memory else { return "generation: None, state: None".to_owned() };
    let state = match known.standing {
        Standing::Active => "Active",
        Standing::Revoked => "NeedsReconnect { reason: Revoked",
        Standing::Unknown => "NeedsReconnect { reason: OutcomeUnknown",
    };
    format!("generation: Some({}), state: Some({state}", known.generation)
}

fn asks(ask: Option<Ask>) -> String {
    match ask {
        // When it was found out does not matter.
        Some(Ask::Set { from, state }) => format!("Set {from} {:?}", standing(state)),
        Some(ask) => format!("{ask:?}"),
        None => "nothing".to_owned(),
    }
}

fn expected_ask(next: Next) -> String {
    let from = |generation: u8| u64::from(generation);
    let ask = match next {
        Next::Idle => return "nothing".to_owned(),
        Next::GiveUp { base, why } => return format!("Set {} {why:?}", base.generation),
        Next::Forget { base, .. } => return format!("Set {} Active", base.generation),
        Next::Load { .. } => Ask::Load,
        Next::Acquire => Ask::Acquire,
        Next::Begin { base, .. } => Ask::Begin { from: from(base.generation) },
        Next::Send { base, .. } => Ask::Send { token: base.token },
        Next::Await { wire: Wire::Asked | Wire::Granted(_) | Wire::Refused, .. } => Ask::Response,
        Next::Save { base, .. } => Ask::Save { from: from(base.generation) },
        Next::Keep { .. } | Next::Lengthen { .. } => Ask::Renew,
        Next::Release { .. } => Ask::Release,
    };
    format!("{ask:?}")
}

/// Takes every step of this protocol with the engine: at least so many.
fn replay<const N: usize>(faults: u8, left: Left, at_least: usize) {
    let protocol = Protocol::<N> { left, tells_apart: true, ..Protocol::with(faults) };
    let all = Runs::of(&protocol);
    assert!(all.steps >= at_least, "{}", all.steps);
    let began = std::time::Instant::now();
    let mut taken = 0;
    for (first, actions) in &all.runs {
        let mut state = *first;
        let mut engine = Replay::new(first);
        assert_eq!(engine.difference(&state), None, "before anything");
        for (n, action) in actions.iter().enumerate() {
            let after = protocol.step(&state, *action).unwrap();
            engine.act(&state, *action);
            taken += 1;
            if let Some(difference) = engine.difference(&after) {
                panic!("{difference}\nafter {:?}\nthe model was at {state:?}", &actions[..=n]);
            }
            state = after;
        }
    }
    println!(
        "{N} processes, up to {faults} faults, {left:?}: {} states, {} steps, taken in {} runs of {taken} steps, in {:?}",
        all.states,
        all.steps,
        all.runs.len(),
        began.elapsed()
    );
}

#[test]
fn every_step_of_the_model_is_the_engines() {
    replay::<2>(1, QUIET, 3_500);
    if is_long() {
        replay::<2>(2, QUIET, 29_000);
        replay::<3>(1, QUIET, 23_500);
    }
}

#[test]
fn a_customer_interferes() {
    replay::<2>(0, Left { connects: 1, ..QUIET }, 500);
    replay::<2>(0, Left { removals: 1, ..QUIET }, 350);
    replay::<2>(0, Left { revocations: 1, ..QUIET }, 350);
    if is_long() {
        replay::<2>(0, Left { expiries: 0, ..BUSY }, 8_300);
        replay::<2>(1, Left { connects: 1, ..QUIET }, 12_000);
        replay::<2>(1, Left { removals: 1, ..QUIET }, 7_500);
        replay::<2>(1, Left { revocations: 1, ..QUIET }, 8_300);
    }
}
