//! The two parts of the API.

use oauth_core::http::header::ACCEPT;
use oauth_core::http::{HeaderName, HeaderValue};
use oauth_core::{EndpointContext, RequestBuilder, open_enum};

use crate::provider::Go1;

const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// Largest file that the file calls read: SCORM archives have tens of megabytes.
pub(super) const FILE_BYTES: usize = 256 * 1024 * 1024;
/// Time for a file, in seconds.
pub(super) const FILE_SECONDS: u64 = 600;

/// Version 2 of the API.
pub(super) fn v2(context: &EndpointContext<'_, Go1>) -> RequestBuilder {
    RequestBuilder::new(context.site().api_url())
}

/// The gateway, whose version goes in a header.
pub(super) fn gateway(context: &EndpointContext<'_, Go1>) -> RequestBuilder {
    let site = context.site();
    RequestBuilder::new(site.gateway_url()).header(API_VERSION, site.api_version().clone())
}

/// A file of the gateway.
pub(super) fn gateway_file(context: &EndpointContext<'_, Go1>, media_type: &'static str) -> RequestBuilder {
    gateway(context).header(ACCEPT, HeaderValue::from_static(media_type))
}

open_enum! {
    /// The direction of sorting.
    pub enum SortOrder {
        /// Smallest or oldest first.
        Ascending = "asc",
        /// Largest or newest first, the default.
        Descending = "desc",
    }
}
