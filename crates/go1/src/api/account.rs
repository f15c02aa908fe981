//! The portal that the token serves.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::read::{debug_without_other, maybe_id};
use crate::Go1;

/// `GET /account` of version 2: the portal that the token serves. A token serves one portal.
///
/// Source: calls and a recorded reply in Totara's Go1 plug-in (`contentmarketplace_goone`), a third party; that one
/// token serves one portal is from <https://developers.go1.com/docs>.
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

/// A portal: a customer's account.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Portal {
    /// The portal's identifier. Read from a number or a string.
    #[serde(default, deserialize_with = "maybe_id")]
    pub id: Option<String>,
    /// The portal's host name, such as `example.mygo1.com`: what the password grant calls `portal_name`.
    pub url: Option<String>,
    /// What the customer pays for.
    pub plan: Option<Plan>,
    /// Whatever else came back.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

debug_without_other!(Portal { id, url, plan });

/// What a customer pays for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// The plan's name: `annual`.
    pub name: Option<String>,
    /// The plan's kind: `premium`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The region that it is sold in, such as `AU`.
    pub region: Option<String>,
    /// How many people have been active.
    pub active_user_count: Option<u64>,
    /// How many people are paid for.
    pub licensed_user_count: Option<u64>,
    /// When it is due for renewal.
    pub renewal_date: Option<DateTime<Utc>>,
    /// Whatever else came back; prices, for one.
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
