//! The commands that work on connections, driven as a person or a script would.
#![allow(clippy::unwrap_used)] // a test that cannot go on may panic

mod canary;
mod config;
mod connecting;
mod home;
mod keys;
mod outputs;
#[cfg(unix)]
mod terminal;
mod using;
