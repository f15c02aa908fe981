//! Cases of the field that the simulation finds.

use crate::plan::{
    Calls, DAY, Fault, FaultRates, HOUR, Incident, MINUTE, Plan, ProviderRules, SECOND, Step, Trouble,
};
use crate::violation::ViolationKind;

/// Status of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaseStatus {
    /// Not corrected yet: the run must show such a violation, and may show others.
    Open(ViolationKind),
    /// Corrected: the run must show no violation.
    Corrected,
}

/// A scenario with its seed, and what a run of it shows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct KnownCase {
    /// Short name.
    pub name: &'static str,
    /// Description of the trouble.
    pub trouble: &'static str,
    /// Status.
    pub status: CaseStatus,
    /// Seed.
    pub seed: u64,
    plan: fn(u64) -> Plan,
}

impl KnownCase {
    /// Returns the plan of the case with this seed.
    #[must_use]
    pub fn plan(&self, seed: u64) -> Plan {
        (self.plan)(seed)
    }
}

/// All known cases.
pub const KNOWN_CASES: &[KnownCase] = &[
    KnownCase {
        name: "D1",
        trouble: "the provider refuses every grant for an hour, and spends none",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            accounts: 50,
            length: 4 * HOUR,
            calls: Calls::Never,
            faults: vec![Fault::at(
                50 * MINUTE,
                Trouble::Incident { incident: Incident::RefusesGrants, length: HOUR },
            )],
            ..Plan::new(seed, ProviderRules::GO1)
        },
    },
    KnownCase {
        name: "D2",
        trouble: "the store is down longer than a lease while a process has a response to save",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            accounts: 20,
            processes: 3,
            length: 90 * MINUTE,
            // Due, and before a sweep finds them.
            calls: Calls::At(55 * MINUTE - SECOND),
            sweep_every: Some(20 * SECOND),
            faults: vec![Fault::on(
                Step::ResponseDelivered,
                3,
                Trouble::StoreDown { length: 10 * MINUTE, hangs: false },
            )],
            ..Plan::new(seed, ProviderRules::REVOKES_FAMILY)
        },
    },
    KnownCase {
        name: "D3",
        trouble: "a program returns without drain right after it used 20 tokens that are due",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            processes: 1,
            accounts: 20,
            length: 2 * HOUR,
            calls: Calls::At(56 * MINUTE),
            sweep_every: None,
            faults: vec![Fault::on(
                Step::TokenSpent,
                15,
                Trouble::Exit { process: None, restart_after: MINUTE },
            )],
            ..Plan::new(seed, ProviderRules::GO1)
        },
    },
    KnownCase {
        name: "D4",
        trouble: "the store goes back to a backup under a running process, which restarts later",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            processes: 1,
            faults: vec![
                Fault::at(90 * MINUTE, Trouble::BackUpStore),
                Fault::at(4 * HOUR, Trouble::RestoreStore),
                Fault::at(8 * HOUR, Trouble::Kill { process: Some(0), restart_after: MINUTE }),
            ],
            ..Plan::new(seed, ProviderRules::GO1)
        },
    },
    KnownCase {
        name: "D5",
        trouble: "the wall clock is 100 days ahead for one sweep",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            processes: 1,
            calls: Calls::Never,
            length: DAY,
            faults: vec![Fault::at(
                2 * HOUR,
                Trouble::StepClock { process: Some(0), by: 100 * 86_400_000, length: 10 * MINUTE },
            )],
            ..Plan::new(seed, ProviderRules::GO1)
        },
    },
    KnownCase {
        name: "D6",
        trouble: "500 tokens are due, and the provider hangs",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            processes: 1,
            accounts: 500,
            length: 70 * MINUTE,
            calls: Calls::At(56 * MINUTE),
            sweep_every: None,
            faults: vec![Fault::on(
                Step::ResponseDelivered,
                1,
                Trouble::Incident { incident: Incident::Hangs, length: 5 * MINUTE },
            )],
            ..Plan::new(seed, ProviderRules::GO1)
        },
    },
    KnownCase {
        name: "D7",
        trouble: "the provider asks 200 connections to wait for 30 seconds",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            processes: 1,
            accounts: 200,
            length: 62 * MINUTE,
            calls: Calls::Every(MINUTE, 2 * MINUTE),
            sweep_every: None,
            faults: vec![Fault::on(
                Step::ResponseDelivered,
                1,
                Trouble::Incident {
                    incident: Incident::Unavailable { status: 503, retry_after: Some(30) },
                    length: 3 * MINUTE,
                },
            )],
            ..Plan::new(seed, ProviderRules::GO1)
        },
    },
    KnownCase {
        name: "D10",
        trouble: "the row of one account cannot be read",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            calls: Calls::Never,
            faults: vec![Fault::at(30 * MINUTE, Trouble::DamageRow { account: 2 })],
            ..Plan::new(seed, ProviderRules::GO1)
        },
    },
    KnownCase {
        name: "D13",
        trouble: "a process stands still with a response, another sends the token in doubt, which revokes the family",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            faults: vec![Fault::on(
                Step::ResponseDelivered,
                3,
                Trouble::Stall { process: None, length: 20 * MINUTE },
            )],
            ..Plan::new(seed, ProviderRules::REVOKES_FAMILY)
        },
    },
    KnownCase {
        name: "hanging-store",
        trouble: "the store hangs longer than a lease while a process has a response to save, and is slow",
        status: CaseStatus::Corrected,
        seed: 43,
        plan: |seed| Plan {
            processes: 3,
            accounts: 1,
            sweep_every: Some(4 * SECOND),
            rates: FaultRates { store_slow: 500, ..FaultRates::default() },
            faults: (1..10)
                .map(|nth| {
                    let trouble = Trouble::StoreDown { length: 103 * SECOND, hangs: true };
                    Fault::on(Step::ResponseDelivered, nth, trouble)
                })
                .collect(),
            ..Plan::new(seed, ProviderRules::GOCD)
        },
    },
    KnownCase {
        name: "clock",
        trouble: "a token that cannot be refreshed is cached while the wall clock is two days ahead",
        status: CaseStatus::Corrected,
        seed: 3,
        plan: |seed| Plan {
            faults: vec![Fault::at(
                4 * HOUR,
                Trouble::StepClock { process: Some(0), by: 2 * 86_400_000, length: HOUR },
            )],
            ..Plan::new(seed, ProviderRules::NO_REFRESH)
        },
    },
    KnownCase {
        name: "revoked",
        trouble: "the users of all connections revoke access, which looks like an incident for a day",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            accounts: 3,
            length: 30 * HOUR,
            calls: Calls::Never,
            faults: (0..3).map(|account| Fault::at(HOUR, Trouble::Revoke { account })).collect(),
            ..Plan::new(seed, ProviderRules::GO1)
        },
    },
    KnownCase {
        name: "write-back",
        trouble: "the store goes back right after a save, and another process writes the token before back",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            processes: 3,
            faults: vec![
                Fault::at(90 * MINUTE, Trouble::BackUpStore),
                Fault::on(Step::TokenSaved, 20, Trouble::RestoreStore),
                Fault::on(Step::TokenSaved, 30, Trouble::RestoreStore),
            ],
            ..Plan::new(seed, ProviderRules::REVOKES_FAMILY)
        },
    },
    KnownCase {
        name: "given-up",
        trouble: "the store goes back to a token before the one that was given up",
        status: CaseStatus::Corrected,
        seed: 1,
        plan: |seed| Plan {
            processes: 1,
            calls: Calls::Never,
            faults: vec![
                Fault::at(90 * MINUTE, Trouble::BackUpStore),
                Fault::at(3 * HOUR, Trouble::Revoke { account: 0 }),
                Fault::at(5 * HOUR, Trouble::RestoreStore),
            ],
            ..Plan::new(seed, ProviderRules::GO1)
        },
    },
];
