//! Totals of the `test result:` lines that test binaries and doc test runs print.

use std::fmt;

/// Test counts, summed over all test binaries.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct TestResults {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were ignored.
    pub ignored: u64,
    /// Number of `test result:` lines: one per test binary and per crate with doc tests.
    pub binaries: u64,
}

impl TestResults {
    /// Sums all `test result:` lines of a `cargo test` output.
    #[must_use]
    pub fn read(output: &str) -> Self {
        output.lines().filter_map(parse_result_line).fold(Self::default(), |sum, result| Self {
            passed: sum.passed + result.passed,
            failed: sum.failed + result.failed,
            ignored: sum.ignored + result.ignored,
            binaries: sum.binaries + result.binaries,
        })
    }

    /// Number of tests that ran.
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
fn parse_result_line(line: &str) -> Option<TestResults> {
    // Only at the start of a line, so that lines printed by tests are not counted.
    let (_verdict, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut results = TestResults { binaries: 1, ..TestResults::default() };
    for part in counts.split(';') {
        let mut parts = part.split_whitespace();
        let (Some(count), Some(status)) = (parts.next(), parts.next()) else { continue };
        match status {
            "passed" => results.passed = count.parse().ok()?,
            "failed" => results.failed = count.parse().ok()?,
            "ignored" => results.ignored = count.parse().ok()?,
            _ => {}
        }
    }
    Some(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_binaries_and_doc_tests() {
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
    fn ignores_malformed_result_lines() {
        assert_eq!(
            TestResults::read("warning: test result: ok. 2 passed; 0 failed\n"),
            TestResults::default()
        );
        assert_eq!(TestResults::read(""), TestResults::default());
        assert_eq!(TestResults::read("test result: ok. many passed; 0 failed"), TestResults::default());
    }
}
