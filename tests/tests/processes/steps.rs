//! A store and a transport that report each step of a refresh, and can interrupt the process there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use oauth_core::http::{Method, Response};
use oauth_core::store::StoreError;
use oauth_core::{Call, Transport, TransportError};
use oauth_testing::{StoreCall, StoreHook};
use rustix::process::{Signal, getpid, kill_process};

use crate::protocol::{Interruption, InterruptionKind, Report, Step};
use crate::worker::send_report;

/// Reports each step, and interrupts the process at one. Clones share the state.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    interruption: Option<Interruption>,
    interrupted: Arc<AtomicBool>,
}

impl Steps {
    pub(crate) fn new(interruption: Option<Interruption>) -> Self {
        Self { interruption, interrupted: Arc::default() }
    }

    /// Reports the step first, so that the steps of a killed process are known.
    fn reach(&self, step: Step) {
        send_report(&Report::Step(step));
        let Some(interruption) = self.interruption.filter(|it| it.at == step) else { return };
        if !self.interrupted.swap(true, Ordering::Relaxed) {
            let signal = match interruption.kind {
                InterruptionKind::Kill => Signal::KILL,
                InterruptionKind::Stop => Signal::STOP,
            };
            // Takes effect before this returns: only this thread runs tasks.
            kill_process(getpid(), signal).unwrap();
        }
    }
}

/// Around the store's calls.
impl StoreHook for Steps {
    fn before(&self, call: StoreCall) -> Result<(), StoreError> {
        match call {
            StoreCall::Acquire => self.reach(Step::Acquiring),
            StoreCall::Save => self.reach(Step::Saving),
            _ => {}
        }
        Ok(())
    }

    fn after(&self, call: StoreCall) {
        match call {
            StoreCall::Acquire => self.reach(Step::Leased),
            StoreCall::RecordIntent => self.reach(Step::IntentRecorded),
            StoreCall::Save => self.reach(Step::Saved),
            StoreCall::Release => self.reach(Step::Released),
            _ => {}
        }
    }
}

#[derive(Debug)]
pub(crate) struct SteppedTransport {
    pub(crate) inner: Arc<dyn Transport>,
    pub(crate) steps: Steps,
}

#[oauth_core::async_trait]
impl Transport for SteppedTransport {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        // The API calls of these tests only read.
        let is_token = call.request.method() == Method::POST;
        if is_token {
            self.steps.reach(Step::Sending);
        }
        let response = self.inner.call(call).await?;
        if is_token {
            self.steps.reach(Step::ResponseRead);
        }
        Ok(response)
    }
}
