//! State of the model: the store's row, the provider, the processes, and the calls between them.

/// Number of a refresh token, in the order of issue.
pub(crate) type TokenNumber = u8;

/// Maximum number of tokens in a run.
const TOKENS: usize = 8;

/// Set of tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TokenSet(u8);

impl TokenSet {
    pub(crate) fn of(token_number: TokenNumber) -> Self {
        Self(1 << token_number)
    }

    pub(crate) fn has(self, token_number: TokenNumber) -> bool {
        self.0 & (1 << token_number) != 0
    }

    pub(crate) fn insert(&mut self, token_number: TokenNumber) {
        self.0 |= 1 << token_number;
    }

    pub(crate) fn take(&mut self, token_number: TokenNumber) {
        self.0 &= !(1 << token_number);
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = TokenNumber> {
        (0..TOKENS as TokenNumber).filter(move |token_number| self.has(*token_number))
    }
}

/// State of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum TokenStatus {
    Active,
    Revoked,
    Unknown,
}

/// Token in the cache of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CachedToken {
    pub(crate) generation: u8,
    pub(crate) token: TokenNumber,
    pub(crate) status: TokenStatus,
    pub(crate) saved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Lease {
    Free,
    Running,
    /// Expired, but no other lease was granted since.
    Expired,
}

/// Row of the store. Fences have no numbers: [`Process::holds_lease`] shows the holder of the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Row {
    /// Continues after a removal.
    pub(crate) generation: u8,
    pub(crate) stored: Option<StoredRecord>,
    pub(crate) lease: Lease,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct StoredRecord {
    pub(crate) token: TokenNumber,
    pub(crate) status: TokenStatus,
    pub(crate) intent: bool,
}

impl Row {
    /// Returns the token that a process reads.
    pub(crate) fn read(&self) -> Option<CachedToken> {
        self.stored.map(|stored| CachedToken {
            generation: self.generation,
            token: stored.token,
            status: stored.status,
            saved: true,
        })
    }
}

/// Provider with refresh token rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Provider {
    pub(crate) issued: TokenNumber,
    pub(crate) live: TokenSet,
    pub(crate) spent: TokenSet,
    /// The customer revoked access.
    pub(crate) revoked: bool,
}

/// Token that a refresh replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Base {
    pub(crate) generation: u8,
    pub(crate) token: TokenNumber,
}

/// State of a sent call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum CallState {
    Pending,
    Granted(TokenNumber),
    Refused,
}

/// Next step of a process: one request to the store or the provider. A process can be killed or stall before
/// and after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum NextStep {
    /// No flight.
    Idle,
    /// Reads the row; with `only_reload`, without a refresh afterwards.
    Load {
        only_reload: bool,
    },
    Acquire,
    /// Renews a lease that is old by the clock of the process, before the intent.
    Renew {
        base: Base,
        in_doubt: bool,
        tries: u8,
    },
    RecordIntent {
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
        call: CallState,
    },
    Save {
        base: Base,
        new_token: TokenNumber,
        tried: bool,
    },
    /// Renews the lease before the next attempt to save.
    RenewForSave {
        base: Base,
        new_token: TokenNumber,
    },
    MarkNeedsReconnect {
        base: Base,
        reason: TokenStatus,
    },
    /// Clears the intent of this process.
    ClearIntent {
        base: Base,
        retry: bool,
    },
    Release {
        retry: bool,
    },
}

/// Process with a handle of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Process {
    pub(crate) next: NextStep,
    pub(crate) memory: Option<CachedToken>,
    /// True if the fence of the process is the current one. No process can see this.
    pub(crate) holds_lease: bool,
    /// True if its lease is old by its clock.
    pub(crate) lease_is_old: bool,
}

/// Change that a process requests from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum StoreChange {
    Acquire,
    RecordIntent(Base),
    Save { base: Base, new_token: TokenNumber },
    Set { base: Base, status: TokenStatus },
    Release,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DelayedCall {
    pub(crate) what: StoreChange,
    /// True if the fence of the change is the current one.
    pub(crate) holds_lease: bool,
}

/// Observations for the rules. They do not influence the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Observations {
    /// Number of times that each refresh token was sent.
    pub(crate) sent: [u8; TOKENS],
    /// Tokens that were sent without an earlier intent.
    pub(crate) sent_without_doubt: TokenSet,
    /// Tokens whose successor was lost with the response or with its process.
    pub(crate) successor_lost: TokenSet,
    /// Number of faults so far.
    pub(crate) faults: u8,
    pub(crate) sent_twice_without_doubt: bool,
    pub(crate) stored_out_of_order: bool,
    pub(crate) wrongly_reported_revoked: bool,
}

/// Remaining number of interferences by the customer or by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Interference {
    pub(crate) expiries: u8,
    pub(crate) connects: u8,
    pub(crate) removals: u8,
    pub(crate) revocations: u8,
}

/// No interference.
pub(crate) const QUIET: Interference = Interference { expiries: 0, connects: 0, removals: 0, revocations: 0 };
/// One interference of each kind.
pub(crate) const BUSY: Interference = Interference { expiries: 1, connects: 1, removals: 1, revocations: 1 };

/// State of the whole model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State<const N: usize> {
    pub(crate) row: Row,
    pub(crate) provider: Provider,
    /// First token that has not expired.
    pub(crate) oldest_valid: TokenNumber,
    pub(crate) processes: [Process; N],
    pub(crate) pending: Option<DelayedCall>,
    /// Calls whose caller has stopped waiting and that the provider may still process.
    pub(crate) stray: TokenSet,
    pub(crate) seen: Observations,
    pub(crate) left: Interference,
}

impl<const N: usize> State<N> {
    /// True if this token has expired.
    pub(crate) fn wants_newer_than(&self, known: &CachedToken) -> bool {
        known.token < self.oldest_valid
    }

    /// True if a flight of this process would change anything.
    pub(crate) fn has_work(&self, process: &Process) -> bool {
        match process.memory {
            None => self.row.stored.is_some(),
            Some(known) => {
                process.memory != self.row.read()
                    || (known.status == TokenStatus::Active && self.wants_newer_than(&known))
            }
        }
    }
}
