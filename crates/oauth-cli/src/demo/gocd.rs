//! GoCD: hyphens in grant names, a header of its own, one live token per user.

use std::time::Duration;

use gocd::api::{Cctray, CurrentUser};
use gocd::{Connect, Connection, Error, Gocd, Site};
use oauth_core::async_trait;
use oauth_sandbox::gocd::Rules;

use super::connect::connect;
use super::journal;
use super::keep::{keep, tokens_saved};
use super::process::{Ask, Fate, Task};
use super::restart::restart;
use super::stage::{Failed, Stage};

/// What the application calls this customer.
const ACCOUNT: &str = "checkout-team";
const DAY: Duration = Duration::from_secs(24 * 3600);

#[async_trait]
impl Ask for Gocd {
    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    async fn ask(connection: &Connection<Self>) -> Result<String, Error> {
        let projects = connection.send(&Cctray).await?;
        Ok(format!("{} stages and jobs", projects.len()))
    }
}

/// Connects, reads the state of the builds, and does so again after a restart and a refresh.
pub(super) async fn play(stage: &Stage<'_, Rules>) -> Result<(), Failed> {
    let client = stage
        .register("An administrator of the server made these under Admin, OAuth Clients.", async || {
            stage.client::<Gocd>()
        })
        .await?;
    let token = connect(stage, &client, &Connect::new()).await?;
    let kept = keep(stage, client, ACCOUNT, token).await?;
    let account = kept.get(ACCOUNT);

    let before = stage
        .step(
            "cctray",
            "Read the state of the builds",
            "GoCD has a header scheme of its own: Token token=\"…\" instead of Bearer.",
            async || {
                let answer = Gocd::ask(&account).await?;
                stage.check(!answer.starts_with("0 "), format!("cctray.xml was read: {answer}"))?;
                let user = account.send(&CurrentUser).await?;
                stage.check(
                    stage.card().users.iter().any(|known| user.email.as_ref() == Some(&known.email)),
                    format!("the token speaks for {}", user.display_name),
                )?;
                Ok(answer)
            },
        )
        .await?;

    let mut process = restart(stage, kept, ACCOUNT, &before, Fate::Ends).await?;

    stage
        .step(
            "keeper",
            "90 days later: the keeper refreshes before anybody asks",
            "sweep() finds what is due, so that nobody waits for it. Both tokens are replaced at once, and the old pair is gone.",
            async || {
                let swept = process.order(stage, Task::SweepDue).await?;
                stage.check(swept.starts_with("0 refreshed, "), format!("today there is nothing to do: {swept}"))?;
                stage.sandbox().advance(90 * DAY);
                stage.fact("the time is now", stage.sandbox().now().format("%Y-%m-%d %H:%M"));
                let swept = process.order(stage, Task::SweepDue).await?;
                stage.check(swept.starts_with("1 refreshed, "), format!("90 days later there is: {swept}"))?;
                stage.check(tokens_saved(stage, ACCOUNT).await? == 2, "the file holds the second pair of tokens")
            },
        )
        .await?;

    stage
        .step("again", "Read the builds again", "With the new token, which is there already.", async || {
            let token_calls = stage.sandbox().journal().token_calls();
            let after = process.order(stage, Task::Ask(ACCOUNT.to_owned())).await?;
            stage.check(after == before, format!("cctray.xml was read: {after}"))?;
            stage.check(
                stage.sandbox().journal().token_calls() == token_calls,
                "nobody had to wait for a refresh",
            )
        })
        .await?;

    journal::compare(stage, process, ACCOUNT, 2, 4).await
}
