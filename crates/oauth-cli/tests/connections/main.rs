//! The commands that work on connections, run as a user or script would.
#![allow(clippy::unwrap_used)] // a test that cannot go on may panic

mod commands;
mod config;
mod connect;
mod output;
mod secrets;
mod store_keys;
#[cfg(unix)]
mod terminal;
mod test_home;
