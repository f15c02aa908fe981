//! `GET /users/self`.

use oauth_core::http::{Request, Response};
use oauth_core::serde_json::Value;
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json};

use crate::Acme;

/// `GET /users/self`: the user of the token, as untyped JSON.
#[derive(Clone, Copy, Debug)]
pub struct Me;

impl Endpoint<Acme> for Me {
    type Response = Value;
    const NAME: &'static str = "GET /users/self";

    fn request(&self, at: &EndpointContext<'_, Acme>) -> Result<Request<Vec<u8>>, Error> {
        get(&join(at.site().api_url(), &["users", "self"])?)
    }

    fn parse(&self, _: &EndpointContext<'_, Acme>, response: Response<Vec<u8>>) -> Result<Value, Error> {
        json(&response)
    }
}
