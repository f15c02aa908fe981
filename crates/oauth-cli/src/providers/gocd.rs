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
    const FIRST_CALL: (&'static str, &'static str) = ("/current_user", "");
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

    fn api_url(context: &RequestContext<'_, Self>) -> Result<Url, Failure> {
        api_url(context.site)
    }

    fn url_outside_api(
        context: &RequestContext<'_, Self>,
        method: &http::Method,
        path: &str,
    ) -> Result<Option<Url>, Failure> {
        Ok(url_outside_api(context.site, method, path))
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

pub(super) fn api_url(site: &Site) -> Result<Url, Failure> {
    Ok(site.join(&["api"])?)
}

/// Resolves paths that begin with the server's context path, such as `/go/cctray.xml`, and those of
/// documented calls, which leave it out, such as `/cctray.xml` and `/api/version`.
pub(super) fn url_outside_api(site: &Site, method: &http::Method, path: &str) -> Option<Url> {
    let context = site.url().path().trim_end_matches('/');
    let has_context =
        !context.is_empty() && path.strip_prefix(context).is_some_and(|rest| rest.starts_with('/'));
    if has_context {
        return site.url().join(path).ok();
    }
    let is_below = path.starts_with("/api/") || is_documented(ProviderName::Gocd, method, path);
    is_below.then(|| site.url().join(&format!("{context}{path}")).ok()).flatten()
}

/// Adds what every API call needs: the media type, without which GoCD responds with 404, and the confirmation
/// of a change without a JSON body (api.gocd.org, read on 2026-11-29).
pub(super) fn prepare_request(request: &mut http::Request<Vec<u8>>, site: &Site) -> Result<(), Failure> {
    if !request.uri().to_string().starts_with(&format!("{}/", api_url(site)?)) {
        return Ok(());
    }
    let is_change = !request.method().is_safe();
    let headers = request.headers_mut();
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/vnd.go.cd+json"));
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
    fn paths_below_context_path_are_outside_api() {
        let default = Site::at("https://go.example.com:8154").unwrap();
        let other = Site::at("https://example.com/ci/go").unwrap();
        let root = Site::at("https://go.example.com").unwrap().without_context_path();
        for (site, path, url) in [
            (&default, "/go/cctray.xml", Some("https://go.example.com:8154/go/cctray.xml")),
            (&default, "/go/files/a/1?x=%2F", Some("https://go.example.com:8154/go/files/a/1?x=%2F")),
            (&default, "/api/version", Some("https://go.example.com:8154/go/api/version")),
            (&default, "/cctray.xml", Some("https://go.example.com:8154/go/cctray.xml")),
            (
                &default,
                "/files/p/1/s/1/job.json",
                Some("https://go.example.com:8154/go/files/p/1/s/1/job.json"),
            ),
            (&default, "/version", None),
            (&default, "/google", None),
            (&default, "go/cctray.xml", None),
            (&other, "/ci/go/cctray.xml", Some("https://example.com/ci/go/cctray.xml")),
            (&other, "/go/cctray.xml", None),
            (&root, "/api/version", Some("https://go.example.com/api/version")),
            (&root, "/cctray.xml", Some("https://go.example.com/cctray.xml")),
            (&root, "/version", None),
        ] {
            let found = url_outside_api(site, &http::Method::GET, path);
            assert_eq!(found.as_ref().map(Url::as_str), url, "{path}");
        }
    }
}
