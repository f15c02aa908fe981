//! Mistakes that the checker must find: a rule that no mistake breaks would be none.

use std::collections::BTreeSet;

use crate::checked::broken;
use crate::model::Protocol;
use crate::rules;

/// A mistake that a refresh could be written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The store takes a save only from whoever holds the lease.
    SavesOnlyWithLease,
    /// The store takes every save.
    SavesAlways,
    /// A save that failed is not tried again.
    SavesOnce,
    /// With the lease, what is in memory is taken for what is stored.
    ReadsNothingAgain,
    /// Nothing says that a refresh was begun.
    WritesNoIntent,
    /// A lease that is lost does not keep its holder from sending.
    BeginsWithoutLease,
    /// The store changes the state for whoever asks.
    SetsWithoutLease,
    /// Who is in doubt and refused tries again.
    TriesTwice,
    /// The holder itself tries again after a lost reply, as if nothing had been sent.
    TriesAgainAtOnce,
    /// A lost reply is taken for a call that was not sent.
    ForgetsTheUnanswered,
    /// An intent that somebody else left is taken back.
    ForgetsDoubt,
    /// Who has lost the lease still says what it would have said with it.
    BelievesItselfWithoutLease,
    /// So does who could not write it down.
    SaysMoreThanItWrote,
    /// A refusal is answered by asking again.
    AsksForEver,
    /// What was found lost once is never looked up again.
    NeverLooksAgain,
}

/// Each mistake, how many faults it takes to show, and what it breaks then. Without any fault none shows: that is what
/// makes them easy to make.
const MISTAKES: &[(Mistake, u8, &[&str])] = &[
    (Mistake::SavesOnlyWithLease, 1, &[rules::ENDS_WELL]),
    (Mistake::SavesAlways, 1, &[rules::NEWER]),
    (Mistake::SavesOnce, 1, &[rules::ENDS_WELL]),
    (
        Mistake::ReadsNothingAgain,
        1,
        &[rules::SENT_ONCE, rules::RETRIED_ONCE, rules::REVOKED, rules::ENDS_WELL],
    ),
    (Mistake::WritesNoIntent, 1, &[rules::SENT_ONCE, rules::REVOKED, rules::ENDS_WELL]),
    (Mistake::BeginsWithoutLease, 1, &[rules::SENT_ONCE, rules::REVOKED]),
    (Mistake::SetsWithoutLease, 1, &[rules::REVOKED]),
    (Mistake::TriesTwice, 1, &[rules::SENT_ONCE, rules::RETRIED_ONCE, rules::REVOKED, rules::ENDS_WELL]),
    (Mistake::TriesAgainAtOnce, 1, &[rules::SENT_ONCE, rules::REVOKED, rules::ENDS_WELL]),
    (Mistake::ForgetsTheUnanswered, 1, &[rules::SENT_ONCE, rules::REVOKED, rules::ENDS_WELL]),
    (Mistake::ForgetsDoubt, 2, &[rules::SENT_ONCE, rules::REVOKED, rules::ENDS_WELL]),
    (Mistake::BelievesItselfWithoutLease, 1, &[rules::REVOKED]),
    (Mistake::SaysMoreThanItWrote, 2, &[rules::REVOKED]),
    (Mistake::AsksForEver, 1, &[rules::RETRIED_ONCE, rules::ENDS]),
    (Mistake::NeverLooksAgain, 1, &[rules::AGREES]),
];

#[test]
fn every_mistake_is_found_and_every_rule_finds_one() {
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
