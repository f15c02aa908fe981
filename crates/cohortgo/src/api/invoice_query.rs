//! Query parameters of the two invoice lists.

use oauth_core::chrono::{DateTime, SecondsFormat, Utc};
use oauth_core::http::Request;
use oauth_core::url::Url;
use oauth_core::{Error, get};

/// `updated_since` and `page`. Source: cohortgo.dev/guides/generate-payment-request-links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InvoiceQuery {
    pub(crate) updated_since: Option<DateTime<Utc>>,
    pub(crate) page: Option<u32>,
}

impl InvoiceQuery {
    pub(crate) fn request(&self, mut url: Url) -> Result<Request<Vec<u8>>, Error> {
        if let Some(since) = self.updated_since {
            // The guide says "timestamp" only; RFC 3339 is the likeliest format in a JSON API.
            let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
            url.query_pairs_mut().append_pair("updated_since", &since);
        }
        if let Some(page) = self.page {
            url.query_pairs_mut().append_pair("page", &page.to_string());
        }
        get(&url)
    }
}

macro_rules! invoice_query {
    ($name:ident) => {
        impl $name {
            /// All invoices, from the first page.
            pub fn new() -> Self {
                Self::default()
            }

            /// Only invoices updated since this time. It is sent in UTC, to the second, as RFC 3339.
            #[must_use]
            pub fn updated_since(
                mut self,
                since: oauth_core::chrono::DateTime<oauth_core::chrono::Utc>,
            ) -> Self {
                self.0.updated_since = Some(since);
                self
            }

            /// A page other than the first. The guide does not say that the first page is 1; in the usual
            /// Rails paging it is.
            #[must_use]
            pub fn page(mut self, page: u32) -> Self {
                self.0.page = Some(page);
                self
            }
        }
    };
}

pub(crate) use invoice_query;
