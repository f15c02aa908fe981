//! `GET /users/self`.

use oauth_core::serde_json::Value;
use oauth_core::{EndpointContext, RequestBuilder, endpoint};

use crate::Acme;

fn api(context: &EndpointContext<'_, Acme>) -> RequestBuilder {
    RequestBuilder::new(context.site().api_url())
}

endpoint! {
    [] Acme;
    /// `GET /users/self`: the user of the token, as untyped JSON.
    pub struct Me;
    GET api "/users/self" => json(Value)
}
