//! Cobot: a space's own host, PKCE, tokens that do not expire, and tokens for a space.

use cobot::http::{Request, Response};
use cobot::{
    Cobot, Connect, Connection, Endpoint, EndpointContext, Error, Scopes, Site, Subdomain, TokenOrigin, api,
    get, join, json, scope,
};
use oauth_core::async_trait;
use oauth_sandbox::cobot::Rules;
use serde::Deserialize;

use super::connect::connect;
use super::journal;
use super::keep::keep;
use super::process::{Ask, Fate};
use super::restart::restart;
use super::stage::{Failed, Stage};

/// What the application calls the customer.
const CUSTOMER: &str = "nora-beckmann";
/// What it calls the customer's space: by its subdomain.
const SPACE: &str = "betahaus";

/// A call that the crate does not bring, as anybody would add it.
struct Memberships(Subdomain);

/// What we want of it.
#[derive(Deserialize)]
struct Membership {
    name: String,
}

impl Endpoint<Cobot> for Memberships {
    type Response = Vec<Membership>;
    const NAME: &'static str = "GET /api/memberships";

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        get(&join(&at.site().space_api_url(&self.0)?, &["memberships"])?)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Cobot>,
        response: Response<Vec<u8>>,
    ) -> Result<Self::Response, Error> {
        json(&response)
    }
}

#[async_trait]
impl Ask for Cobot {
    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    async fn ask(connection: &Connection<Self>) -> Result<String, Error> {
        let members = connection.send(&Memberships(connection.account().parse()?)).await?;
        let names: Vec<_> = members.into_iter().map(|member| member.name).collect();
        Ok(format!("{} members: {}", names.len(), names.join(", ")))
    }
}

/// Connects on the host of a space, asks who that is, gets a token for the space, and goes on with that after a restart.
pub(super) async fn play(stage: &Stage<'_, Rules>) -> Result<(), Failed> {
    let (client, betahaus) = stage
        .register("Cobot shows these to whoever registers an app.", async || {
            Ok((stage.client::<Cobot>()?, SPACE.parse::<Subdomain>()?))
        })
        .await?;
    let wanted = Scopes::from([scope::READ_USER, scope::READ_MEMBERSHIPS]);
    let token = connect(stage, &client, &Connect::new(wanted.clone()).on_space(betahaus.clone())).await?;
    let kept = keep(stage, client, CUSTOMER, token).await?;
    let customer = kept.get(CUSTOMER);

    stage
        .step(
            "user",
            "Ask who is connected",
            "An authorized call: the token goes along as a Bearer token.",
            async || {
                let user = customer.send(&api::User).await?;
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

    let space = stage
        .step(
            "space-token",
            "Get a token for the space, and keep that as well",
            "The customer's own token dies with their rights; one that belongs to the space stays.",
            async || {
                let space = customer.send(&api::Space::named(betahaus.clone())).await?;
                let space_token = customer.send(&api::SpaceToken::of(space.id)).await?;
                stage.check(
                    space_token.origin() == TokenOrigin::Derived
                        && space_token.access_token() != customer.token().await?.access_token(),
                    "it is another token, made from the first one",
                )?;
                stage.check(
                    space_token.missing_scopes(&wanted).is_empty(),
                    format!("it may do the same: {}", space_token.scopes()),
                )?;
                Ok(kept.insert(SPACE, space_token).await?)
            },
        )
        .await?;

    let before = stage
        .step(
            "memberships",
            "List the space's members with it",
            "On the space's own host. The crate does not bring this call; an endpoint of one's own is a few lines.",
            async || {
                let answer = Cobot::ask(&space).await?;
                stage.check(!answer.starts_with("0 "), format!("there are {answer}"))?;
                Ok(answer)
            },
        )
        .await?;

    let process = restart(stage, kept, SPACE, &before, Fate::Ends).await?;
    journal::compare(stage, process, SPACE, 1, 5).await
}
