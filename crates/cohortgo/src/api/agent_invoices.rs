//! Agents' invoices.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::url::Url;
use oauth_core::{Amount, endpoint, request_body, response};

use super::base::api;
use super::id::Id;
use super::page::Page;
use crate::provider::CohortGo;

endpoint! {
    [] CohortGo;
    /// `GET /services/payments/agent_invoices.json`: an agent's invoices, page by page.
    ///
    /// The guide documents filter and pages for providers' invoices only; this crate assumes the same for
    /// agents. Source: cohortgo.dev/guides/generate-payment-request-links.
    ///
    /// ```
    /// use cohortgo::api::AgentInvoices;
    /// use cohortgo::chrono::{TimeDelta, Utc};
    ///
    /// let last_hour = AgentInvoices::new().updated_since(Utc::now() - TimeDelta::hours(1)).page(2);
    /// ```
    pub struct AgentInvoices() {
        optional {
            /// Only invoices updated since this time. The guide says "timestamp" only; it is sent in UTC, to
            /// the second, as RFC 3339.
            updated_since: DateTime<Utc>,
            /// A page other than the first. The guide does not say that the first page is 1; in the usual
            /// Rails paging it is.
            page: u32,
        }
    }
    GET api "/services/payments/agent_invoices.json" => parsed(Page<AgentInvoice>, Page::parse)
}

endpoint! {
    [] CohortGo;
    /// `POST /services/payments/agent_invoices.json`: creates an agent's invoice.
    ///
    /// Source: cohortgo.dev/guides/book-transactions-via-the-api-for-agents.
    pub struct CreateAgentInvoice();
    POST api "/services/payments/agent_invoices.json" body(invoice: NewAgentInvoice as "invoice") => json(AgentInvoice)
}

request_body! {
    /// An agent's invoice to create.
    ///
    /// Source: cohortgo.dev/guides/book-transactions-via-the-api-for-agents.
    pub struct NewAgentInvoice {
        optional {
            /// Name of the institution to pay.
            institution_name: String,
            /// Currency as three letters, such as `AUD`.
            currency: String,
            /// Country as two letters, such as `AU`.
            country: String,
            /// Amount.
            amount: Amount,
            /// URL of the invoice as a PDF.
            document_upload_url: Url,
            /// Commission that the agent keeps. The account must be set up for it.
            retained_commission: Amount,
        }
    }
}

response! {
    /// An agent's invoice. Source: cohortgo.dev/guides/book-transactions-via-the-api-for-agents.
    pub struct AgentInvoice {
        required {
            /// Identifier, such as `S123456789`.
            id: Id,
        }
        optional {
            /// Name of the institution to pay.
            institution_name: String,
            /// Currency as three letters.
            currency: String,
            /// Amount.
            amount: Amount,
            /// Reference of the payment, such as `invoice:1234`.
            payment_reference: String,
        }
    }
}
