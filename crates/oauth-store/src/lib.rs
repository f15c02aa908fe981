//! Where OAuth2 connections live: in [`Sqlite`] (one file, shared by the processes of one machine) or [`Postgres`] (shared
//! by many machines), encrypted at rest.
//!
//! Both keep the rules of [`TokenStore`](oauth_core::store::TokenStore) by the same statements, so a rotated refresh token is
//! neither spent twice nor lost, however many processes share the store.
//!
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
//! let key = EncryptionKey::from_base64(&kept)?; // from wherever secrets are kept
//! let store = Sqlite::open(&path, Keyring::new(key)).await?;
//!
//! // `Connections` does this; by hand it is good for looking at a store.
//! let acme = Key::new("go1", "acme");
//! store.insert(&acme, Content::new("a token, in the form that `Connections` stores")).await?;
//! assert_eq!(store.load(&acme).await?.map(|record| record.generation), Some(1));
//! store.close().await;
//! # Ok(())
//! # }
//! ```
//!
//! # EventKind is encrypted
//!
//! The content (the tokens), by XChaCha20-Poly1305 with a nonce of its own, bound to provider and account: a row copied to
//! another account does not decrypt. Readable are the names of provider and account, the times when a token is due and
//! lapses, and the state. Rows name the key they were encrypted with; see [`Keyring`] for changing it.
//!
//! # EventKind fails, and how
//!
//! | what | [`StoreErrorKind`](oauth_core::store::StoreErrorKind) |
//! |---|---|
//! | locked by another process for too long; PostgreSQL lost, starting, out of connections | `Unavailable`, so [`is_transient`](StoreError::is_transient) |
//! | disk full, file or server read-only, no permission | `CannotWrite` |
//! | a record's key is not in the keyring | `WrongKey` |
//! | a record that was changed or copied, a file that is no database or a damaged one | `Corrupt` |
//! | a schema or state of a newer version | `TooNew` |
//! | a folder that is not there, a URL or password that is wrong | `Other` |
//!
//! Each is one statement that took place as a whole or not at all.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Without a database nothing is left but the keys; no reason to refuse a build that is only passing by.
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
