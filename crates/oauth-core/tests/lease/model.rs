//! The lease protocol as a model, step by step as `connections/renewing.rs` and `connections/saving.rs` take them.
//!
//! What is left out: the waiting time after an intent (whoever waits may go on at any time, also too early), the end of a
//! flight by its deadline, the single flight (a process is one flight at a time; see `tests/interleavings`), and the
//! breaker.

use stateright::{Model, Property};

use crate::planted::Mistake;
use crate::rules;
use crate::state::*;

/// What can happen. `usize` is the process that it happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Somebody wants headers.
    Start(usize),
    /// The store does what is asked and answers; or the reply of the provider arrives.
    Do(usize),
    /// The store does nothing and says so.
    Fail(usize),
    /// The store does it; the answer is lost.
    AnswerLost(usize),
    /// The caller has waited long enough; the store does it later.
    Delay(usize),
    /// The store does now what it was asked long ago.
    Late,
    /// The request does not leave the machine.
    NotSent(usize),
    /// The request leaves the machine.
    Send(usize),
    /// The provider acts on it.
    Act(usize),
    /// No reply comes, and no longer will.
    Unanswered(usize),
    /// The provider acts on a request that nobody waits for any more.
    StrayActs(Number),
    StrayPerishes(Number),
    Die(usize),
    /// The lease's time is over: if it has a holder, that one stalls. Whether it sees by its own clock that it did.
    LeaseRunsOut {
        seen: bool,
    },
    /// As `Do`, of a begin; the lease's time is over before the answer arrives.
    DoneTooLate(usize),
    Expire,
    /// The customer connects again.
    Connect,
    Remove,
    Revoke,
}

/// The protocol, with bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Protocol<const N: usize> {
    /// How many faults there may be in one run, of whatever kinds.
    pub(crate) faults: u8,
    pub(crate) left: Left,
    /// Processes are told apart, for a replay.
    pub(crate) tells_apart: bool,
    /// A mistake to be found.
    pub(crate) mistake: Option<Mistake>,
}

impl<const N: usize> Protocol<N> {
    /// With so many faults, and neither a customer nor a further expiry.
    pub(crate) const fn with(faults: u8) -> Self {
        Self { faults, left: QUIET, tells_apart: false, mistake: None }
    }

    /// Whether a flight of this process would change anything.
    fn is_restless(&self, state: &State<N>, process: &Process) -> bool {
        let is_final = self.has(Mistake::NeverLooksAgain)
            && process.memory.is_some_and(|known| known.standing != Standing::Active);
        !is_final && state.is_restless(process)
    }

    fn has(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// What goes on by itself, without faults and interference.
    pub(crate) fn goes_on(&self, state: &State<N>, actions: &mut Vec<Action>) {
        for (n, process) in state.processes.iter().enumerate() {
            match process.next {
                Next::Idle if self.is_restless(state, process) => actions.push(Action::Start(n)),
                Next::Idle => {}
                Next::Send { .. } => actions.push(Action::Send(n)),
                Next::Await { wire: Wire::Asked, .. } => actions.push(Action::Act(n)),
                Next::Acquire if state.row.lease == Lease::Running => {
                    // Waiting for another changes nothing, unless it is over.
                    if self.step(state, Action::Do(n)).is_some_and(|after| after != *state) {
                        actions.push(Action::Do(n));
                    }
                }
                _ => actions.push(Action::Do(n)),
            }
        }
        if state.pending.is_some() {
            actions.push(Action::Late);
        }
        for token in state.stray.each() {
            actions.extend([Action::StrayActs(token), Action::StrayPerishes(token)]);
        }
        let is_held = state.processes.iter().any(|process| process.holds);
        if state.row.lease == Lease::Running && !is_held {
            actions.push(Action::LeaseRunsOut { seen: true });
        }
    }

    fn goes_wrong(&self, state: &State<N>, actions: &mut Vec<Action>) {
        let may_fail = state.seen.faults < self.faults;
        for (n, process) in state.processes.iter().enumerate() {
            let (is_store, can_be_late) = match process.next {
                Next::Idle => continue,
                Next::Load { .. } | Next::Keep { .. } | Next::Lengthen { .. } => (true, false),
                Next::Acquire
                | Next::Begin { .. }
                | Next::Save { .. }
                | Next::GiveUp { .. }
                | Next::Forget { .. }
                | Next::Release { .. } => (true, state.pending.is_none()),
                Next::Send { .. } | Next::Await { .. } => (false, false),
            };
            // A machine that has no way out has none for a while.
            if let Next::Send { tries, .. } = process.next
                && (may_fail || tries > 0)
            {
                actions.push(Action::NotSent(n));
            }
            if !may_fail {
                continue;
            }
            actions.push(Action::Die(n));
            if is_store {
                actions.push(Action::Fail(n));
                // Of a read nothing is left but its answer.
                if can_be_late || matches!(process.next, Next::Keep { .. } | Next::Lengthen { .. }) {
                    actions.push(Action::AnswerLost(n));
                }
            }
            if can_be_late {
                actions.push(Action::Delay(n));
            }
            match process.next {
                Next::Await { .. } => actions.push(Action::Unanswered(n)),
                Next::Begin { .. } if process.holds && state.row.lease == Lease::Running => {
                    actions.push(Action::DoneTooLate(n));
                }
                _ => {}
            }
        }
        let is_held = state.processes.iter().any(|process| process.holds);
        if state.row.lease == Lease::Running && is_held && may_fail {
            actions.extend([true, false].map(|seen| Action::LeaseRunsOut { seen }));
        }
    }

    fn interferes(state: &State<N>, actions: &mut Vec<Action>) {
        let Left { expiries, connects, removals, revocations } = state.left;
        if expiries > 0 {
            actions.push(Action::Expire);
        }
        if connects > 0 {
            actions.push(Action::Connect);
        }
        if removals > 0 && state.row.kept.is_some() {
            actions.push(Action::Remove);
        }
        if revocations > 0 {
            actions.push(Action::Revoke);
        }
    }

    /// The state after an action, if the action can happen.
    pub(crate) fn step(&self, state: &State<N>, action: Action) -> Option<State<N>> {
        let mut after = *state;
        let s = &mut after;
        let is_fault = match action {
            Action::Fail(_)
            | Action::AnswerLost(_)
            | Action::Delay(_)
            | Action::Unanswered(_)
            | Action::DoneTooLate(_)
            | Action::Die(_) => true,
            Action::NotSent(n) => matches!(s.processes[n].next, Next::Send { tries: 0, .. }),
            Action::LeaseRunsOut { .. } => s.processes.iter().any(|process| process.holds),
            _ => false,
        };
        s.seen.faults += u8::from(is_fault);
        match action {
            Action::Start(n) => self.start(s, n),
            Action::Do(n) => self.answered(s, n),
            Action::Fail(n) => self.failed(s, n),
            Action::AnswerLost(n) => {
                self.done_unheard(s, n);
                self.failed(s, n);
            }
            Action::Delay(n) => {
                s.pending =
                    Some(PendingCall { what: late(s.processes[n].next)?, holds: s.processes[n].holds });
                self.failed(s, n);
            }
            Action::Late => {
                let PendingCall { what, holds } = s.pending.take()?;
                self.store_does(s, what, holds);
            }
            Action::NotSent(n) => {
                let Next::Send { base, in_doubt, tries } = s.processes[n].next else { return None };
                s.processes[n].next = if tries < 2 {
                    s.processes[n].announce(base, in_doubt, tries + 1)
                } else if in_doubt && !self.has(Mistake::ForgetsDoubt) {
                    Next::Release { again: false }
                } else {
                    Next::Forget { base, again: false }
                };
            }
            Action::Send(n) => {
                let Next::Send { base, in_doubt, .. } = s.processes[n].next else { return None };
                let sent = &mut s.seen.sent[usize::from(base.token)];
                *sent = sent.saturating_add(1);
                if !in_doubt {
                    s.seen.sent_twice_in_good_faith |= s.seen.sent_in_good_faith.has(base.token);
                    s.seen.sent_in_good_faith.put(base.token);
                }
                s.processes[n].next = Next::Await { base, in_doubt, wire: Wire::Asked };
            }
            Action::Act(n) => {
                let Next::Await { base, in_doubt, .. } = s.processes[n].next else { return None };
                let wire = s.provider.act(base.token).map_or(Wire::Refused, Wire::Granted);
                s.processes[n].next = Next::Await { base, in_doubt, wire };
            }
            Action::Unanswered(n) => {
                let Next::Await { base, in_doubt, wire } = s.processes[n].next else { return None };
                s.abandon(base, wire);
                s.processes[n].next = if self.has(Mistake::TriesAgainAtOnce) {
                    s.processes[n].announce(base, in_doubt, 0)
                } else if self.has(Mistake::ForgetsTheUnanswered) {
                    Next::Forget { base, again: false }
                } else {
                    Next::Release { again: false }
                };
            }
            Action::StrayActs(token) => {
                s.stray.take(token);
                if s.provider.act(token).is_some() {
                    s.seen.successor_lost.put(token);
                }
            }
            Action::StrayPerishes(token) => s.stray.take(token),
            Action::Die(n) => {
                match s.processes[n].next {
                    Next::Await { base, wire, .. } => s.abandon(base, wire),
                    Next::Save { base, .. } | Next::Lengthen { base, .. } => {
                        s.seen.successor_lost.put(base.token);
                    }
                    _ => {}
                }
                s.processes[n] = Process::new(None);
            }
            Action::LeaseRunsOut { seen } => s.lease_runs_out(seen),
            Action::DoneTooLate(n) => {
                let Next::Begin { base, in_doubt, tries } = s.processes[n].next else { return None };
                s.processes[n].next = if self.store_does(s, Late::Begin(base), s.processes[n].holds) {
                    s.lease_runs_out(true);
                    s.processes[n].announce(base, in_doubt, tries)
                } else {
                    Next::Release { again: true }
                };
            }
            Action::Expire => {
                s.left.expiries -= 1;
                s.fresh_from = s.provider.issued;
            }
            Action::Connect => {
                s.left.connects -= 1;
                s.provider.revoked = false;
                let token = s.provider.issue();
                s.row.generation += 1;
                s.row.kept = Some(Kept { token, standing: Standing::Active, intent: false });
                s.end_leases();
            }
            Action::Remove => {
                s.left.removals -= 1;
                s.row.kept = None;
                s.end_leases();
            }
            Action::Revoke => {
                s.left.revocations -= 1;
                s.provider.revoked = true;
                s.provider.live = Tokens::default();
            }
        }
        for process in &mut after.processes {
            // A lease's age counts from when it is asked for, and matters until the call is sent.
            process.is_old &= matches!(
                process.next,
                Next::Acquire | Next::Keep { .. } | Next::Begin { .. } | Next::Send { .. }
            );
        }
        if !self.tells_apart {
            // Processes are alike: states that differ by their order only are one.
            after.processes.sort_unstable();
        }
        Some(after)
    }

    fn start(&self, s: &mut State<N>, n: usize) {
        s.processes[n].next = match s.processes[n].memory {
            Some(known) if known.standing == Standing::Active && s.wants_newer_than(&known) => Next::Acquire,
            Some(known) if known.standing == Standing::Active => Next::Load { only_look: true },
            _ => Next::Load { only_look: false },
        };
    }

    /// The store or the provider answers what the process asked.
    fn answered(&self, s: &mut State<N>, n: usize) {
        let holds = s.processes[n].holds;
        s.processes[n].next = match s.processes[n].next {
            Next::Idle | Next::Send { .. } => unreachable!("nothing was asked"),
            Next::Load { only_look } => match s.learn(n) {
                Some(known)
                    if !only_look && known.standing == Standing::Active && s.wants_newer_than(&known) =>
                {
                    Next::Acquire
                }
                _ => Next::Idle,
            },
            Next::Acquire => self.acquired(s, n),
            Next::Keep { base, in_doubt, tries } => {
                if s.lengthen(holds) {
                    Next::Begin { base, in_doubt, tries }
                } else {
                    Next::Release { again: true }
                }
            }
            Next::Begin { base, in_doubt, tries } => {
                if !self.store_does(s, Late::Begin(base), holds) {
                    Next::Release { again: true }
                } else if std::mem::take(&mut s.processes[n].is_old) {
                    // It ran out while it was lengthened, and was lengthened all the same.
                    Next::Keep { base, in_doubt, tries }
                } else {
                    Next::Send { base, in_doubt, tries }
                }
            }
            Next::Await { base, in_doubt, wire } => match wire {
                Wire::Asked => unreachable!("there is no reply yet"),
                Wire::Granted(got) => Next::Save { base, got, tried: false },
                Wire::Refused if in_doubt && self.has(Mistake::TriesTwice) => {
                    // Its second attempt is its last one.
                    s.processes[n].announce(base, false, 0)
                }
                Wire::Refused if self.has(Mistake::AsksForEver) => Next::Release { again: true },
                Wire::Refused => {
                    let why = if in_doubt { Standing::Unknown } else { Standing::Revoked };
                    Next::GiveUp { base, why }
                }
            },
            Next::Save { base, got, .. } => {
                if self.store_does(s, Late::Save { base, got }, holds) {
                    let generation = s.row.generation;
                    s.publish(n, Known { generation, token: got, standing: Standing::Active, saved: true });
                } else {
                    s.learn(n);
                }
                Next::Release { again: false }
            }
            Next::Lengthen { base, got } => {
                s.lengthen(holds);
                Next::Save { base, got, tried: true }
            }
            Next::GiveUp { base, why } => {
                if self.store_does(s, Late::Set { base, standing: why }, holds)
                    || self.has(Mistake::BelievesItselfWithoutLease)
                {
                    s.give_up(n, base, why);
                    Next::Release { again: false }
                } else {
                    Next::Release { again: true }
                }
            }
            Next::Forget { base, again } => {
                self.store_does(s, Late::Set { base, standing: Standing::Active }, holds);
                Next::Release { again }
            }
            Next::Release { again } => {
                self.store_does(s, Late::Release, holds);
                s.processes[n].holds = false;
                if again { Next::Acquire } else { Next::Idle }
            }
        };
    }

    fn acquired(&self, s: &mut State<N>, n: usize) -> Next {
        let before = s.processes[n].memory;
        let Some(known) = s.learn(n) else { return Next::Idle };
        let is_wanting = known.standing == Standing::Active && s.wants_newer_than(&known);
        if s.row.lease == Lease::Running {
            s.processes[n].is_old = false;
            return if is_wanting { Next::Acquire } else { Next::Idle };
        }
        s.grant_lease();
        s.processes[n].holds = true;
        let known = match before {
            Some(before) if self.has(Mistake::ReadsNothingAgain) => before,
            _ => known,
        };
        if !self.has(Mistake::ReadsNothingAgain) && !is_wanting {
            return Next::Release { again: false };
        }
        let base = Base { generation: known.generation, token: known.token };
        match s.row.kept {
            Some(kept) => s.processes[n].announce(base, kept.intent, 0),
            None => Next::Release { again: false },
        }
    }

    /// What was asked came to nothing, as far as the process knows.
    fn failed(&self, s: &mut State<N>, n: usize) {
        s.processes[n].next = match s.processes[n].next {
            Next::Load { .. } => Next::Idle,
            // It does not know of a lease that it may have got.
            Next::Acquire => {
                s.processes[n].holds = false;
                Next::Idle
            }
            Next::Keep { .. } | Next::Begin { .. } => Next::Release { again: false },
            Next::Forget { again, .. } => Next::Release { again },
            Next::Save { .. } if self.has(Mistake::SavesOnce) => Next::Release { again: false },
            Next::Save { base, got, tried } => {
                if !tried {
                    let generation = base.generation + 1;
                    s.publish(n, Known { generation, token: got, standing: Standing::Active, saved: false });
                }
                Next::Lengthen { base, got }
            }
            Next::Lengthen { base, got } => Next::Save { base, got, tried: true },
            Next::GiveUp { base, why } => {
                // The intent stays and the lease may be lost: then others may have sent this refresh token.
                let says = if self.has(Mistake::SaysMoreThanItWrote) { why } else { Standing::Unknown };
                s.give_up(n, base, says);
                Next::Release { again: false }
            }
            Next::Release { again } => {
                s.processes[n].holds = false;
                if again { Next::Acquire } else { Next::Idle }
            }
            Next::Idle | Next::Send { .. } | Next::Await { .. } => {
                unreachable!("the store was not asked")
            }
        };
    }

    /// The store does what the process asks, without a word.
    fn done_unheard(&self, s: &mut State<N>, n: usize) {
        let holds = s.processes[n].holds;
        match s.processes[n].next {
            Next::Keep { .. } | Next::Lengthen { .. } => {
                s.lengthen(holds);
            }
            next => {
                if let Some(what) = late(next) {
                    self.store_does(s, what, holds);
                }
            }
        }
    }

    /// The store's own rules. False if it refused.
    fn store_does(&self, s: &mut State<N>, what: Late, holds: bool) -> bool {
        match what {
            Late::Acquire => {
                let granted = s.row.kept.is_some() && s.row.lease != Lease::Running;
                if granted {
                    s.grant_lease();
                }
                granted
            }
            Late::Begin(base) => {
                let current = holds && s.row.lease == Lease::Running;
                let is_fit =
                    (current || self.has(Mistake::BeginsWithoutLease)) && s.row.generation == base.generation;
                let Some(kept) = s.row.kept.as_mut().filter(|_| is_fit) else { return false };
                kept.intent = !self.has(Mistake::WritesNoIntent);
                true
            }
            Late::Save { base, got } => {
                let is_fit = s.row.generation == base.generation || self.has(Mistake::SavesAlways);
                let may = holds || !self.has(Mistake::SavesOnlyWithLease);
                let Some(kept) = s.row.kept.as_mut().filter(|_| is_fit && may) else { return false };
                s.seen.stored_out_of_order |= kept.token != base.token;
                *kept = Kept { token: got, standing: Standing::Active, intent: false };
                s.row.generation += 1;
                true
            }
            Late::Set { base, standing } => {
                let current = holds && s.row.lease != Lease::Free;
                let is_fit =
                    (current || self.has(Mistake::SetsWithoutLease)) && s.row.generation == base.generation;
                let Some(kept) = s.row.kept.as_mut().filter(|_| is_fit) else { return false };
                kept.standing = standing;
                kept.intent = false;
                s.says(standing);
                true
            }
            Late::Release => {
                if holds {
                    s.row.lease = Lease::Free;
                }
                holds
            }
        }
    }
}

/// What the store is asked to do, if it is to change anything.
fn late(next: Next) -> Option<Late> {
    match next {
        Next::Acquire => Some(Late::Acquire),
        Next::Begin { base, .. } => Some(Late::Begin(base)),
        Next::Save { base, got, .. } => Some(Late::Save { base, got }),
        Next::GiveUp { base, why } => Some(Late::Set { base, standing: why }),
        Next::Forget { base, .. } => Some(Late::Set { base, standing: Standing::Active }),
        Next::Release { .. } => Some(Late::Release),
        _ => None,
    }
}

impl Provider {
    fn issue(&mut self) -> Number {
        let number = self.issued;
        self.issued += 1;
        self.live.put(number);
        number
    }

    /// A new token for a live one.
    fn act(&mut self, token: Number) -> Option<Number> {
        if !self.live.has(token) {
            return None;
        }
        self.live.take(token);
        self.spent.put(token);
        Some(self.issue())
    }
}

impl Process {
    fn new(memory: Option<Known>) -> Self {
        Self { next: Next::Idle, memory, holds: false, is_old: false }
    }

    /// Before it sends, the intent is written; and before that, a lease that is old is lengthened.
    fn announce(&mut self, base: Base, in_doubt: bool, tries: u8) -> Next {
        // It is as old as the question.
        if std::mem::take(&mut self.is_old) {
            Next::Keep { base, in_doubt, tries }
        } else {
            Next::Begin { base, in_doubt, tries }
        }
    }
}

impl<const N: usize> State<N> {
    fn lease_runs_out(&mut self, seen: bool) {
        self.row.lease = Lease::RanOut;
        for process in &mut self.processes {
            process.is_old |= seen;
        }
    }

    /// False if it is no longer the current one; one that ran out but that nobody took since still is.
    fn lengthen(&mut self, holds: bool) -> bool {
        let is_current = holds && self.row.lease != Lease::Free;
        if is_current {
            self.row.lease = Lease::Running;
        }
        is_current
    }

    fn end_leases(&mut self) {
        self.row.lease = Lease::Free;
        for process in &mut self.processes {
            process.holds = false;
        }
        if let Some(pending) = &mut self.pending {
            pending.holds = false;
        }
    }

    fn grant_lease(&mut self) {
        self.end_leases();
        self.row.lease = Lease::Running;
    }

    /// A call that nobody waits for any more.
    fn abandon(&mut self, base: Base, wire: Wire) {
        match wire {
            Wire::Asked => self.stray.put(base.token),
            Wire::Granted(_) => self.seen.successor_lost.put(base.token),
            Wire::Refused => {}
        }
    }

    /// Puts what a process found into its memory, unless what is there is newer. What is there then.
    fn publish(&mut self, n: usize, found: Known) -> Known {
        let memory = &mut self.processes[n].memory;
        let is_newer = memory.filter(|present| {
            found.generation < present.generation
                || (found.generation == present.generation && present.saved && !found.saved)
        });
        *memory.insert(is_newer.unwrap_or(found))
    }

    /// The process reads the row. What it has in memory then.
    fn learn(&mut self, n: usize) -> Option<Known> {
        match self.row.read() {
            Some(found) => Some(self.publish(n, found)),
            None => {
                self.processes[n].memory = None;
                None
            }
        }
    }

    /// The process takes the connection for lost.
    fn give_up(&mut self, n: usize, base: Base, why: Standing) {
        let Base { generation, token } = base;
        let present = self.publish(n, Known { generation, token, standing: why, saved: true });
        if present.generation <= generation {
            self.says(why);
        }
    }

    fn says(&mut self, standing: Standing) {
        self.seen.said_revoked_wrongly |= standing == Standing::Revoked && !self.provider.revoked;
    }
}

impl<const N: usize> Model for Protocol<N> {
    type State = State<N>;
    type Action = Action;

    /// One token that has expired; all processes know it, or none does.
    fn init_states(&self) -> Vec<State<N>> {
        let row = Row {
            generation: 1,
            kept: Some(Kept { token: 0, standing: Standing::Active, intent: false }),
            lease: Lease::Free,
        };
        [row.read(), None]
            .map(|memory| State {
                row,
                provider: Provider {
                    issued: 1,
                    live: Tokens::of(0),
                    spent: Tokens::default(),
                    revoked: false,
                },
                fresh_from: 1,
                processes: [Process::new(memory); N],
                pending: None,
                stray: Tokens::default(),
                seen: Seen::default(),
                left: self.left,
            })
            .to_vec()
    }

    fn actions(&self, state: &State<N>, actions: &mut Vec<Action>) {
        self.goes_on(state, actions);
        self.goes_wrong(state, actions);
        Self::interferes(state, actions);
    }

    fn next_state(&self, state: &State<N>, action: Action) -> Option<State<N>> {
        self.step(state, action)
    }

    /// A mistake that never stops sending has been seen by then.
    fn within_boundary(&self, state: &State<N>) -> bool {
        state.seen.sent.iter().all(|sent| *sent <= self.faults + 2)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        rules::all()
    }
}
