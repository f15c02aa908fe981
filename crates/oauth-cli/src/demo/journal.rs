//! The end: what we did and what the provider saw must be the same story.

use oauth_sandbox::{JournalEntry, RequestKind, SandboxProvider};

use super::keep::check_disk;
use super::process::Process;
use super::stage::{Failed, Stage};
use crate::trace::{Made, Purpose};

/// Ends the last process. Compares the calls that we made with the sandbox's journal, and their numbers with what was to be expected.
pub(super) async fn compare<S: SandboxProvider>(
    stage: &Stage<'_, S>,
    process: Process,
    account: &str,
    token_calls: u64,
    api_calls: u64,
) -> Result<(), Failed> {
    stage
        .step(
            "journal",
            "The end: what the provider saw, and what is on the disk",
            "The sandbox keeps a journal of its own; it must tell the same story, whichever process made the call.",
            async || {
                let ended = process.end(stage).await?;
                stage.check(ended.in_order, "the other process has ended in order")?;
                check_disk(stage, account)?;
                let journal = stage.sandbox().journal();
                for (what, seen, ours) in [
                    ("calls to the token endpoint", journal.token_calls(), token_calls),
                    ("calls to the API", journal.api_calls(), api_calls),
                ] {
                    stage.check(seen == ours, format!("{what}: {seen}, of which {ours} are ours"))?;
                }
                let seen: Vec<Made> = journal.entries().iter().filter_map(made).collect();
                stage.check(
                    seen == stage.watcher().calls(),
                    "they came in the order in which we made them, and the answers are those that we got",
                )?;
                stage.check(
                    seen.iter().all(|call| call.status.is_some_and(|status| status.is_success())),
                    "none of them was refused",
                )?;
                stage.check(
                    journal.entries().iter().all(|entry| entry.fault.is_none()),
                    "and no fault was played",
                )
            },
        )
        .await
}

fn made(entry: &JournalEntry) -> Option<Made> {
    let purpose = match entry.kind {
        RequestKind::Token => Purpose::Token,
        RequestKind::Api => Purpose::Api,
        _ => return None,
    };
    let status = entry.status.and_then(|status| http::StatusCode::from_u16(status).ok());
    Some(Made { purpose, method: entry.method.clone(), status })
}
