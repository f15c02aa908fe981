//! GoCD: hyphens in grant names, its own authorization scheme, one valid token per user.

use std::time::Duration;

use gocd::api::{Cctray, CurrentUser};
use gocd::{Connect, Connection, Error, Gocd, Site};
use oauth_core::async_trait;
use oauth_sandbox::gocd::Rules;

use super::connect::connect;
use super::journal;
use super::process::{DemoProvider, ProcessMode, Task};
use super::restart::restart;
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::{saved_token_count, store_token};

/// The application's account name for the customer.
const ACCOUNT: &str = "checkout-team";
const DAY: Duration = Duration::from_secs(24 * 3600);

#[async_trait]
impl DemoProvider for Gocd {
    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let feed = connection.send(&Cctray).await?;
        Ok(format!("{} stages and jobs", feed.projects.len()))
    }
}

/// Connects and reads the build status, also after a restart and a refresh.
pub(super) async fn run(scenario: &Scenario<'_, Rules>) -> Result<(), StepFailed> {
    let client = scenario
        .register("An administrator of the server created these under Admin, OAuth Clients.", async || {
            scenario.client::<Gocd>()
        })
        .await?;
    let token = connect(scenario, &client, &Connect::new()).await?;
    let connections = store_token(scenario, client, ACCOUNT, token).await?;
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
                    scenario.card().users.iter().any(|known| user.email.as_ref() == Some(&known.email)),
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
                scenario.sandbox().advance(90 * DAY);
                scenario.fact("sandbox time", scenario.sandbox().now().format("%Y-%m-%d %H:%M"));
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
                let token_calls = scenario.sandbox().journal().token_calls();
                let result = process.run(scenario, Task::CallApi(ACCOUNT.to_owned())).await?;
                scenario.check(result == builds, format!("cctray.xml lists {result}"))?;
                scenario.check(
                    scenario.sandbox().journal().token_calls() == token_calls,
                    "no caller had to wait for a refresh",
                )
            },
        )
        .await?;

    journal::compare(scenario, process, ACCOUNT, 2, 4).await
}
