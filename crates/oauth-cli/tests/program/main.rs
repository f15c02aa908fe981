//! The program, run as a user or script would.
#![allow(clippy::unwrap_used)] // a test that cannot go on may panic

mod commands;
mod config;
mod connect;
mod demo;
mod output;
#[cfg(unix)]
mod restart;
mod sandbox;
mod secrets;
mod store_keys;
#[cfg(unix)]
mod terminal;
mod test_home;
mod web;
