//! The lease protocol, checked exhaustively as a model, and the model checked against the engine.
#![cfg(feature = "connections")]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may panic, and tells how much it looked at

mod checked;
mod engine;
mod model;
mod planted;
mod replayed;
mod rules;
mod state;
