//! A store and a transport that tell every step of a refresh, and at which the process can end.

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

use crate::protocol::{End, How, Report, Step};
use crate::worker::say;

/// Tells each step, and ends the process at one. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    end: Option<End>,
    ended: Arc<AtomicBool>,
}

impl Steps {
    pub(crate) fn until(end: Option<End>) -> Self {
        Self { end, ended: Arc::default() }
    }

    /// The process comes by here. Said first: what a dead process did before its death is known.
    fn pass(&self, step: Step) {
        say(&Report::Step(step));
        let Some(end) = self.end.filter(|end| end.at == step) else { return };
        if !self.ended.swap(true, Ordering::Relaxed) {
            let signal = match end.how {
                How::Kill => Signal::KILL,
                How::Stop => Signal::STOP,
            };
            // It takes effect before this returns: there is one thread that runs tasks, the one that calls.
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
        self.steps.pass(Step::Asking);
        let answer = self.inner.acquire(key, owner, length).await?;
        if matches!(answer, AcquireOutcome::Granted { .. }) {
            self.steps.pass(Step::Leased);
        }
        Ok(answer)
    }

    async fn record_intent(&self, key: &Key, fence: u64, from: u64) -> Result<bool, StoreError> {
        let begun = self.inner.record_intent(key, fence, from).await?;
        if begun {
            self.steps.pass(Step::Begun);
        }
        Ok(begun)
    }

    async fn save(&self, key: &Key, from: u64, content: Content) -> Result<SaveOutcome, StoreError> {
        self.steps.pass(Step::Saving);
        let saved = self.inner.save(key, from, content).await?;
        if matches!(saved, SaveOutcome::Accepted { .. }) {
            self.steps.pass(Step::SaveOutcome);
        }
        Ok(saved)
    }

    async fn release(&self, key: &Key, fence: u64) -> Result<(), StoreError> {
        self.inner.release(key, fence).await?;
        self.steps.pass(Step::Released);
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
            self.steps.pass(Step::Sending);
        }
        let answer = self.inner.call(call).await?;
        if is_token {
            self.steps.pass(Step::Answered);
        }
        Ok(answer)
    }
}
