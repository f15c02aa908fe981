//! Cobot as a provider of the web demo.

use cobot::{Cobot, Connect, Connection, Error, api, scope};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, cobot::Rules};

use super::counters::ActsFor;
use super::web_provider::WebProvider;
use crate::cli::Provider;

#[async_trait]
impl WebProvider for Cobot {
    type Rules = Rules;
    const PROVIDER: Provider = Provider::Cobot;
    const ABOUT: &'static str = "Coworking spaces. Tokens never expire, and each space has its own host.";
    // The space's subdomain.
    const ACCOUNT: &'static str = "betahaus";

    fn sandbox_handle(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.cobot()
    }

    fn connect_options(_: &Sandbox) -> Connect {
        // Not on the space's host, because some browsers do not resolve names under localhost.
        Connect::new([scope::READ_USER, scope::READ_MEMBERSHIPS])
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
