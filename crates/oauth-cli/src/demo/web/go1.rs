//! Go1 on the page.

use go1::{Connect, Connection, Error, Go1, api, scope};
use oauth_core::async_trait;
use oauth_sandbox::{Sandbox, ServerHandle, go1::Rules};

use super::played::Plays;
use super::tally::Whom;
use crate::cli::Provider;

#[async_trait]
impl Plays for Go1 {
    type Rules = Rules;
    const PROVIDER: Provider = Provider::Go1;
    const ABOUT: &'static str = "Learning. Tokens live 12 hours; a refresh token works once.";
    const ACCOUNT: &'static str = "acme-training";

    fn played(sandbox: &Sandbox) -> &ServerHandle<Rules> {
        sandbox.go1()
    }

    fn wanted(sandbox: &Sandbox) -> Connect {
        Connect::new([scope::USER_READ, scope::PORTAL_READ, scope::LO_READ])
            .partner_portal(sandbox.go1().partner_portal_id())
    }

    async fn whom(connection: &Connection<Self>, _: &Sandbox) -> Result<Whom, Error> {
        let me = connection.send(&api::Me).await?;
        let name: Vec<_> = [me.first_name, me.last_name].into_iter().flatten().collect();
        let who = if name.is_empty() { me.email.unwrap_or_default() } else { name.join(" ") };
        Ok(Whom { who, how: "the person who connected".to_owned() })
    }
}
