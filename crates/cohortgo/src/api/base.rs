//! The base URL of a customer's API.

use oauth_core::{EndpointContext, RequestBuilder};

use crate::provider::CohortGo;

/// Calls below the token's `api_base_url`.
pub(super) fn api(context: &EndpointContext<'_, CohortGo>) -> RequestBuilder {
    RequestBuilder::from_result(context.site().api_base(context.token().extra()).cloned())
}
