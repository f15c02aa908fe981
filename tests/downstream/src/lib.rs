//! A library on top of all four provider crates.
//!
//! It has no other dependency. So it compiles only while everything that such a library needs can be reached through a provider
//! crate: the types of every signature ([`names`]), and the traits that it implements ([`JsonRequest`], [`CannedTransport`],
//! [`CountingStore`]).

pub use {cobot, cohortgo, go1, gocd};

mod canned_transport;
mod counting_store;
mod json_request;
pub mod names;

pub use canned_transport::CannedTransport;
pub use counting_store::CountingStore;
pub use json_request::JsonRequest;
