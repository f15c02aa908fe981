//! Record of a run: its lines, and a hash over all of them.

use std::collections::VecDeque;

/// Number of lines that are kept when not all are.
const SHORTENED: usize = 60;

/// Lines of a run with their hash.
///
/// Lines of one millisecond are sorted: tokio wakes the waiters of a `watch` channel in random order.
#[derive(Debug)]
pub(crate) struct Trace {
    pending: Vec<(u64, String)>,
    lines: VecDeque<String>,
    keeps_all: bool,
    hash: u64,
}

impl Trace {
    pub(crate) fn new(keeps_all: bool) -> Self {
        Self { pending: Vec::new(), lines: VecDeque::new(), keeps_all, hash: 0xcbf2_9ce4_8422_2325 }
    }

    pub(crate) fn record(&mut self, at: u64, line: String) {
        self.pending.push((at, line));
    }

    /// Adds the lines before this time to the hash. None can be added to them any more.
    pub(crate) fn flush(&mut self, before: u64) {
        if self.pending.iter().all(|(at, _)| *at >= before) {
            return;
        }
        self.pending.sort();
        let count = self.pending.partition_point(|(at, _)| *at < before);
        for (at, line) in self.pending.drain(..count) {
            let line = format!("{} {line}", clock_time(at));
            for byte in line.bytes() {
                self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            if !self.keeps_all && self.lines.len() == SHORTENED {
                self.lines.pop_front();
            }
            self.lines.push_back(line);
        }
    }

    /// Returns the hash and the kept lines.
    pub(crate) fn finish(mut self) -> (u64, Vec<String>) {
        self.flush(u64::MAX);
        (self.hash, self.lines.into())
    }
}

/// Formats simulated milliseconds as hours, minutes, seconds.
pub(crate) fn clock_time(at: u64) -> String {
    let (seconds, millis) = (at / 1_000, at % 1_000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
