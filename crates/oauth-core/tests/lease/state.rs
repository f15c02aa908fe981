//! What there is in the model: the store's row, the provider, the processes, and what is under way between them.

/// A refresh token, by the order in which the provider issued it.
pub(crate) type Number = u8;

/// How many tokens a run can see at most.
const TOKENS: usize = 8;

/// A set of tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Tokens(u8);

impl Tokens {
    pub(crate) fn of(number: Number) -> Self {
        Self(1 << number)
    }

    pub(crate) fn has(self, number: Number) -> bool {
        self.0 & (1 << number) != 0
    }

    pub(crate) fn put(&mut self, number: Number) {
        self.0 |= 1 << number;
    }

    pub(crate) fn take(&mut self, number: Number) {
        self.0 &= !(1 << number);
    }

    pub(crate) fn each(self) -> impl Iterator<Item = Number> {
        (0..TOKENS as Number).filter(move |number| self.has(*number))
    }
}

/// Whether a connection is of use, as the store or a process has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Standing {
    Active,
    Revoked,
    Unknown,
}

/// A token with what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Known {
    pub(crate) generation: u8,
    pub(crate) token: Number,
    pub(crate) standing: Standing,
    pub(crate) saved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Lease {
    Free,
    Running,
    /// Its time is over, and nobody has taken it since.
    RanOut,
}

/// The store's row. A fence is not a number here: what counts is who holds the current one, see [`Process::holds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Row {
    /// Goes on after a removal.
    pub(crate) generation: u8,
    pub(crate) kept: Option<Kept>,
    pub(crate) lease: Lease,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Kept {
    pub(crate) token: Number,
    pub(crate) standing: Standing,
    pub(crate) intent: bool,
}

impl Row {
    /// What a process that reads it knows then.
    pub(crate) fn read(&self) -> Option<Known> {
        self.kept.map(|kept| Known {
            generation: self.generation,
            token: kept.token,
            standing: kept.standing,
            saved: true,
        })
    }
}

/// The provider: refresh tokens work once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Provider {
    pub(crate) issued: Number,
    pub(crate) live: Tokens,
    pub(crate) spent: Tokens,
    /// The customer took access away.
    pub(crate) revoked: bool,
}

/// The token that a refresh began from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Base {
    pub(crate) generation: u8,
    pub(crate) token: Number,
}

/// A call that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Wire {
    Asked,
    Granted(Number),
    Refused,
}

/// What a process does next. Each is one thing asked of the store or of the provider; a process can die or stall before
/// it and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Next {
    /// No flight.
    Idle,
    /// Reads the row; with `only_look`, to do no more than that.
    Load {
        only_look: bool,
    },
    Acquire,
    /// Lengthens a lease that is old by its own clock, before it begins.
    Keep {
        base: Base,
        in_doubt: bool,
        tries: u8,
    },
    Begin {
        base: Base,
        in_doubt: bool,
        tries: u8,
    },
    Send {
        base: Base,
        in_doubt: bool,
        tries: u8,
    },
    Await {
        base: Base,
        in_doubt: bool,
        wire: Wire,
    },
    Save {
        base: Base,
        got: Number,
        tried: bool,
    },
    /// Lengthens the lease before the next attempt to save.
    Lengthen {
        base: Base,
        got: Number,
    },
    GiveUp {
        base: Base,
        why: Standing,
    },
    /// Takes its intent back.
    Forget {
        base: Base,
        again: bool,
    },
    Release {
        again: bool,
    },
}

/// A process with a handle of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Process {
    pub(crate) next: Next,
    pub(crate) memory: Option<Known>,
    /// Whether its fence is the current one. Others do not see it, and it does not know it either.
    pub(crate) holds: bool,
    /// Whether its lease is old by its own clock.
    pub(crate) is_old: bool,
}

/// What a store does after its caller has stopped waiting for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Late {
    Acquire,
    Begin(Base),
    Save { base: Base, got: Number },
    Set { base: Base, standing: Standing },
    Release,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PendingCall {
    pub(crate) what: Late,
    /// Whether its fence is the current one.
    pub(crate) holds: bool,
}

/// What only the rules look at: nobody in the model acts by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Seen {
    /// How often each refresh token was sent.
    pub(crate) sent: [u8; TOKENS],
    /// Those that were sent by somebody who had no doubt that they were unspent.
    pub(crate) sent_in_good_faith: Tokens,
    /// Those whose successor perished: its reply was lost, or whoever had it died.
    pub(crate) successor_lost: Tokens,
    /// Faults so far.
    pub(crate) faults: u8,
    pub(crate) sent_twice_in_good_faith: bool,
    pub(crate) stored_out_of_order: bool,
    pub(crate) said_revoked_wrongly: bool,
}

/// How often the customer or time may still interfere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Left {
    pub(crate) expiries: u8,
    pub(crate) connects: u8,
    pub(crate) removals: u8,
    pub(crate) revocations: u8,
}

/// Nobody interferes, and nothing expires again.
pub(crate) const QUIET: Left = Left { expiries: 0, connects: 0, removals: 0, revocations: 0 };
/// Everything that may happen happens once.
pub(crate) const BUSY: Left = Left { expiries: 1, connects: 1, removals: 1, revocations: 1 };

/// Everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State<const N: usize> {
    pub(crate) row: Row,
    pub(crate) provider: Provider,
    /// Tokens before this one have expired.
    pub(crate) fresh_from: Number,
    pub(crate) processes: [Process; N],
    pub(crate) pending: Option<PendingCall>,
    /// Requests that nobody waits for any more and that the provider may still act on.
    pub(crate) stray: Tokens,
    pub(crate) seen: Seen,
    pub(crate) left: Left,
}

impl<const N: usize> State<N> {
    /// Whether a refresh is wanted of a token.
    pub(crate) fn wants_newer_than(&self, known: &Known) -> bool {
        known.token < self.fresh_from
    }

    /// Whether a flight of this process would change anything.
    pub(crate) fn is_restless(&self, process: &Process) -> bool {
        match process.memory {
            None => self.row.kept.is_some(),
            Some(known) => {
                process.memory != self.row.read()
                    || (known.standing == Standing::Active && self.wants_newer_than(&known))
            }
        }
    }
}
