//! The `oauth` program: connects accounts at Cohort Go, Cobot, Go1 and GoCD, keeps them refreshed, and runs
//! sandbox providers for demos and tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    oauth_cli::run()
}
