//! Cohort Go's own fields of the token response.

use oauth_core::serde_json::Value;
use oauth_core::url::Url;
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

/// Addresses of one customer's account: part of each token response and stored with the token.
///
/// The addresses are untrusted: each API call checks `api_base_url` against the [`Site`](crate::Site) before
/// it sends anything. Source: cohortgo.dev/guides/oauth2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// The base of this customer's API URLs, such as `https://portal.cohortgo.com/api/v1`. It differs by
    /// customer.
    #[serde(deserialize_with = "absolute")]
    pub api_base_url: Url,
    /// This customer's portal, such as `https://portal.cohortgo.com`. For links only: no call is made to it.
    // A malformed portal address must not invalidate the token.
    #[serde(default, deserialize_with = "readable", skip_serializing_if = "Option::is_none")]
    pub base_url: Option<Url>,
}

impl Account {
    /// An account whose API has this base URL, for a token imported by
    /// [`Client::import_token_with`](crate::oauth_core::Client::import_token_with).
    ///
    /// ```
    /// # fn main() -> Result<(), cohortgo::Error> {
    /// # use cohortgo::{Account, App, Client, Site, scope};
    /// # let cohortgo = Client::new(Site::production(), App::without_redirect("some-test-app", "secret"))?;
    /// let account = Account::at("https://demo.s.portal.cohortgo.com/api/v1".parse().expect("a URL"));
    /// let token = cohortgo.import_token_with("the access token", [scope::ACT_AS_USER], account)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn at(api_base_url: Url) -> Self {
        Self { api_base_url, base_url: None }
    }
}

/// Names the field in the error: below `flatten`, serde no longer knows where it is.
fn absolute<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let value = Value::deserialize(deserializer)?;
    value.as_str().and_then(|text| Url::parse(text).ok()).ok_or_else(|| {
        D::Error::invalid_value(Unexpected::Other("something else"), &"an absolute URL as `api_base_url`")
    })
}

fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(|text| Url::parse(text).ok()))
}
