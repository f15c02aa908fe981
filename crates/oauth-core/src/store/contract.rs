//! Contract of a token store, and its types.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretSlice};

use crate::error::reconnect_reason::ReconnectReason;
use crate::error::{Error, ErrorKind};

/// Store of connections. It also decides which process may refresh a connection.
///
/// A store does not interpret tokens: it stores bytes, and may encrypt them. All methods of one key are
/// atomic, as if they were called one after the other, and follow these rules:
///
/// - `generation` counts the saved tokens of a key. It starts at 1. Only [`insert`](Self::insert) and
///   [`save`](Self::save) increment it. It continues when a removed key is inserted again.
/// - `fence` is the fencing token of a lease. Each lease of a key has a higher fence than all leases before.
/// - A save is accepted if and only if its base is the stored generation, **no matter who holds the lease**:
///   a holder that stalled and lost its lease may have the only valid refresh token and must be able to save
///   it.
/// - A change of state without a new token also needs the fence of the current lease.
/// - Leases and the age of intents are measured by the store's clock (the database's), not by the caller's.
/// - Only [`remove`](Self::remove) deletes a record.
///
/// The module `oauth_core::store::suite` (feature `store-suite`) contains tests that every store must pass.
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// Returns the record of a key.
    ///
    /// # Errors
    /// If the store fails.
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError>;

    /// Stores a new connection and returns its generation. Replaces a record of any generation, makes it
    /// [`RecordState::Active`], clears its intent and ends its lease.
    ///
    /// # Errors
    /// If the store fails.
    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError>;

    /// Saves a token that was refreshed from generation `from`. Makes the record [`RecordState::Active`] and
    /// clears its intent. The new generation is the next after `from` and after
    /// [`Content::replaced_generation`].
    ///
    /// # Errors
    /// If the store fails. It is then unknown if the save took place. Repeating it is safe: at worst it
    /// returns [`SaveOutcome::Superseded`] with the same content.
    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError>;

    /// Removes a record with its lease and intent. Returns false if there was none.
    ///
    /// # Errors
    /// If the store fails.
    async fn remove(&self, key: &Key) -> Result<bool, StoreError>;

    /// Acquires the lease of a key and reads its record, in one atomic step.
    ///
    /// # Errors
    /// If the store fails.
    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError>;

    /// Renews a lease for `length` from now. Returns false if it is no longer the current lease. An expired
    /// lease stays current until another one is granted.
    ///
    /// # Errors
    /// If the store fails.
    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError>;

    /// Releases a lease. Does nothing if it is no longer the current lease.
    ///
    /// # Errors
    /// If the store fails.
    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError>;

    /// Records that a refresh of generation `from` is about to be sent. Returns false and records nothing
    /// unless `fence` belongs to the current lease, which has not expired, and `from` is the stored
    /// generation.
    ///
    /// # Errors
    /// If the store fails. The refresh must not be sent then.
    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError>;

    /// Changes the state of a record without a new token, and clears its intent. Returns false and changes
    /// nothing unless `fence` belongs to the current lease and `from` is the stored generation.
    ///
    /// # Errors
    /// If the store fails.
    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError>;

    /// Lists up to `limit` records of a provider, sorted by account, starting after the account `after`. A
    /// damaged record is listed as [`RecordState::Unreadable`] and hides no other.
    ///
    /// # Errors
    /// If the store fails.
    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError>;

    /// Lists up to `limit` active records of a provider that match the query: first the lapsing ones by
    /// [`Content::lapses_at`], then the due ones by [`Content::due_at`]. The cost must grow with the number
    /// of returned records, not of stored ones. A damaged record hides no other.
    ///
    /// # Errors
    /// If the store fails.
    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError>;

    /// Claims a name that can be used once, such as the name of an attempt to connect. Returns true for the
    /// first caller and false for all others, across all processes. The store remembers the name for the time
    /// `keep`, measured by its clock, and may forget it afterwards.
    ///
    /// The name is not a secret and may be stored in plain text.
    ///
    /// The default implementation never forgets: it stores the name as an empty record of a provider called
    /// `used-once`. That works for every store, at the cost of one row per name. A store should override it
    /// to delete old names.
    ///
    /// # Errors
    /// If the store fails. It is then unknown if the name is claimed.
    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        let _ = keep;
        let key = Key::new("used-once", name);
        let first = self.insert(&key, Content::new("")).await? == 1;
        // The generation outlives the record, so the next claim gets a higher one.
        self.remove(&key).await?;
        Ok(first)
    }
}

/// A shared store.
#[async_trait]
impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        (**self).load(key).await
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        (**self).insert(key, content).await
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        (**self).save(key, from, content).await
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        (**self).remove(key).await
    }

    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        (**self).acquire(key, owner, length).await
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        (**self).renew(key, fence, length).await
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        (**self).release(key, fence).await
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        (**self).record_intent(key, fence, from).await
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        (**self).set_state(key, fence, from, state).await
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        (**self).list(provider, after, limit).await
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        (**self).due(query, limit).await
    }

    async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
        (**self).claim_once(name, keep).await
    }
}

/// Key of a stored connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Key {
    /// The provider's name.
    pub provider: String,
    /// The application's name of the account.
    pub account: String,
}

impl Key {
    /// Creates the key of an account at a provider.
    pub fn new(provider: impl Into<String>, account: impl Into<String>) -> Self {
        Self { provider: provider.into(), account: account.into() }
    }
}

/// One line for messages: control characters of account names are replaced, long names are cut.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sanitized = |name: &str| crate::util::redact::sanitize(name, 100);
        write!(f, "{}/{}", sanitized(&self.provider), sanitized(&self.account))
    }
}

/// Name of a lease's holder, different for each process. For messages only: the fence identifies the lease.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeaseOwner(String);

impl LeaseOwner {
    /// Creates an owner with this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Content of a record: opaque bytes, and two times by which sweeps find it. `Debug` shows no bytes.
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
    /// Time when the access token should be refreshed; `None` if never.
    pub due_at: Option<DateTime<Utc>>,
    /// Time when the unused refresh token lapses; `None` if never.
    pub lapses_at: Option<DateTime<Utc>>,
    /// Generation that [`save`](TokenStore::save) has to exceed besides the stored one; 0 if none. Set when a
    /// token is written back that the store had and lost, for example by going back to a backup: other
    /// processes know the higher generation. Not part of the record.
    pub replaced_generation: u64,
}

impl Content {
    /// Creates content that is never due and never lapses.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = SecretSlice::from(bytes.into());
        Self { bytes, due_at: None, lapses_at: None, replaced_generation: 0 }
    }

    /// Sets the time when the access token should be refreshed.
    #[must_use]
    pub fn due_at(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.due_at = at;
        self
    }

    /// Sets the time when the unused refresh token lapses.
    #[must_use]
    pub fn lapses_at(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.lapses_at = at;
        self
    }

    /// Sets the generation that a save has to exceed besides the stored one.
    #[must_use]
    pub fn replaced_generation(mut self, generation: u64) -> Self {
        self.replaced_generation = generation;
        self
    }

    /// Returns the bytes. They contain tokens.
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
            .field("replaced_generation", &self.replaced_generation)
            .finish()
    }
}

/// Stored connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// Saved content.
    pub content: Content,
    /// Number of tokens saved under the key so far.
    pub generation: u64,
    /// State of the connection.
    pub state: RecordState,
    /// Refresh that was started and has no saved result.
    pub intent: Option<Intent>,
}

impl Record {
    /// Creates a record, for implementations of a store.
    pub fn new(content: Content, generation: u64, state: RecordState, intent: Option<Intent>) -> Self {
        Self { content, generation, state, intent }
    }
}

/// Refresh that was started: its refresh token may have been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Intent {
    /// Fence of the lease under which it was started.
    pub fence: u64,
    /// Age when it was read, by the store's clock.
    pub age: Duration,
}

impl Intent {
    /// Creates an intent, for implementations of a store.
    pub fn new(fence: u64, age: Duration) -> Self {
        Self { fence, age }
    }
}

/// State of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordState {
    /// Usable, possibly after a refresh.
    Active,
    /// The customer has to connect again.
    NeedsReconnect {
        /// Reason.
        reason: ReconnectReason,
        /// Time when this was detected, by the clock of that process.
        at: DateTime<Utc>,
    },
    /// The record is damaged, or was written by a newer version. Only in summaries: [`TokenStore::load`]
    /// returns the error.
    Unreadable,
}

/// Outcome of acquiring a lease.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AcquireOutcome {
    /// The lease was granted.
    Granted {
        /// Fencing token, higher than that of all leases of the key before.
        fence: u64,
        /// Current record.
        record: Record,
    },
    /// Another holder has the lease.
    Held {
        /// Remaining time of the other holder's lease, by the store's clock.
        for_another: Duration,
        /// Current record.
        record: Record,
    },
    /// There is no such record.
    Missing,
}

/// Outcome of a save.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SaveOutcome {
    /// The save was accepted.
    Accepted {
        /// New generation.
        generation: u64,
    },
    /// Another token was saved in the meantime.
    Superseded {
        /// Current record.
        record: Record,
    },
    /// The record was removed in the meantime.
    Missing,
}

/// Query of [`TokenStore::due`]. A record matches if one of its times matches.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DueQuery {
    /// The provider's name.
    pub provider: String,
    /// Matches access tokens that are due at or before this time.
    pub due_by: Option<DateTime<Utc>>,
    /// Matches refresh tokens that lapse at or before this time.
    pub lapses_by: Option<DateTime<Utc>>,
    /// Matches refresh tokens that lapse after this time: they were received when a clock was ahead.
    pub lapses_after: Option<DateTime<Utc>>,
}

impl DueQuery {
    /// Creates a query of a provider that matches nothing yet.
    pub fn new(provider: impl Into<String>) -> Self {
        Self { provider: provider.into(), due_by: None, lapses_by: None, lapses_after: None }
    }

    /// Matches access tokens that are due at or before `by`.
    #[must_use]
    pub fn due_by(mut self, by: DateTime<Utc>) -> Self {
        self.due_by = Some(by);
        self
    }

    /// Matches refresh tokens that lapse at or before `by`.
    #[must_use]
    pub fn lapses_by(mut self, by: DateTime<Utc>) -> Self {
        self.lapses_by = Some(by);
        self
    }

    /// Matches refresh tokens that lapse after `after`.
    #[must_use]
    pub fn lapses_after(mut self, after: DateTime<Utc>) -> Self {
        self.lapses_after = Some(after);
        self
    }
}

/// Summary of a record, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordSummary {
    /// Account of the connection.
    pub account: String,
    /// Number of tokens saved under the key so far.
    pub generation: u64,
    /// State of the connection.
    pub state: RecordState,
    /// Time when the access token should be refreshed.
    pub due_at: Option<DateTime<Utc>>,
    /// Time when the unused refresh token lapses.
    pub lapses_at: Option<DateTime<Utc>>,
}

impl RecordSummary {
    /// Creates a summary, for implementations of a store.
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

/// Error of a store.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Kinds of store errors, by remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store cannot be reached or is busy. A retry may succeed.
    Unavailable,
    /// The store is full or read-only.
    CannotWrite,
    /// The encryption key of a record is not in the keyring.
    WrongKey,
    /// A record cannot be read: it was changed, or copied from another account.
    Corrupt,
    /// The store was written by a newer version.
    TooNew,
    /// The store was removed or replaced while it was open. Nothing was written.
    Replaced,
    /// Other errors.
    Other,
}

impl StoreError {
    /// Creates an error. The message says what failed and what to do, and contains no secrets.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Adds the cause. It must not contain secrets either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Returns true if a retry may succeed without any other remedy.
    pub fn is_transient(&self) -> bool {
        self.kind == StoreErrorKind::Unavailable
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
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
