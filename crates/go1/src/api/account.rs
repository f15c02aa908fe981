//! The portal of a token.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{endpoint, response};

use super::base::v2;
use super::learning_object_parts::Pricing;
use crate::provider::Go1;

endpoint! {
    [] Go1;
    /// `GET /account` of version 2: the portal of the token. A token serves one portal.
    ///
    /// Source: calls and a recorded response in Totara's Go1 plug-in (`contentmarketplace_goone`), a third
    /// party. Its later version (2026-11-29) uses the gateway's [`Portal`](super::Portal) instead. One portal
    /// for each token: <https://developers.go1.com/docs>.
    ///
    /// ```
    /// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
    /// let portal = client.send(&token, &go1::api::Account).await?;
    /// println!("{:?}", portal.url); // Some("example.mygo1.com")
    /// # Ok(())
    /// # }
    /// ```
    pub struct Account;
    GET v2 "/account" => json(AccountDetails)
}

response! {
    /// The portal of a token.
    pub struct AccountDetails {
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
    /// A customer's plan.
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
            /// Price.
            pricing: Pricing,
        }
    }
}
