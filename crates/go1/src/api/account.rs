//! The portal of a token.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fields::{debug_without_other, maybe_id};
use crate::provider::Go1;

/// `GET /account` of version 2: the portal of the token. A token serves one portal.
///
/// Source: calls and a recorded response in Totara's Go1 plug-in (`contentmarketplace_goone`), a third party.
/// One portal for each token: <https://developers.go1.com/docs>.
///
/// ```
/// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
/// let portal = client.send(&token, &go1::api::Account).await?;
/// println!("{:?}", portal.url); // Some("example.mygo1.com")
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Account;

/// A portal, which is a customer's account.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Portal {
    /// Identifier. Parsed from a number or a string.
    #[serde(default, deserialize_with = "maybe_id")]
    pub id: Option<String>,
    /// Host name, such as `example.mygo1.com`. The password grant calls it `portal_name`.
    pub url: Option<String>,
    /// The customer's plan.
    pub plan: Option<Plan>,
    /// Further fields of the response.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

debug_without_other!(Portal { id, url, plan });

/// A customer's plan.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// Name, such as `annual`.
    pub name: Option<String>,
    /// Kind, such as `premium`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Region of sale, such as `AU`.
    pub region: Option<String>,
    /// Number of active users.
    pub active_user_count: Option<u64>,
    /// Number of licensed users.
    pub licensed_user_count: Option<u64>,
    /// Day of renewal.
    pub renewal_date: Option<DateTime<Utc>>,
    /// Further fields of the response, such as prices.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

debug_without_other!(Plan { name, kind, region, active_user_count, licensed_user_count, renewal_date });

impl Endpoint<Go1> for Account {
    type Response = Portal;
    const NAME: &'static str = "GET /account";

    fn request(&self, at: &EndpointContext<'_, Go1>) -> Result<Request<Vec<u8>>, Error> {
        get(&join(at.site().api_url(), &["account"])?)
    }

    fn parse(&self, _: &EndpointContext<'_, Go1>, response: Response<Vec<u8>>) -> Result<Portal, Error> {
        json(&response)
    }
}
