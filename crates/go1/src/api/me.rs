//! The user of a token.

use oauth_core::{endpoint, response};

use super::base::v2;
use crate::provider::Go1;

endpoint! {
    [] Go1;
    /// `GET /me` of version 2: the user of the token.
    ///
    /// Source: the quick start guide's sample program calls it,
    /// <https://www.go1.com/developers/customers/concepts/quick-start-guide>.
    ///
    /// ```
    /// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
    /// let me = client.send(&token, &go1::api::Me).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub struct Me;
    GET v2 "/me" => json(Profile)
}

response! {
    /// A user.
    ///
    /// Go1 publishes no schema of this response. The names are those of the user in its example of a webhook
    /// (<https://www.go1.com/developers/partners/concepts/webhook-signature-authentification>), so each but
    /// the identifier may be missing.
    pub struct Profile {
        required {
            /// Identifier. Parsed from a number or a string.
            id: String,
        }
        optional {
            /// E-mail address.
            email: String,
            /// First name.
            first_name: String,
            /// Last name.
            last_name: String,
        }
    }
}
