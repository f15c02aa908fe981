//! Cobot on the page.

use cobot::{Cobot, Connect, Connection, Error, api, scope};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, cobot::Rules};

use super::played::Plays;
use super::tally::Whom;
use crate::cli::Provider;

#[async_trait]
impl Plays for Cobot {
    type Rules = Rules;
    const PROVIDER: Provider = Provider::Cobot;
    const ABOUT: &'static str = "Coworking spaces. Tokens never expire; a space has a host of its own.";
    // By the space's subdomain, which is its host as well.
    const ACCOUNT: &'static str = "betahaus";

    fn played(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.cobot()
    }

    fn wanted(_: &Sandbox) -> Connect {
        // Not on the host of the space: there are browsers that do not look for names under localhost on this machine.
        Connect::new([scope::READ_USER, scope::READ_MEMBERSHIPS])
    }

    async fn whom(connection: &Connection<Self>, _: &Sandbox) -> Result<Whom, Error> {
        let user = connection.send(&api::User).await?;
        let space = user.admin_of.iter().find(|space| space.space_subdomain == connection.account());
        let name = space.and_then(|space| space.name.clone());
        let how = match space {
            Some(space) => {
                format!("admin of {}", space.space_name.as_ref().unwrap_or(&space.space_subdomain))
            }
            None => format!("no admin of {}", connection.account()),
        };
        Ok(Whom { who: name.or(user.email).unwrap_or_default(), how })
    }
}
