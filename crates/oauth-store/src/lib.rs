//! Stores for OAuth 2.0 connections, encrypted at rest.
//!
//! # Entry points
//! - `Sqlite`: one file, shared by the processes of one machine (feature `sqlite`).
//! - `Postgres`: a database, shared by many machines (feature `postgres`).
//! - [`EncryptionKey`] and [`Keyring`]: the keys of the encryption, and their rotation ([`Rotation`]).
//!
//! Both stores implement [`TokenStore`](oauth_core::store::TokenStore) with the same statements: a rotated
//! refresh token is never spent twice or lost, however many processes share the store.
//!
//! # Code map
//! | file | contents |
//! |---|---|
//! | `engine.rs` | the operations of a store, common to both databases |
//! | `statements.rs`, `rows.rs` | the SQL statements, and the rows they return |
//! | `sqlite.rs`, `sqlite/` | `Sqlite`: files, disk space, pools, errors |
//! | `postgres.rs`, `postgres/` | `Postgres`: connection, errors |
//! | `token_store.rs` | the `TokenStore` implementation of both |
//! | `key.rs`, `keyring.rs`, `rotation.rs` | encryption and key rotation |
//! | `migrations.rs`, `migrations/` | the schema and its migrations |
//! | `tests/common/` | checks that both stores must pass |
//!
//! # Example
#![cfg_attr(feature = "sqlite", doc = "```")]
#![cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
//! use oauth_core::store::{Content, Key, TokenStore};
//! use oauth_store::{EncryptionKey, Keyring, Sqlite};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("tokens.db");
//! # let kept = EncryptionKey::generate()?.expose_base64();
//! let key = EncryptionKey::from_base64(&kept)?; // from your secret store
//! let store = Sqlite::open(&path, Keyring::new(key)).await?;
//!
//! // `Connections` calls these methods; calling them directly is useful to inspect a store.
//! let acme = Key::new("go1", "acme");
//! store.insert(&acme, Content::new("a persisted token")).await?;
//! assert_eq!(store.load(&acme).await?.map(|record| record.generation), Some(1));
//! store.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Encryption
//!
//! The content of a record (the tokens) is encrypted by XChaCha20-Poly1305 with a unique nonce, bound to
//! provider and account: a row copied to another account does not decrypt. Readable in the database are the
//! names of provider and account, the times when a token is due and lapses, and the state. Each row names its
//! key; see [`Keyring`] for rotation.
//!
//! # Errors
//!
//! | cause | [`StoreErrorKind`](oauth_core::store::StoreErrorKind) |
//! |---|---|
//! | locked by another process for too long; PostgreSQL unreachable, starting, out of connections | `Unavailable`, so [`is_transient`](StoreError::is_transient) |
//! | disk full, or without space for the reserve, file or server read-only, no permission | `CannotWrite` |
//! | a record's key is not in the keyring; when a store is opened, no record's key is | `WrongKey` |
//! | a record that was changed or copied, a file that is damaged or not a database | `Corrupt` |
//! | a schema or state of a newer version | `TooNew` |
//! | a SQLite file that was removed or replaced while it was open | `Replaced` |
//! | a missing folder, a wrong URL or password | `Other` |
//!
//! Each operation is one atomic statement.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Without a database only the keys remain; such a build should still compile.
#![cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(unused))]
// Public items of private modules are reachable by `internal` only.
#![cfg_attr(not(feature = "__internal"), allow(unreachable_pub))]

mod engine;
#[cfg(feature = "__internal")]
#[doc(hidden)]
pub mod internal;
mod key;
mod keyring;
mod migrations;
#[cfg(feature = "postgres")]
mod postgres;
mod query;
mod rotation;
mod rows;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statements;
mod token_store;

pub use key::EncryptionKey;
pub use keyring::Keyring;
pub use oauth_core;
#[doc(no_inline)]
pub use oauth_core::store::StoreError;
#[cfg(feature = "postgres")]
pub use postgres::Postgres;
pub use rotation::Rotation;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
