//! Mistakes that the checker must find, so that every rule is known to detect one.

use std::collections::BTreeSet;

use crate::model::Protocol;
use crate::rules;
use crate::state_space::broken;

/// Mistake in an implementation of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The store accepts a save only from the holder of the lease.
    SavesOnlyWithLease,
    /// The store accepts every save.
    SavesAlways,
    /// A failed save is not retried.
    SavesOnce,
    /// The record is not read again under the lease.
    SkipsReload,
    /// The intent is not recorded.
    RecordsNoIntent,
    /// The store accepts an intent without the lease.
    RecordsIntentWithoutLease,
    /// The store accepts a change of state without the lease.
    SetsWithoutLease,
    /// A refused call after an earlier intent is retried.
    RetriesInDoubt,
    /// A call without a response is retried by the same holder, as if nothing had been sent.
    RetriesLostCall,
    /// The intent of a call without a response is cleared.
    ClearsIntentOfLostCall,
    /// The intent of another holder is cleared.
    ClearsEarlierIntent,
    /// A refusal is reported by a holder that has lost its lease.
    MarksWithoutLease,
    /// A reason that could not be stored is reported.
    ReportsUnstoredReason,
    /// A refused refresh token is sent again.
    RetriesForever,
    /// A connection that needed reconnecting once is never read again.
    NeverReloads,
}

/// Each mistake, the number of faults after which it shows, and the rules that it breaks. No mistake shows
/// without faults.
const MISTAKES: &[(Mistake, u8, &[&str])] = &[
    (Mistake::SavesOnlyWithLease, 1, &[rules::ENDS_WITH_VALID_TOKEN]),
    (Mistake::SavesAlways, 1, &[rules::REPLACED_BY_SUCCESSOR]),
    (Mistake::SavesOnce, 1, &[rules::ENDS_WITH_VALID_TOKEN]),
    (
        Mistake::SkipsReload,
        1,
        &[rules::SENT_ONCE, rules::RETRIED_ONCE, rules::REVOKED, rules::ENDS_WITH_VALID_TOKEN],
    ),
    (Mistake::RecordsNoIntent, 1, &[rules::SENT_ONCE, rules::REVOKED, rules::ENDS_WITH_VALID_TOKEN]),
    (Mistake::RecordsIntentWithoutLease, 1, &[rules::SENT_ONCE, rules::REVOKED]),
    (Mistake::SetsWithoutLease, 1, &[rules::REVOKED]),
    (
        Mistake::RetriesInDoubt,
        1,
        &[rules::SENT_ONCE, rules::RETRIED_ONCE, rules::REVOKED, rules::ENDS_WITH_VALID_TOKEN],
    ),
    (Mistake::RetriesLostCall, 1, &[rules::SENT_ONCE, rules::REVOKED, rules::ENDS_WITH_VALID_TOKEN]),
    (Mistake::ClearsIntentOfLostCall, 1, &[rules::SENT_ONCE, rules::REVOKED, rules::ENDS_WITH_VALID_TOKEN]),
    (Mistake::ClearsEarlierIntent, 2, &[rules::SENT_ONCE, rules::REVOKED, rules::ENDS_WITH_VALID_TOKEN]),
    (Mistake::MarksWithoutLease, 1, &[rules::REVOKED]),
    (Mistake::ReportsUnstoredReason, 2, &[rules::REVOKED]),
    (Mistake::RetriesForever, 1, &[rules::RETRIED_ONCE, rules::TERMINATES]),
    (Mistake::NeverReloads, 1, &[rules::CACHE_MATCHES_STORE]),
];

#[test]
fn finds_every_mistake_with_every_rule() {
    let mut found = BTreeSet::new();
    for (mistake, faults, rules) in MISTAKES {
        let protocol = Protocol::<2> { mistake: Some(*mistake), ..Protocol::with(*faults) };
        let broken = broken(protocol);
        assert_eq!(broken, BTreeSet::from_iter(rules.iter().copied()), "{mistake:?}");
        found.extend(broken);
        let fewer = Protocol::<2> { faults: faults - 1, ..protocol };
        assert!(self::broken(fewer).is_empty(), "{mistake:?} shows with fewer faults");
    }
    assert_eq!(found.len(), rules::all::<2>().len());
}
