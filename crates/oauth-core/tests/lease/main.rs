//! Lease protocol: checked exhaustively as a model, and the model checked against the engine.
#![cfg(feature = "connections")]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may panic, and prints the number of checked states

mod engine;
mod engine_replay;
mod mistakes;
mod model;
mod rules;
mod state;
mod state_space;
