//! Progress display, on terminals only.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const TICK: Duration = Duration::from_millis(100);

/// A spinner, shown until dropped.
#[derive(Debug)]
pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    pub(crate) fn start(text: &'static str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(text);
        bar.enable_steady_tick(TICK);
        Self(bar)
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A progress bar. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Progress(Arc<ClearOnDrop>);

#[derive(Debug)]
struct ClearOnDrop(ProgressBar);

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
        let bar = ProgressBar::new(total as u64);
        Self(Arc::new(ClearOnDrop(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })))
    }

    /// Progress that is not shown.
    pub(crate) fn hidden() -> Self {
        Self(Arc::new(ClearOnDrop(ProgressBar::hidden())))
    }

    /// Counts one more as done.
    pub(crate) fn advance(&self, text: &str) {
        self.0.0.set_message(text.to_owned());
        self.0.0.inc(1);
    }

    /// Progress: done / total.
    pub(crate) fn set(&self, done: u64, total: u64) {
        self.0.0.set_length(total);
        self.0.0.set_position(done);
    }
}

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
