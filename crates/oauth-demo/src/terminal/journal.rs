//! The last step: compares our calls with the sandbox's journal.

use oauth_sandbox::{JournalEntry, RequestKind};

use super::process::AppProcess;
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::check_file;
use crate::provider::DemoProvider;
use crate::trace::{Purpose, RecordedCall};

/// Ends the last process, then compares our calls with the sandbox's journal and the expected numbers.
pub(super) async fn compare<P: DemoProvider>(
    scenario: &Scenario<'_, P>,
    process: AppProcess,
    account: &str,
    token_calls: u64,
    api_calls: u64,
) -> Result<(), StepFailed> {
    scenario
        .step(
            "journal",
            "Comparison with the provider's journal, and the file's content",
            "The sandbox records every request. Its journal must match our calls, whichever process made them.",
            async || {
                let exit = process.shut_down(scenario).await?;
                scenario.check(exit.success, "the other process exited with status 0")?;
                check_file(scenario, account)?;
                let journal = scenario.server().journal();
                for (what, recorded, expected) in [
                    ("calls to the token endpoint", journal.token_calls(), token_calls),
                    ("calls to the API", journal.api_calls(), api_calls),
                ] {
                    scenario.check(recorded == expected, format!("{what}: {recorded} (expected {expected})"))?;
                }
                let recorded: Vec<RecordedCall> = journal.entries().iter().filter_map(recorded_call).collect();
                scenario.check(
                    recorded == scenario.recorder().calls(),
                    "order and responses match our calls",
                )?;
                scenario.check(
                    recorded.iter().all(|call| call.status.is_some_and(|status| status.is_success())),
                    "every call succeeded",
                )?;
                scenario.check(
                    journal.entries().iter().all(|entry| entry.fault.is_none()),
                    "no fault was injected",
                )
            },
        )
        .await
}

fn recorded_call(entry: &JournalEntry) -> Option<RecordedCall> {
    let purpose = match entry.kind {
        RequestKind::Token => Purpose::Token,
        RequestKind::Api => Purpose::Api,
        _ => return None,
    };
    let status = entry.status.and_then(|status| http::StatusCode::from_u16(status).ok());
    Some(RecordedCall { purpose, method: entry.method.clone(), status })
}
