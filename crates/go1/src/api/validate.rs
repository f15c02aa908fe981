//! Token validation.

use oauth_core::http::{Request, Response};
use oauth_core::serde_json::{Map, Value};
use oauth_core::{Endpoint, EndpointContext, Error, ErrorKind, get, json};

use crate::provider::Go1;

/// `GET /oauth/validate` on the authorization host: succeeds if Go1 accepts the token.
///
/// [`ErrorKind::TokenRefused`] means that the token is not valid. Any other error decides nothing: a gateway
/// may have sent it. A 2xx with a page or an error document is [`ErrorKind::InvalidResponse`]. A token that
/// has expired by the client's clock is not sent: the call fails with [`ErrorKind::Expired`].
///
/// Source: Go1's plug-in for Moodle (`go1com/moodle-mod_goone`, 2025-01) treats 200 as valid and every other
/// status as invalid; Totara's plug-in calls it as well (2026-09). No document shows a response to an invalid
/// token, so the words of Go1's API count here too.
///
/// ```
/// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
/// match client.send(&token, &go1::api::Validate).await {
///     Ok(()) => println!("valid"),
///     Err(error) if error.kind() == go1::ErrorKind::TokenRefused => println!("invalid"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Validate;

impl Endpoint<Go1> for Validate {
    type Response = ();
    const NAME: &'static str = "GET /oauth/validate";

    fn request(&self, at: &EndpointContext<'_, Go1>) -> Result<Request<Vec<u8>>, Error> {
        get(at.site().validate_url())
    }

    fn parse(&self, _: &EndpointContext<'_, Go1>, response: Response<Vec<u8>>) -> Result<(), Error> {
        let body = String::from_utf8_lossy(response.body());
        let is_error = match body.trim_start_matches('\u{FEFF}').trim_start().chars().next() {
            Some('{') => {
                let fields: Map<String, Value> = json(&response)?;
                let is_text =
                    |name: &str| matches!(fields.get(name), Some(Value::String(_) | Value::Array(_)));
                let is_message = fields.len() == 1 && is_text("message");
                is_message || ["error", "error_code", "errors"].into_iter().any(is_text)
            }
            Some('<') => true,
            _ => false,
        };
        if is_error {
            let what = "the response does not say that the token is valid";
            return Err(Error::new(ErrorKind::InvalidResponse, what));
        }
        Ok(())
    }
}
