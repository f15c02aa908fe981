//! Token validation.

use oauth_core::http::{Request, Response, StatusCode};
use oauth_core::{Endpoint, EndpointContext, Error, get};

use crate::provider::Go1;

/// `GET /oauth/validate` on the authorization host: checks whether Go1 accepts the token.
///
/// `true` for a 2xx, `false` for 400, 401 and 403. Any other status is an error, because it does not concern
/// the token. A token that has expired by the client's clock is not sent: the call fails with
/// [`ErrorKind::Expired`](crate::ErrorKind::Expired).
///
/// Source: Go1's plug-in for Moodle (`go1com/moodle-mod_goone`) treats 200 as valid and every other status as
/// invalid. The status for an invalid token is not documented.
///
/// ```
/// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
/// if !client.send(&token, &go1::api::Validate).await? {
///     // refresh it, or have the customer connect again
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Validate;

impl Endpoint<Go1> for Validate {
    type Response = bool;
    const NAME: &'static str = "GET /oauth/validate";

    fn request(&self, at: &EndpointContext<'_, Go1>) -> Result<Request<Vec<u8>>, Error> {
        get(at.site().validate_url())
    }

    fn accepts_status(&self, status: StatusCode) -> bool {
        status.is_success() || matches!(status.as_u16(), 400 | 401 | 403)
    }

    fn parse(&self, _: &EndpointContext<'_, Go1>, response: Response<Vec<u8>>) -> Result<bool, Error> {
        Ok(response.status().is_success())
    }
}
