//! The parts of Cobot's APIs.

use oauth_core::{EndpointContext, RequestBuilder};

use crate::provider::Cobot;

/// API 1 outside a space.
pub(super) fn www(context: &EndpointContext<'_, Cobot>) -> RequestBuilder {
    RequestBuilder::new(context.site().base_url())
}
