//! Go1: scopes, tokens that live 12 hours, refresh tokens that work once. So here a process is killed in the middle of a refresh.

use std::time::Duration;

use go1::{Connect, Connection, Error, Go1, Site, api, scope};
use oauth_core::async_trait;
use oauth_sandbox::go1::Rules;
use tokio::task::JoinSet;

use super::connect::connect;
use super::journal;
use super::keep::{keep, tokens_saved};
use super::killed::killed;
use super::process::{Ask, Fate, Process, Task};
use super::restart::restart;
use super::stage::{Failed, Stage};

/// What the application calls this customer.
const ACCOUNT: &str = "acme-training";
const CALLERS: usize = 100;
/// Longer than an access token lives.
const THIRTEEN_HOURS: Duration = Duration::from_secs(13 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[async_trait]
impl Ask for Go1 {
    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    async fn ask(connection: &Connection<Self>) -> Result<String, Error> {
        let me = connection.send(&api::Me).await?;
        Ok(format!("it is {}", me.email.as_deref().unwrap_or("nobody")))
    }
}

/// Connects, and stays connected: through a hundred callers at once, a restart, a kill in the middle of a refresh, and three months
/// without a call.
pub(super) async fn play(stage: &Stage<'_, Rules>) -> Result<(), Failed> {
    let client = stage
        .register(
            "Go1 makes these with a partner's API keys; to its own customers, the portal shows them.",
            async || stage.client::<Go1>(),
        )
        .await?;
    let wanted = Connect::new([scope::USER_READ, scope::PORTAL_READ, scope::LO_READ]);
    // Partners know their number.
    let partner = stage.sandbox().partner_portal_id();
    let token = connect(stage, &client, &wanted.partner_portal(partner)).await?;
    let kept = keep(stage, client, ACCOUNT, token).await?;
    let account = kept.get(ACCOUNT);
    let token_calls = || stage.sandbox().journal().token_calls();

    let me = stage
        .step(
            "me",
            "Ask who is connected",
            "An authorized call: the token goes along as a Bearer token.",
            async || {
                let answer = Go1::ask(&account).await?;
                let known = stage.card().users.iter().any(|known| answer == format!("it is {}", known.email));
                stage.check(known, answer.as_str())?;
                Ok(answer)
            },
        )
        .await?;

    stage
        .step(
            "at-once",
            "13 hours later the token has expired, and a hundred callers want it at once",
            "The refresh token works once: sent twice, the customer is gone. So one refreshes, saves the new pair, and all go on.",
            async || {
                let (first, calls) = (account.token().await?, token_calls());
                stage.sandbox().advance(THIRTEEN_HOURS);
                let mut callers = JoinSet::new();
                for _ in 0..CALLERS {
                    let account = account.clone();
                    callers.spawn(async move { account.headers().await });
                }
                let mut got = Vec::new();
                while let Some(headers) = callers.join_next().await {
                    got.push(headers??);
                }
                let second = account.token().await?;
                let headers = account.headers().await?;
                stage.check(
                    got.len() == CALLERS && got.iter().all(|got| *got == headers),
                    format!("{CALLERS} callers got the same headers for their request"),
                )?;
                stage.check(
                    second.access_token() != first.access_token()
                        && second.refresh_token().is_some()
                        && second.refresh_token() != first.refresh_token(),
                    "access token and refresh token are new",
                )?;
                stage.check(second.scopes() == first.scopes(), "it may do what the first one might")?;
                stage.check(token_calls() == calls + 1, "the token endpoint was called once")?;
                stage.check(tokens_saved(stage, ACCOUNT).await? == 2, "the file holds the second pair of tokens")?;
                stage.check(Go1::ask(&account).await? == me, "and the API takes it")
            },
        )
        .await?;

    let doomed = restart(stage, kept, ACCOUNT, &me, Fate::IsKilled).await?;
    let mut heir = killed(stage, doomed, ACCOUNT, &me).await?;
    quiet(stage, &mut heir, &me).await?;
    journal::compare(stage, heir, ACCOUNT, 5, 5).await
}

/// Nobody calls for longer than a refresh token lives.
async fn quiet(stage: &Stage<'_, Rules>, heir: &mut Process, me: &str) -> Result<(), Failed> {
    stage
        .step(
            "keeper",
            "A quiet customer: nobody calls for 97 days",
            "An unused refresh token lapses after 90 days. The keeper's sweep() finds those that will soon, and refreshes them.",
            async || {
                let calls = stage.sandbox().journal().token_calls();
                let swept = heir.order(stage, Task::SweepLapsing).await?;
                stage.check(swept.starts_with("0 refreshed, "), format!("today there is nothing to do: {swept}"))?;
                stage.sandbox().advance(77 * DAY);
                let swept = heir.order(stage, Task::SweepLapsing).await?;
                stage.check(swept.starts_with("1 refreshed, "), format!("77 days later there is: {swept}"))?;
                stage.sandbox().advance(20 * DAY);
                let answer = heir.order(stage, Task::Ask(ACCOUNT.to_owned())).await?;
                stage.check(answer == me, format!("after 97 days, a call: {answer}"))?;
                stage.check(
                    stage.sandbox().journal().token_calls() == calls + 2,
                    "one token call for the keeper, one for the caller",
                )
            },
        )
        .await
}
