//! Cobot.

use cobot::http::{Request, Response};
use cobot::{
    Cobot, Connect, Connection, Endpoint, EndpointContext, Error, Site, Subdomain, api, get, join, json,
    scope,
};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, cobot::Rules};
use serde::Deserialize;

use crate::arguments::ProviderName;
use crate::provider::{ActsFor, DemoProvider};

#[async_trait]
impl DemoProvider for Cobot {
    type Rules = Rules;
    const PROVIDER: ProviderName = ProviderName::Cobot;
    const ABOUT: &'static str = "Coworking spaces. Tokens never expire, and each space has its own host.";
    // The space's subdomain.
    const ACCOUNT: &'static str = "betahaus";

    fn site(url: &str) -> Result<Site, Error> {
        Site::at(url)
    }

    fn server(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.cobot()
    }

    fn connect_options(_: &Sandbox) -> Connect {
        // Not on the space's host, because some browsers do not resolve names under localhost.
        Connect::new([scope::READ_USER, scope::READ_MEMBERSHIPS])
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let members = connection.send(&Memberships(connection.account().parse()?)).await?;
        let names: Vec<_> = members.into_iter().map(|member| member.name).collect();
        Ok(format!("{} members: {}", names.len(), names.join(", ")))
    }

    async fn acts_for(connection: &Connection<Self>, _: &Sandbox) -> Result<ActsFor, Error> {
        let user = connection.send(&api::User).await?;
        let space = user.admin_of.iter().find(|space| space.space_subdomain == connection.account());
        let name = space.and_then(|space| space.name.clone());
        let basis = match space {
            Some(space) => {
                format!("admin of {}", space.space_name.as_ref().unwrap_or(&space.space_subdomain))
            }
            None => format!("not an admin of {}", connection.account()),
        };
        Ok(ActsFor { user: name.or(user.email).unwrap_or_default(), basis })
    }
}

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
