//! Go1: scopes, 12-hour tokens, single-use refresh tokens, and a process killed during a refresh.

use std::time::Duration;

use go1::Go1;
use tokio::task::JoinSet;

use super::journal;
use super::kill::kill_during_refresh;
use super::process::{AppProcess, ProcessMode, Task};
use super::restart::restart;
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::{connect_and_store, saved_token_count};
use crate::provider::DemoProvider;

const ACCOUNT: &str = Go1::ACCOUNT;
const CALLERS: usize = 100;
/// Longer than an access token lives.
const THIRTEEN_HOURS: Duration = Duration::from_secs(13 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Connects, and stays connected through a hundred concurrent callers, a restart, a kill during a refresh,
/// and three months without a call.
pub(super) async fn run(scenario: &Scenario<'_, Go1>) -> Result<(), StepFailed> {
    let why = "Partners create these with their API keys; Go1's own customers find them in the portal.";
    let connections = connect_and_store(scenario, why, Ok(scenario.connect_options()), ACCOUNT).await?;
    let account = connections.get(ACCOUNT);
    let token_calls = || scenario.server().journal().token_calls();

    let user = scenario
        .step("me", "Get the connected user", "An API call with the token as a Bearer token.", async || {
            let user = Go1::call_api(&account).await?;
            let known =
                scenario.server().users().iter().any(|known| user == format!("the user is {}", known.email));
            scenario.check(known, user.as_str())?;
            Ok(user)
        })
        .await?;

    scenario
        .step(
            "at-once",
            "13 hours later the token has expired, and a hundred callers need it at once",
            "The refresh token is single-use: sending it twice would lose the connection. One caller refreshes and saves the new pair for all.",
            async || {
                let (first, calls) = (account.token().await?, token_calls());
                scenario.server().advance(THIRTEEN_HOURS);
                let mut callers = JoinSet::new();
                for _ in 0..CALLERS {
                    let account = account.clone();
                    callers.spawn(async move { account.headers().await });
                }
                let mut received = Vec::new();
                while let Some(headers) = callers.join_next().await {
                    received.push(headers??);
                }
                let second = account.token().await?;
                let headers = account.headers().await?;
                scenario.check(
                    received.len() == CALLERS && received.iter().all(|other| *other == headers),
                    format!("{CALLERS} callers received the same headers"),
                )?;
                scenario.check(
                    second.access_token() != first.access_token()
                        && second.refresh_token().is_some()
                        && second.refresh_token() != first.refresh_token(),
                    "access token and refresh token are new",
                )?;
                scenario.check(second.scopes() == first.scopes(), "the scopes are unchanged")?;
                scenario.check(token_calls() == calls + 1, "the token endpoint was called once")?;
                scenario.check(saved_token_count(scenario, ACCOUNT).await? == 2, "the file contains the second token pair")?;
                scenario.check(Go1::call_api(&account).await? == user, "the API accepts the new token")
            },
        )
        .await?;

    let process = restart(scenario, connections, ACCOUNT, &user, ProcessMode::StopBeforeTokenCall).await?;
    let mut next = kill_during_refresh(scenario, process, ACCOUNT, &user).await?;
    refresh_unused_connection(scenario, &mut next, &user).await?;
    journal::compare(scenario, next, ACCOUNT, 5, 5).await
}

/// Makes no call for longer than an unused refresh token lives.
async fn refresh_unused_connection(
    scenario: &Scenario<'_, Go1>,
    next: &mut AppProcess,
    user: &str,
) -> Result<(), StepFailed> {
    scenario
        .step(
            "keeper",
            "An unused connection: no call for 97 days",
            "An unused refresh token expires after 90 days. sweep() refreshes the tokens that would expire soon.",
            async || {
                let calls = scenario.server().journal().token_calls();
                let report = next.run(scenario, Task::SweepLapsing).await?;
                scenario.check(report.starts_with("0 refreshed, "), format!("today nothing is due: {report}"))?;
                scenario.server().advance(77 * DAY);
                let report = next.run(scenario, Task::SweepLapsing).await?;
                scenario.check(report.starts_with("1 refreshed, "), format!("77 days later: {report}"))?;
                scenario.server().advance(20 * DAY);
                let result = next.run(scenario, Task::CallApi(ACCOUNT.to_owned())).await?;
                scenario.check(result == user, format!("a call after 97 days succeeds: {result}"))?;
                scenario.check(
                    scenario.server().journal().token_calls() == calls + 2,
                    "one token call by the sweep, one by the caller",
                )
            },
        )
        .await
}
