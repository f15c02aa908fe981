//! Routing by the request's `Host` header: `www`, `api`, a space's subdomain, or a space's custom domain.

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, StatusCode, Uri};

use super::Request;
use super::fixtures::{SPACES, SpaceFixture};
use crate::login_pages;
use crate::request::Rejection;

/// Stands for `api.cobot.me`.
pub(super) const API2_HOST: &str = "api.localhost";

#[derive(Clone, Copy)]
enum CobotHost {
    Www,
    Api2,
    Space { space: &'static SpaceFixture, custom_domain: bool },
}

impl CobotHost {
    fn from_request(uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let authority = match uri.authority() {
            Some(authority) => Some(authority.clone()),
            None => match headers.get(HOST) {
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
        if host == API2_HOST {
            return Some(Self::Api2);
        }
        SPACES.iter().find_map(|space| {
            let custom_domain = space.custom_domain == Some(host);
            (custom_domain || space.api_host() == host).then_some(Self::Space { space, custom_domain })
        })
    }
}

fn not_found(request: &Request) -> Rejection {
    request.refuse(StatusCode::NOT_FOUND, "Page not found", "There is no such page on this host.")
}

pub(super) fn require_www(request: &Request) -> Result<(), Rejection> {
    match CobotHost::from_request(&request.uri, &request.headers) {
        Some(CobotHost::Www) => Ok(()),
        _ => Err(not_found(request)),
    }
}

pub(super) fn is_api2(request: &Request) -> bool {
    matches!(CobotHost::from_request(&request.uri, &request.headers), Some(CobotHost::Api2))
}

pub(super) fn require_api2(request: &Request) -> Result<(), Rejection> {
    if is_api2(request) { Ok(()) } else { Err(not_found(request)) }
}

/// The space of a request for a subdomain, which serves the space's API.
pub(super) fn api_space(request: &Request) -> Result<&'static SpaceFixture, Rejection> {
    match CobotHost::from_request(&request.uri, &request.headers) {
        Some(CobotHost::Space { space, custom_domain: false }) => Ok(space),
        _ => Err(not_found(request)),
    }
}

/// The space of a request for a host with pages; `None` for `www`. A space with a custom domain redirects
/// browsers there from its subdomain.
pub(super) fn page_space(request: &Request) -> Result<Option<&'static SpaceFixture>, Rejection> {
    let (space, custom_domain) = match CobotHost::from_request(&request.uri, &request.headers) {
        None | Some(CobotHost::Api2) => return Err(not_found(request)),
        Some(CobotHost::Www) => return Ok(None),
        Some(CobotHost::Space { space, custom_domain }) => (space, custom_domain),
    };
    match space.custom_domain {
        Some(domain) if !custom_domain => {
            request.log.note(format!("moved to {domain}"));
            let origin = request.core.setup.origin.at(domain);
            Err(Rejection::new(login_pages::redirect(&format!("{origin}{}", request.path_and_query()))))
        }
        _ => Ok(Some(space)),
    }
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
        CobotHost::from_request(&parts.uri, &parts.headers).map(|host| match host {
            CobotHost::Www => "www".to_owned(),
            CobotHost::Api2 => "api".to_owned(),
            CobotHost::Space { space, custom_domain } => format!("{} {custom_domain}", space.subdomain),
        })
    }

    #[test]
    fn recognizes_every_host() {
        for host in ["", "127.0.0.1:80", "[::1]:4002", "localhost", "LOCALHOST:1", "www.localhost:4002"] {
            assert_eq!(route(host).as_deref(), Some("www"), "{host}");
        }
        assert_eq!(route("API.localhost:9").as_deref(), Some("api"));
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
