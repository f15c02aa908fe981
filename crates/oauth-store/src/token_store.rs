//! The `TokenStore` implementation of both stores.

/// Implements `TokenStore`, and the further methods of both stores, for a type whose field `engine` does the
/// work.
macro_rules! token_store {
    ($store:ty $(, $database:ident)?) => {
        impl$(<$database: crate::engine::Database>)? $store {
            /// Re-encrypts with the primary key all records that have another key, and reports progress after
            /// each hundred records.
            ///
            /// Connections can be used and refreshed in the meantime; generations, leases and intents stay
            /// unchanged. An interrupted rotation can be run again to finish the rest.
            ///
            /// # Content encrypted with older keys
            /// After a rotation, the files of a SQLite store do not have it, or
            /// [`Rotation::wal_kept`](crate::Rotation::wal_kept) is true. PostgreSQL keeps it in the table's
            /// files until `VACUUM FULL oauth_connections`, and in its write-ahead log, archive, replicas and
            /// backups. Nothing of that is removed here. If others may know an older key, refresh all tokens
            /// after the rotation, or have the customers connect again: then the old content is of no use.
            ///
            /// # Errors
            /// A [`StoreError`](oauth_core::store::StoreError) if the database fails. Records that do not
            /// decrypt are counted in [`Rotation::unreadable`](crate::Rotation::unreadable).
            pub async fn rotate_keys(
                &self,
                progress: impl FnMut(&crate::Rotation) + Send,
            ) -> Result<crate::Rotation, oauth_core::store::StoreError> {
                self.engine.rotate_keys(progress).await
            }
        }

        #[async_trait::async_trait]
        impl$(<$database: crate::engine::Database>)? oauth_core::store::TokenStore for $store {
            async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
                self.engine.load(key).await
            }

            async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
                self.engine.insert(key, &content).await
            }

            async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
                self.engine.save(key, from, &content).await
            }

            async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
                self.engine.remove(key).await
            }

            async fn acquire(
                &self,
                key: &Key,
                owner: &LeaseOwner,
                length: Duration,
            ) -> Result<AcquireOutcome, StoreError> {
                self.engine.acquire(key, owner, length).await
            }

            async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
                self.engine.renew(key, fence, length).await
            }

            async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
                self.engine.release(key, fence).await
            }

            async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
                self.engine.record_intent(key, fence, from).await
            }

            async fn set_state(
                &self,
                key: &Key,
                fence: u64,
                from: u64,
                state: RecordState,
            ) -> Result<bool, StoreError> {
                self.engine.set_state(key, fence, from, state).await
            }

            async fn list(
                &self,
                provider: &str,
                after: Option<&str>,
                limit: usize,
            ) -> Result<Vec<RecordSummary>, StoreError> {
                self.engine.list(provider, after, limit).await
            }

            async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
                self.engine.due(query, limit).await
            }

            async fn claim_once(&self, name: &str, keep: Duration) -> Result<bool, StoreError> {
                self.engine.claim_once(name, keep).await
            }
        }
    };
}

pub(crate) use token_store;
