//! Invoices of providers, such as schools.

use oauth_core::chrono::{DateTime, NaiveDate, Utc};
use oauth_core::url::Url;
use oauth_core::{Amount, endpoint, request_body, response};

use super::base::api;
use super::id::Id;
use super::page::Page;
use crate::provider::CohortGo;

endpoint! {
    [] CohortGo;
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
    pub struct ProviderInvoices() {
        optional {
            /// Only invoices updated since this time. The guide says "timestamp" only; it is sent in UTC, to
            /// the second, as RFC 3339.
            updated_since: DateTime<Utc>,
            /// A page other than the first. The guide does not say that the first page is 1; in the usual
            /// Rails paging it is.
            page: u32,
        }
    }
    GET api "/services/payments/provider_invoices.json" => parsed(Page<ProviderInvoice>, Page::parse)
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

endpoint! {
    [] CohortGo;
    /// `POST /services/payments/provider_invoices.json`: creates a provider's invoice.
    ///
    /// Source: cohortgo.dev/guides/book-transactions-via-the-api and
    /// cohortgo.dev/guides/generate-payment-request-links.
    pub struct CreateProviderInvoice();
    POST api "/services/payments/provider_invoices.json" body(invoice: NewProviderInvoice as "invoice") => json(ProviderInvoice)
}

request_body! {
    /// A provider's invoice to create.
    ///
    /// Either the student's details or the student's number is enough. Source:
    /// cohortgo.dev/guides/book-transactions-via-the-api and
    /// cohortgo.dev/guides/generate-payment-request-links.
    pub struct NewProviderInvoice {
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
