//! Many connections that fall due together, at a provider that fails every twentieth call: none is lost, no refresh token is sent twice,
//! and at the end nothing is left over.
//!
//! The provider is a process of its own, so that memory, sockets and tasks are counted of the client alone. `OAUTH_LOAD_MINUTES` makes it
//! as large and as long as `cargo xtask load` has it.
#![allow(clippy::unwrap_used)] // a test may panic

mod machine;
mod measure;
mod provider;
mod rounds;
mod size;
mod sums;

use std::process::ExitCode;

use libtest_mimic::Arguments;

use size::Size;

fn main() -> ExitCode {
    if std::env::var_os(provider::SIGN).is_some() {
        return provider::main();
    }
    let arguments = Arguments::from_args();
    let trial = libtest_mimic::Trial::test("no_connection_is_lost_under_load", || {
        rounds::run(Size::of_environment());
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}
