//! Encrypting anew what older keys have encrypted.

use oauth_core::store::{Key, StoreError, StoreErrorKind};

use crate::engine::{Access, Database, Engine, Value, at_most, of};
use crate::keyring::Sealed;
use crate::rows::Stored;

/// How many records are encrypted anew in one step. A step holds others up for some milliseconds.
const PAGE: usize = 100;

/// How far `rotate_keys` has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rotation {
    /// How many records were encrypted with an older key when it began.
    pub found: u64,
    /// How many of them are encrypted with the primary key now.
    pub reencrypted: u64,
    /// How many were saved by somebody else at the same moment. Normally that has encrypted them with the primary key
    /// too; where a process still runs with another primary key, run it again once none does.
    pub changed_meanwhile: u64,
    /// Records that do not decrypt: not with the key they name, or that key is none of the keyring's. They were left as
    /// they are.
    pub unreadable: Vec<Key>,
}

impl<D: Database> Engine<D> {
    pub(crate) async fn rotate_keys(
        &self,
        mut progress: impl FnMut(&Rotation) + Send,
    ) -> Result<Rotation, StoreError> {
        let primary = Value::Text(self.keyring.primary_id());
        let counted = self.database.numbers(Access::Read, D::STATEMENTS.count_other_keys, &[primary]).await?;
        let found = counted.first().map_or(0, |(count,)| u64::try_from(*count).unwrap_or(0));
        let mut rotation = Rotation { found, ..Rotation::default() };
        let mut after: Option<Key> = None;
        loop {
            let page = self.other_keys(after.as_ref()).await?;
            let Some(last) = page.last().map(|stored| stored.key.clone()) else { return Ok(rotation) };
            self.reseal(&page, &mut rotation).await?;
            progress(&rotation);
            after = Some(last);
        }
    }

    async fn other_keys(&self, after: Option<&Key>) -> Result<Vec<Stored>, StoreError> {
        let values = [Value::Text(self.keyring.primary_id()), Value::Number(at_most(PAGE))];
        let rows = match after {
            None => self.database.records(Access::Read, D::STATEMENTS.other_keys, &values).await?,
            Some(key) => {
                let [provider, account] = of(key)?;
                let values = [values[0], values[1], provider, account];
                self.database.records(Access::Read, D::STATEMENTS.other_keys_after, &values).await?
            }
        };
        Ok(rows.into_iter().map(Stored::from).collect())
    }

    async fn reseal(&self, page: &[Stored], rotation: &mut Rotation) -> Result<(), StoreError> {
        let mut fresh: Vec<(&Stored, Sealed)> = Vec::with_capacity(page.len());
        for stored in page {
            match self.keyring.open(&stored.key, &stored.key_id, &stored.sealed) {
                Ok(content) => {
                    // Wiped from memory when it is dropped.
                    let content = oauth_core::store::Content::new(content);
                    fresh.push((stored, self.keyring.seal(&stored.key, content.bytes())?));
                }
                // One that nobody can read does not keep the others under the old key.
                Err(error) if matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::WrongKey) => {
                    rotation.unreadable.push(stored.key.clone());
                }
                Err(error) => return Err(error),
            }
        }
        let values = fresh
            .iter()
            .map(|(stored, sealed)| {
                let [provider, account] = of(&stored.key)?;
                let [was, is] = [&stored.sealed, &sealed.bytes].map(|bytes| Value::Bytes(bytes));
                Ok(vec![provider, account, was, Value::Text(&sealed.key_id), is])
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let changed = self.database.change_all(D::STATEMENTS.reseal, &values).await?;
        rotation.reencrypted += changed;
        rotation.changed_meanwhile += (values.len() as u64).saturating_sub(changed);
        Ok(())
    }
}
