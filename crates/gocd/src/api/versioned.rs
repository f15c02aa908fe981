//! Requests of versioned endpoints.

use oauth_core::http::header::ACCEPT;
use oauth_core::http::{HeaderValue, Request};
use oauth_core::{EndpointContext, Error, Provider, get};

use crate::site::Site;

/// A `GET` below `/api`. `accept` always names the version: servers before 19.8 send 404 without it.
pub(super) fn versioned_get<P: Provider<Site = Site>>(
    at: &EndpointContext<'_, P>,
    path: &str,
    accept: &'static str,
) -> Result<Request<Vec<u8>>, Error> {
    let mut request = get(&at.site().join(&["api", path])?)?;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static(accept));
    Ok(request)
}
