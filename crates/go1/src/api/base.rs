//! The two parts of the API.

use oauth_core::http::HeaderName;
use oauth_core::{EndpointContext, RequestBuilder};

use crate::provider::Go1;

const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// Version 2 of the API.
pub(super) fn v2(context: &EndpointContext<'_, Go1>) -> RequestBuilder {
    RequestBuilder::new(context.site().api_url())
}

/// The gateway, whose version goes in a header.
pub(super) fn gateway(context: &EndpointContext<'_, Go1>) -> RequestBuilder {
    let site = context.site();
    RequestBuilder::new(site.gateway_url()).header(API_VERSION, site.api_version().clone())
}
