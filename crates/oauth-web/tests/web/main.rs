//! The routes, on a real server, with the providers as the sandbox plays them and browsers that keep cookies.
#![allow(clippy::unwrap_used)] // a test may panic

#[allow(dead_code)] // shared with the other tests
mod support;

mod attempts;
mod connecting;
mod extracting;
mod frames;
mod headers;
mod pages;
mod secure;
