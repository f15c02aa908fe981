//! Spaces.

use oauth_core::{endpoint, response};

use super::base::www;
use crate::provider::Cobot;
use crate::subdomain::Subdomain;

endpoint! {
    [] Cobot;
    /// `GET https://www.cobot.me/api/spaces/:subdomain`: a space, with the [`id`](SpaceDetails::id) that
    /// [`SpaceToken`](super::SpaceToken) needs. Source: <https://dev.cobot.me/api-docs/spaces>.
    ///
    /// ```no_run
    /// # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
    /// use cobot::api;
    ///
    /// let space = client.send(&token, &api::Space::named("co-up".parse()?)).await?;
    /// let space_token = client.send(&token, &api::SpaceToken::of(space.id)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub struct Space(subdomain: Subdomain);
    GET www "/api/spaces/:subdomain" => json(SpaceDetails)
}

impl Space {
    /// The space with this subdomain.
    pub fn named(subdomain: Subdomain) -> Self {
        Self::new(subdomain)
    }
}

response! {
    /// A space. `tax_rate` is in `other` because the document spells it in two ways.
    pub struct SpaceDetails {
        required {
            /// Identifier, such as `space-co-up`.
            id: String,
        }
        optional {
            /// Subdomain.
            subdomain: String,
            /// Name.
            name: String,
            /// Web address; for a space with a custom domain, possibly there.
            url: String,
            /// E-mail address.
            email: String,
            /// Description.
            description: String,
            /// Identifier of the owner, a user.
            owner_id: String,
            /// Country, by its English name.
            country: String,
            /// Language and country, such as `de-DE`.
            locale: String,
            /// Time zone, such as `Europe/Berlin`.
            time_zone_name: String,
        }
    }
}
