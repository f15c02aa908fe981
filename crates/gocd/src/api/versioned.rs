//! The parts of a server's API.

use oauth_core::http::header::ACCEPT;
use oauth_core::http::{HeaderName, HeaderValue};
use oauth_core::{EndpointContext, Provider, RequestBuilder};

use crate::site::{Site, accept};

const CONFIRM: HeaderName = HeaderName::from_static("x-gocd-confirm");

/// A call in a version of its resource. `Accept` always names it: servers before 19.8 send 404 without.
pub(super) fn version<P: Provider<Site = Site>>(
    context: &EndpointContext<'_, P>,
    version: u8,
) -> RequestBuilder {
    unversioned(context).header(ACCEPT, accept(version))
}

/// A call of a resource without versions.
pub(super) fn unversioned<P: Provider<Site = Site>>(context: &EndpointContext<'_, P>) -> RequestBuilder {
    RequestBuilder::new(context.site().url()).confirmation_header(CONFIRM, HeaderValue::from_static("true"))
}

/// A call whose response is a file of any type.
pub(super) fn any_type<P: Provider<Site = Site>>(context: &EndpointContext<'_, P>) -> RequestBuilder {
    unversioned(context).header(ACCEPT, HeaderValue::from_static("*/*"))
}
