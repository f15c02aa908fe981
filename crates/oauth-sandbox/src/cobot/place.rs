//! Which of Cobot's hosts a request was sent to, read from its `Host` header.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, LOCATION};
use http::request::Parts;
use http::uri::Authority;
use http::{StatusCode, Uri};

use super::Rules;
use super::fixtures::{Fixture, SPACES};
use crate::journal::RequestLog;
use crate::middleware::RequestContext;
use crate::page::Page;
use crate::provider::{ProviderRules as _, SharedCore};

#[derive(Clone, Copy, Debug)]
enum Place {
    Www,
    Space { space: &'static Fixture, own_domain: bool },
}

impl Place {
    fn of(parts: &Parts) -> Option<Self> {
        let authority = match parts.uri.authority() {
            Some(authority) => Some(authority.clone()),
            None => match parts.headers.get(HOST) {
                Some(host) if !host.is_empty() => Some(Authority::try_from(host.as_bytes()).ok()?),
                // HTTP/1.0: there is only one to be meant.
                _ => None,
            },
        };
        let Some(authority) = authority else { return Some(Self::Www) };
        Self::named(&authority.host().to_ascii_lowercase())
    }

    fn named(host: &str) -> Option<Self> {
        let is_address = || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
        if ["localhost", "www.localhost"].contains(&host) || is_address() {
            return Some(Self::Www);
        }
        SPACES.iter().find_map(|space| {
            let own_domain = space.custom_domain == Some(host);
            (own_domain || space.api_host() == host).then_some(Self::Space { space, own_domain })
        })
    }
}

/// A request that did not reach a host of the right kind.
#[derive(Debug)]
pub(super) enum Astray {
    Nothing,
    Moved(String),
}

impl Astray {
    fn nothing(log: &RequestLog) -> Self {
        log.note("refused: not on this host");
        Self::Nothing
    }
}

impl IntoResponse for Astray {
    fn into_response(self) -> Response {
        match self {
            Self::Nothing => {
                let text = "There is no such page on this host.";
                Page::message(Rules::TITLE, StatusCode::NOT_FOUND, "Page not found", text).into_response()
            }
            Self::Moved(to) => (StatusCode::FOUND, [(LOCATION, to)]).into_response(),
        }
    }
}

fn log(parts: &Parts) -> RequestLog {
    RequestContext::of(parts).map(|context| context.log.clone()).unwrap_or_default()
}

/// `www`, and nothing else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Www;

impl<S: Sync> FromRequestParts<S> for Www {
    type Rejection = Astray;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Astray> {
        match Place::of(parts) {
            Some(Place::Www) => Ok(Self),
            _ => Err(Astray::nothing(&log(parts))),
        }
    }
}

/// A space's subdomain, where its API is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subdomain(pub(super) &'static Fixture);

impl<S: Sync> FromRequestParts<S> for Subdomain {
    type Rejection = Astray;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Astray> {
        match Place::of(parts) {
            Some(Place::Space { space, own_domain: false }) => Ok(Self(space)),
            _ => Err(Astray::nothing(&log(parts))),
        }
    }
}

/// Where people have pages: `www`, or a space. Whoever comes to the subdomain of a space with a domain of its own is moved there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pages(pub(super) Option<&'static Fixture>);

impl FromRequestParts<SharedCore<Rules>> for Pages {
    type Rejection = Astray;

    async fn from_request_parts(parts: &mut Parts, core: &SharedCore<Rules>) -> Result<Self, Astray> {
        match Place::of(parts) {
            None => Err(Astray::nothing(&log(parts))),
            Some(Place::Www) => Ok(Self(None)),
            Some(Place::Space { space, own_domain }) => match space.custom_domain {
                Some(domain) if !own_domain => {
                    log(parts).note(format!("moved to {domain}"));
                    Err(Astray::Moved(format!("{}{}", core.setup.origin.at(domain), path(&parts.uri))))
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

    fn place(host: &str) -> Option<String> {
        let mut request = http::Request::builder().uri("/oauth/authorize");
        if !host.is_empty() {
            request = request.header(HOST, host);
        }
        let (parts, ()) = request.body(()).ok()?.into_parts();
        Place::of(&parts).map(|place| match place {
            Place::Www => "www".to_owned(),
            Place::Space { space, own_domain } => format!("{} {own_domain}", space.subdomain),
        })
    }

    #[test]
    fn every_host_has_its_place() {
        for host in ["", "127.0.0.1:80", "[::1]:4002", "localhost", "LOCALHOST:1", "www.localhost:4002"] {
            assert_eq!(place(host).as_deref(), Some("www"), "{host}");
        }
        assert_eq!(place("Betahaus.localhost:9").as_deref(), Some("betahaus false"));
        assert_eq!(place("harbour.localhost").as_deref(), Some("harbour false"));
        assert_eq!(place("members.harbour-coworking.localhost").as_deref(), Some("harbour true"));
        for host in
            ["nowhere.localhost", "a.betahaus.localhost", "betahaus", "betahaus.localhost.", "cobot.me"]
        {
            assert_eq!(place(host), None, "{host}");
        }
    }

    proptest! {
        #[test]
        fn no_other_host_is_anything(host in "[a-z.:@-]{1,30}") {
            prop_assume!(!host.contains("localhost"));
            prop_assume!(!host.contains("::"));
            prop_assert_eq!(place(&host), None);
        }
    }
}
