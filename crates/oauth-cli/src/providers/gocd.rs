//! GoCD with OAuth (up to 18.7) on the command line.

use gocd::api::CurrentUser;
use gocd::{Connect, Gocd, Site};
use oauth_core::http::HeaderValue;
use oauth_core::http::header::{ACCEPT, CONTENT_TYPE};
use oauth_core::{Client, Endpoint, Error, Provider, Token, async_trait, http};
use url::Url;

use super::{CliProvider, ProviderName, RequestContext, user_name};
use crate::commands::api::is_documented;
use crate::connect_flow::ConnectFlow;
use crate::failure::Failure;
use crate::setting::{Setting, SettingScope, Settings};

pub(super) const SERVER: Setting = super::server(
    "Server URL, such as https://go.example.com:8154; include the context path if it is not /go",
);
pub(super) const CERTIFICATE: Setting = Setting::one(
    SettingScope::Site,
    "ca-certificate",
    "FILE",
    "Trust this certificate authority (PEM) in addition to the platform's",
);
pub(super) const ROOT: Setting =
    Setting::switch(SettingScope::Site, "no-context-path", "Use a server without a context path such as /go");

#[async_trait(?Send)]
impl CliProvider for Gocd {
    type Sandbox = oauth_sandbox::gocd::Rules;
    const SETTINGS: &'static [Setting] = &[SERVER, CERTIFICATE, ROOT];
    const FIRST_CALL: (&'static str, &'static str) = ("/api/current_user", "");
    const EFFECT_ON_OTHERS: &'static str =
        "GoCD keeps one token for each user and client: another connection of the same user ends.";
    const NO_REVOCATION: &'static str = "GoCD has no way to revoke a token by API; the user can revoke it on the server, at /go/oauth/user_tokens";

    fn site(settings: &Settings) -> Result<Site, Failure> {
        site(settings)
    }

    async fn connect(flow: &ConnectFlow<'_, Self>) -> Result<(), Failure> {
        flow.authorize_in_browser(&Connect::new()).await
    }

    async fn user(client: &Client<Self>, token: &Token<Self>) -> Result<Option<String>, Error> {
        user(client, token).await.map(Some)
    }

    fn imported_extra(_: &Site, _: &Settings) -> Result<Self::Extra, Failure> {
        Ok(Self::Extra::default())
    }

    fn base_url(
        context: &RequestContext<'_, Self>,
        method: &http::Method,
        path: &str,
    ) -> Result<Url, Failure> {
        base_url(context.site, method, path)
    }

    fn hint(status: http::StatusCode, _: &str, _: &Settings) -> Option<&'static str> {
        (status == http::StatusCode::FORBIDDEN).then_some(
            "the call may need a personal access token: connect gocd-personal; or the user lacks a role at the server",
        )
    }

    fn prepare_request(
        request: &mut http::Request<Vec<u8>>,
        context: &RequestContext<'_, Self>,
    ) -> Result<(), Failure> {
        prepare_request(request, context.site)
    }

    fn public_endpoints(site: &Site) -> Vec<(&'static str, Url)> {
        vec![("authorization", site.authorize_url().clone())]
    }
}

pub(super) async fn user<P: Provider>(client: &Client<P>, token: &Token<P>) -> Result<String, Error>
where
    CurrentUser: Endpoint<P, Response = gocd::api::User>,
{
    let user = client.send(token, &CurrentUser).await?;
    Ok(user_name(&user.login_name, user.email.as_deref()))
}

fn api_url(site: &Site) -> Result<Url, Failure> {
    Ok(site.join(&["api"])?)
}

/// Documented calls leave the server's context path out, such as `/cctray.xml` and `/api/version`. Other
/// paths are below the API, unless they begin with the context path.
pub(super) fn base_url(site: &Site, method: &http::Method, path: &str) -> Result<Url, Failure> {
    let context = site.url().path().trim_end_matches('/');
    let has_context =
        !context.is_empty() && path.strip_prefix(context).is_some_and(|rest| rest.starts_with('/'));
    let is_below_server =
        has_context || path.starts_with("/api/") || is_documented(ProviderName::Gocd, method, path);
    if is_below_server { Ok(site.url().clone()) } else { api_url(site) }
}

/// Adds what API calls need: the media type, without which GoCD responds with 404, and the confirmation of a
/// change without a JSON body (api.gocd.org, read on 2026-11-29).
pub(super) fn prepare_request(request: &mut http::Request<Vec<u8>>, site: &Site) -> Result<(), Failure> {
    let is_api_call = request.uri().to_string().starts_with(&format!("{}/", api_url(site)?));
    let is_change = !request.method().is_safe();
    let headers = request.headers_mut();
    let media_type = if is_api_call { "application/vnd.go.cd+json" } else { "*/*" };
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static(media_type));
    let is_json =
        headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if is_change && !is_json {
        headers.entry("x-gocd-confirm").or_insert(HeaderValue::from_static("true"));
    }
    Ok(())
}

pub(super) fn site(settings: &Settings) -> Result<Site, Failure> {
    let site = Site::at(settings.required("server")?)?;
    let site = if settings.is_on("no-context-path") { site.without_context_path() } else { site };
    let Some(path) = settings.one("ca-certificate") else { return Ok(site) };
    let pem = std::fs::read(path)
        .map_err(|error| Failure::setup(format!("cannot read the certificate {path}: {error}")))?;
    Ok(site.trusting(pem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_paths_and_those_with_context_path_are_below_the_server() {
        let default = Site::at("https://go.example.com:8154").unwrap();
        let other = Site::at("https://example.com/ci/go").unwrap();
        let root = Site::at("https://go.example.com").unwrap().without_context_path();
        for (site, path, base) in [
            (&default, "/go/cctray.xml", "https://go.example.com:8154/go"),
            (&default, "/cctray.xml", "https://go.example.com:8154/go"),
            (&default, "/files/p/1/s/1/job.json", "https://go.example.com:8154/go"),
            (&default, "/api/version", "https://go.example.com:8154/go"),
            (&default, "/version", "https://go.example.com:8154/go/api"),
            (&default, "/google", "https://go.example.com:8154/go/api"),
            (&other, "/ci/go/cctray.xml", "https://example.com/ci/go"),
            (&other, "/go/cctray.xml", "https://example.com/ci/go/api"),
            (&root, "/api/version", "https://go.example.com"),
            (&root, "/cctray.xml", "https://go.example.com"),
            (&root, "/version", "https://go.example.com/api"),
        ] {
            let found = base_url(site, &http::Method::GET, path).unwrap();
            assert_eq!(found.as_str().trim_end_matches('/'), base, "{path}");
        }
    }
}
