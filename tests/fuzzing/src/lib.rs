//! What must hold whatever the input.
//!
//! One function for each kind of input: it takes any bytes, and panics when what it promises does not hold. `fuzz/` has
//! libFuzzer look for such bytes; the tests of this crate try some hundred of them each time, beside every seed and
//! every [regression](regressions).

#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // a property panics when it does not hold

mod client;
mod input;
mod recorded;
mod secrets;
mod table;
mod targets;

use std::path::{Path, PathBuf};

pub use targets::{
    act_as_user, api_reply, callback_url, cctray, error_reply, scope_list, stored_row, tampered_row,
    token_reply, token_request, webhook_signature,
};

/// One kind of input.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// As its program in `fuzz/` is called.
    pub name: &'static str,
    /// Panics when what must hold does not hold.
    pub holds: fn(&[u8]),
    /// Inputs that get somewhere: made of the replies that the providers' tests keep.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words that mean something in such an input.
    pub words: &'static [&'static str],
}

macro_rules! targets {
    ($($name:ident)*) => {
        /// All of them.
        pub const ALL: &[Target] = &[$(Target {
            name: stringify!($name),
            holds: $name,
            seeds: targets::$name::seeds,
            words: targets::$name::WORDS,
        },)*];
    };
}
targets!(
    token_reply error_reply api_reply callback_url scope_list act_as_user cctray webhook_signature token_request stored_row
    tampered_row
);

/// The folder `fuzz`.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Inputs that once broke a promise, each with its name. There need not be any.
#[must_use]
pub fn regressions(target: &str) -> Vec<(String, Vec<u8>)> {
    recorded::files(&folder().join("regressions").join(target))
}
