//! The contract of a token store, and its types.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretSlice};

use crate::error::reconnect_reason::ReconnectReason;
use crate::error::{Error, ErrorKind};

/// Keeps the records of connections, and arbitrates between holders who want to refresh one.
///
/// A store knows nothing of tokens: it keeps bytes, and may encrypt them. What it decides is decided atomically, by these
/// rules (all methods of one key behave as if they happened one after the other):
///
/// - `generation` counts saved tokens of a key. It starts at 1, grows by one with [`insert`](Self::insert) and
///   [`save`](Self::save) and by nothing else, and goes on counting when a removed key is inserted again.
/// - `fence` counts leases of a key. Each lease granted has a higher one than any before.
/// - A save is accepted if and only if the stored generation is the one that it was made from, **whoever holds the lease**:
///   a holder that stalled, lost its lease and then wakes up with the only live refresh token must be able to save it.
/// - A change of state without a new token needs the lease's fence as well.
/// - Leases and the age of intents are measured by the store's own clock (the database's), never by the caller's.
/// - Nothing is deleted but by [`remove`](Self::remove).
///
/// `oauth_core::store::suite` (feature `store-suite`) holds the tests that every store must pass; anybody's own can be
/// run against it.
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// The record of a key.
    ///
    /// # Errors
    /// If the store cannot answer.
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError>;

    /// A fresh connection by a person. Always wins: it replaces the token whatever its generation, makes the record
    /// [`RecordState::Active`], forgets any intent and ends any lease. Returns the new generation.
    ///
    /// # Errors
    /// If the store cannot answer.
    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError>;

    /// Saves a token that was made from the one of generation `from`. It also makes the record
    /// [`RecordState::Active`], and forgets the intent.
    ///
    /// # Errors
    /// If the store cannot answer. It is then unknown whether the save took place; saving the same content again is
    /// safe, since the second is [`SaveOutcome::Superseded`] at worst, with the very content.
    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError>;

    /// Removes a record, with its lease and intent. False if there was none.
    ///
    /// # Errors
    /// If the store cannot answer.
    async fn remove(&self, key: &Key) -> Result<bool, StoreError>;

    /// Asks for the lease of a key and, in the same step, reads its record.
    ///
    /// # Errors
    /// If the store cannot answer.
    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError>;

    /// Lengthens a lease, counted from now. False if it is no longer the current one; one that has run out but that
    /// nobody took since is still current.
    ///
    /// # Errors
    /// If the store cannot answer.
    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError>;

    /// Gives a lease back. Does nothing if it is no longer the current one.
    ///
    /// # Errors
    /// If the store cannot answer.
    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError>;

    /// Records that a refresh of generation `from` is about to be sent. False, and nothing recorded, unless `fence` is
    /// that of the current lease, which has not run out, and `from` the stored generation.
    ///
    /// # Errors
    /// If the store cannot answer. Nothing must be sent then.
    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError>;

    /// Changes the state of a record without a new token, and forgets the intent. False, and nothing changed, unless
    /// `fence` is that of the current lease and `from` the stored generation.
    ///
    /// # Errors
    /// If the store cannot answer.
    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError>;

    /// A page of what is stored of a provider, by account, after `after`.
    ///
    /// # Errors
    /// If the store cannot answer.
    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError>;

    /// Up to `limit` active records of a provider whose [`Content::due_at`] or [`Content::lapses_at`] has come, those
    /// first that lapse first, then those due first. Its cost grows with what it returns, not with what is stored.
    ///
    /// # Errors
    /// If the store cannot answer.
    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError>;

    /// Uses up a name that may be used once, such as that of an attempt to connect. True for the first who asks, false for
    /// everybody else, on whichever machine. It is remembered for as long as `keep` says, by the store's clock; after that
    /// the store may forget it.
    ///
    /// The name is not a secret, and may be stored as it is.
    ///
    /// The default keeps the name for ever, as the counters of an empty record of a provider called `used-once`: right for
    /// every store that keeps these rules, and a row for each name. A store of one's own does better to forget them.
    ///
    /// # Errors
    /// If the store cannot answer. It is then unknown whether the name is used up.
    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        let _ = keep;
        let key = Key::new("used-once", name);
        let first = self.insert(&key, Content::new("")).await? == 1;
        // Emptied; its generation goes on counting, and that is what tells the next one.
        self.remove(&key).await?;
        Ok(first)
    }
}

/// What a connection is stored under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Key {
    /// The provider's name.
    pub provider: String,
    /// The application's own name of the account.
    pub account: String,
}

impl Key {
    /// The key of this account at this provider.
    pub fn new(provider: impl Into<String>, account: impl Into<String>) -> Self {
        Self { provider: provider.into(), account: account.into() }
    }
}

/// For messages, so it stays on one line: an account may be called what a person typed. A long name is cut.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tame = |name: &str| crate::util::redact::sanitize(name, 100);
        write!(f, "{}/{}", tame(&self.provider), tame(&self.account))
    }
}

/// Who holds a lease: unlike any other process' or task's name. For messages only; the fence decides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeaseOwner(String);

impl LeaseOwner {
    /// This name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is saved: opaque bytes, and two times that the keeper asks for. `Debug` shows no bytes.
///
/// ```
/// use oauth_core::store::Content;
///
/// let content = Content::new("a token").due_at("2026-01-02T03:04:05Z".parse().ok());
/// assert!(!format!("{content:?}").contains("a token"));
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Content {
    bytes: SecretSlice<u8>,
    /// When the access token should be refreshed; `None`: never.
    pub due_at: Option<DateTime<Utc>>,
    /// When the refresh token lapses if it is not used; `None`: never.
    pub lapses_at: Option<DateTime<Utc>>,
}

impl Content {
    /// These bytes, never due.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: SecretSlice::from(bytes.into()), due_at: None, lapses_at: None }
    }

    /// Sets when it is due.
    #[must_use]
    pub fn due_at(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.due_at = at;
        self
    }

    /// Sets when it lapses.
    #[must_use]
    pub fn lapses_at(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.lapses_at = at;
        self
    }

    /// The bytes. They hold tokens.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.expose_secret()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("bytes", &format_args!("[{} redacted]", self.bytes().len()))
            .field("due_at", &self.due_at)
            .field("lapses_at", &self.lapses_at)
            .finish()
    }
}

/// A stored connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// What was saved.
    pub content: Content,
    /// How many tokens have been saved under the key.
    pub generation: u64,
    /// Whether it is of use.
    pub state: RecordState,
    /// A refresh that was begun and of which no result was saved.
    pub intent: Option<Intent>,
}

impl Record {
    /// A record, for those who write a store.
    pub fn new(content: Content, generation: u64, state: RecordState, intent: Option<Intent>) -> Self {
        Self { content, generation, state, intent }
    }
}

/// A refresh that was begun: somebody may have sent the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Intent {
    /// The lease under which it was begun.
    pub fence: u64,
    /// How long ago, by the store's clock, when it was read.
    pub age: Duration,
}

impl Intent {
    /// An intent, for those who write a store.
    pub fn new(fence: u64, age: Duration) -> Self {
        Self { fence, age }
    }
}

/// Whether a record is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordState {
    /// It is, or will be after a refresh.
    Active,
    /// The customer has to connect again.
    NeedsReconnect {
        /// Why.
        reason: ReconnectReason,
        /// Since when, by the clock of whoever found out.
        at: DateTime<Utc>,
    },
}

/// What came of asking for a lease.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AcquireOutcome {
    /// It was granted.
    Granted {
        /// Its number, higher than that of any lease of the key before.
        fence: u64,
        /// The record as it is now.
        record: Record,
    },
    /// Somebody else has it.
    Held {
        /// How long it still runs, by the store's clock.
        for_another: Duration,
        /// The record as it is now.
        record: Record,
    },
    /// There is no such record.
    Missing,
}

/// What came of a save.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SaveOutcome {
    /// It was accepted.
    Accepted {
        /// The new generation.
        generation: u64,
    },
    /// Another token was saved meanwhile.
    Superseded {
        /// The record as it is now.
        record: Record,
    },
    /// The record was removed meanwhile.
    Missing,
}

/// Which records [`TokenStore::due`] is asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DueQuery {
    /// The provider's name.
    pub provider: String,
    /// Records with an access token due at or before this.
    pub due_by: Option<DateTime<Utc>>,
    /// Records with a refresh token that lapses at or before this.
    pub lapses_by: Option<DateTime<Utc>>,
}

impl DueQuery {
    /// A query about this provider that matches nothing yet.
    pub fn new(provider: impl Into<String>) -> Self {
        Self { provider: provider.into(), due_by: None, lapses_by: None }
    }

    /// Asks for access tokens due at or before `by`.
    #[must_use]
    pub fn due_by(mut self, by: DateTime<Utc>) -> Self {
        self.due_by = Some(by);
        self
    }

    /// Asks for refresh tokens that lapse at or before `by`.
    #[must_use]
    pub fn lapses_by(mut self, by: DateTime<Utc>) -> Self {
        self.lapses_by = Some(by);
        self
    }
}

/// What can be said of a record without reading its content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordSummary {
    /// The account.
    pub account: String,
    /// How many tokens have been saved under the key.
    pub generation: u64,
    /// Whether it is of use.
    pub state: RecordState,
    /// When the access token should be refreshed.
    pub due_at: Option<DateTime<Utc>>,
    /// When the refresh token lapses.
    pub lapses_at: Option<DateTime<Utc>>,
}

impl RecordSummary {
    /// A summary, for those who write a store.
    pub fn new(
        account: impl Into<String>,
        generation: u64,
        state: RecordState,
        due_at: Option<DateTime<Utc>>,
        lapses_at: Option<DateTime<Utc>>,
    ) -> Self {
        Self { account: account.into(), generation, state, due_at, lapses_at }
    }
}

/// Why a store could not answer.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    what: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of a store's failures, by what to do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It cannot be reached or is busy; later it may be.
    Unavailable,
    /// It is full, or may not be written.
    CannotWrite,
    /// The key that a record was encrypted with is not in the keyring.
    WrongKey,
    /// A record cannot be read: it was changed, or moved from another account.
    Corrupt,
    /// The store was written by a newer version.
    TooNew,
    /// Anything else.
    Other,
}

impl StoreError {
    /// A failure; `what` says what failed and what to do, without secrets.
    pub fn new(kind: StoreErrorKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), source: None }
    }

    /// Adds the cause, which must not show a secret either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Its kind.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        self.kind == StoreErrorKind::Unavailable
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let transient = error.is_transient();
        Self::new(ErrorKind::Store, format!("the store failed: {error}"))
            .with_source(error)
            .with_transient(transient)
    }
}
