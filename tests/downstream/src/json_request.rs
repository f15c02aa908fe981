//! An endpoint of every provider.

use gocd::oauth_core::Provider;
use gocd::url::Url;
use gocd::{Endpoint, EndpointContext, Error, get, http, json, serde_json};

/// `GET` of any URL that returns JSON, at any provider.
#[derive(Clone, Debug)]
pub struct JsonRequest(pub Url);

impl<P: Provider> Endpoint<P> for JsonRequest {
    type Response = serde_json::Value;
    const NAME: &'static str = "GET any JSON";

    fn request(&self, _: &EndpointContext<'_, P>) -> Result<http::Request<Vec<u8>>, Error> {
        get(&self.0)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, P>,
        response: http::Response<Vec<u8>>,
    ) -> Result<serde_json::Value, Error> {
        json(&response)
    }
}
