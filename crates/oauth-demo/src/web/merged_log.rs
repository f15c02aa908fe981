//! The log merged with browser requests from the sandbox's journal, which redacts secrets itself.

use oauth_sandbox::RequestKind;

use super::app_state::AppState;
use super::integration::Integration;
use super::log::{LogEntry, LogEvent};

/// All entries, newest first.
pub(super) fn merged_log(state: &AppState) -> Vec<LogEntry> {
    let mut all = state.log().entries();
    for integration in state.integrations() {
        all.extend(browser_requests(&**integration));
    }
    // The sort is stable, so entries of the same time keep their order.
    all.sort_by_key(|entry| entry.at);
    all.reverse();
    all
}

fn browser_requests(integration: &dyn Integration) -> Vec<LogEntry> {
    let journal = integration.journal();
    let requests = journal
        .entries()
        .iter()
        .filter(|entry| matches!(entry.kind, RequestKind::Authorize | RequestKind::Page));
    requests
        .map(|entry| LogEntry {
            number: entry.number,
            at: entry.time,
            provider: Some(integration.name()),
            event: LogEvent::Browser {
                method: entry.method.clone(),
                path: entry.path.clone(),
                status: entry.status,
            },
        })
        .collect()
}
