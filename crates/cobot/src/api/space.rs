//! Spaces.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json, response};

use crate::provider::Cobot;
use crate::subdomain::Subdomain;

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
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Space {
    subdomain: Subdomain,
}

impl Space {
    /// The space with this subdomain.
    pub fn named(subdomain: Subdomain) -> Self {
        Self { subdomain }
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

impl Endpoint<Cobot> for Space {
    type Response = SpaceDetails;
    const NAME: &'static str = "GET /api/spaces/:subdomain";

    fn request(&self, at: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        get(&join(at.site().api_url(), &["spaces", self.subdomain.as_str()])?)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Cobot>,
        response: Response<Vec<u8>>,
    ) -> Result<SpaceDetails, Error> {
        json(&response)
    }
}
