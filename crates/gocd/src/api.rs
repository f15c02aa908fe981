//! Typed endpoints. Each works with an OAuth token and with a personal access token.

mod cctray;
mod current_user;
mod version;

pub use cctray::{Activity, BuildTime, Cctray, LastBuildStatus, Message, Project};
pub use current_user::{CurrentUser, User};
pub use version::{ServerVersion, Version};

use oauth_core::http::header::ACCEPT;
use oauth_core::http::{HeaderValue, Request};
use oauth_core::{EndpointContext, Error, Provider, get};

use crate::Site;

/// A `GET` below `/api`. The version is always named: servers before 19.8 answer 404 without it.
fn versioned<P: Provider<Site = Site>>(
    at: &EndpointContext<'_, P>,
    path: &str,
    accept: &'static str,
) -> Result<Request<Vec<u8>>, Error> {
    let mut request = get(&at.site().join(&["api", path])?)?;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static(accept));
    Ok(request)
}
