//! Network between processes and provider. Messages can be lost or late.

use oauth_core::http::Response;
use oauth_core::{Call, Transport, TransportError};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::plan::{SECOND, Step};
use crate::simulated_provider::{Meaning, ProviderRequest, ProviderResponse};
use crate::simulation_state::{NO_ACCOUNT, ProcessHandle, SimulationState};

/// Transport of one process.
#[derive(Debug)]
pub(crate) struct SimulatedNetwork(pub(crate) ProcessHandle);

type Received = Result<ProviderResponse, TransportError>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Delivered,
    NotSent,
    RequestLost,
    RequestLate,
    ResponseLost,
    ResponseLate,
}

impl SimulatedNetwork {
    /// Sends a request. Returns the number of the call.
    fn send(&self, request: ProviderRequest, sender: oneshot::Sender<Received>) -> u64 {
        let at = self.0.clock.local_time();
        let (process, account) = (self.0.process, request.account());
        let mut state = self.0.state();
        let mut random = state.random(process, account);
        let rates = state.plan.rates;
        let fate = [
            (rates.not_sent, Fate::NotSent),
            (rates.request_lost, Fate::RequestLost),
            (rates.request_late, Fate::RequestLate),
            (rates.response_lost, Fate::ResponseLost),
            (rates.response_late, Fate::ResponseLate),
        ]
        .into_iter()
        .find_map(|(rate, fate)| random.chance(rate).then_some(fate))
        .unwrap_or(Fate::Delivered);
        // A lost message ends with a reset connection, or with silence.
        let is_reset = random.chance(500);
        let there = match fate {
            Fate::RequestLate => random.between(5 * SECOND, 25 * SECOND),
            _ => random.between(5, 80),
        };
        let back = match fate {
            Fate::ResponseLate => random.between(31 * SECOND, 90 * SECOND),
            _ => random.between(20, 200),
        };
        let call = random.next();
        if fate != Fate::Delivered {
            state.invariants.disturb_account(account, at + there + back);
            state.trace.record(at, format!("p{process} {}: {fate:?}", request.describe()));
        }
        let mut is_allowed = false;
        if let ProviderRequest::Refresh(token) = request {
            let spends_first = state.plan.rules.spends_first;
            is_allowed = state.invariants.call_sent(at, call, process, token, spends_first);
        }
        let lost = move |state: &mut SimulationState, sender: oneshot::Sender<Received>| {
            if is_reset {
                let error = TransportError::Unanswered("connection reset".into());
                state.send(state.now + back, process, account, |_| drop(sender.send(Err(error))));
            } else {
                state.never_answered.push(Box::new(sender));
            }
        };
        state.send(at + there, process, account, move |state| match fate {
            Fate::NotSent => drop(sender.send(Err(TransportError::NotSent("no route".into())))),
            Fate::RequestLost => lost(state, sender),
            _ => {
                let Some(response) = arrive(state, process, request, is_allowed) else {
                    state.never_answered.push(Box::new(sender));
                    return;
                };
                if fate == Fate::ResponseLost {
                    return lost(state, sender);
                }
                let is_new_token = is_refreshed(request, &response);
                state.send(state.now + back, process, account, move |state| {
                    if is_new_token && !sender.is_closed() {
                        state.reach(Step::ResponseDelivered, process);
                    }
                    drop(sender.send(Ok(response)));
                });
            }
        });
        call
    }
}

/// Lets the provider handle a request.
fn arrive(
    state: &mut SimulationState,
    process: usize,
    request: ProviderRequest,
    is_allowed: bool,
) -> Option<ProviderResponse> {
    let now = state.now;
    if let ProviderRequest::Refresh(token) = request {
        state.invariants.refresh_arrived(now, process, token, is_allowed, &state.provider);
    }
    let response = state.provider.handle(request, now);
    let status = response
        .as_ref()
        .map_or("no response".to_owned(), |response| response.response.status().as_u16().to_string());
    state.record(format!("p{process} {} -> {status}", request.describe()));
    if response.as_ref().is_some_and(|response| is_refreshed(request, response)) {
        state.invariants.statistics.refreshes += 1;
        state.reach(Step::TokenSpent, process);
    }
    response
}

fn is_refreshed(request: ProviderRequest, response: &ProviderResponse) -> bool {
    matches!((request, response.meaning), (ProviderRequest::Refresh(_), Meaning::Issued(_)))
}

#[oauth_core::async_trait]
impl Transport for SimulatedNetwork {
    async fn call(&self, call: Call) -> Result<Response<Vec<u8>>, TransportError> {
        let request = ProviderRequest::parse(&call.request);
        let (sender, receiver) = oneshot::channel();
        let number = self.send(request, sender);
        let mut end = CallEnd { handle: &self.0, call: number, is_known: false };
        self.0.sent.notify_one();
        let received = match timeout(call.deadline, receiver).await {
            Ok(Ok(received)) => received,
            _ => {
                self.0.record(&format!("{}: no response in time", request.describe()));
                return Err(TransportError::Unanswered("no response in time".into()));
            }
        };
        end.is_known = match &received {
            Ok(response) => response.meaning.is_definite(),
            Err(error) => matches!(error, TransportError::NotSent(_)),
        };
        let received = received?;
        let at = self.0.clock.local_time();
        let mut state = self.0.state();
        let spends_first = state.plan.rules.spends_first;
        state.invariants.response_read(at, number, received.meaning, spends_first);
        Ok(received.response)
    }
}

/// End of a call: with its response, by the caller, or with the process.
struct CallEnd<'a> {
    handle: &'a ProcessHandle,
    call: u64,
    is_known: bool,
}

impl Drop for CallEnd<'_> {
    fn drop(&mut self) {
        let (at, call, is_known) = (self.handle.clock.local_time(), self.call, self.is_known);
        // Applied when all processes have reached this time.
        self.handle.state().send(at, self.handle.process, NO_ACCOUNT, move |state| {
            state.invariants.call_ended(state.now, call, is_known);
        });
    }
}
