//! The crash in the middle of a refresh.

use std::time::{Duration, Instant};

use oauth_core::store::Key;
use oauth_sandbox::SandboxProvider;

use super::keep::tokens_saved;
use super::process::{Fate, Process, TOKEN_DEADLINE, Task};
use super::stage::{Failed, Stage};

/// When the access token has expired.
const LATER: Duration = Duration::from_secs(13 * 3600);

/// Kills a process that had begun a refresh, of the second pair of tokens. Gives back the one that goes on, and asks the API what was asked
/// `before`.
pub(super) async fn killed<S: SandboxProvider>(
    stage: &Stage<'_, S>,
    mut doomed: Process,
    account: &str,
    before: &str,
) -> Result<Process, Failed> {
    let token_calls = || stage.sandbox().journal().token_calls();
    let begun = stage
        .step(
            "kill",
            "13 hours later again: the process is killed in the middle of a refresh",
            "It has noted in the file that it begins. Before the refresh token leaves, it is stopped and killed.",
            async || {
                let (calls, begun) = (token_calls(), Instant::now());
                stage.sandbox().advance(LATER);
                doomed.order_until_stopped(stage, Task::Ask(account.to_owned())).await?;
                let ended = doomed.kill(stage).await?;
                stage.check(!ended.in_order, "it did not get to tidy up")?;
                stage.check(token_calls() == calls, "the token endpoint has heard nothing")?;
                let record = stage.store().record(&Key::new(stage.name(), account)).await?;
                stage.check(
                    record.generation == 2 && record.intent.is_some(),
                    "the file holds the second pair of tokens, and that a refresh with it was begun",
                )?;
                Ok(begun)
            },
        )
        .await?;

    stage
        .step(
            "go-on",
            "The next process goes on",
            "Nobody knows what became of the call. It waits until that must be over (here a second, else 30), then tries the token once.",
            async || {
                let calls = token_calls();
                let mut heir = Process::start(stage, Fate::Ends).await?;
                let answer = heir.order(stage, Task::Ask(account.to_owned())).await?;
                stage.check(begun.elapsed() >= TOKEN_DEADLINE, "it waited for that second first")?;
                stage.check(answer == before, answer.as_str())?;
                stage.check(token_calls() == calls + 1, "the token endpoint was called once")?;
                stage.check(tokens_saved(stage, account).await? == 3, "the file holds the third pair of tokens")?;
                Ok(heir)
            },
        )
        .await
}
