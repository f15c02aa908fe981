//! Model of the lease protocol, with the steps of `connections/refresh.rs` and `connections/save.rs`.
//!
//! Not part of the model: the wait after an earlier intent (it may end at any time, also too early), the
//! refresh deadline, the single flight (a process has one flight at a time; see `tests/interleavings`), and
//! the circuit breaker.

use stateright::{Model, Property};

use crate::mistakes::Mistake;
use crate::rules;
use crate::state::*;

/// Action in the model. `usize` is the index of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// A caller requests headers.
    Start(usize),
    /// The store performs the request and responds, or the response of the provider arrives.
    Do(usize),
    /// The store fails without a change.
    Fail(usize),
    /// The store performs the request; the response is lost.
    ResponseLost(usize),
    /// The caller's time limit passes; the store performs the request later.
    Delay(usize),
    /// The store performs the delayed request.
    StoreChange,
    /// The call is not sent.
    NotSent(usize),
    /// The call is sent.
    Send(usize),
    /// The provider processes the call.
    ProviderActs(usize),
    /// The response is lost.
    Unanswered(usize),
    /// The provider processes a call whose caller has stopped waiting.
    StrayCallArrives(TokenNumber),
    StrayCallIsLost(TokenNumber),
    Die(usize),
    /// The lease expires. A holder stalls meanwhile; its clock shows that if `seen`.
    LeaseExpires {
        seen: bool,
    },
    /// `Do` of an intent; the lease expires before the response arrives.
    DoneAfterExpiry(usize),
    Expire,
    /// The customer connects again.
    Connect,
    Remove,
    Revoke,
}

/// The protocol with bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Protocol<const N: usize> {
    /// Maximum number of faults in one run.
    pub(crate) faults: u8,
    pub(crate) left: Interference,
    /// Distinguishes states that differ only by the order of processes, for a replay.
    pub(crate) distinguishes_processes: bool,
    /// Mistake that the checker must find.
    pub(crate) mistake: Option<Mistake>,
}

impl<const N: usize> Protocol<N> {
    /// Creates the protocol with a number of faults, without interference.
    pub(crate) const fn with(faults: u8) -> Self {
        Self { faults, left: QUIET, distinguishes_processes: false, mistake: None }
    }

    /// True if a flight of this process would change anything.
    fn has_work(&self, state: &State<N>, process: &Process) -> bool {
        let is_final = self.has(Mistake::NeverReloads)
            && process.memory.is_some_and(|known| known.status != TokenStatus::Active);
        !is_final && state.has_work(process)
    }

    fn has(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Adds the actions without faults and interference.
    pub(crate) fn regular_actions(&self, state: &State<N>, actions: &mut Vec<Action>) {
        for (n, process) in state.processes.iter().enumerate() {
            match process.next {
                NextStep::Idle if self.has_work(state, process) => actions.push(Action::Start(n)),
                NextStep::Idle => {}
                NextStep::Send { .. } => actions.push(Action::Send(n)),
                NextStep::Await { call: CallState::Pending, .. } => actions.push(Action::ProviderActs(n)),
                NextStep::Acquire if state.row.lease == Lease::Running => {
                    // Waiting for another holder changes nothing until the lease has ended.
                    if self.step(state, Action::Do(n)).is_some_and(|after| after != *state) {
                        actions.push(Action::Do(n));
                    }
                }
                _ => actions.push(Action::Do(n)),
            }
        }
        if state.pending.is_some() {
            actions.push(Action::StoreChange);
        }
        for token in state.stray.iter() {
            actions.extend([Action::StrayCallArrives(token), Action::StrayCallIsLost(token)]);
        }
        let is_held = state.processes.iter().any(|process| process.holds_lease);
        if state.row.lease == Lease::Running && !is_held {
            actions.push(Action::LeaseExpires { seen: true });
        }
    }

    fn faults_of(&self, state: &State<N>, actions: &mut Vec<Action>) {
        let may_fail = state.seen.faults < self.faults;
        for (n, process) in state.processes.iter().enumerate() {
            let (is_store, can_be_late) = match process.next {
                NextStep::Idle => continue,
                NextStep::Load { .. } | NextStep::Renew { .. } | NextStep::RenewForSave { .. } => {
                    (true, false)
                }
                NextStep::Acquire
                | NextStep::RecordIntent { .. }
                | NextStep::Save { .. }
                | NextStep::MarkNeedsReconnect { .. }
                | NextStep::ClearIntent { .. }
                | NextStep::Release { .. } => (true, state.pending.is_none()),
                NextStep::Send { .. } | NextStep::Await { .. } => (false, false),
            };
            // Once a call was not sent, its retries may fail too.
            if let NextStep::Send { tries, .. } = process.next
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
                // A read changes nothing, so a lost response equals a failure.
                if can_be_late
                    || matches!(process.next, NextStep::Renew { .. } | NextStep::RenewForSave { .. })
                {
                    actions.push(Action::ResponseLost(n));
                }
            }
            if can_be_late {
                actions.push(Action::Delay(n));
            }
            match process.next {
                NextStep::Await { .. } => actions.push(Action::Unanswered(n)),
                NextStep::RecordIntent { .. } if process.holds_lease && state.row.lease == Lease::Running => {
                    actions.push(Action::DoneAfterExpiry(n));
                }
                _ => {}
            }
        }
        let is_held = state.processes.iter().any(|process| process.holds_lease);
        if state.row.lease == Lease::Running && is_held && may_fail {
            actions.extend([true, false].map(|seen| Action::LeaseExpires { seen }));
        }
    }

    fn interferences_of(state: &State<N>, actions: &mut Vec<Action>) {
        let Interference { expiries, connects, removals, revocations } = state.left;
        if expiries > 0 {
            actions.push(Action::Expire);
        }
        if connects > 0 {
            actions.push(Action::Connect);
        }
        if removals > 0 && state.row.stored.is_some() {
            actions.push(Action::Remove);
        }
        if revocations > 0 {
            actions.push(Action::Revoke);
        }
    }

    /// Returns the state after an action, if the action is possible.
    pub(crate) fn step(&self, state: &State<N>, action: Action) -> Option<State<N>> {
        let mut after = *state;
        let s = &mut after;
        let is_fault = match action {
            Action::Fail(_)
            | Action::ResponseLost(_)
            | Action::Delay(_)
            | Action::Unanswered(_)
            | Action::DoneAfterExpiry(_)
            | Action::Die(_) => true,
            Action::NotSent(n) => matches!(s.processes[n].next, NextStep::Send { tries: 0, .. }),
            Action::LeaseExpires { .. } => s.processes.iter().any(|process| process.holds_lease),
            _ => false,
        };
        s.seen.faults += u8::from(is_fault);
        match action {
            Action::Start(n) => self.start(s, n),
            Action::Do(n) => self.succeed(s, n),
            Action::Fail(n) => self.fail(s, n),
            Action::ResponseLost(n) => {
                self.apply_without_response(s, n);
                self.fail(s, n);
            }
            Action::Delay(n) => {
                s.pending = Some(DelayedCall {
                    what: store_change(s.processes[n].next)?,
                    holds_lease: s.processes[n].holds_lease,
                });
                self.fail(s, n);
            }
            Action::StoreChange => {
                let DelayedCall { what, holds_lease } = s.pending.take()?;
                self.apply_to_store(s, what, holds_lease);
            }
            Action::NotSent(n) => {
                let NextStep::Send { base, in_doubt, tries } = s.processes[n].next else { return None };
                s.processes[n].next = if tries < 2 {
                    s.processes[n].prepare_call(base, in_doubt, tries + 1)
                } else if in_doubt && !self.has(Mistake::ClearsEarlierIntent) {
                    NextStep::Release { retry: false }
                } else {
                    NextStep::ClearIntent { base, retry: false }
                };
            }
            Action::Send(n) => {
                let NextStep::Send { base, in_doubt, .. } = s.processes[n].next else { return None };
                let sent = &mut s.seen.sent[usize::from(base.token)];
                *sent = sent.saturating_add(1);
                if !in_doubt {
                    s.seen.sent_twice_without_doubt |= s.seen.sent_without_doubt.has(base.token);
                    s.seen.sent_without_doubt.insert(base.token);
                }
                s.processes[n].next = NextStep::Await { base, in_doubt, call: CallState::Pending };
            }
            Action::ProviderActs(n) => {
                let NextStep::Await { base, in_doubt, .. } = s.processes[n].next else { return None };
                let call = s.provider.act(base.token).map_or(CallState::Refused, CallState::Granted);
                s.processes[n].next = NextStep::Await { base, in_doubt, call };
            }
            Action::Unanswered(n) => {
                let NextStep::Await { base, in_doubt, call } = s.processes[n].next else { return None };
                s.abandon(base, call);
                s.processes[n].next = if self.has(Mistake::RetriesLostCall) {
                    s.processes[n].prepare_call(base, in_doubt, 0)
                } else if self.has(Mistake::ClearsIntentOfLostCall) {
                    NextStep::ClearIntent { base, retry: false }
                } else {
                    NextStep::Release { retry: false }
                };
            }
            Action::StrayCallArrives(token) => {
                s.stray.take(token);
                if s.provider.act(token).is_some() {
                    s.seen.successor_lost.insert(token);
                }
            }
            Action::StrayCallIsLost(token) => s.stray.take(token),
            Action::Die(n) => {
                match s.processes[n].next {
                    NextStep::Await { base, call, .. } => s.abandon(base, call),
                    NextStep::Save { base, .. } | NextStep::RenewForSave { base, .. } => {
                        s.seen.successor_lost.insert(base.token);
                    }
                    _ => {}
                }
                s.processes[n] = Process::new(None);
            }
            Action::LeaseExpires { seen } => s.expire_lease(seen),
            Action::DoneAfterExpiry(n) => {
                let NextStep::RecordIntent { base, in_doubt, tries } = s.processes[n].next else {
                    return None;
                };
                s.processes[n].next =
                    if self.apply_to_store(s, StoreChange::RecordIntent(base), s.processes[n].holds_lease) {
                        s.expire_lease(true);
                        s.processes[n].prepare_call(base, in_doubt, tries)
                    } else {
                        NextStep::Release { retry: true }
                    };
            }
            Action::Expire => {
                s.left.expiries -= 1;
                s.oldest_valid = s.provider.issued;
            }
            Action::Connect => {
                s.left.connects -= 1;
                s.provider.revoked = false;
                let token = s.provider.issue();
                s.row.generation += 1;
                s.row.stored = Some(StoredRecord { token, status: TokenStatus::Active, intent: false });
                s.end_leases();
            }
            Action::Remove => {
                s.left.removals -= 1;
                s.row.stored = None;
                s.end_leases();
            }
            Action::Revoke => {
                s.left.revocations -= 1;
                s.provider.revoked = true;
                s.provider.live = TokenSet::default();
            }
        }
        for process in &mut after.processes {
            // The age of a lease counts from its request and matters until the call is sent.
            process.lease_is_old &= matches!(
                process.next,
                NextStep::Acquire
                    | NextStep::Renew { .. }
                    | NextStep::RecordIntent { .. }
                    | NextStep::Send { .. }
            );
        }
        if !self.distinguishes_processes {
            // Processes are interchangeable: their order does not matter.
            after.processes.sort_unstable();
        }
        Some(after)
    }

    fn start(&self, s: &mut State<N>, n: usize) {
        s.processes[n].next = match s.processes[n].memory {
            Some(known) if known.status == TokenStatus::Active && s.wants_newer_than(&known) => {
                NextStep::Acquire
            }
            Some(known) if known.status == TokenStatus::Active => NextStep::Load { only_reload: true },
            _ => NextStep::Load { only_reload: false },
        };
    }

    /// The request of the process succeeds.
    fn succeed(&self, s: &mut State<N>, n: usize) {
        let holds_lease = s.processes[n].holds_lease;
        s.processes[n].next = match s.processes[n].next {
            NextStep::Idle | NextStep::Send { .. } => unreachable!("there is no request"),
            NextStep::Load { only_reload } => match s.read_row(n) {
                Some(known)
                    if !only_reload && known.status == TokenStatus::Active && s.wants_newer_than(&known) =>
                {
                    NextStep::Acquire
                }
                _ => NextStep::Idle,
            },
            NextStep::Acquire => self.acquired(s, n),
            NextStep::Renew { base, in_doubt, tries } => {
                if s.renew(holds_lease) {
                    NextStep::RecordIntent { base, in_doubt, tries }
                } else {
                    NextStep::Release { retry: true }
                }
            }
            NextStep::RecordIntent { base, in_doubt, tries } => {
                if !self.apply_to_store(s, StoreChange::RecordIntent(base), holds_lease) {
                    NextStep::Release { retry: true }
                } else if std::mem::take(&mut s.processes[n].lease_is_old) {
                    // It expired during the renewal, which succeeded all the same.
                    NextStep::Renew { base, in_doubt, tries }
                } else {
                    NextStep::Send { base, in_doubt, tries }
                }
            }
            NextStep::Await { base, in_doubt, call } => match call {
                CallState::Pending => unreachable!("there is no response yet"),
                CallState::Granted(new_token) => NextStep::Save { base, new_token, tried: false },
                CallState::Refused if in_doubt && self.has(Mistake::RetriesInDoubt) => {
                    // One retry only.
                    s.processes[n].prepare_call(base, false, 0)
                }
                CallState::Refused if self.has(Mistake::RetriesForever) => NextStep::Release { retry: true },
                CallState::Refused => {
                    let reason = if in_doubt { TokenStatus::Unknown } else { TokenStatus::Revoked };
                    NextStep::MarkNeedsReconnect { base, reason }
                }
            },
            NextStep::Save { base, new_token, .. } => {
                if self.apply_to_store(s, StoreChange::Save { base, new_token }, holds_lease) {
                    let generation = s.row.generation;
                    s.publish(
                        n,
                        CachedToken {
                            generation,
                            token: new_token,
                            status: TokenStatus::Active,
                            saved: true,
                        },
                    );
                } else {
                    s.read_row(n);
                }
                NextStep::Release { retry: false }
            }
            NextStep::RenewForSave { base, new_token } => {
                s.renew(holds_lease);
                NextStep::Save { base, new_token, tried: true }
            }
            NextStep::MarkNeedsReconnect { base, reason } => {
                if self.apply_to_store(s, StoreChange::Set { base, status: reason }, holds_lease)
                    || self.has(Mistake::MarksWithoutLease)
                {
                    s.mark_needs_reconnect(n, base, reason);
                    NextStep::Release { retry: false }
                } else {
                    NextStep::Release { retry: true }
                }
            }
            NextStep::ClearIntent { base, retry } => {
                self.apply_to_store(s, StoreChange::Set { base, status: TokenStatus::Active }, holds_lease);
                NextStep::Release { retry }
            }
            NextStep::Release { retry } => {
                self.apply_to_store(s, StoreChange::Release, holds_lease);
                s.processes[n].holds_lease = false;
                if retry { NextStep::Acquire } else { NextStep::Idle }
            }
        };
    }

    fn acquired(&self, s: &mut State<N>, n: usize) -> NextStep {
        let before = s.processes[n].memory;
        let Some(known) = s.read_row(n) else { return NextStep::Idle };
        let is_wanting = known.status == TokenStatus::Active && s.wants_newer_than(&known);
        if s.row.lease == Lease::Running {
            s.processes[n].lease_is_old = false;
            return if is_wanting { NextStep::Acquire } else { NextStep::Idle };
        }
        s.grant_lease();
        s.processes[n].holds_lease = true;
        let known = match before {
            Some(before) if self.has(Mistake::SkipsReload) => before,
            _ => known,
        };
        if !self.has(Mistake::SkipsReload) && !is_wanting {
            return NextStep::Release { retry: false };
        }
        let base = Base { generation: known.generation, token: known.token };
        match s.row.stored {
            Some(stored) => s.processes[n].prepare_call(base, stored.intent, 0),
            None => NextStep::Release { retry: false },
        }
    }

    /// The request of the process fails, as far as the process knows.
    fn fail(&self, s: &mut State<N>, n: usize) {
        s.processes[n].next = match s.processes[n].next {
            NextStep::Load { .. } => NextStep::Idle,
            // The process does not know of a lease that was granted.
            NextStep::Acquire => {
                s.processes[n].holds_lease = false;
                NextStep::Idle
            }
            NextStep::Renew { .. } | NextStep::RecordIntent { .. } => NextStep::Release { retry: false },
            NextStep::ClearIntent { retry, .. } => NextStep::Release { retry },
            NextStep::Save { .. } if self.has(Mistake::SavesOnce) => NextStep::Release { retry: false },
            NextStep::Save { base, new_token, tried } => {
                if !tried {
                    let generation = base.generation + 1;
                    s.publish(
                        n,
                        CachedToken {
                            generation,
                            token: new_token,
                            status: TokenStatus::Active,
                            saved: false,
                        },
                    );
                }
                NextStep::RenewForSave { base, new_token }
            }
            NextStep::RenewForSave { base, new_token } => NextStep::Save { base, new_token, tried: true },
            NextStep::MarkNeedsReconnect { base, reason } => {
                // The intent stays. If the lease is lost, another holder may have sent this refresh token.
                let report =
                    if self.has(Mistake::ReportsUnstoredReason) { reason } else { TokenStatus::Unknown };
                s.mark_needs_reconnect(n, base, report);
                NextStep::Release { retry: false }
            }
            NextStep::Release { retry } => {
                s.processes[n].holds_lease = false;
                if retry { NextStep::Acquire } else { NextStep::Idle }
            }
            NextStep::Idle | NextStep::Send { .. } | NextStep::Await { .. } => {
                unreachable!("there is no request to the store")
            }
        };
    }

    /// The store performs the request; the process does not learn it.
    fn apply_without_response(&self, s: &mut State<N>, n: usize) {
        let holds_lease = s.processes[n].holds_lease;
        match s.processes[n].next {
            NextStep::Renew { .. } | NextStep::RenewForSave { .. } => {
                s.renew(holds_lease);
            }
            next => {
                if let Some(what) = store_change(next) {
                    self.apply_to_store(s, what, holds_lease);
                }
            }
        }
    }

    /// Applies a change by the rules of the store. Returns false if the store refuses it.
    fn apply_to_store(&self, s: &mut State<N>, what: StoreChange, holds_lease: bool) -> bool {
        match what {
            StoreChange::Acquire => {
                let granted = s.row.stored.is_some() && s.row.lease != Lease::Running;
                if granted {
                    s.grant_lease();
                }
                granted
            }
            StoreChange::RecordIntent(base) => {
                let current = holds_lease && s.row.lease == Lease::Running;
                let is_fit = (current || self.has(Mistake::RecordsIntentWithoutLease))
                    && s.row.generation == base.generation;
                let Some(stored) = s.row.stored.as_mut().filter(|_| is_fit) else { return false };
                stored.intent = !self.has(Mistake::RecordsNoIntent);
                true
            }
            StoreChange::Save { base, new_token } => {
                let is_fit = s.row.generation == base.generation || self.has(Mistake::SavesAlways);
                let may = holds_lease || !self.has(Mistake::SavesOnlyWithLease);
                let Some(stored) = s.row.stored.as_mut().filter(|_| is_fit && may) else { return false };
                s.seen.stored_out_of_order |= stored.token != base.token;
                *stored = StoredRecord { token: new_token, status: TokenStatus::Active, intent: false };
                s.row.generation += 1;
                true
            }
            StoreChange::Set { base, status } => {
                let current = holds_lease && s.row.lease != Lease::Free;
                let is_fit =
                    (current || self.has(Mistake::SetsWithoutLease)) && s.row.generation == base.generation;
                let Some(stored) = s.row.stored.as_mut().filter(|_| is_fit) else { return false };
                stored.status = status;
                stored.intent = false;
                s.report(status);
                true
            }
            StoreChange::Release => {
                if holds_lease {
                    s.row.lease = Lease::Free;
                }
                holds_lease
            }
        }
    }
}

/// Returns the change that a step requests from the store, if any.
fn store_change(next: NextStep) -> Option<StoreChange> {
    match next {
        NextStep::Acquire => Some(StoreChange::Acquire),
        NextStep::RecordIntent { base, .. } => Some(StoreChange::RecordIntent(base)),
        NextStep::Save { base, new_token, .. } => Some(StoreChange::Save { base, new_token }),
        NextStep::MarkNeedsReconnect { base, reason } => Some(StoreChange::Set { base, status: reason }),
        NextStep::ClearIntent { base, .. } => Some(StoreChange::Set { base, status: TokenStatus::Active }),
        NextStep::Release { .. } => Some(StoreChange::Release),
        _ => None,
    }
}

impl Provider {
    fn issue(&mut self) -> TokenNumber {
        let token_number = self.issued;
        self.issued += 1;
        self.live.insert(token_number);
        token_number
    }

    /// Exchanges a valid token for a new one.
    fn act(&mut self, token: TokenNumber) -> Option<TokenNumber> {
        if !self.live.has(token) {
            return None;
        }
        self.live.take(token);
        self.spent.insert(token);
        Some(self.issue())
    }
}

impl Process {
    fn new(memory: Option<CachedToken>) -> Self {
        Self { next: NextStep::Idle, memory, holds_lease: false, lease_is_old: false }
    }

    /// Returns the step before a call: the intent, or first the renewal of an old lease.
    fn prepare_call(&mut self, base: Base, in_doubt: bool, tries: u8) -> NextStep {
        // The age counts from the request.
        if std::mem::take(&mut self.lease_is_old) {
            NextStep::Renew { base, in_doubt, tries }
        } else {
            NextStep::RecordIntent { base, in_doubt, tries }
        }
    }
}

impl<const N: usize> State<N> {
    fn expire_lease(&mut self, seen: bool) {
        self.row.lease = Lease::Expired;
        for process in &mut self.processes {
            process.lease_is_old |= seen;
        }
    }

    /// Renews a lease. Returns false if it is not current. An expired lease is current until another is
    /// granted.
    fn renew(&mut self, holds_lease: bool) -> bool {
        let is_current = holds_lease && self.row.lease != Lease::Free;
        if is_current {
            self.row.lease = Lease::Running;
        }
        is_current
    }

    fn end_leases(&mut self) {
        self.row.lease = Lease::Free;
        for process in &mut self.processes {
            process.holds_lease = false;
        }
        if let Some(pending) = &mut self.pending {
            pending.holds_lease = false;
        }
    }

    fn grant_lease(&mut self) {
        self.end_leases();
        self.row.lease = Lease::Running;
    }

    /// Leaves a call whose caller has stopped waiting.
    fn abandon(&mut self, base: Base, call: CallState) {
        match call {
            CallState::Pending => self.stray.insert(base.token),
            CallState::Granted(_) => self.seen.successor_lost.insert(base.token),
            CallState::Refused => {}
        }
    }

    /// Caches a token in a process unless the cached one is newer. Returns the cached token.
    fn publish(&mut self, n: usize, found: CachedToken) -> CachedToken {
        let memory = &mut self.processes[n].memory;
        let is_newer = memory.filter(|present| {
            found.generation < present.generation
                || (found.generation == present.generation && present.saved && !found.saved)
        });
        *memory.insert(is_newer.unwrap_or(found))
    }

    /// Reads the row into the cache of a process. Returns the cached token.
    fn read_row(&mut self, n: usize) -> Option<CachedToken> {
        match self.row.read() {
            Some(found) => Some(self.publish(n, found)),
            None => {
                self.processes[n].memory = None;
                None
            }
        }
    }

    /// Marks the cached connection as needing a reconnect.
    fn mark_needs_reconnect(&mut self, n: usize, base: Base, reason: TokenStatus) {
        let Base { generation, token } = base;
        let present = self.publish(n, CachedToken { generation, token, status: reason, saved: true });
        if present.generation <= generation {
            self.report(reason);
        }
    }

    fn report(&mut self, status: TokenStatus) {
        self.seen.wrongly_reported_revoked |= status == TokenStatus::Revoked && !self.provider.revoked;
    }
}

impl<const N: usize> Model for Protocol<N> {
    type State = State<N>;
    type Action = Action;

    /// One expired token, cached by all processes or by none.
    fn init_states(&self) -> Vec<State<N>> {
        let row = Row {
            generation: 1,
            stored: Some(StoredRecord { token: 0, status: TokenStatus::Active, intent: false }),
            lease: Lease::Free,
        };
        [row.read(), None]
            .map(|memory| State {
                row,
                provider: Provider {
                    issued: 1,
                    live: TokenSet::of(0),
                    spent: TokenSet::default(),
                    revoked: false,
                },
                oldest_valid: 1,
                processes: [Process::new(memory); N],
                pending: None,
                stray: TokenSet::default(),
                seen: Observations::default(),
                left: self.left,
            })
            .to_vec()
    }

    fn actions(&self, state: &State<N>, actions: &mut Vec<Action>) {
        self.regular_actions(state, actions);
        self.faults_of(state, actions);
        Self::interferences_of(state, actions);
    }

    fn next_state(&self, state: &State<N>, action: Action) -> Option<State<N>> {
        self.step(state, action)
    }

    /// Stops mistakes that send without end.
    fn within_boundary(&self, state: &State<N>) -> bool {
        state.seen.sent.iter().all(|sent| *sent <= self.faults + 2)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        rules::all()
    }
}
