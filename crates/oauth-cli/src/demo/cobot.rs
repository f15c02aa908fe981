//! Cobot: a space's own host, PKCE, tokens that do not expire, and tokens for a space.

use anyhow::Context as _;
use cobot::http::{Request, Response};
use cobot::{
    At, Cobot, Connect, Endpoint, Error, Obtained, Scopes, Site, Subdomain, api, get, join, json, scope,
};
use oauth_sandbox::cobot::Rules;
use serde::Deserialize;

use super::connect::connect;
use super::journal;
use super::stage::{Failed, Stage};

/// A call that the crate does not bring, as anybody would add it.
struct Memberships(Subdomain);

/// What we want of it.
#[derive(Deserialize)]
struct Membership {
    name: String,
}

impl Endpoint<Cobot> for Memberships {
    type Reply = Vec<Membership>;
    const NAME: &'static str = "GET /api/memberships";
    const REPLAYABLE: bool = true;

    fn request(&self, at: &At<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        get(&join(&at.site().space_api_url(&self.0)?, &["memberships"])?)
    }

    fn reply(&self, _: &At<'_, Cobot>, response: Response<Vec<u8>>) -> Result<Self::Reply, Error> {
        json(&response)
    }
}

/// Connects on the host of a space, asks who that is, and gets a token for the space.
pub(super) async fn play(stage: &Stage<'_, Rules>) -> Result<(), Failed> {
    let (client, betahaus) = stage
        .register("Cobot shows these to whoever registers an app.", async || {
            let client = stage.client::<Cobot>(Site::at(&stage.card().url)?)?;
            Ok((client, "betahaus".parse::<Subdomain>()?))
        })
        .await?;
    let wanted = Scopes::from([scope::READ_USER, scope::READ_MEMBERSHIPS]);
    let token = connect(stage, &client, &Connect::new(wanted.clone()).on_space(betahaus.clone())).await?;

    stage
        .step(
            "user",
            "Ask who is connected",
            "An authorized call: the token goes along as a Bearer token.",
            async || {
                let user = client.send(&token, &api::User).await?;
                stage.check(
                    stage.card().users.iter().any(|known| user.email.as_ref() == Some(&known.email)),
                    format!("it is {}", user.email.as_deref().unwrap_or("nobody")),
                )?;
                stage.check(
                    user.admin_of.iter().any(|space| space.space_subdomain == betahaus.as_str()),
                    "who administers the space betahaus",
                )
            },
        )
        .await?;

    let space_token = stage
        .step(
            "space-token",
            "Get a token for the space",
            "The customer's own token dies with their rights; one that belongs to the space stays.",
            async || {
                let space = client.send(&token, &api::Space::named(betahaus.clone())).await?;
                let space_token = client.send(&token, &api::SpaceToken::of(space.id)).await?;
                stage.check(
                    space_token.obtained() == Obtained::Derived
                        && space_token.access_token() != token.access_token(),
                    "it is another token, made from the first one",
                )?;
                stage.check(
                    space_token.missing_scopes(&wanted).is_empty(),
                    format!("it may do the same: {}", space_token.scopes()),
                )?;
                Ok(space_token)
            },
        )
        .await?;

    stage
        .step(
            "memberships",
            "List the space's members with it",
            "On the space's own host. The crate does not bring this call; an endpoint of one's own is a few lines.",
            async || {
                let members = client.send(&space_token, &Memberships(betahaus.clone())).await?;
                let first = members.first().context("the space has no members")?;
                stage.check(true, format!("there are {} members, {} among them", members.len(), first.name))
            },
        )
        .await?;

    journal::compare(stage, 1, 4).await
}
