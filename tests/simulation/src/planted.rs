//! Faults that are planted in the library, each with a run that finds it.

use oauth_core::connections::mutation::Mutation;

use crate::invariants::ViolationKind;
use crate::known_cases::KNOWN_CASES;
use crate::plan::Plan;
use crate::scheduler::simulate;

/// Seeds that a search tries.
const SEARCHED_SEEDS: u64 = 20_000;

/// A fault, and a run that finds it and is clean without it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlantedFault {
    mutation: Mutation,
    run: Run,
    violation: ViolationKind,
}

/// Provider, processes, faults and seed of a run.
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

/// Runs each planted fault, and prints a line for each. Returns false if a run does not find its fault, or has a
/// violation without it.
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
    println!("{} planted faults", PLANTED_FAULTS.len());
    is_good
}

/// Searches a run for each fault, and prints the table.
pub fn search_planted_faults() {
    let all =
        PLANTED_FAULTS.iter().map(|planted| planted.mutation).chain(Mutation::OF_REFRESHES.iter().copied());
    for mutation in all {
        let cases = KNOWN_CASES.iter().map(|case| Run::Case(case.name));
        let found = cases.chain((1..=SEARCHED_SEEDS).map(Run::Seed)).find_map(|run| {
            let kind = run.violation(Some(mutation))?;
            run.violation(None).is_none().then_some((run, kind))
        });
        println!("{mutation:?}: {found:?}");
    }
}

const PLANTED_FAULTS: &[PlantedFault] = &[];
