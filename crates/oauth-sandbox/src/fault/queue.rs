//! FaultQueues that wait for their call.

use std::collections::VecDeque;
use std::sync::Mutex;

use serde::Deserialize;

use super::Fault;
use crate::journal::RequestKind;
use crate::sync::lock;

/// Which calls a fault waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultTarget {
    Token,
    Api,
}

/// So many wait for calls of one kind: more than any script has, and each may bring the body of an answer.
pub(crate) const MOST: usize = 10_000;

/// One queue per kind of call, first in, first out.
#[derive(Debug, Default)]
pub(crate) struct FaultQueues {
    token: Mutex<VecDeque<Fault>>,
    api: Mutex<VecDeque<Fault>>,
}

impl FaultQueues {
    /// Whether there was room for it.
    pub(crate) fn push(&self, on: FaultTarget, fault: Fault) -> bool {
        let queue = match on {
            FaultTarget::Token => &self.token,
            FaultTarget::Api => &self.api,
        };
        let mut queue = lock(queue);
        let room = queue.len() < MOST;
        if room {
            queue.push_back(fault);
        }
        room
    }

    /// The fault for a call of this kind, if one waits.
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
