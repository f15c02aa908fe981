//! The parts of API 1.

use oauth_core::{EndpointContext, RequestBuilder};

use crate::provider::Cobot;
use crate::subdomain::Subdomain;

/// API 1 outside a space.
pub(super) fn www(context: &EndpointContext<'_, Cobot>) -> RequestBuilder {
    RequestBuilder::new(context.site().base_url())
}

/// API 1 of a space.
pub(super) fn space(context: &EndpointContext<'_, Cobot>, subdomain: &Subdomain) -> RequestBuilder {
    RequestBuilder::from_result(context.site().space_url(subdomain))
}
