//! GoCD: hyphens in grant names, its own authorization scheme, one valid token per user.

use std::time::Duration;

use gocd::Gocd;
use gocd::api::CurrentUser;

use super::journal;
use super::process::{ProcessMode, Task};
use super::restart::restart;
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::{connect_and_store, saved_token_count};
use crate::provider::DemoProvider;

const ACCOUNT: &str = Gocd::ACCOUNT;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Connects and reads the build status, also after a restart and a refresh.
pub(super) async fn run(scenario: &Scenario<'_, Gocd>) -> Result<(), StepFailed> {
    let why = "An administrator of the server created these under Admin, OAuth Clients.";
    let connections = connect_and_store(scenario, why, Ok(scenario.connect_options()), ACCOUNT).await?;
    let account = connections.get(ACCOUNT);

    let builds = scenario
        .step(
            "cctray",
            "Read the build status",
            "GoCD uses its own authorization scheme: Token token=\"…\" instead of Bearer.",
            async || {
                let builds = Gocd::call_api(&account).await?;
                scenario.check(!builds.starts_with("0 "), format!("cctray.xml lists {builds}"))?;
                let user = account.send(&CurrentUser).await?;
                scenario.check(
                    scenario.server().users().iter().any(|known| user.email.as_ref() == Some(&known.email)),
                    format!("the token belongs to {}", user.display_name.unwrap_or(user.login_name)),
                )?;
                Ok(builds)
            },
        )
        .await?;

    let mut process = restart(scenario, connections, ACCOUNT, &builds, ProcessMode::Normal).await?;

    scenario
        .step(
            "keeper",
            "90 days later: the background sweep refreshes the token",
            "sweep() refreshes tokens that are due, so that no caller waits. Both tokens are replaced; the old pair becomes invalid.",
            async || {
                let report = process.run(scenario, Task::SweepDue).await?;
                scenario.check(report.starts_with("0 refreshed, "), format!("today nothing is due: {report}"))?;
                scenario.server().advance(90 * DAY);
                scenario.fact("sandbox time", scenario.server().now().format("%Y-%m-%d %H:%M"));
                let report = process.run(scenario, Task::SweepDue).await?;
                scenario.check(report.starts_with("1 refreshed, "), format!("90 days later: {report}"))?;
                scenario.check(saved_token_count(scenario, ACCOUNT).await? == 2, "the file contains the second token pair")
            },
        )
        .await?;

    scenario
        .step(
            "again",
            "Read the build status again",
            "With the new token, which is already stored.",
            async || {
                let token_calls = scenario.server().journal().token_calls();
                let result = process.run(scenario, Task::CallApi(ACCOUNT.to_owned())).await?;
                scenario.check(result == builds, format!("cctray.xml lists {result}"))?;
                scenario.check(
                    scenario.server().journal().token_calls() == token_calls,
                    "no caller had to wait for a refresh",
                )
            },
        )
        .await?;

    journal::compare(scenario, process, ACCOUNT, 2, 4).await
}
