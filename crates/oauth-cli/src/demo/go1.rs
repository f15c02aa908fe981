//! Go1: scopes, tokens that live 12 hours, refresh tokens that work once.

use std::time::Duration;

use go1::{Connect, ErrorKind, Go1, Site, api, scope};
use oauth_sandbox::go1::Rules;

use super::connect::connect;
use super::journal;
use super::stage::{Failed, Stage};

/// Longer than an access token lives.
const THIRTEEN_HOURS: Duration = Duration::from_secs(13 * 3600);

/// Connects, asks who that is, and does so again when the token has expired.
pub(super) async fn play(stage: &Stage<'_, Rules>) -> Result<(), Failed> {
    let client = stage
        .register(
            "Go1 makes these with a partner's API keys; to its own customers, the portal shows them.",
            async || Ok(stage.client::<Go1>(Site::at(&stage.card().url)?)?),
        )
        .await?;
    let wanted = Connect::new([scope::USER_READ, scope::PORTAL_READ, scope::LO_READ]);
    // Partners know their number.
    let partner = stage.sandbox().partner_portal_id();
    let token = connect(stage, &client, &wanted.partner_portal(partner)).await?;

    let me = stage
        .step(
            "me",
            "Ask who is connected",
            "An authorized call: the token goes along as a Bearer token.",
            async || {
                let me = client.send(&token, &api::Me).await?;
                stage.check(
                    stage.card().users.iter().any(|known| me.email.as_ref() == Some(&known.email)),
                    format!("it is {}", me.email.as_deref().unwrap_or("nobody")),
                )?;
                Ok(me)
            },
        )
        .await?;

    stage
        .step(
            "expire",
            "13 hours later the token has expired",
            "It lives 12 hours. An expired token is never sent: the client says so at once.",
            async || {
                stage.sandbox().advance(THIRTEEN_HOURS);
                let before = stage.sandbox().journal().api_calls();
                let kind = client.send(&token, &api::Me).await.err().map(|error| error.kind());
                stage.check(
                    kind == Some(ErrorKind::Expired),
                    "the call is refused by our own client as expired",
                )?;
                stage.check(stage.sandbox().journal().api_calls() == before, "nothing was sent")
            },
        )
        .await?;

    let renewed = stage
        .step(
            "refresh",
            "Refresh the token",
            "The refresh token is good for 90 days and works once, so the new pair must be saved before anything else.",
            async || {
                let renewed = client.refresh(&token).await?;
                stage.granted(&renewed);
                stage.check(
                    renewed.access_token() != token.access_token()
                        && renewed.refresh_token().is_some()
                        && renewed.refresh_token() != token.refresh_token(),
                    "access token and refresh token are new",
                )?;
                stage.check(renewed.scopes() == token.scopes(), "it may do what the first one might")?;
                Ok(renewed)
            },
        )
        .await?;

    stage
        .step("again", "Ask again who is connected", "With the new token.", async || {
            let again = client.send(&renewed, &api::Me).await?;
            stage.check(again == me, "it is the same user as before")
        })
        .await?;

    journal::compare(stage, 2, 2).await
}
