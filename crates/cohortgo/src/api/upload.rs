//! Documents that Cohort Go fetches.

use oauth_core::IntoArgument;
use oauth_core::url::Url;
use serde::Serialize;

/// A document that Cohort Go fetches from a URL: `{"url": "https://passport.example.com"}`.
///
/// Source: cohortgo.dev/guides/agent-payment-requests-api.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Upload {
    /// URL of the document.
    pub url: Url,
}

impl From<Url> for Upload {
    fn from(url: Url) -> Self {
        Self { url }
    }
}

impl IntoArgument<Upload> for Url {
    fn into_argument(self) -> Upload {
        self.into()
    }
}
