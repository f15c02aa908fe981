//! Cobot on the command line.

use cobot::api::RevokeToken;
use cobot::{AppFlow, Cobot, Connect, Site, Subdomain};
use oauth_core::connections::Connection;
use oauth_core::{AccessToken, Client, ErrorKind, Token, async_trait};
use url::Url;

use super::{Offered, Revoked, SCOPE};
use crate::attempt::Attempt;
use crate::failure::Failure;
use crate::setting::{Of, Setting, Settings};

#[async_trait(?Send)]
impl Offered for Cobot {
    type Sandbox = oauth_sandbox::cobot::Rules;
    const SETTINGS: &'static [Setting] = &[
        Setting::one(
            Of::Site,
            "server",
            "URL",
            "What stands for https://www.cobot.me, such as a sandbox's base URL",
        ),
        SCOPE,
        Setting::one(Of::Connect, "space", "SUBDOMAIN", "Authorize on this space's own pages"),
        Setting::one(
            Of::Connect,
            "app-flow",
            "EMAIL",
            "By password instead of a browser: this user's; the password is asked for",
        ),
    ];
    const REQUEST: &'static [&'static str] = &["space"];
    const STAYS: &'static str = "";

    fn site(settings: &Settings) -> Result<Site, Failure> {
        Ok(match settings.one("server") {
            None => Site::production(),
            Some(base) => Site::at(base)?,
        })
    }

    fn comes_back(settings: &Settings) -> bool {
        settings.one("app-flow").is_none()
    }

    async fn connect(attempt: &Attempt<'_, Self>) -> Result<(), Failure> {
        let settings = attempt.settings;
        let scopes = settings.scopes()?;
        if let Some(username) = settings.one("app-flow") {
            let asked = AppFlow::new(username, attempt.password(username).await?, scopes);
            return attempt.take(attempt.client().password(asked)).await;
        }
        let connect = Connect::new(scopes);
        let connect = match settings.parsed::<Subdomain>("space")? {
            Some(space) => connect.on_space(space),
            None => connect,
        };
        attempt.by_browser(&connect).await
    }

    fn import_token(
        client: &Client<Self>,
        token: AccessToken,
        settings: &Settings,
    ) -> Result<Token<Self>, Failure> {
        Ok(client.import_token(token, settings.scopes()?)?)
    }

    fn api(site: &Site, _: &Token<Self>, asked: &Settings) -> Result<Url, Failure> {
        Ok(match asked.parsed::<Subdomain>("space")? {
            Some(space) => site.space_api_url(&space)?,
            None => site.api_url().clone(),
        })
    }

    async fn revoke(connection: &Connection<Self>) -> Result<Revoked, oauth_core::Error> {
        match connection.send(&RevokeToken::own()).await {
            Ok(()) => Ok(Revoked::Done),
            // It is of no use any more, which is what was wanted.
            Err(error) if error.kind() == ErrorKind::TokenRefused || error.needs_reconnect() => {
                Ok(Revoked::Done)
            }
            Err(error) => Err(error),
        }
    }

    fn endpoints(site: &Site) -> Vec<(&'static str, Url)> {
        vec![("authorization", site.authorize_url().clone()), ("API", site.api_url().clone())]
    }
}
