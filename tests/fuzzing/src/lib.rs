//! Properties that every input must satisfy.
//!
//! One function for each kind of input takes any bytes, and panics if the property is violated. `fuzz/`
//! searches for such bytes with libFuzzer. This crate's tests try all seeds, all regressions
//! and some hundred variations.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // a violated property panics

mod client;
mod input;
mod recorded;
mod secrets;
mod table;
mod targets;

use std::path::{Path, PathBuf};

pub use targets::{
    act_as_user, api_response, callback_url, cctray, error_response, scope_list, stored_row, tampered_row,
    token_request, token_response, webhook_signature,
};

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of its program in `fuzz/`.
    pub name: &'static str,
    /// Panics if the property is violated.
    pub check: fn(&[u8]),
    /// Valid inputs, made from recorded responses.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Tokens for libFuzzer's dictionary.
    pub dictionary: &'static [&'static str],
}

macro_rules! targets {
    ($($name:ident)*) => {
        /// All targets.
        pub const ALL: &[Target] = &[$(Target {
            name: stringify!($name),
            check: $name,
            seeds: targets::$name::seeds,
            dictionary: targets::$name::DICTIONARY,
        },)*];
    };
}
targets!(
    token_response error_response api_response callback_url scope_list act_as_user cctray webhook_signature token_request stored_row
    tampered_row
);

/// The path of the folder `fuzz`.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Inputs that once violated the property, each with its file name. May be empty.
#[must_use]
pub fn regressions(target: &str) -> Vec<(String, Vec<u8>)> {
    recorded::files(&folder().join("regressions").join(target))
}
