//! Tests of the routes on a real server, with sandbox providers and browsers that keep cookies.
#![allow(clippy::unwrap_used)] // a test may panic

#[allow(dead_code)] // shared with the other tests
mod support;

mod connect;
mod connections;
mod cookies;
mod custom_pages;
mod extract;
mod frames;
mod headers;
mod login_attempts;
mod origin;
mod pages;
mod webhook;
