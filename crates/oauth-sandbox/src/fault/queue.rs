//! Queued faults.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde::Deserialize;

use super::Fault;
use crate::journal::RequestKind;
use crate::sync::lock;

/// The calls that a fault applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultTarget {
    Token,
    Api,
}

/// The limit on each queue: more than any script needs. A fault may contain a response body.
const MAX_FAULTS: usize = 10_000;

/// One queue per kind of call, first in, first out.
#[derive(Debug, Default)]
pub(crate) struct FaultQueues {
    token: Mutex<VecDeque<Fault>>,
    api: Mutex<VecDeque<Fault>>,
}

impl FaultQueues {
    /// Returns `false` when the queue is full.
    pub(crate) fn push(&self, target: FaultTarget, fault: Fault) -> bool {
        let queue = match target {
            FaultTarget::Token => &self.token,
            FaultTarget::Api => &self.api,
        };
        let mut queue = lock(queue);
        let room = queue.len() < MAX_FAULTS;
        if room {
            queue.push_back(fault);
        }
        room
    }

    /// Removes and returns the next fault for a call of this kind.
    pub(crate) fn take(&self, kind: RequestKind) -> Option<Fault> {
        match kind {
            RequestKind::Token => lock(&self.token).pop_front(),
            RequestKind::Api => lock(&self.api).pop_front(),
            RequestKind::Authorize | RequestKind::Page => None,
        }
    }

    pub(crate) fn clear(&self) {
        lock(&self.token).clear();
        lock(&self.api).clear();
    }
}
