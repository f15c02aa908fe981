//! Typed API calls, one file each. Send them with [`Client::send`](oauth_core::Client::send).
//!
//! | Endpoint | Call |
//! |---|---|
//! | [`Me`] | `GET /users/self` |
//!
//! For other calls use [`RawRequest`](crate::RawRequest) or implement [`Endpoint`](crate::Endpoint).

mod me;

pub use me::Me;
