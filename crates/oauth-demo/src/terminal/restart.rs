//! The restart of the application.

use oauth_core::ErrorKind;

use super::process::{AppProcess, ProcessMode, Task};
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::{StoredConnections, saved_token_count};
use crate::provider::DemoProvider;

/// Closes all connections in this process and continues in another process with the store. Its API call must
/// return `expected`.
pub(super) async fn restart<P: DemoProvider>(
    scenario: &Scenario<'_, P>,
    connections: StoredConnections<P>,
    account: &str,
    expected: &str,
    mode: ProcessMode,
) -> Result<AppProcess, StepFailed> {
    scenario
        .step(
            "restart",
            "Restart: another process continues",
            "drain() finishes refreshes in flight. Only the file remains. The other process gets its path and key, but no token.",
            async || {
                let token_calls = scenario.server().journal().token_calls();
                let saved = saved_token_count(scenario, account).await?;
                let connection = connections.get(account);
                connections.close().await;
                let error = connection.headers().await.err().map(|error| error.kind());
                scenario.check(error == Some(ErrorKind::Closed), "the connections in this process are closed")?;
                drop(connection);
                let others = scenario.store().files()?.into_iter().filter(|name| !name.ends_with("-reserve"));
                scenario.check(others.count() == 1, "only one file remains, and its reserve of disk space")?;

                let mut process = AppProcess::start(scenario, mode).await?;
                let result = process.run(scenario, Task::CallApi(account.to_owned())).await?;
                scenario.check(result == expected, format!("the other process gets the same response: {result}"))?;
                scenario.check(
                    scenario.server().journal().token_calls() == token_calls
                        && saved_token_count(scenario, account).await? == saved,
                    "it used the stored token, without the customer and without a new token",
                )?;
                Ok(process)
            },
        )
        .await
}
