//! The model against the engine: the engine takes every step that the model can take from every state, and
//! both must be in the same state afterwards. So neither can change without the other.

use std::collections::{HashMap, VecDeque};

use oauth_core::http::Response;
use oauth_core::store::{ReconnectReason, RecordState};
use stateright::Model;

use crate::engine::{EngineProcess, Outcome, Request, Server, Setup, served_token};
use crate::model::{Action, Protocol};
use crate::state::{BUSY, CachedToken, CallState, Interference, Lease, NextStep, QUIET, State, TokenStatus};
use crate::state_space::is_long;

/// Runs from the initial states that together take every step of the model.
struct Runs<const N: usize> {
    runs: Vec<(State<N>, Vec<Action>)>,
    states: usize,
    steps: usize,
}

impl<const N: usize> Runs<N> {
    fn of(protocol: &Protocol<N>) -> Self {
        let mut numbers: HashMap<State<N>, usize> = HashMap::new();
        let mut states = Vec::new();
        let mut predecessors: Vec<Option<(usize, usize)>> = Vec::new();
        let mut steps: Vec<Vec<(Action, usize, bool)>> = Vec::new();
        let mut queue = VecDeque::new();
        for state in protocol.init_states() {
            numbers.insert(state, states.len());
            queue.push_back(states.len());
            states.push(state);
            predecessors.push(None);
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
                    predecessors.push(Some((from, out.len())));
                    states.len() - 1
                });
                out.push((*action, to, false));
            }
            // States are numbered in the order of the queue.
            debug_assert_eq!(steps.len(), from);
            steps.push(out);
        }
        let count = steps.iter().map(Vec::len).sum();
        let mut runs = Vec::new();
        // The most distant states first: the paths to them take many other steps.
        for from in (0..states.len()).rev() {
            for step in 0..steps[from].len() {
                if steps[from][step].2 {
                    continue;
                }
                let mut path = vec![(from, step)];
                while let Some(before) = predecessors[path[path.len() - 1].0] {
                    path.push(before);
                }
                path.reverse();
                let first = states[path[0].0];
                let mut at = steps[from][step].1;
                for (from, step) in &path {
                    steps[*from][*step].2 = true;
                }
                while let Some(more) = steps[at].iter().position(|(_, _, taken)| !taken) {
                    steps[at][more].2 = true;
                    path.push((at, more));
                    at = steps[at][more].1;
                }
                runs.push((first, path.into_iter().map(|(from, step)| steps[from][step].0).collect()));
            }
        }
        Self { runs, states: states.len(), steps: count }
    }
}

/// The engine during a run.
struct Replay<const N: usize> {
    setup: Setup,
    engines: [EngineProcess; N],
    replies: [Option<Response<Vec<u8>>>; N],
}

impl<const N: usize> Replay<N> {
    fn new(first: &State<N>) -> Self {
        let setup = Setup::new();
        setup.connect();
        let engines = std::array::from_fn(|n| {
            let mut engine = EngineProcess::new(&setup);
            if first.processes[n].memory.is_some() {
                engine.start();
                engine.resume(Outcome::Done);
                engine.result().unwrap().unwrap();
            }
            engine
        });
        setup.expire();
        Self { setup, engines, replies: std::array::from_fn(|_| None) }
    }

    fn act(&mut self, before: &State<N>, action: Action) {
        let Self { setup, engines, replies } = self;
        match action {
            Action::Start(n) => engines[n].start(),
            Action::Do(n) => match (before.processes[n].next, &before.row.stored) {
                (NextStep::Await { .. }, _) => {
                    engines[n].resume(Outcome::Response(replies[n].take().unwrap()));
                }
                (NextStep::Acquire, Some(stored)) if stored.intent && before.row.lease != Lease::Running => {
                    // No process has the lease, so nothing else changes.
                    setup.outlast_call();
                    engines[n].resume(Outcome::Done);
                }
                _ => engines[n].resume(Outcome::Done),
            },
            Action::Fail(n) => engines[n].resume(Outcome::Failed),
            Action::ResponseLost(n) => engines[n].resume(Outcome::ResponseLost),
            Action::Delay(n) => engines[n].resume(Outcome::Delayed),
            Action::StoreChange => setup.apply_delayed(),
            Action::NotSent(n) => engines[n].resume(Outcome::NotSent),
            Action::Send(n) => engines[n].resume(Outcome::Done),
            Action::ProviderActs(n) => {
                let NextStep::Await { base, .. } = before.processes[n].next else { unreachable!() };
                replies[n] = Some(setup.server.act(base.token));
            }
            Action::Unanswered(n) => engines[n].resume(Outcome::Unanswered),
            Action::StrayCallArrives(token) => drop(setup.server.act(token)),
            Action::StrayCallIsLost(_) => {}
            Action::Die(n) => {
                engines[n] = EngineProcess::new(setup);
                replies[n] = None;
            }
            Action::LeaseExpires { seen } => setup.expire_leases(seen),
            Action::DoneAfterExpiry(n) => engines[n].resume(Outcome::DoneAfterExpiry),
            Action::Expire => unreachable!("later tokens outlive every run"),
            Action::Connect => setup.connect(),
            Action::Remove => setup.remove(),
            Action::Revoke => setup.server.revoke_all(),
        }
    }

    /// Returns the first difference between engine and model.
    fn difference(&mut self, model: &State<N>) -> Option<String> {
        let differs = |what: &str, engine: String, model: String| {
            (engine != model).then(|| format!("{what}: engine {engine}, model {model}"))
        };
        let row = self
            .setup
            .row()
            .map(|(record, token)| (record.generation, token, status(record.state), record.intent.is_some()));
        let expected = model
            .row
            .stored
            .map(|stored| (u64::from(model.row.generation), stored.token, stored.status, stored.intent));
        let server = provider(&self.setup.server);
        let live: Vec<_> = model.provider.live.iter().collect();
        let mut found = differs("row", format!("{row:?}"), format!("{expected:?}")).or_else(|| {
            differs("provider", format!("{server:?}"), format!("{:?}", (model.provider.issued, live)))
        });
        for (n, engine) in self.engines.iter_mut().enumerate() {
            let process = &model.processes[n];
            found = found.or_else(|| {
                differs(
                    &format!("process {n} requests"),
                    request(engine.request()),
                    expected_request(process.next),
                )
            });
            let memory = engine.memory();
            if !memory.contains(&debug_text(process.memory)) {
                found = found.or_else(|| {
                    Some(format!("process {n} has cached: engine {memory}, model {:?}", process.memory))
                });
            }
            // Returned headers contain a valid token that the process had cached.
            if let Some(Ok(headers)) = engine.result() {
                let token = served_token(&headers);
                if token < model.oldest_valid || process.memory.is_some_and(|known| known.token < token) {
                    found = found.or_else(|| Some(format!("process {n} used token {token}")));
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

fn status(state: RecordState) -> TokenStatus {
    match state {
        RecordState::Active => TokenStatus::Active,
        RecordState::NeedsReconnect { reason: ReconnectReason::Revoked, .. } => TokenStatus::Revoked,
        RecordState::NeedsReconnect { reason: ReconnectReason::OutcomeUnknown, .. } => TokenStatus::Unknown,
        other => panic!("{other:?} is not part of the model"),
    }
}

/// Returns the part of a connection's `Debug` text that shows this token.
fn debug_text(memory: Option<CachedToken>) -> String {
    let Some(known) = memory else { return "generation: None, state: None".to_owned() };
    let state = match known.status {
        TokenStatus::Active => "Active",
        TokenStatus::Revoked => "NeedsReconnect { reason: Revoked",
        TokenStatus::Unknown => "NeedsReconnect { reason: OutcomeUnknown",
    };
    format!("generation: Some({}), state: Some({state}", known.generation)
}

fn request(ask: Option<Request>) -> String {
    match ask {
        // The time of the state is not compared.
        Some(Request::Set { from, state }) => format!("Set {from} {:?}", status(state)),
        Some(request) => format!("{request:?}"),
        None => "nothing".to_owned(),
    }
}

fn expected_request(next: NextStep) -> String {
    let from = |generation: u8| u64::from(generation);
    let request = match next {
        NextStep::Idle => return "nothing".to_owned(),
        NextStep::MarkNeedsReconnect { base, reason } => {
            return format!("Set {} {reason:?}", base.generation);
        }
        NextStep::ClearIntent { base, .. } => return format!("Set {} Active", base.generation),
        NextStep::Load { .. } => Request::Load,
        NextStep::Acquire => Request::Acquire,
        NextStep::RecordIntent { base, .. } => Request::RecordIntent { from: from(base.generation) },
        NextStep::Send { base, .. } => Request::Send { token: base.token },
        NextStep::Await { call: CallState::Pending | CallState::Granted(_) | CallState::Refused, .. } => {
            Request::Response
        }
        NextStep::Save { base, .. } => Request::Save { from: from(base.generation) },
        NextStep::Renew { .. } | NextStep::RenewForSave { .. } => Request::Renew,
        NextStep::Release { .. } => Request::Release,
    };
    format!("{request:?}")
}

/// Takes every step of this protocol with the engine. There must be at least a given number of steps.
fn replay<const N: usize>(faults: u8, left: Interference, at_least: usize) {
    let protocol = Protocol::<N> { left, distinguishes_processes: true, ..Protocol::with(faults) };
    let all = Runs::of(&protocol);
    assert!(all.steps >= at_least, "{}", all.steps);
    let began = std::time::Instant::now();
    let mut taken = 0;
    for (first, actions) in &all.runs {
        let mut state = *first;
        let mut engine = Replay::new(first);
        assert_eq!(engine.difference(&state), None, "before the first step");
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
fn engine_takes_every_step_of_model() {
    replay::<2>(1, QUIET, 3_500);
    if is_long() {
        replay::<2>(2, QUIET, 29_000);
        replay::<3>(1, QUIET, 23_500);
    }
}

#[test]
fn a_customer_interferes() {
    replay::<2>(0, Interference { connects: 1, ..QUIET }, 500);
    replay::<2>(0, Interference { removals: 1, ..QUIET }, 350);
    replay::<2>(0, Interference { revocations: 1, ..QUIET }, 350);
    if is_long() {
        replay::<2>(0, Interference { expiries: 0, ..BUSY }, 8_300);
        replay::<2>(1, Interference { connects: 1, ..QUIET }, 12_000);
        replay::<2>(1, Interference { removals: 1, ..QUIET }, 7_500);
        replay::<2>(1, Interference { revocations: 1, ..QUIET }, 8_300);
    }
}
