//! An endpoint of every provider.

use gocd::oauth_core::Provider;
use gocd::url::Url;
use gocd::{At, Endpoint, Error, get, http, json, serde_json};

/// `GET` of any URL that returns JSON, at any provider.
#[derive(Clone, Debug)]
pub struct JsonRequest(pub Url);

impl<P: Provider> Endpoint<P> for JsonRequest {
    type Reply = serde_json::Value;
    const NAME: &'static str = "GET any JSON";
    const REPLAYABLE: bool = true;

    fn request(&self, _: &At<'_, P>) -> Result<http::Request<Vec<u8>>, Error> {
        get(&self.0)
    }

    fn reply(&self, _: &At<'_, P>, response: http::Response<Vec<u8>>) -> Result<serde_json::Value, Error> {
        json(&response)
    }
}
