//! The keys of stored records: the check when a store is opened, and re-encryption after a change of the
//! primary key.

use oauth_core::store::{Key, StoreError, StoreErrorKind};

use crate::engine::{Database, Engine, at_most, of};
use crate::keyring::Sealed;
use crate::query::{Query, Value};
use crate::rows::Stored;

/// Records re-encrypted in one step. A step blocks other calls for some milliseconds.
const PAGE: usize = 100;

/// The progress of `rotate_keys`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rotation {
    /// Number of records encrypted with another key at the start.
    pub found: u64,
    /// Number of records re-encrypted with the primary key so far.
    pub reencrypted: u64,
    /// Number of records saved by another caller at the same time. Such a save has normally encrypted the
    /// record with the primary key. If a process still runs with another primary key, stop it and run the
    /// rotation again.
    pub changed_meanwhile: u64,
    /// Records that do not decrypt: their key does not fit or is not in the keyring. They are left unchanged.
    pub unreadable: Vec<Key>,
    /// Records that were re-encrypted but cannot be used, because they are damaged or of a newer version.
    /// Loading one returns the error. The older keys are not needed for them.
    pub damaged: Vec<Key>,
    /// True if SQLite's `-wal` file still has content that is encrypted with older keys: it could not be
    /// truncated within ten seconds, because another connection was reading. Run the rotation again.
    pub wal_kept: bool,
}

impl<D: Database> Engine<D> {
    pub(crate) async fn rotate_keys(
        &self,
        mut progress: impl FnMut(&Rotation) + Send,
    ) -> Result<Rotation, StoreError> {
        let primary = Value::Text(self.keyring.primary_id());
        let counted = self.database.numbers(Query::read(D::STATEMENTS.count_other_keys, &[primary])).await?;
        let found = counted.first().map_or(0, |(count,)| u64::try_from(*count).unwrap_or(0));
        let mut rotation = Rotation { found, ..Rotation::default() };
        let mut after: Option<Key> = None;
        loop {
            let page = self.other_keys(after.as_ref()).await?;
            let Some(last) = page.last().map(|stored| stored.key.clone()) else { break };
            self.reseal(&page, &mut rotation).await?;
            progress(&rotation);
            after = Some(last);
        }
        // Even if there was nothing to encrypt: an earlier rotation may not have got this far.
        rotation.wal_kept = !self.database.truncate_log().await?;
        Ok(rotation)
    }

    /// Checks, when the store is opened, that the keyring has the key of at least one record.
    ///
    /// # Errors
    /// [`StoreErrorKind::WrongKey`] if there are records, and all are encrypted with other keys.
    pub(crate) async fn check_keys(&self) -> Result<(), StoreError> {
        for id in self.keyring.ids() {
            let rows = self.database.numbers(Query::read(D::STATEMENTS.has_key, &[Value::Text(id)])).await?;
            if !rows.is_empty() {
                return Ok(());
            }
        }
        let others = self.other_keys(None).await?;
        match others.first().map(|stored| stored.open(&self.keyring)) {
            // A damaged record is no evidence about the keys.
            Some(Err(error)) if error.kind() == StoreErrorKind::WrongKey => Err(error),
            _ => Ok(()),
        }
    }

    async fn other_keys(&self, after: Option<&Key>) -> Result<Vec<Stored>, StoreError> {
        let values = [Value::Text(self.keyring.primary_id()), Value::Number(at_most(PAGE))];
        let rows = match after {
            None => self.database.records(Query::read(D::STATEMENTS.other_keys, &values)).await?,
            Some(key) => {
                let [provider, account] = of(key)?;
                let values = [values[0], values[1], provider, account];
                self.database.records(Query::read(D::STATEMENTS.other_keys_after, &values)).await?
            }
        };
        Ok(rows.into_iter().map(Stored::from).collect())
    }

    async fn reseal(&self, page: &[Stored], rotation: &mut Rotation) -> Result<(), StoreError> {
        let mut resealed: Vec<(&Stored, Sealed)> = Vec::with_capacity(page.len());
        for stored in page {
            match stored.open(&self.keyring) {
                Ok(content) => {
                    resealed.push((stored, self.keyring.seal(&stored.key, content.bytes())?));
                    if stored.with(content).is_err() {
                        rotation.damaged.push(stored.key.clone());
                    }
                }
                // An unreadable record must not stop the others.
                Err(error) if matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::WrongKey) => {
                    rotation.unreadable.push(stored.key.clone());
                }
                Err(error) => return Err(error),
            }
        }
        let values = resealed
            .iter()
            .map(|(stored, sealed)| {
                let [provider, account] = of(&stored.key)?;
                let [old, new] = [&stored.sealed, &sealed.bytes].map(|bytes| Value::Bytes(bytes));
                Ok([provider, account, old, Value::Text(&sealed.key_id), new])
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let queries: Vec<_> =
            values.iter().map(|values| Query::write(D::STATEMENTS.reseal, values)).collect();
        let changed = self.database.change_all(&queries).await?;
        rotation.reencrypted += changed;
        rotation.changed_meanwhile += (values.len() as u64).saturating_sub(changed);
        Ok(())
    }
}
