//! The four providers' clients against servers that do their worst.
//!
//! Each case is one answer to one call: it must end in a typed error (or work, where the answer is only odd), in bounded
//! time, with bounded memory, with no secret in anything that is shown, and with nothing said to any other server.
#![allow(clippy::unwrap_used)] // a test may panic

mod bodies;
mod case;
mod framing;
mod json;
mod numbers;
mod redirects;
mod server;
mod subject;
mod tls;
mod values;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// A family of cases, for one subject.
type Family = fn(subject::Subject) -> Vec<Trial>;

const FAMILIES: [(&str, Family); 7] = [
    ("redirects", redirects::all),
    ("bodies", bodies::all),
    ("framing", framing::all),
    ("json", json::all),
    ("numbers", numbers::all),
    ("values", values::all),
    ("tls", tls::all),
];

/// A case as a test: what it is called, and how it is made, given the server that must hear nothing.
fn trial(
    subject: subject::Subject,
    name: &str,
    make: impl FnOnce(&server::Server) -> case::Case + Send + 'static,
) -> Trial {
    let name = format!("{} {}: {name}", subject.provider, subject.call);
    Trial::test(name, move || case::judge(&subject, make).map_err(libtest_mimic::Failed::from))
}

#[allow(clippy::print_stdout)] // The number of cases is to be seen.
fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They wait more than they work.
    arguments.test_threads.get_or_insert(8);
    arguments.format.get_or_insert(libtest_mimic::FormatSetting::Terse);
    let mut all = Vec::new();
    let mut counts = Vec::new();
    for (name, family) in FAMILIES {
        let before = all.len();
        for subject in subject::ALL {
            all.extend(family(*subject).into_iter().map(|trial| trial.with_kind(name)));
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
