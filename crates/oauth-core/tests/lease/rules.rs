//! What must hold, whatever happens.

use stateright::Property;

use crate::model::{Action, Protocol};
use crate::state::{Standing, State};

/// More steps than any run without faults has.
const LONG: usize = 200;

pub(crate) const SENT_ONCE: &str = "in good faith a refresh token is sent once";
pub(crate) const RETRIED_ONCE: &str = "each fault is worth one more attempt, no more";
pub(crate) const NEWER: &str = "a stored token is replaced by its successor only, or by a person";
pub(crate) const REVOKED: &str = "revoked is said only of what was revoked";
pub(crate) const ENDS_WELL: &str = "it ends alive, or needs reconnecting because the successor perished";
pub(crate) const AGREES: &str = "in the end nobody believes anything but the store";
pub(crate) const ENDS: &str = "whoever is alive comes to an end";

pub(crate) fn all<const N: usize>() -> Vec<Property<Protocol<N>>> {
    vec![
        Property::always(SENT_ONCE, |_, state: &State<N>| !state.seen.sent_twice_in_good_faith),
        Property::always(RETRIED_ONCE, |_, state: &State<N>| {
            state.seen.sent.iter().all(|sent| *sent <= 1 + state.seen.faults)
        }),
        Property::always(NEWER, |_, state: &State<N>| !state.seen.stored_out_of_order),
        Property::always(REVOKED, |_, state: &State<N>| !state.seen.said_revoked_wrongly),
        Property::always(ENDS_WELL, |model, state| !is_over(model, state) || ends_well(state)),
        Property::always(AGREES, |model, state| {
            !is_over(model, state) || state.processes.iter().all(|process| process.memory == state.row.read())
        }),
        Property::always(ENDS, ends),
    ]
}

/// Nothing is left to do, unless somebody interferes.
pub(crate) fn is_over<const N: usize>(model: &Protocol<N>, state: &State<N>) -> bool {
    let mut actions = Vec::new();
    model.goes_on(state, &mut actions);
    actions.is_empty()
}

fn ends_well<const N: usize>(state: &State<N>) -> bool {
    let Some(kept) = state.row.kept else { return true };
    let is_revoked = state.provider.revoked;
    let is_alive = state.provider.live.has(kept.token) || is_revoked;
    let perished = state.provider.spent.has(kept.token) && state.seen.successor_lost.has(kept.token);
    match kept.standing {
        Standing::Active => is_alive && kept.token >= state.fresh_from && !kept.intent,
        // With an intent left behind, a refusal by the customer looks the same.
        Standing::Unknown => perished || is_revoked,
        Standing::Revoked => is_revoked,
    }
}

/// One way to go on without faults, to the end.
fn ends<const N: usize>(model: &Protocol<N>, state: &State<N>) -> bool {
    let mut state = *state;
    let mut actions = Vec::new();
    for _ in 0..LONG {
        actions.clear();
        model.goes_on(&state, &mut actions);
        // Waiting for a lease to run out comes last, as it does in time.
        let Some(action) =
            actions.iter().find(|action| !matches!(action, Action::LeaseRunsOut { .. })).or(actions.first())
        else {
            return true;
        };
        match model.step(&state, *action) {
            Some(after) => state = after,
            None => return false,
        }
    }
    false
}
