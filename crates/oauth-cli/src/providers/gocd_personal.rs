//! GoCD with personal access tokens on the command line.

use gocd::api::CurrentUser;
use gocd::{Personal, Site};
use oauth_core::{Client, Error, Scopes, Token, async_trait, http};
use url::Url;

use super::gocd::{CERTIFICATE, ROOT, SERVER};
use super::{CliProvider, RequestContext};
use crate::connect_flow::{ConnectFlow, token};
use crate::failure::Failure;
use crate::setting::{Setting, Settings};

#[async_trait(?Send)]
impl CliProvider for Personal {
    type Sandbox = oauth_sandbox::gocd::Rules;
    const SETTINGS: &'static [Setting] = &[SERVER, CERTIFICATE, ROOT];
    const HAS_CLIENTS: bool = false;
    const FIRST_CALL: (&'static str, &'static str) = ("/api/current_user", "");
    const NO_REVOCATION: &'static str = "GoCD has no way to revoke a token by API; revoke it on the server, under Personal Access Tokens in the user's menu";

    fn site(settings: &Settings) -> Result<Site, Failure> {
        super::gocd::site(settings)
    }

    fn uses_redirect(_: &Settings) -> bool {
        false
    }

    async fn connect(flow: &ConnectFlow<'_, Self>) -> Result<(), Failure> {
        flow.note(format!(
            "Create a token on {}, under Personal Access Tokens in your user menu.",
            flow.client().site().url()
        ));
        let token = token(flow.context).await?;
        let token = flow.client().import_token(token, Scopes::none())?;
        flow.save_token(async {
            // A token of another server, or a mistyped one, would be noticed only by a later command.
            flow.client().authorized(token.clone()).send(&CurrentUser).await?;
            Ok(token)
        })
        .await
    }

    async fn user(client: &Client<Self>, token: &Token<Self>) -> Result<Option<String>, Error> {
        super::gocd::user(client, token).await.map(Some)
    }

    fn imported_extra(_: &Site, _: &Settings) -> Result<Self::Extra, Failure> {
        Ok(Self::Extra::default())
    }

    fn base_url(
        context: &RequestContext<'_, Self>,
        method: &http::Method,
        path: &str,
    ) -> Result<Url, Failure> {
        super::gocd::base_url(context.site, method, path)
    }

    fn hint(status: http::StatusCode, _: &str, _: &Settings) -> Option<&'static str> {
        (status == http::StatusCode::FORBIDDEN)
            .then_some("the user may lack a role or permission at the server")
    }

    fn prepare_request(
        request: &mut http::Request<Vec<u8>>,
        context: &RequestContext<'_, Self>,
    ) -> Result<(), Failure> {
        super::gocd::prepare_request(request, context.site)
    }

    fn public_endpoints(site: &Site) -> Vec<(&'static str, Url)> {
        vec![("server", site.url().clone())]
    }
}
