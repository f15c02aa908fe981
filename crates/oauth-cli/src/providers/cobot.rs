//! Cobot on the command line.

use cobot::{AppFlow, Cobot, Connect, Site, Subdomain};
use oauth_core::http::HeaderValue;
use oauth_core::http::header::{ACCEPT, CONTENT_TYPE};
use oauth_core::{Client, Error, Token, async_trait, http};
use url::Url;

use super::{CliProvider, ProviderName, RequestContext, SCOPE, server, user_name};
use crate::commands::api::is_documented;
use crate::connect_flow::ConnectFlow;
use crate::failure::Failure;
use crate::setting::{Setting, SettingScope, Settings};

/// The media type of API 2 (<https://dev.cobot.me/api2>).
const JSON_API: HeaderValue = HeaderValue::from_static("application/vnd.api+json");

#[async_trait(?Send)]
impl CliProvider for Cobot {
    type Sandbox = oauth_sandbox::cobot::Rules;
    const SETTINGS: &'static [Setting] = &[
        server("Use this base URL instead of https://www.cobot.me, such as a sandbox's"),
        SCOPE,
        Setting::one(SettingScope::Connect, "space", "SUBDOMAIN", "Authorize on this space's own pages"),
        Setting::one(
            SettingScope::Connect,
            "app-flow",
            "EMAIL",
            "Connect with this user's password instead of a browser; prompts for the password",
        ),
    ];
    const REQUEST_OPTIONS: &'static [&'static str] = &["space"];
    const FIRST_CALL: (&'static str, &'static str) = ("/api/user", "read_user");
    const NO_REVOCATION: &'static str = "";

    fn site(settings: &Settings) -> Result<Site, Failure> {
        Ok(match settings.one("server") {
            None => Site::production(),
            Some(base) => Site::at(base)?,
        })
    }

    fn uses_redirect(settings: &Settings) -> bool {
        settings.one("app-flow").is_none()
    }

    async fn connect(flow: &ConnectFlow<'_, Self>) -> Result<(), Failure> {
        let settings = flow.settings;
        let scopes = settings.scopes()?;
        if let Some(username) = settings.one("app-flow") {
            let grant = AppFlow::new(username, flow.password(username).await?, scopes);
            return flow.save_token(flow.client().password(grant)).await;
        }
        let connect = Connect::new(scopes);
        let connect = match settings.parsed::<Subdomain>("space")? {
            Some(space) => connect.on_space(space),
            None => connect,
        };
        flow.authorize_in_browser(&connect).await
    }

    async fn user(client: &Client<Self>, token: &Token<Self>) -> Result<Option<String>, Error> {
        let user = client.send(token, &cobot::api::User).await?;
        let members = user.memberships.iter().map(|one| one.space_subdomain.as_str());
        let mut spaces: Vec<&str> =
            members.chain(user.admin_of.iter().map(|one| one.space_subdomain.as_str())).collect();
        spaces.sort_unstable();
        spaces.dedup();
        let name = user_name("", Some(user.email.as_deref().unwrap_or(&user.id)));
        Ok(Some(match spaces.len() {
            0 => name,
            1 => format!("{name} (space: {})", spaces[0]),
            2..=3 => format!("{name} (spaces: {})", spaces.join(", ")),
            number => format!("{name} ({number} spaces)"),
        }))
    }

    fn imported_extra(_: &Site, _: &Settings) -> Result<Self::Extra, Failure> {
        Ok(Self::Extra::default())
    }

    /// `oauth api` shows the calls of API 1 below `/api`; those of API 2 have a host of their own.
    fn base_url(
        context: &RequestContext<'_, Self>,
        method: &http::Method,
        path: &str,
    ) -> Result<Url, Failure> {
        let site = context.site;
        Ok(match context.options.parsed::<Subdomain>("space")? {
            Some(space) => site.space_api_url(&space)?,
            None if path.trim_start_matches('/').starts_with("api/") => site.api_url().clone(),
            None if is_documented(ProviderName::Cobot, method, path) => site.api2_url()?,
            None => site.api_url().clone(),
        })
    }

    fn hint(status: http::StatusCode, path: &str, options: &Settings) -> Option<&'static str> {
        let is_api_1 = path.trim_start_matches('/').starts_with("api/");
        (status == http::StatusCode::NOT_FOUND && is_api_1 && options.one("space").is_none())
            .then_some("most calls below /api need --space SUBDOMAIN")
    }

    fn prepare_request(
        request: &mut http::Request<Vec<u8>>,
        context: &RequestContext<'_, Self>,
    ) -> Result<(), Failure> {
        if !request.uri().to_string().starts_with(context.site.api2_url()?.as_str()) {
            return Ok(());
        }
        let headers = request.headers_mut();
        headers.entry(ACCEPT).or_insert(JSON_API);
        if headers.get(CONTENT_TYPE).is_some_and(|value| value == "application/json") {
            headers.insert(CONTENT_TYPE, JSON_API);
        }
        Ok(())
    }

    fn public_endpoints(site: &Site) -> Vec<(&'static str, Url)> {
        vec![("authorization", site.authorize_url().clone()), ("API", site.api_url().clone())]
    }
}
