//! Invoices of a provider, such as a school.

use oauth_core::chrono::NaiveDate;
use oauth_core::http::{Method, Request, Response};
use oauth_core::url::Url;
use oauth_core::{Endpoint, EndpointContext, Error, json, json_request};
use serde::Serialize;

use super::fields::{received, sent};
use super::listing::{Listing, listing};
use super::{Amount, Id, Page};
use crate::CohortGo;

const PATH: &[&str] = &["services", "payments", "provider_invoices.json"];

/// Lists a provider's invoices: `GET /services/payments/provider_invoices.json`.
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
pub struct ProviderInvoices(Listing);

listing!(ProviderInvoices);

impl Endpoint<CohortGo> for ProviderInvoices {
    type Response = Page<ProviderInvoice>;
    const NAME: &'static str = "GET /services/payments/provider_invoices.json";

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
    /// The student whom an invoice is for. Source: cohortgo.dev/guides/generate-payment-request-links.
    InvoicedStudent {
        /// The e-mail address.
        email: String,
        /// The given name.
        given_name: String,
        /// The family name.
        family_name: String,
        /// The date of birth.
        dob: NaiveDate,
        /// The number of the passport.
        passport_number: String,
        /// The home country as two letters, such as `VN`.
        home_country: String,
    }
}

sent! {
    /// Creates a provider's invoice: `POST /services/payments/provider_invoices.json` with `{"invoice": {…}}`.
    ///
    /// The student's details or the student's number is enough. Source: cohortgo.dev/guides/book-transactions-via-the-api
    /// and cohortgo.dev/guides/generate-payment-request-links.
    CreateProviderInvoice {
        /// The student whom it is for.
        student: InvoicedStudent,
        /// The student's number at the provider.
        student_number: String,
        /// The provider's reference.
        reference: String,
        /// The amount.
        amount: Amount,
        /// What it is for.
        description: String,
        /// Where the invoice can be fetched as a PDF.
        document_upload_url: Url,
        /// The invoice itself, as a `data:application/pdf;base64,…` URL.
        document_data: String,
    }
}

received! {
    /// A provider's invoice. Source: cohortgo.dev/guides/book-transactions-via-the-api.
    ProviderInvoice {
        /// The invoice's identifier, such as `SI1234`.
        id: Id,
    } {
        /// The state; `uploaded` is the one that is documented.
        state: String,
        /// When the payment was remitted.
        payment_remitted: NaiveDate,
        /// The invoice as a document.
        document_link: Url,
        /// Where the student pays: a link to give to them.
        payment_url: Url,
    }
}

impl Endpoint<CohortGo> for CreateProviderInvoice {
    type Response = ProviderInvoice;
    const NAME: &'static str = "POST /services/payments/provider_invoices.json";

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            invoice: &'a CreateProviderInvoice,
        }
        self.check()?;
        self.student.as_ref().map_or(Ok(()), InvoicedStudent::check)?;
        json_request(Method::POST, &super::url(at, PATH)?, &Body { invoice: self })
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<ProviderInvoice, Error> {
        json(&response)
    }
}
