//! A space.

use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Cobot, Subdomain};

/// `GET https://www.cobot.me/api/spaces/:subdomain`: a space, and with it the [`id`](SpaceDetails::id) that
/// [`SpaceToken`](super::SpaceToken) wants. Source: <https://dev.cobot.me/api-docs/spaces>.
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
    /// The space's id, such as `space-co-up`.
    pub id: String,
    /// The space's subdomain.
    pub subdomain: Option<String>,
    /// The space's name.
    pub name: Option<String>,
    /// The space's address on the web; with a custom domain, possibly that one.
    pub url: Option<String>,
    /// The space's e-mail address.
    pub email: Option<String>,
    /// What the space says about itself.
    pub description: Option<String>,
    /// The id of the user who owns the space.
    pub owner_id: Option<String>,
    /// The country, by its English name.
    pub country: Option<String>,
    /// The language and country, such as `de-DE`.
    pub locale: Option<String>,
    /// The time zone, such as `Europe/Berlin`.
    pub time_zone_name: Option<String>,
    /// Whatever else the answer holds. `tax_rate` is here, as the document spells it in two ways.
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
