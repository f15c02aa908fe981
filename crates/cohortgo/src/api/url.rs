//! URLs below a customer's API base URL.

use oauth_core::url::Url;
use oauth_core::{EndpointContext, Error, join};

use crate::provider::CohortGo;

/// Returns the URL of an API path: the token's `api_base_url`, checked, plus `segments`.
///
/// For an endpoint that this crate does not have:
///
/// ```
/// use cohortgo::http::{Request, Response};
/// use cohortgo::oauth_core::json_request;
/// use cohortgo::serde_json::{Value, json};
/// use cohortgo::{CohortGo, Endpoint, EndpointContext, Error, api, http, oauth_core};
///
/// /// An example only: Cohort Go has a Users API, but does not publish its path and fields.
/// /// Ask your account representative for them.
/// struct CreateUser {
///     name: String,
///     email: String,
/// }
///
/// impl Endpoint<CohortGo> for CreateUser {
///     type Response = Value;
///     const NAME: &'static str = "POST /users.json";
///
///     fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
///         let user = json!({ "user": { "name": self.name, "email": self.email } });
///         json_request(http::Method::POST, &api::url(at, &["users.json"])?, &user)
///     }
///
///     fn parse(
///         &self,
///         _: &EndpointContext<'_, CohortGo>,
///         response: Response<Vec<u8>>,
///     ) -> Result<Value, Error> {
///         oauth_core::json(&response)
///     }
/// }
/// ```
///
/// # Errors
/// [`ErrorKind::ForeignHost`](crate::ErrorKind::ForeignHost) if the token may not be sent to `api_base_url`;
/// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if a segment is empty, `.` or `..`.
pub fn url(at: &EndpointContext<'_, CohortGo>, segments: &[&str]) -> Result<Url, Error> {
    join(at.site().api_base(at.token().extra())?, segments)
}
