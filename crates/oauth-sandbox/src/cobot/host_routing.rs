//! Routing by the request's `Host` header: `www`, a space's subdomain, or a space's custom domain.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, LOCATION};
use http::request::Parts;
use http::uri::Authority;
use http::{StatusCode, Uri};

use super::Rules;
use super::fixtures::{SPACES, SpaceFixture};
use crate::journal::RequestLog;
use crate::middleware::RequestContext;
use crate::page::Page;
use crate::provider::{ProviderRules as _, SharedCore};

#[derive(Clone, Copy, Debug)]
enum CobotHost {
    Www,
    Space { space: &'static SpaceFixture, custom_domain: bool },
}

impl CobotHost {
    fn from_request(parts: &Parts) -> Option<Self> {
        let authority = match parts.uri.authority() {
            Some(authority) => Some(authority.clone()),
            None => match parts.headers.get(HOST) {
                Some(host) if !host.is_empty() => Some(Authority::try_from(host.as_bytes()).ok()?),
                // HTTP/1.0 sends no `Host`.
                _ => None,
            },
        };
        let Some(authority) = authority else { return Some(Self::Www) };
        Self::from_name(&authority.host().to_ascii_lowercase())
    }

    fn from_name(host: &str) -> Option<Self> {
        let is_address = || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
        if ["localhost", "www.localhost"].contains(&host) || is_address() {
            return Some(Self::Www);
        }
        SPACES.iter().find_map(|space| {
            let custom_domain = space.custom_domain == Some(host);
            (custom_domain || space.api_host() == host).then_some(Self::Space { space, custom_domain })
        })
    }
}

/// The response to a request for a host that does not serve the path.
#[derive(Debug)]
pub(super) enum WrongHost {
    NotFound,
    RedirectTo(String),
}

impl WrongHost {
    fn not_found(log: &RequestLog) -> Self {
        log.note("refused: not on this host");
        Self::NotFound
    }
}

impl IntoResponse for WrongHost {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => {
                let text = "There is no such page on this host.";
                Page::message(Rules::TITLE, StatusCode::NOT_FOUND, "Page not found", text).into_response()
            }
            Self::RedirectTo(url) => (StatusCode::FOUND, [(LOCATION, url)]).into_response(),
        }
    }
}

fn log(parts: &Parts) -> RequestLog {
    RequestContext::of(parts).map(|context| context.log.clone()).unwrap_or_default()
}

/// Extractor: the request is for `www`.
#[derive(Clone, Copy, Debug)]
pub(super) struct WwwHost;

impl<S: Sync> FromRequestParts<S> for WwwHost {
    type Rejection = WrongHost;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WrongHost> {
        match CobotHost::from_request(parts) {
            Some(CobotHost::Www) => Ok(Self),
            _ => Err(WrongHost::not_found(&log(parts))),
        }
    }
}

/// Extractor: the request is for a space's subdomain, which serves its API.
#[derive(Clone, Copy, Debug)]
pub(super) struct SpaceHost(pub(super) &'static SpaceFixture);

impl<S: Sync> FromRequestParts<S> for SpaceHost {
    type Rejection = WrongHost;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WrongHost> {
        match CobotHost::from_request(parts) {
            Some(CobotHost::Space { space, custom_domain: false }) => Ok(Self(space)),
            _ => Err(WrongHost::not_found(&log(parts))),
        }
    }
}

/// Extractor: the request is for a host with pages, which is `www` (`None`) or a space. A space with a custom
/// domain redirects browsers there from its subdomain.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageHost(pub(super) Option<&'static SpaceFixture>);

impl FromRequestParts<SharedCore<Rules>> for PageHost {
    type Rejection = WrongHost;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, WrongHost> {
        match CobotHost::from_request(parts) {
            None => Err(WrongHost::not_found(&log(parts))),
            Some(CobotHost::Www) => Ok(Self(None)),
            Some(CobotHost::Space { space, custom_domain }) => match space.custom_domain {
                Some(domain) if !custom_domain => {
                    log(parts).note(format!("moved to {domain}"));
                    Err(WrongHost::RedirectTo(format!(
                        "{}{}",
                        core.setup.origin.at(domain),
                        path(&parts.uri)
                    )))
                }
                _ => Ok(Self(Some(space))),
            },
        }
    }
}

fn path(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn route(host: &str) -> Option<String> {
        let mut request = http::Request::builder().uri("/oauth/authorize");
        if !host.is_empty() {
            request = request.header(HOST, host);
        }
        let (parts, ()) = request.body(()).ok()?.into_parts();
        CobotHost::from_request(&parts).map(|host| match host {
            CobotHost::Www => "www".to_owned(),
            CobotHost::Space { space, custom_domain } => format!("{} {custom_domain}", space.subdomain),
        })
    }

    #[test]
    fn recognizes_every_host() {
        for host in ["", "127.0.0.1:80", "[::1]:4002", "localhost", "LOCALHOST:1", "www.localhost:4002"] {
            assert_eq!(route(host).as_deref(), Some("www"), "{host}");
        }
        assert_eq!(route("Betahaus.localhost:9").as_deref(), Some("betahaus false"));
        assert_eq!(route("harbour.localhost").as_deref(), Some("harbour false"));
        assert_eq!(route("members.harbour-coworking.localhost").as_deref(), Some("harbour true"));
        for host in
            ["nowhere.localhost", "a.betahaus.localhost", "betahaus", "betahaus.localhost.", "cobot.me"]
        {
            assert_eq!(route(host), None, "{host}");
        }
    }

    proptest! {
        #[test]
        fn rejects_other_hosts(host in "[a-z.:@-]{1,30}") {
            prop_assume!(!host.contains("localhost"));
            prop_assume!(!host.contains("::"));
            prop_assert_eq!(route(&host), None);
        }
    }
}
