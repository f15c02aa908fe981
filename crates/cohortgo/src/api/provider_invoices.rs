//! Invoices of providers, such as schools.

use oauth_core::chrono::NaiveDate;
use oauth_core::http::{Method, Request, Response};
use oauth_core::url::Url;
use oauth_core::{Amount, Endpoint, EndpointContext, Error, RequestBuilder, json, request_body, response};

use super::id::Id;
use super::invoice_query::{InvoiceQuery, invoice_query};
use super::page::Page;
use super::url::url;
use crate::provider::CohortGo;

const PATH: &[&str] = &["services", "payments", "provider_invoices.json"];

/// `GET /services/payments/provider_invoices.json`: a provider's invoices, page by page.
///
/// Source: cohortgo.dev/guides/generate-payment-request-links.
///
/// ```
/// use cohortgo::api::ProviderInvoices;
/// use cohortgo::chrono::{TimeDelta, Utc};
///
/// let last_hour = ProviderInvoices::new().updated_since(Utc::now() - TimeDelta::hours(1)).page(2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderInvoices(InvoiceQuery);

invoice_query!(ProviderInvoices);

impl Endpoint<CohortGo> for ProviderInvoices {
    type Response = Page<ProviderInvoice>;
    const NAME: &'static str = "GET /services/payments/provider_invoices.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        self.0.request(url(at, PATH)?)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<Self::Response, Error> {
        Page::parse(&response)
    }
}

request_body! {
    /// The student of an invoice. Source: cohortgo.dev/guides/generate-payment-request-links.
    pub struct InvoicedStudent {
        optional {
            /// E-mail address.
            email: String,
            /// Given name.
            given_name: String,
            /// Family name.
            family_name: String,
            /// Date of birth.
            dob: NaiveDate,
            /// Passport number.
            passport_number: String,
            /// Home country as two letters, such as `VN`.
            home_country: String,
        }
    }
}

request_body! {
    /// `POST /services/payments/provider_invoices.json`: creates a provider's invoice.
    ///
    /// Either the student's details or the student's number is enough. Source:
    /// cohortgo.dev/guides/book-transactions-via-the-api and
    /// cohortgo.dev/guides/generate-payment-request-links.
    pub struct CreateProviderInvoice {
        optional {
            /// Student to invoice.
            student: InvoicedStudent,
            /// Student's number at the provider.
            student_number: String,
            /// Provider's reference.
            reference: String,
            /// Amount.
            amount: Amount,
            /// Description of the invoice.
            description: String,
            /// URL of the invoice as a PDF.
            document_upload_url: Url,
            /// The invoice itself, as a `data:application/pdf;base64,…` URL.
            document_data: String,
        }
    }
}

response! {
    /// A provider's invoice. Source: cohortgo.dev/guides/book-transactions-via-the-api.
    pub struct ProviderInvoice {
        required {
            /// Identifier, such as `SI1234`.
            id: Id,
        }
        optional {
            /// State. The guide documents `uploaded` only.
            state: String,
            /// Day on which the payment was remitted.
            payment_remitted: NaiveDate,
            /// URL of the invoice as a document.
            document_link: Url,
            /// Link to give to the student for payment.
            payment_url: Url,
        }
    }
}

impl Endpoint<CohortGo> for CreateProviderInvoice {
    type Response = ProviderInvoice;
    const NAME: &'static str = "POST /services/payments/provider_invoices.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        RequestBuilder::from_result(url(at, PATH)).json_body(Some("invoice"), self).build(Method::POST)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<ProviderInvoice, Error> {
        json(&response)
    }
}
