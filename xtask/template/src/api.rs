//! Typed API calls, one file each. Send them with [`Client::send`](oauth_core::Client::send).
//!
//! | Endpoint | Call |
//! |---|---|
//! | [`Me`] | `GET /users/self` |
//!
//! Declare other calls with [`endpoint!`](oauth_core::endpoint), or send a [`RawRequest`](crate::RawRequest).

mod me;

pub use me::Me;
