//! Input of a run: provider, processes, accounts, and the faults that happen to them.

use crate::random::Random;

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;

/// Input of a run. Times are simulated milliseconds.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) seed: u64,
    /// Engine of the shared store.
    pub engine: StoreEngine,
    pub(crate) rules: ProviderRules,
    pub(crate) processes: usize,
    pub(crate) accounts: usize,
    pub(crate) length: u64,
    pub(crate) calls: Calls,
    pub(crate) sweep_every: Option<u64>,
    /// Length of a lease, if not the default.
    pub(crate) lease: Option<u64>,
    pub(crate) rates: FaultRates,
    pub(crate) faults: Vec<Fault>,
    /// True to end the run at the first violation.
    pub(crate) stops_at_violation: bool,
}

/// Engine of the shared store. The choice does not change the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreEngine {
    /// The memory store.
    Memory,
    /// The statements of `oauth-store`, on a database in memory.
    Sql,
}

/// Rules by which a provider issues and spends tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProviderRules {
    /// Lifetime of access tokens. `None`: they never expire.
    pub(crate) lifetime: Option<u64>,
    /// False for a provider without refresh tokens.
    pub(crate) refreshes: bool,
    /// True if a refresh token is spent before the client is checked (GoCD).
    pub(crate) spends_first: bool,
    /// True if a spent refresh token revokes its family (RFC 9700 section 4.14.2).
    pub(crate) revokes_family: bool,
    /// Time for which a spent refresh token returns the same successor again.
    pub(crate) grace: u64,
}

impl ProviderRules {
    pub(crate) const GO1: Self =
        Self { lifetime: Some(HOUR), refreshes: true, spends_first: false, revokes_family: false, grace: 0 };
    pub(crate) const GOCD: Self = Self { spends_first: true, ..Self::GO1 };
    pub(crate) const REVOKES_FAMILY: Self = Self { revokes_family: true, ..Self::GO1 };
    pub(crate) const GRACE: Self = Self { grace: 2 * MINUTE, ..Self::REVOKES_FAMILY };
    pub(crate) const NEVER_EXPIRES: Self = Self { lifetime: None, ..Self::GO1 };
    pub(crate) const NO_REFRESH: Self = Self { refreshes: false, ..Self::GO1 };
}

/// Times at which the application uses each connection, in each process.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Calls {
    Never,
    /// All accounts at once.
    At(u64),
    /// At random intervals of this range.
    Every(u64, u64),
}

/// Frequency of faults of single messages, per mille.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FaultRates {
    pub(crate) not_sent: u64,
    pub(crate) request_lost: u64,
    /// The request arrives late, but before the deadline of the call.
    pub(crate) request_late: u64,
    pub(crate) response_lost: u64,
    /// The response arrives after the deadline of the call.
    pub(crate) response_late: u64,
    pub(crate) store_fails: u64,
    pub(crate) store_slow: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) trigger: Trigger,
    pub(crate) trouble: Trouble,
}

impl Fault {
    pub(crate) const fn at(time: u64, trouble: Trouble) -> Self {
        Self { trigger: Trigger::At(time), trouble }
    }

    pub(crate) const fn on(step: Step, nth: u64, trouble: Trouble) -> Self {
        Self { trigger: Trigger::Step { step, nth, after: 0 }, trouble }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Trigger {
    At(u64),
    /// The nth time after `after` that a refresh reaches this step, counted from 1.
    Step {
        step: Step,
        nth: u64,
        after: u64,
    },
}

/// Step of a refresh, as seen from outside of the processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The store has the intent, the process does not know it yet.
    IntentRecorded,
    /// The provider has spent the refresh token, and its response is on the way.
    TokenSpent,
    /// The process has received the new token, and has not saved it.
    ResponseDelivered,
    /// The store has the new token, the process does not know it yet.
    TokenSaved,
}

/// Change that a fault makes. A process of `None` is the one that reached the fault's step, or the first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// The process ends at once, and restarts after this time.
    Kill {
        process: Option<usize>,
        restart_after: u64,
    },
    /// The program returns without drain, and starts again after this time.
    Exit {
        process: Option<usize>,
        restart_after: u64,
    },
    Stall {
        process: Option<usize>,
        length: u64,
    },
    /// The wall clock is wrong by this much, for this time.
    StepClock {
        process: Option<usize>,
        by: i64,
        length: u64,
    },
    StoreDown {
        length: u64,
        hangs: bool,
    },
    BackUpStore,
    RestoreStore,
    /// The row of this account cannot be read.
    DamageRow {
        account: usize,
    },
    Incident {
        incident: Incident,
        length: u64,
    },
    /// The user revokes access at the provider.
    Revoke {
        account: usize,
    },
}

/// Behavior of the provider's token endpoint during an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Incident {
    /// `400 invalid_grant` for every refresh. Nothing is spent.
    RefusesGrants,
    /// `401 invalid_client`: the client's secret is wrong. All processes restart when the incident ends. A
    /// provider that [spends first](ProviderRules::spends_first) does so.
    RefusesClient,
    /// This status, with `Retry-After` in seconds.
    Unavailable {
        status: u16,
        retry_after: Option<u64>,
    },
    Hangs,
}

impl Plan {
    pub(crate) fn new(seed: u64, rules: ProviderRules) -> Self {
        Self {
            seed,
            engine: StoreEngine::Memory,
            rules,
            processes: 2,
            accounts: 5,
            length: 12 * HOUR,
            calls: Calls::Every(MINUTE, HOUR),
            sweep_every: Some(5 * MINUTE),
            lease: None,
            rates: FaultRates::default(),
            faults: Vec::new(),
            stops_at_violation: false,
        }
    }

    /// Returns the length of a lease.
    pub(crate) fn lease(&self) -> u64 {
        // The default of the library with its default limit for a token call.
        self.lease.unwrap_or(55 * SECOND)
    }

    /// Returns the time in which a connection that is due is refreshed. `None`: no time is stated.
    pub(crate) fn refresh_allowance(&self) -> Option<u64> {
        let interval = match (self.sweep_every, self.calls) {
            (Some(every), _) => every * 5 / 4,
            (None, Calls::Every(_, longest)) => longest,
            (None, _) => return None,
        };
        Some(2 * interval + 10 * MINUTE)
    }

    /// Returns the small random plan of this seed: half a day of up to three processes and five accounts.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        let mut random = Random::keyed(seed, &[0]);
        let (processes, accounts) = (random.pick(&[1, 2, 3]), random.pick(&[1, 2, 3, 4, 5]));
        let faults = random.between(0, 6);
        Self::random_of_size(seed, processes, accounts, 12 * HOUR, faults)
    }

    /// Returns the large random plan of this seed: 30 days of three processes and 20 accounts.
    #[must_use]
    pub fn large(seed: u64) -> Self {
        let mut plan = Self::random_of_size(seed, 3, 20, 30 * DAY, 200);
        if let Calls::Every(_, longest) = &mut plan.calls {
            *longest = 6 * HOUR;
        }
        plan
    }

    /// Returns a plan of one process with 10,000 connections. Its provider is gone for the second hour.
    #[must_use]
    pub fn outage(seed: u64) -> Self {
        Self::with_incident(seed, Incident::Hangs, HOUR)
    }

    /// Returns a plan of one process with 10,000 connections. Its provider is overloaded for eight minutes, and
    /// asks to wait for 30 seconds each time.
    #[must_use]
    pub fn overload(seed: u64) -> Self {
        let incident = Incident::Unavailable { status: 503, retry_after: Some(30) };
        Self::with_incident(seed, incident, 8 * MINUTE)
    }

    fn with_incident(seed: u64, incident: Incident, length: u64) -> Self {
        Self {
            processes: 1,
            accounts: 10_000,
            length: 4 * HOUR,
            faults: vec![Fault::at(HOUR, Trouble::Incident { incident, length })],
            ..Self::new(seed, ProviderRules::GO1)
        }
    }

    fn random_of_size(seed: u64, processes: usize, accounts: usize, length: u64, faults: u64) -> Self {
        use ProviderRules as Rules;
        let mut random = Random::keyed(seed, &[1]);
        let rules = random.pick(&[
            Rules::GO1,
            Rules::GOCD,
            Rules::REVOKES_FAMILY,
            Rules::GRACE,
            Rules::NEVER_EXPIRES,
            Rules::NO_REFRESH,
        ]);
        let mut plan = Self::new(seed, rules);
        plan.stops_at_violation = true;
        if seed.is_multiple_of(50) {
            // Five times as slow.
            plan.engine = StoreEngine::Sql;
        }
        (plan.processes, plan.accounts, plan.length) = (processes, accounts, length);
        // Shorter than a call may take.
        plan.lease = random.pick(&[None, None, Some(12 * SECOND)]);
        let mut rate = || random.pick(&[0, 0, 2, 10]);
        plan.rates = FaultRates {
            not_sent: rate(),
            request_lost: rate(),
            request_late: rate(),
            response_lost: rate(),
            response_late: rate(),
            store_fails: rate(),
            store_slow: rate(),
        };
        (plan.calls, plan.sweep_every) = random.pick(&[
            (plan.calls, plan.sweep_every),
            (plan.calls, plan.sweep_every),
            (plan.calls, None),
            (Calls::Never, plan.sweep_every),
        ]);
        for _ in 0..faults {
            let trouble = plan.random_trouble(&mut random);
            let trigger = plan.random_trigger(&mut random);
            if let (Trouble::RestoreStore, Trigger::At(time) | Trigger::Step { after: time, .. }) =
                (trouble, trigger)
            {
                plan.faults.push(Fault::at(random.between(0, time), Trouble::BackUpStore));
            }
            plan.faults.push(Fault { trigger, trouble });
        }
        plan
    }

    fn random_trigger(&self, random: &mut Random) -> Trigger {
        let time = random.between(0, self.length);
        let steps = [Step::IntentRecorded, Step::TokenSpent, Step::ResponseDelivered, Step::TokenSaved];
        match random.chance(500) {
            true => Trigger::At(time),
            false => Trigger::Step { step: random.pick(&steps), nth: 1, after: time },
        }
    }

    fn random_trouble(&self, random: &mut Random) -> Trouble {
        let process = Some(random.index(self.processes)).filter(|_| random.chance(500));
        let account = random.index(self.accounts);
        let restart_after = random.between(SECOND, 10 * MINUTE);
        match random.between(0, 12) {
            0 | 1 => Trouble::Kill { process, restart_after },
            2 => Trouble::Exit { process, restart_after },
            3 => Trouble::Stall { process, length: random.up_to(&[4 * SECOND, MINUTE, 20 * MINUTE]) },
            4 => {
                let by = match random.chance(500) {
                    true => i64::try_from(random.up_to(&[240 * SECOND])).unwrap_or_default() - 120_000,
                    false => i64::try_from(random.up_to(&[2 * DAY, 100 * DAY])).unwrap_or_default(),
                };
                Trouble::StepClock { process, by, length: random.up_to(&[10 * MINUTE, 3 * HOUR]) }
            }
            5 => {
                let length = random.up_to(&[8 * SECOND, 2 * MINUTE, 15 * MINUTE]);
                Trouble::StoreDown { length, hangs: random.chance(500) }
            }
            6 => Trouble::RestoreStore,
            7 => Trouble::DamageRow { account },
            8 => Trouble::Revoke { account },
            9 => {
                let status = random.pick(&[503, 429]);
                let retry_after = Some(random.up_to(&[60, 600])).filter(|_| random.chance(500));
                let incident = Incident::Unavailable { status, retry_after };
                Trouble::Incident { incident, length: random.up_to(&[MINUTE, 20 * MINUTE]) }
            }
            10 => {
                Trouble::Incident { incident: Incident::Hangs, length: random.up_to(&[MINUTE, 20 * MINUTE]) }
            }
            11 => {
                let incident = Incident::RefusesClient;
                Trouble::Incident { incident, length: random.up_to(&[20 * MINUTE]) }
            }
            _ => {
                let incident = Incident::RefusesGrants;
                Trouble::Incident { incident, length: random.up_to(&[10 * MINUTE, 2 * HOUR]) }
            }
        }
    }
}
