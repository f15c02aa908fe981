//! Rules that hold in every run.

use stateright::Property;

use crate::model::{Action, Protocol};
use crate::state::{State, TokenStatus};

/// More steps than any run without further faults.
const LONG: usize = 200;

pub(crate) const SENT_ONCE: &str = "a refresh token without an earlier intent is sent once";
pub(crate) const RETRIED_ONCE: &str = "each fault allows at most one more attempt";
pub(crate) const REPLACED_BY_SUCCESSOR: &str =
    "a stored token is replaced only by its successor or by a new connection";
pub(crate) const REVOKED: &str = "revoked is reported only after a revocation";
pub(crate) const ENDS_WITH_VALID_TOKEN: &str =
    "every run ends with a valid token, or its successor was lost and a reconnect is needed";
pub(crate) const CACHE_MATCHES_STORE: &str = "at the end every cache matches the store";
pub(crate) const TERMINATES: &str = "every run terminates";

pub(crate) fn all<const N: usize>() -> Vec<Property<Protocol<N>>> {
    vec![
        Property::always(SENT_ONCE, |_, state: &State<N>| !state.seen.sent_twice_without_doubt),
        Property::always(RETRIED_ONCE, |_, state: &State<N>| {
            state.seen.sent.iter().all(|sent| *sent <= 1 + state.seen.faults)
        }),
        Property::always(REPLACED_BY_SUCCESSOR, |_, state: &State<N>| !state.seen.stored_out_of_order),
        Property::always(REVOKED, |_, state: &State<N>| !state.seen.wrongly_reported_revoked),
        Property::always(ENDS_WITH_VALID_TOKEN, |model, state| {
            !is_finished(model, state) || ends_with_valid_token(state)
        }),
        Property::always(CACHE_MATCHES_STORE, |model, state| {
            !is_finished(model, state)
                || state.processes.iter().all(|process| process.memory == state.row.read())
        }),
        Property::always(TERMINATES, terminates),
    ]
}

/// True if no action is left without interference.
pub(crate) fn is_finished<const N: usize>(model: &Protocol<N>, state: &State<N>) -> bool {
    let mut actions = Vec::new();
    model.regular_actions(state, &mut actions);
    actions.is_empty()
}

fn ends_with_valid_token<const N: usize>(state: &State<N>) -> bool {
    let Some(stored) = state.row.stored else { return true };
    let is_revoked = state.provider.revoked;
    let is_alive = state.provider.live.has(stored.token) || is_revoked;
    let perished = state.provider.spent.has(stored.token) && state.seen.successor_lost.has(stored.token);
    match stored.status {
        TokenStatus::Active => is_alive && stored.token >= state.oldest_valid && !stored.intent,
        // With an earlier intent, a revocation cannot be distinguished.
        TokenStatus::Unknown => perished || is_revoked,
        TokenStatus::Revoked => is_revoked,
    }
}

/// Continues the run without faults and checks that it ends.
fn terminates<const N: usize>(model: &Protocol<N>, state: &State<N>) -> bool {
    let mut state = *state;
    let mut actions = Vec::new();
    for _ in 0..LONG {
        actions.clear();
        model.regular_actions(&state, &mut actions);
        // A lease expires last, as in real time.
        let Some(action) =
            actions.iter().find(|action| !matches!(action, Action::LeaseExpires { .. })).or(actions.first())
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
