//! A library on top of all four provider crates.
//!
//! The provider crates are its only dependencies, so it compiles only if everything that such a library needs
//! is reachable through them: the types of every signature ([`names`]), and the traits that it implements
//! ([`JsonRequest`], [`CannedTransport`], [`CountingStore`]).

pub use {cobot, cohortgo, go1, gocd};

mod canned_transport;
mod counting_store;
mod json_request;
pub mod names;

pub use canned_transport::CannedTransport;
pub use counting_store::CountingStore;
pub use json_request::JsonRequest;
