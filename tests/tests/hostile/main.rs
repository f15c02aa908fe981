//! The four providers' clients against hostile servers.
//!
//! Each case is one response to one call. The call must succeed if the response is valid and otherwise return
//! a typed error, within limits of time and memory. It must not leak a secret or call another server.
#![allow(clippy::unwrap_used)] // a test may panic

mod api_call;
mod bodies;
mod case;
mod framing;
mod json;
mod numbers;
mod redirects;
mod server;
mod tls;
mod values;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Creates a family of cases for one call.
type Family = fn(api_call::ApiCall) -> Vec<Trial>;

const FAMILIES: [(&str, Family); 7] = [
    ("redirects", redirects::all),
    ("bodies", bodies::all),
    ("framing", framing::all),
    ("json", json::all),
    ("numbers", numbers::all),
    ("values", values::all),
    ("tls", tls::all),
];

/// Creates the test of a case. `make` gets the server that must not be called.
fn trial(
    call: api_call::ApiCall,
    name: &str,
    make: impl FnOnce(&server::Server) -> case::Case + Send + 'static,
) -> Trial {
    let name = format!("{} {}: {name}", call.provider, call.name);
    Trial::test(name, move || case::run(&call, make).map_err(libtest_mimic::Failed::from))
}

#[allow(clippy::print_stdout)] // Prints the number of cases.
fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // The cases mostly wait.
    arguments.test_threads.get_or_insert(8);
    arguments.format.get_or_insert(libtest_mimic::FormatSetting::Terse);
    let mut all = Vec::new();
    let mut counts = Vec::new();
    for (name, family) in FAMILIES {
        let before = all.len();
        for call in api_call::ALL {
            all.extend(family(*call).into_iter().map(|trial| trial.with_kind(name)));
        }
        counts.push(format!("{name} {}", all.len() - before));
    }
    let listing = arguments.list;
    let number = all.len();
    let conclusion = libtest_mimic::run(&arguments, all);
    if !listing {
        println!("{number} hostile cases: {}", counts.join(", "));
    }
    conclusion.exit_code()
}
