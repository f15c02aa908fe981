//! The `oauth` program: connects accounts at Cohort Go, Cobot, Go1 and GoCD and keeps the connections; `demo` shows the whole life of a
//! connection at each provider, `sandbox` plays the providers for other programs.

use std::process::ExitCode;

fn main() -> ExitCode {
    oauth_cli::run()
}
