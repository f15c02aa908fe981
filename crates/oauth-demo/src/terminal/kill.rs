//! A crash during a refresh.

use std::time::{Duration, Instant};

use oauth_core::store::Key;

use super::process::{AppProcess, ProcessMode, TOKEN_DEADLINE, Task};
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::saved_token_count;
use crate::provider::DemoProvider;

/// Longer than an access token lives.
const THIRTEEN_HOURS: Duration = Duration::from_secs(13 * 3600);

/// Kills a process that has started to refresh the second token pair. Returns the next process, whose API
/// call must return `expected`.
pub(super) async fn kill_during_refresh<P: DemoProvider>(
    scenario: &Scenario<'_, P>,
    mut process: AppProcess,
    account: &str,
    expected: &str,
) -> Result<AppProcess, StepFailed> {
    let token_calls = || scenario.server().journal().token_calls();
    let started_at = scenario
        .step(
            "kill",
            "Another 13 hours later: the process is killed during a refresh",
            "It has recorded in the file that a refresh starts. Before it sends the refresh token, it is killed.",
            async || {
                let (calls, started_at) = (token_calls(), Instant::now());
                scenario.server().advance(THIRTEEN_HOURS);
                process.run_until_stopped(scenario, Task::CallApi(account.to_owned())).await?;
                let exit = process.kill(scenario).await?;
                scenario.check(!exit.success, "it was killed without any cleanup")?;
                scenario.check(token_calls() == calls, "the token endpoint received no call")?;
                let record = scenario.store().record(&Key::new(P::NAME, account)).await?;
                scenario.check(
                    record.generation == 2 && record.intent.is_some(),
                    "the file contains the second token pair and the intent to refresh it",
                )?;
                Ok(started_at)
            },
        )
        .await?;

    scenario
        .step(
            "go-on",
            "The next process recovers",
            "It cannot know if the call was sent. It waits for that call's deadline (here 1 s, by default 30 s), then tries the token once.",
            async || {
                let calls = token_calls();
                let mut next = AppProcess::start(scenario, ProcessMode::Normal).await?;
                let result = next.run(scenario, Task::CallApi(account.to_owned())).await?;
                scenario.check(started_at.elapsed() >= TOKEN_DEADLINE, "it waited for that deadline first")?;
                scenario.check(result == expected, result.as_str())?;
                scenario.check(token_calls() == calls + 1, "the token endpoint was called once")?;
                scenario.check(saved_token_count(scenario, account).await? == 3, "the file contains the third token pair")?;
                Ok(next)
            },
        )
        .await
}
