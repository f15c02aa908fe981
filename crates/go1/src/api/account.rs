//! The portal of a token.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json, response};

use crate::provider::Go1;

/// `GET /account` of version 2: the portal of the token. A token serves one portal.
///
/// Source: calls and a recorded response in Totara's Go1 plug-in (`contentmarketplace_goone`), a third party.
/// Its later version uses the gateway's `GET /portals/{id}` instead (scope `portal.read`; 2026-11-29). One
/// portal for each token: <https://developers.go1.com/docs>.
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

response! {
    /// A portal, which is a customer's account.
    pub struct Portal {
        required {
            /// Identifier. Parsed from a number or a string.
            id: String,
        }
        optional {
            /// Host name, such as `example.mygo1.com`. The password grant calls it `portal_name`.
            url: String,
            /// The customer's plan.
            plan: Plan,
        }
    }
}

response! {
    /// A customer's plan. Prices are in `other`.
    pub struct Plan {
        optional {
            /// Name, such as `annual`.
            name: String,
            /// Kind, such as `premium`.
            kind = "type": String,
            /// Region of sale, such as `AU`.
            region: String,
            /// Number of active users.
            active_user_count: u64,
            /// Number of licensed users.
            licensed_user_count: u64,
            /// Day of renewal.
            renewal_date: DateTime<Utc>,
        }
    }
}

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
