//! A store and a transport that report each step of a refresh, and can interrupt the process there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use oauth_core::http::{Method, Response};
use oauth_core::store::{
    AcquireOutcome, Content, DueQuery, Key, LeaseOwner, Record, RecordState, RecordSummary, SaveOutcome,
    StoreError, TokenStore,
};
use oauth_core::{Call, Transport, TransportError};
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

#[derive(Debug)]
pub(crate) struct SteppedStore {
    pub(crate) inner: Arc<dyn TokenStore>,
    pub(crate) steps: Steps,
}

#[oauth_core::async_trait]
impl TokenStore for SteppedStore {
    async fn acquire(
        &self,
        key: &Key,
        owner: &LeaseOwner,
        length: Duration,
    ) -> Result<AcquireOutcome, StoreError> {
        self.steps.reach(Step::Acquiring);
        let outcome = self.inner.acquire(key, owner, length).await?;
        if matches!(outcome, AcquireOutcome::Granted { .. }) {
            self.steps.reach(Step::Leased);
        }
        Ok(outcome)
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        let recorded = self.inner.record_intent(key, fence, from).await?;
        if recorded {
            self.steps.reach(Step::IntentRecorded);
        }
        Ok(recorded)
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        self.steps.reach(Step::Saving);
        let saved = self.inner.save(key, from, content).await?;
        if matches!(saved, SaveOutcome::Accepted { .. }) {
            self.steps.reach(Step::Saved);
        }
        Ok(saved)
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.inner.release(key, fence).await?;
        self.steps.reach(Step::Released);
        Ok(())
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.inner.load(key).await
    }

    async fn insert(&self, key: &Key, content: Content) -> Result<u64, StoreError> {
        self.inner.insert(key, content).await
    }

    async fn remove(&self, key: &Key) -> Result<bool, StoreError> {
        self.inner.remove(key).await
    }

    async fn renew(&self, key: &Key, fence: u64, length: Duration) -> Result<bool, StoreError> {
        self.inner.renew(key, fence, length).await
    }

    async fn set_state(
        &self,
        key: &Key,
        fence: u64,
        from: u64,
        state: RecordState,
    ) -> Result<bool, StoreError> {
        self.inner.set_state(key, fence, from, state).await
    }

    async fn list(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<RecordSummary>, StoreError> {
        self.inner.list(provider, after, limit).await
    }

    async fn due(&self, query: &DueQuery, limit: usize) -> Result<Vec<RecordSummary>, StoreError> {
        self.inner.due(query, limit).await
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
