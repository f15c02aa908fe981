//! The four providers.

use cohortgo::ActingAs as _;
use oauth_core::{Connection, Error, async_trait};
use oauth_sandbox::{Sandbox, ServerHandle};

use crate::arguments::ProviderName;
use crate::provider::{ActsFor, DemoProvider};

#[async_trait]
impl DemoProvider for cobot::Cobot {
    type Rules = oauth_sandbox::cobot::Rules;
    const PROVIDER: ProviderName = ProviderName::Cobot;
    const ABOUT: &'static str = "Coworking spaces. Tokens never expire, and each space has its own host.";
    // The space's subdomain.
    const ACCOUNT: &'static str = "betahaus";

    fn site(url: &str) -> Result<cobot::Site, Error> {
        cobot::Site::at(url)
    }

    fn server(sandbox: &Sandbox) -> &ServerHandle<Self::Rules> {
        sandbox.cobot()
    }

    fn connect_options(_: &Sandbox) -> cobot::Connect {
        // Not on the space's host, because some browsers do not resolve names under localhost.
        cobot::Connect::new([cobot::scope::READ_USER, cobot::scope::READ_MEMBERSHIPS])
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let space: cobot::Subdomain = connection.account().parse()?;
        let members = connection.send(&cobot::api::Memberships::new(space)).await?;
        let names: Vec<_> = members.into_iter().map(|member| member.name.unwrap_or_default()).collect();
        Ok(format!("{} members: {}", names.len(), names.join(", ")))
    }

    async fn acts_for(connection: &Connection<Self>, _: &Sandbox) -> Result<ActsFor, Error> {
        let user = connection.send(&cobot::api::User).await?;
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

/// Name and address of another user of the account than the one who connected.
pub(crate) const COLLEAGUE: (&str, &str) = ("Bob Smith", "bob.smith@brightwater.example");

#[async_trait]
impl DemoProvider for cohortgo::CohortGo {
    type Rules = oauth_sandbox::cohortgo::Rules;
    const PROVIDER: ProviderName = ProviderName::Cohortgo;
    const ABOUT: &'static str = "Student payments. One token can act for any user of the account.";
    const ACCOUNT: &'static str = "brightwater-college";

    fn site(url: &str) -> Result<cohortgo::Site, Error> {
        cohortgo::Site::at(url)
    }

    fn server(sandbox: &Sandbox) -> &ServerHandle<Self::Rules> {
        sandbox.cohortgo()
    }

    fn connect_options(_: &Sandbox) -> cohortgo::Connect {
        cohortgo::Connect::clone(&cohortgo::Connect::acting_as_users().creating_users())
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let (name, email) = COLLEAGUE;
        let user = cohortgo::ActAs::new(name, email)?;
        let invoices = connection.send(&cohortgo::api::ProviderInvoices::new().acting_as(&user)).await?.items;
        let first = invoices.first().map(|first| first.id.as_str()).unwrap_or("none");
        Ok(format!("{} invoices on the first page, starting with {first}", invoices.len()))
    }

    /// Each call names its user, so this is the user of the last call in the sandbox.
    async fn acts_for(connection: &Connection<Self>, sandbox: &Sandbox) -> Result<ActsFor, Error> {
        Self::call_api(connection).await?;
        let server = sandbox.cohortgo();
        let email = server.authorized_calls().pop().map(|call| call.user).unwrap_or_default();
        let name = server.account_users().into_iter().find(|user| user.email == email).map(|user| user.name);
        let basis = "a user of the account, named in each call".to_owned();
        Ok(ActsFor { user: name.unwrap_or(email), basis })
    }
}

#[async_trait]
impl DemoProvider for go1::Go1 {
    type Rules = oauth_sandbox::go1::Rules;
    const PROVIDER: ProviderName = ProviderName::Go1;
    const ABOUT: &'static str = "Learning. Tokens live 12 hours, and refresh tokens are single-use.";
    const ACCOUNT: &'static str = "acme-training";

    fn site(url: &str) -> Result<go1::Site, Error> {
        go1::Site::at(url)
    }

    fn server(sandbox: &Sandbox) -> &ServerHandle<Self::Rules> {
        sandbox.go1()
    }

    fn connect_options(sandbox: &Sandbox) -> go1::Connect {
        go1::Connect::new([go1::scope::USER_READ, go1::scope::PORTAL_READ, go1::scope::LO_READ])
            .partner_portal(sandbox.go1().partner_portal_id())
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let me = connection.send(&go1::api::Me).await?;
        Ok(format!("the user is {}", me.email.as_deref().unwrap_or("unknown")))
    }

    async fn acts_for(connection: &Connection<Self>, _: &Sandbox) -> Result<ActsFor, Error> {
        let me = connection.send(&go1::api::Me).await?;
        let name: Vec<_> = [me.first_name, me.last_name].into_iter().flatten().collect();
        let user = if name.is_empty() { me.email.unwrap_or_default() } else { name.join(" ") };
        Ok(ActsFor { user, basis: "the user who connected".to_owned() })
    }
}

#[async_trait]
impl DemoProvider for gocd::Gocd {
    type Rules = oauth_sandbox::gocd::Rules;
    const PROVIDER: ProviderName = ProviderName::Gocd;
    const ABOUT: &'static str = "Delivery pipelines. One valid token per user, for 90 days.";
    const ACCOUNT: &'static str = "checkout-team";

    fn site(url: &str) -> Result<gocd::Site, Error> {
        gocd::Site::at(url)
    }

    fn server(sandbox: &Sandbox) -> &ServerHandle<Self::Rules> {
        sandbox.gocd()
    }

    fn connect_options(_: &Sandbox) -> gocd::Connect {
        gocd::Connect::new()
    }

    async fn call_api(connection: &Connection<Self>) -> Result<String, Error> {
        let feed = connection.send(&gocd::api::Cctray).await?;
        Ok(format!("{} stages and jobs", feed.projects.len()))
    }

    async fn acts_for(connection: &Connection<Self>, _: &Sandbox) -> Result<ActsFor, Error> {
        let user = connection.send(&gocd::api::CurrentUser).await?;
        let basis = format!("login name {}", user.login_name);
        Ok(ActsFor { user: user.display_name.unwrap_or(user.login_name), basis })
    }
}
