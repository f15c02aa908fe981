//! The restart in the middle.

use oauth_core::ErrorKind;
use oauth_sandbox::SandboxProvider;

use super::keep::{Kept, tokens_saved};
use super::process::{Ask, Fate, Process, Task};
use super::stage::{Failed, Stage};

/// Ends everything in this process that knows a token, and has another process go on with the file. It asks the API what this one asked
/// `before`.
pub(super) async fn restart<P: Ask, S: SandboxProvider>(
    stage: &Stage<'_, S>,
    kept: Kept<P>,
    account: &str,
    before: &str,
    fate: Fate,
) -> Result<Process, Failed> {
    stage
        .step(
            "restart",
            "Restart: another process goes on",
            "drain() finishes what is under way. All that is left then is the file. The other process gets its path and its key, but no token.",
            async || {
                let token_calls = stage.sandbox().journal().token_calls();
                let saved = tokens_saved(stage, account).await?;
                let connection = kept.get(account);
                kept.end().await;
                let refused = connection.headers().await.err().map(|error| error.kind());
                stage.check(refused == Some(ErrorKind::Closed), "in this process the connections are closed")?;
                drop(connection);
                stage.check(stage.store().files()?.len() == 1, "all that is left is one file")?;

                let mut process = Process::start(stage, fate).await?;
                let after = process.order(stage, Task::Ask(account.to_owned())).await?;
                stage.check(after == before, format!("the other process gets the same answer: {after}"))?;
                stage.check(
                    stage.sandbox().journal().token_calls() == token_calls
                        && tokens_saved(stage, account).await? == saved,
                    "it went on with the token of the file: no customer, no new token",
                )?;
                Ok(process)
            },
        )
        .await
}
