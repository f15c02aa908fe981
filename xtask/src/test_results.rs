//! Counting tests: the `test result:` lines that every test binary and doc test run closes with.

use std::fmt;

/// How many tests did what, over all binaries of a run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct TestResults {
    /// Tests that held.
    pub passed: u64,
    /// Tests that did not.
    pub failed: u64,
    /// Tests that were there but not run.
    pub ignored: u64,
    /// How many closing lines were read: one per test binary and per crate with doc tests.
    pub binaries: u64,
}

impl TestResults {
    /// Adds up all closing lines of a `cargo test` output.
    #[must_use]
    pub fn read(output: &str) -> Self {
        output.lines().filter_map(closing_line).fold(Self::default(), |sum, one| Self {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            ignored: sum.ignored + one.ignored,
            binaries: sum.binaries + one.binaries,
        })
    }

    /// How many tests really ran.
    #[must_use]
    pub fn ran(&self) -> u64 {
        self.passed + self.failed
    }
}

impl fmt::Display for TestResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, ignored, binaries } = self;
        write!(f, "{passed} passed, {failed} failed, {ignored} ignored (from {binaries} test binaries)")
    }
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s`
fn closing_line(line: &str) -> Option<TestResults> {
    // Only at the start of a line: a test that prints one inside its own output is not a test binary.
    let (_verdict, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut results = TestResults { binaries: 1, ..TestResults::default() };
    for part in counts.split(';') {
        let mut words = part.split_whitespace();
        let (Some(number), Some(what)) = (words.next(), words.next()) else { continue };
        match what {
            "passed" => results.passed = number.parse().ok()?,
            "failed" => results.failed = number.parse().ok()?,
            "ignored" => results.ignored = number.parse().ok()?,
            _ => {}
        }
    }
    Some(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_binaries_and_doc_tests() {
        let output = "\
running 3 tests
test a ... ok

test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests oauth_core

test result: FAILED. 5 passed; 4 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.20s; merged doctests compilation took 0.40s
";
        let results = TestResults::read(output);
        assert_eq!(results, TestResults { passed: 7, failed: 4, ignored: 1, binaries: 2 });
        assert_eq!(results.ran(), 11);
    }

    #[test]
    fn no_closing_line_is_no_test() {
        assert_eq!(
            TestResults::read("warning: test result: ok. 2 passed; 0 failed\n"),
            TestResults::default()
        );
        assert_eq!(TestResults::read(""), TestResults::default());
        assert_eq!(TestResults::read("test result: ok. many passed; 0 failed"), TestResults::default());
    }
}
