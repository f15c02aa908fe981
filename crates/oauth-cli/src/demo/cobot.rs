//! Cobot: hosts of spaces, PKCE, tokens without expiry, and space tokens.

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
use super::process::{DemoProvider, ProcessMode};
use super::restart::restart;
use super::scenario::{Scenario, StepFailed};
use super::stored_connections::store_token;

/// The application's account name for the customer.
const CUSTOMER: &str = "nora-beckmann";
/// The account name for the customer's space: its subdomain.
const SPACE: &str = "betahaus";

/// An API call that the crate does not include.
struct Memberships(Subdomain);

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
impl DemoProvider for Cobot {
    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let members = connection.send(&Memberships(connection.account().parse()?)).await?;
        let names: Vec<_> = members.into_iter().map(|member| member.name).collect();
        Ok(format!("{} members: {}", names.len(), names.join(", ")))
    }
}

/// Connects on a space's host, gets a space token, and continues with it after a restart.
pub(super) async fn run(scenario: &Scenario<'_, Rules>) -> Result<(), StepFailed> {
    let (client, betahaus) = scenario
        .register("Cobot shows these when an app is registered.", async || {
            Ok((scenario.client::<Cobot>()?, SPACE.parse::<Subdomain>()?))
        })
        .await?;
    let scopes = Scopes::from([scope::READ_USER, scope::READ_MEMBERSHIPS]);
    let token = connect(scenario, &client, &Connect::new(scopes.clone()).on_space(betahaus.clone())).await?;
    let connections = store_token(scenario, client, CUSTOMER, token).await?;
    let customer = connections.get(CUSTOMER);

    scenario
        .step("user", "Get the connected user", "An API call with the token as a Bearer token.", async || {
            let user = customer.send(&api::User).await?;
            scenario.check(
                scenario.card().users.iter().any(|known| user.email.as_ref() == Some(&known.email)),
                format!("the user is {}", user.email.as_deref().unwrap_or("unknown")),
            )?;
            scenario.check(
                user.admin_of.iter().any(|space| space.space_subdomain == betahaus.as_str()),
                "the user administers the space betahaus",
            )
        })
        .await?;

    let space = scenario
        .step(
            "space-token",
            "Get a space token and store it",
            "The customer's token is valid only as long as their rights. A space token stays valid.",
            async || {
                let space = customer.send(&api::Space::named(betahaus.clone())).await?;
                let space_token = customer.send(&api::SpaceToken::of(space.id)).await?;
                scenario.check(
                    space_token.origin() == TokenOrigin::Derived
                        && space_token.access_token() != customer.token().await?.access_token(),
                    "it is a new token, derived from the first one",
                )?;
                scenario.check(
                    space_token.missing_scopes(&scopes).is_empty(),
                    format!("it has the same scopes: {}", space_token.scopes()),
                )?;
                Ok(connections.insert(SPACE, space_token).await?)
            },
        )
        .await?;

    let members = scenario
        .step(
            "memberships",
            "List the space's members with the space token",
            "On the space's own host. The crate does not include this call; a custom endpoint takes a few lines.",
            async || {
                let members = Cobot::call_api(&space).await?;
                scenario.check(!members.starts_with("0 "), format!("the response has {members}"))?;
                Ok(members)
            },
        )
        .await?;

    let process = restart(scenario, connections, SPACE, &members, ProcessMode::Normal).await?;
    journal::compare(scenario, process, SPACE, 1, 5).await
}
