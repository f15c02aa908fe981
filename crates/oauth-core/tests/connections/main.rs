//! Connections that stay alive: every rule of theirs, without waiting for anything.
#![cfg(feature = "connections")]
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

mod api_answers;
mod at_once;
mod connecting;
mod elsewhere;
mod ending;
mod keeping;
mod lost_answers;
mod reading;
mod saving;
mod slow_store;
mod stopped;
mod time;
mod wrong_client;
