//! Faults that are planted in the library, each with a run that finds it.

use oauth_core::connections::mutation::Mutation;

use crate::known_cases::KNOWN_CASES;
use crate::plan::Plan;
use crate::scheduler::simulate;
use crate::violation::ViolationKind;

/// Seeds that a search tries.
const SEARCHED_SEEDS: u64 = 3_000;

/// A fault, and a run that finds it and is clean without it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlantedFault {
    mutation: Mutation,
    run: Run,
    violation: ViolationKind,
}

/// A known case, or the seed of a random plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Known case.
    Case(&'static str),
    /// Random plan.
    Seed(u64),
}

impl Run {
    fn plan(self) -> Option<Plan> {
        match self {
            Self::Seed(seed) => Some(Plan::random(seed)),
            Self::Case(name) => {
                let case = KNOWN_CASES.iter().find(|case| case.name == name)?;
                Some(case.plan(case.seed))
            }
        }
    }

    /// Returns the kind of the first violation.
    fn violation(self, mutation: Option<Mutation>) -> Option<ViolationKind> {
        Mutation::enable_only(mutation);
        let report = self.plan().map(|plan| simulate(&plan, false));
        Mutation::enable_only(None);
        report?.violations.first().map(|violation| violation.kind)
    }
}

/// Runs each planted fault, and prints a line for each. Returns false if a run does not find its fault, or
/// has a violation without it.
pub fn check_planted_faults() -> bool {
    let mut is_good = true;
    for PlantedFault { mutation, run, violation } in PLANTED_FAULTS.iter().copied() {
        let (found, without) = (run.violation(Some(mutation)), run.violation(None));
        let verdict = match (found, without) {
            (Some(kind), None) if kind == violation => "found",
            (_, Some(_)) => "ALSO WITHOUT IT",
            _ => "NOT FOUND",
        };
        is_good &= verdict == "found";
        println!("{verdict}: {mutation:?} by {run:?}: {found:?}");
    }
    for missing in Mutation::OF_REFRESHES {
        if PLANTED_FAULTS.iter().all(|planted| planted.mutation != *missing) {
            println!("NOT IN THE TABLE: {missing:?}");
            is_good = false;
        }
    }
    println!("{} planted faults", PLANTED_FAULTS.len());
    is_good
}

/// Searches a run for each fault, and prints the table.
pub fn search_planted_faults() {
    for mutation in Mutation::OF_REFRESHES.iter().copied() {
        let cases = KNOWN_CASES.iter().map(|case| Run::Case(case.name));
        let found = cases.chain((1..=SEARCHED_SEEDS).map(Run::Seed)).find_map(|run| {
            let kind = run.violation(Some(mutation))?;
            run.violation(None).is_none().then_some((run, kind))
        });
        println!("{mutation:?}: {found:?}");
    }
}

const fn planted(mutation: Mutation, run: Run, violation: ViolationKind) -> PlantedFault {
    PlantedFault { mutation, run, violation }
}

/// The table.
///
/// Five faults were tried that 3,000 seeds do not find:
/// - the lease is released before the token is saved, or not extended meanwhile: the next holder waits for a
///   process that may be saving, so nothing changes;
/// - a sweep stops at the first failure: the next sweep refreshes the others;
/// - a new token is written over a later connection, or a dead one is written back: the tests in
///   `tests/connections/store_trouble.rs` of `oauth-core` find these.
const PLANTED_FAULTS: &[PlantedFault] = &[
    planted(Mutation::LimitsNoCalls, Run::Case("D2"), ViolationKind::TooManyCalls),
    planted(Mutation::ResumesAllAtOnce, Run::Case("D2"), ViolationKind::TooManyCalls),
    planted(Mutation::HoldsNothingBack, Run::Case("D7"), ViolationKind::RetryAfterIgnored),
    planted(Mutation::IgnoresClientRefusal, Run::Seed(486), ViolationKind::RetryAfterIgnored),
    planted(Mutation::FindsNoIncident, Run::Case("D1"), ViolationKind::GoodTokenAbandoned),
    planted(Mutation::RepeatsIncident, Run::Case("revoked"), ViolationKind::NotRefreshed),
    planted(Mutation::BelievesFirstRefusal, Run::Case("D1"), ViolationKind::GoodTokenAbandoned),
    planted(Mutation::SendsRefusedAgain, Run::Case("D13"), ViolationKind::SpentTokenSent),
    planted(Mutation::IgnoresIntent, Run::Case("D13"), ViolationKind::WrongReason),
    planted(Mutation::RecordsNoIntent, Run::Case("D13"), ViolationKind::WrongReason),
    planted(Mutation::ResendsUnanswered, Run::Seed(12), ViolationKind::WrongReason),
    planted(Mutation::ClearsIntentOfUnanswered, Run::Seed(12), ViolationKind::WrongReason),
    planted(Mutation::WaitsForNoSaver, Run::Case("hanging-store"), ViolationKind::SpentTokenSent),
    planted(Mutation::TrustsOldLease, Run::Seed(34), ViolationKind::NotRefreshed),
    planted(Mutation::TrustsWallClock, Run::Seed(12_859), ViolationKind::WrongReason),
    planted(Mutation::ChecksTokenOnce, Run::Case("D1"), ViolationKind::NeedlessRefresh),
    planted(Mutation::SavesOnce, Run::Case("D2"), ViolationKind::SpentTokenSent),
    planted(Mutation::IgnoresFailedSave, Run::Seed(41), ViolationKind::SpentTokenSent),
    planted(Mutation::WritesNothingBack, Run::Case("D4"), ViolationKind::SpentTokenSent),
    planted(Mutation::NamesNoDoubt, Run::Case("D13"), ViolationKind::WrongReason),
    planted(Mutation::ForgetsLateSave, Run::Seed(746), ViolationKind::WrongReason),
    planted(Mutation::IgnoresClockAhead, Run::Case("D5"), ViolationKind::NotRefreshed),
    planted(Mutation::RefreshesAllInBackground, Run::Case("D3"), ViolationKind::TooManyLostAtExit),
];
