//! Many connections fall due together at a provider that fails every twentieth call. No connection is lost,
//! no spent refresh token is sent, and no task or socket is left at the end.
//!
//! The provider is a separate process, so that memory, sockets and tasks of the client are measured alone.
//! `OAUTH_LOAD_MINUTES` sets the size and duration of `cargo xtask load`.
#![allow(clippy::unwrap_used)] // a test may panic

mod machine;
mod process_stats;
mod provider;
mod report;
mod run;
mod size;

use std::process::ExitCode;

use libtest_mimic::Arguments;

use size::Size;

fn main() -> ExitCode {
    if std::env::var_os(provider::PROVIDER_VARIABLE).is_some() {
        return provider::main();
    }
    let arguments = Arguments::from_args();
    let trial = libtest_mimic::Trial::test("no_connection_is_lost_under_load", || {
        run::run(Size::from_environment());
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}
