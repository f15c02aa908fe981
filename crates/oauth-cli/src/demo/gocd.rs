//! GoCD: hyphens in grant names, a header of its own, one live token per user.

use std::time::Duration;

use gocd::api::{Cctray, CurrentUser};
use gocd::{Connect, Gocd, Site};
use oauth_sandbox::gocd::Rules;

use super::connect::connect;
use super::journal;
use super::stage::{Failed, Stage};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Connects, reads the state of the builds, and does so again after a refresh.
pub(super) async fn play(stage: &Stage<'_, Rules>) -> Result<(), Failed> {
    let client = stage
        .register("An administrator of the server made these under Admin, OAuth Clients.", async || {
            Ok(stage.client::<Gocd>(Site::at(&stage.card().url)?)?)
        })
        .await?;
    let token = connect(stage, &client, &Connect::new()).await?;

    stage
        .step(
            "cctray",
            "Read the state of the builds",
            "GoCD has a header scheme of its own: Token token=\"…\" instead of Bearer.",
            async || {
                let projects = client.send(&token, &Cctray).await?;
                stage.check(
                    !projects.is_empty(),
                    format!("cctray.xml was read: {} stages and jobs", projects.len()),
                )?;
                let user = client.send(&token, &CurrentUser).await?;
                stage.check(
                    stage.card().users.iter().any(|known| user.email.as_ref() == Some(&known.email)),
                    format!("the token speaks for {}", user.display_name),
                )
            },
        )
        .await?;

    let renewed = stage
        .step(
            "refresh",
            "89 days later: refresh the token",
            "It lives 90 days. Both tokens are replaced at once, and the old pair is gone.",
            async || {
                stage.sandbox().advance(89 * DAY);
                stage.fact("the time is now", stage.sandbox().now().format("%Y-%m-%d %H:%M"));
                let renewed = client.refresh(&token).await?;
                stage.check(
                    renewed.access_token() != token.access_token()
                        && renewed.refresh_token().is_some()
                        && renewed.refresh_token() != token.refresh_token(),
                    "access token and refresh token are new",
                )?;
                Ok(renewed)
            },
        )
        .await?;

    stage
        .step("again", "Read the builds again", "With the new token.", async || {
            let projects = client.send(&renewed, &Cctray).await?;
            stage.check(
                !projects.is_empty(),
                format!("cctray.xml was read: {} stages and jobs", projects.len()),
            )
        })
        .await?;

    journal::compare(stage, 2, 3).await
}
