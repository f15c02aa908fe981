//! Spaces.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json};
use serde::Deserialize;
use serde_json::{Map, Value};

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

/// A space.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct SpaceDetails {
    /// Identifier, such as `space-co-up`.
    pub id: String,
    /// Subdomain.
    pub subdomain: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Web address; for a space with a custom domain, possibly there.
    pub url: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Identifier of the owner, a user.
    pub owner_id: Option<String>,
    /// Country, by its English name.
    pub country: Option<String>,
    /// Language and country, such as `de-DE`.
    pub locale: Option<String>,
    /// Time zone, such as `Europe/Berlin`.
    pub time_zone_name: Option<String>,
    /// Further fields of the response. `tax_rate` is among them because the document spells it in two ways.
    #[serde(flatten)]
    pub other: Map<String, Value>,
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
