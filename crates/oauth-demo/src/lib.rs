#![doc = include_str!("../README.md")]

mod arguments;
mod output;
mod provider;
mod providers;
mod sandbox;
mod terminal;
mod trace;
mod web;

pub use arguments::Arguments;
pub use trace::{CallObserver, Link, Purpose, Request, Response, Secrets, TracedTransport};

/// Runs the demo until it ends or `interrupted` resolves.
///
/// # Errors
/// If a step fails, or the demo is interrupted before its end.
#[doc(hidden)]
pub async fn run(arguments: &Arguments, interrupted: impl Future<Output = ()>) -> anyhow::Result<()> {
    if arguments.web {
        web::run(arguments.port, interrupted).await
    } else {
        terminal::run(arguments, interrupted).await
    }
}

/// Runs the application after a restart: the process that the demo starts, which reads its tasks from stdin.
/// The demo starts it as this executable with the argument `demo-process`.
///
/// # Errors
/// If a message on stdin is invalid, or the store cannot be opened.
#[doc(hidden)]
pub async fn run_application() -> anyhow::Result<()> {
    terminal::process::run().await
}
