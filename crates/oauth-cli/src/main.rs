//! The `oauth` program: `demo` shows the whole life of a connection at each provider, `sandbox` plays the providers for other programs.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    oauth_cli::run().await
}
