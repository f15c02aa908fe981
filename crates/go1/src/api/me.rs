//! The user of a token.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json, response};

use crate::provider::Go1;

/// `GET /me` of version 2: the user of the token.
///
/// Source: the quick start guide's sample program calls it,
/// <https://www.go1.com/developers/customers/concepts/quick-start-guide>.
///
/// ```
/// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
/// let me = client.send(&token, &go1::api::Me).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Me;

response! {
    /// A user.
    ///
    /// Go1 publishes no schema of this response. The names are those of the user in its example of a webhook
    /// (<https://www.go1.com/developers/partners/concepts/webhook-signature-authentification>), so each but
    /// the identifier may be missing.
    pub struct Profile {
        required {
            /// Identifier. Parsed from a number or a string.
            id: String,
        }
        optional {
            /// E-mail address.
            email: String,
            /// First name.
            first_name: String,
            /// Last name.
            last_name: String,
        }
    }
}

impl Endpoint<Go1> for Me {
    type Response = Profile;
    const NAME: &'static str = "GET /me";

    fn request(&self, at: &EndpointContext<'_, Go1>) -> Result<Request<Vec<u8>>, Error> {
        get(&join(at.site().api_url(), &["me"])?)
    }

    fn parse(&self, _: &EndpointContext<'_, Go1>, response: Response<Vec<u8>>) -> Result<Profile, Error> {
        json(&response)
    }
}
