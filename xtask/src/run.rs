//! Runs programs with their output shown.

use std::fmt;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use xshell::Cmd;

use crate::report::Outcome;

/// Runs a command that shows its own errors; `help` is their remedy.
pub(crate) fn check(command: &Cmd<'_>, help: &str) -> Outcome {
    match command.run() {
        Ok(()) => Outcome::Passed(String::new()),
        Err(_) => Outcome::failed(format!("`{command}` failed, see above"), help),
    }
}

/// True if the program can be started and exits with 0.
pub(crate) fn succeeds(command: Cmd<'_>) -> bool {
    command.quiet().ignore_stdout().ignore_stderr().run().is_ok()
}

/// Runs a command, shows its standard output line by line and returns it with the success of the command.
pub(crate) fn tee(command: Cmd<'_>) -> Result<(bool, String)> {
    eprintln!("$ {command}");
    let context = format!("cannot start `{command}`");
    let mut child =
        Command::from(command).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context(context)?;
    let (mut captured, mut shown) = (Vec::new(), std::io::stdout());
    // As bytes: the output of a test may be invalid UTF-8.
    let mut reader = BufReader::new(child.stdout.take().context("no standard output")?);
    loop {
        let start = captured.len();
        if reader.read_until(b'\n', &mut captured)? == 0 {
            break;
        }
        shown.write_all(&captured[start..])?;
    }
    Ok((child.wait()?.success(), String::from_utf8_lossy(&captured).into_owned()))
}

/// Runs tests. Fails if one fails, and if none ran.
pub(crate) fn tests(command: Cmd<'_>) -> Result<Outcome> {
    let help = command.to_string();
    let (ok, output) = tee(command)?;
    Ok(TestResults::read(&output).outcome(ok, &help))
}

/// Totals of the `test result:` lines of all test binaries and doc tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TestResults {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
    /// Tests that were ignored.
    pub(crate) ignored: u64,
}

impl TestResults {
    /// Sums the lines like `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    pub(crate) fn read(output: &str) -> Self {
        let mut sum = Self::default();
        for line in output.lines().filter_map(|line| line.strip_prefix("test result: ")) {
            let words: Vec<&str> = line.split([' ', ';']).collect();
            let count = |name: &str| -> Option<u64> {
                let at = words.iter().position(|word| *word == name)?;
                words.get(at.checked_sub(1)?)?.parse().ok()
            };
            sum.passed += count("passed").unwrap_or_default();
            sum.failed += count("failed").unwrap_or_default();
            sum.ignored += count("ignored").unwrap_or_default();
        }
        sum
    }

    /// Passed if the command succeeded and a test ran.
    pub(crate) fn outcome(self, ok: bool, help: &str) -> Outcome {
        match (ok, self.passed) {
            (true, 1..) => Outcome::Passed(self.to_string()),
            (true, 0) => Outcome::failed(format!("no test ran: {self}"), help),
            (false, _) if self.failed == 0 => {
                Outcome::failed(format!("no test failed, but the run did, see above: {self}"), help)
            }
            (false, _) => Outcome::failed(format!("tests failed, see `failures:` above: {self}"), help),
        }
    }
}

impl fmt::Display for TestResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} ignored", self.passed, self.failed, self.ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_binaries_and_doc_tests() {
        let output = "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; finished in 0.00s\n\
                      warning: test result: ok. 9 passed; 9 failed\n\
                      test result: FAILED. 5 passed; 4 failed; 0 ignored; 7 filtered out; finished in 1.20s\n";
        assert_eq!(TestResults::read(output), TestResults { passed: 7, failed: 4, ignored: 1 });
        assert_eq!(TestResults::read("test result: ok. many passed"), TestResults::default());
    }

    #[test]
    fn run_without_tests_fails() {
        let one = TestResults { passed: 1, ..TestResults::default() };
        assert!(matches!(one.outcome(true, ""), Outcome::Passed(_)));
        assert!(matches!(one.outcome(false, ""), Outcome::Failed(_)));
        let none = TestResults { ignored: 3, ..TestResults::default() };
        assert!(matches!(none.outcome(true, ""), Outcome::Failed(_)));
    }
}
