//! Rules of connections, tested in simulated time.
#![cfg(feature = "connections")]
#![allow(clippy::unwrap_used)] // a test may panic

mod support;

mod api_responses;
mod cached_token;
mod clocks;
mod concurrent_callers;
mod connect;
mod downloads;
mod drain;
mod interrupted_refresh;
mod lost_responses;
mod metrics;
mod other_processes;
mod pages;
mod provider_trouble;
mod refused_client;
mod save;
mod settings;
mod slow_store;
mod store_trouble;
mod sweep;
