//! Entry point of `cargo xtask`; the code is in the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    let _ = xtask::program::path();
    if let Some(code) = xtask::api::run_as_rustdoc() {
        return code;
    }
    xtask::commands::main(std::env::args_os().skip(1))
}
