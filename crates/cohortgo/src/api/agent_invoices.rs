//! Invoices of an agent.

use oauth_core::http::{Method, Request, Response};
use oauth_core::url::Url;
use oauth_core::{Endpoint, EndpointContext, Error, json, json_request};
use serde::Serialize;

use super::fields::{received, sent};
use super::listing::{Listing, listing};
use super::{Amount, Id, Page};
use crate::CohortGo;

const PATH: &[&str] = &["services", "payments", "agent_invoices.json"];

/// Lists an agent's invoices: `GET /services/payments/agent_invoices.json`.
///
/// The guide shows this list, with its filter and its pages, for providers' invoices; that agents' are listed in the
/// same way is a conclusion from it. Source: cohortgo.dev/guides/generate-payment-request-links.
///
/// ```
/// use cohortgo::api::AgentInvoices;
/// use cohortgo::chrono::{TimeDelta, Utc};
///
/// let last_hour = AgentInvoices::new().updated_since(Utc::now() - TimeDelta::hours(1)).page(2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentInvoices(Listing);

listing!(AgentInvoices);

impl Endpoint<CohortGo> for AgentInvoices {
    type Response = Page<AgentInvoice>;
    const NAME: &'static str = "GET /services/payments/agent_invoices.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        self.0.request(super::url(at, PATH)?)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<Self::Response, Error> {
        Page::read(&response)
    }
}

sent! {
    /// Creates an agent's invoice: `POST /services/payments/agent_invoices.json` with `{"invoice": {…}}`.
    ///
    /// Source: cohortgo.dev/guides/book-transactions-via-the-api-for-agents.
    CreateAgentInvoice {
        /// The name of the institution that is paid.
        institution_name: String,
        /// The currency as three letters, such as `AUD`.
        currency: String,
        /// The country as two letters, such as `AU`.
        country: String,
        /// The amount.
        amount: Amount,
        /// Where the invoice can be fetched as a PDF.
        document_upload_url: Url,
        /// The commission that the agent keeps; the account must be set up for it.
        retained_commission: Amount,
    }
}

received! {
    /// An agent's invoice. Source: cohortgo.dev/guides/book-transactions-via-the-api-for-agents.
    AgentInvoice {
        /// The invoice's identifier, such as `S123456789`.
        id: Id,
    } {
        /// The name of the institution that is paid.
        institution_name: String,
        /// The currency as three letters.
        currency: String,
        /// The amount.
        amount: Amount,
        /// The reference of the payment, such as `invoice:1234`.
        payment_reference: String,
    }
}

impl Endpoint<CohortGo> for CreateAgentInvoice {
    type Response = AgentInvoice;
    const NAME: &'static str = "POST /services/payments/agent_invoices.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            invoice: &'a CreateAgentInvoice,
        }
        self.check()?;
        json_request(Method::POST, &super::url(at, PATH)?, &Body { invoice: self })
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<AgentInvoice, Error> {
        json(&response)
    }
}
