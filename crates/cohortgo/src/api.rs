//! Typed endpoints of the Cohort Go API.
//!
//! Only what a public guide of cohortgo.dev shows is here, and only the fields that it names are typed. Anything else an
//! answer holds, and a field that is not of the kind the guide shows, is in `other`. Anything else you want to send goes
//! in by `with`. For other endpoints see [`url`] and [`RawRequest`](crate::RawRequest).

mod agent_invoices;
mod amount;
mod fields;
mod id;
mod insurance;
mod listing;
mod page;
mod provider_invoices;
mod students;
mod upload;

pub use agent_invoices::{AgentInvoice, AgentInvoices, CreateAgentInvoice};
pub use amount::Amount;
pub use id::Id;
pub use insurance::{InsuranceQuote, InsuranceQuotes};
pub use page::Page;
pub use provider_invoices::{CreateProviderInvoice, InvoicedStudent, ProviderInvoice, ProviderInvoices};
pub use students::{CreateStudent, Student};
pub use upload::Upload;

use oauth_core::url::Url;
use oauth_core::{EndpointContext, Error, join};

use crate::CohortGo;

/// The URL of an API path at the customer whose token the call is made with: their own `api_base_url`, checked, with
/// `segments` added. What an endpoint of one's own begins with:
///
/// ```
/// use cohortgo::http::{Request, Response};
/// use cohortgo::oauth_core::json_request;
/// use cohortgo::serde_json::{Value, json};
/// use cohortgo::{EndpointContext, CohortGo, Endpoint, Error, api, http, oauth_core};
///
/// /// Cohort Go has a Users API, but publishes neither its path nor its fields: ask your account representative.
/// /// What stands here is made up.
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
///     fn parse(&self, _: &EndpointContext<'_, CohortGo>, response: Response<Vec<u8>>) -> Result<Value, Error> {
///         oauth_core::json(&response)
///     }
/// }
/// ```
///
/// # Errors
/// [`ErrorKind::ForeignHost`](crate::ErrorKind::ForeignHost) if a token must not go to that customer's `api_base_url`;
/// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if a segment is empty or dots.
pub fn url(at: &EndpointContext<'_, CohortGo>, segments: &[&str]) -> Result<Url, Error> {
    join(at.site().api_base(at.token().extra())?, segments)
}
