//! Methods of the builder and the server handle, and control endpoints, that only Cobot has.

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Rules;
use super::fixtures::{FULL_TIME, SPACES, SpaceFixture};
use super::host_routing::API2_HOST;
use super::model::Member;
use super::subscriptions::notify;
use crate::builder::Builder;
use crate::control::{ControlError, parse_body};
use crate::provider::SharedCore;
use crate::random;
use crate::server_handle::ServerHandle;

/// A space of the Cobot sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Space {
    /// The API's identifier, such as `space-betahaus`.
    pub id: String,
    /// The label in front of `.cobot.me`, here of `.localhost`.
    pub subdomain: String,
    /// The display name.
    pub name: String,
    /// The root URL of its API and its authorization endpoint.
    pub url: String,
    /// The root URL of its custom domain, if it has one. Browsers are redirected there.
    pub custom_url: Option<String>,
}

impl Builder<Rules> {
    /// Sets the scopes that the client is registered for. The default is all known scopes.
    /// See [`ServerHandle::set_client_scopes`](ServerHandle::set_client_scopes).
    pub fn client_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.client_scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }
}

impl ServerHandle<Rules> {
    /// The access token that Cobot issues when an app is registered. It belongs to the first user and has all
    /// scopes that the client had at the start.
    #[must_use]
    pub fn registration_token(&self) -> &str {
        &self.core().setup.credentials.registration_token
    }

    /// The root URL of API 2, such as `http://api.localhost:4567`, which stands for `https://api.cobot.me`.
    #[must_use]
    pub fn api2_url(&self) -> String {
        self.core().setup.origin.at(API2_HOST)
    }

    /// All spaces. The first user administers `betahaus` and `harbour` (which has a custom domain) and is a
    /// member of `atelier`.
    #[must_use]
    pub fn spaces(&self) -> Vec<Space> {
        let origin = &self.core().setup.origin;
        SPACES
            .iter()
            .map(|space| Space {
                id: space.id.to_owned(),
                subdomain: space.subdomain.to_owned(),
                name: space.name.to_owned(),
                url: self.space_url(space.subdomain),
                custom_url: space.custom_domain.map(|domain| origin.at(domain)),
            })
            .collect()
    }

    /// The root URL of a space, such as `http://betahaus.localhost:4567`. The space need not exist.
    #[must_use]
    pub fn space_url(&self, subdomain: &str) -> String {
        self.core().setup.origin.at(&format!("{subdomain}.localhost"))
    }

    /// The scopes that the client is currently registered for.
    #[must_use]
    pub fn client_scopes(&self) -> Vec<String> {
        self.core().state().client_scopes.clone()
    }

    /// Replaces the scopes that the client is registered for. Tokens already issued keep their scopes.
    pub fn set_client_scopes(&self, scopes: impl IntoIterator<Item = impl Into<String>>) {
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.core().state().client_scopes = scopes;
    }

    /// Removes a user's admin rights in a space. The user's tokens are rejected there from now on (403).
    /// Space tokens that the user created remain valid and pass to the space's owner, whose own rights
    /// cannot be removed.
    ///
    /// Returns whether the user had such rights. `user` is an e-mail address or a user id.
    pub fn cut_admin_rights(&self, user: &str, subdomain: &str) -> bool {
        self.core().state().cut_admin_rights(user, subdomain)
    }

    /// Adds a confirmed membership, as if someone had joined the space: `created_membership` and
    /// `confirmed_membership` are sent to subscriptions. Returns the membership's id, or `None` if there is
    /// no such space. A user with this e-mail address gets the membership.
    ///
    /// # Panics
    /// When there are subscriptions and the calling thread is not in a Tokio runtime.
    pub fn add_member(&self, subdomain: &str, name: &str, email: &str) -> Option<String> {
        add_member(self.core(), subdomain, name, email)
    }

    /// Cancels a membership as of today, which sends `canceled_membership`. Returns whether it was active.
    ///
    /// # Panics
    /// As [`add_member`](Self::add_member).
    pub fn cancel_member(&self, id: &str) -> bool {
        cancel_member(self.core(), id)
    }
}

fn add_member(core: &SharedCore<Rules>, subdomain: &str, name: &str, email: &str) -> Option<String> {
    let space = SpaceFixture::find(subdomain)?;
    let mut state = core.state();
    let id = random::hex::<8>();
    let number = 40_000 + state.members.total_pushed();
    let user = state.users.iter().find(|user| user.email == email).map(|user| user.login.clone());
    let confirmed_at = core.now().date_naive();
    let member = Member::new(space, &FULL_TIME, &id, name, email, number);
    state.members.push(Member { user, confirmed_at, ..member });
    for event in ["created_membership", "confirmed_membership"] {
        notify(core, &state, space, event, &member_call(core, space, &id));
    }
    Some(id)
}

fn cancel_member(core: &SharedCore<Rules>, id: &str) -> bool {
    let today = core.now().date_naive();
    let mut state = core.state();
    let mut members = state.members.iter_mut();
    let Some(member) = members.find(|member| member.id == id && member.is_active(today)) else {
        return false;
    };
    member.canceled_at = Some(today);
    let space = member.space;
    notify(core, &state, space, "canceled_membership", &member_call(core, space, id));
    true
}

fn member_call(core: &SharedCore<Rules>, space: &SpaceFixture, id: &str) -> Value {
    json!({ "url": format!("{}/api/memberships/{id}", core.setup.origin.at(&space.api_host())) })
}

pub(super) fn control_routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route("/client_scopes", post(client_scopes))
        .route("/cut_admin_rights", post(cut_admin_rights))
        .route("/add_member", post(add_member_control))
        .route("/cancel_member", post(cancel_member_control))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddMember {
    space: String,
    name: String,
    email: String,
}

async fn add_member_control(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    let AddMember { space, name, email } = parse_body(&body)?;
    let id = add_member(&core, &space, &name, &email);
    let id = id.ok_or_else(|| ControlError::Body(format!("there is no space `{space}`")))?;
    Ok(Json(json!({ "id": id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelMember {
    id: String,
}

async fn cancel_member_control(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    let CancelMember { id } = parse_body(&body)?;
    Ok(Json(json!({ "canceled": cancel_member(&core, &id) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientScopes {
    scopes: Vec<String>,
}

async fn client_scopes(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<StatusCode, ControlError> {
    let ClientScopes { scopes } = parse_body(&body)?;
    core.state().client_scopes = scopes;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CutAdminRights {
    user: String,
    space: String,
}

async fn cut_admin_rights(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    let CutAdminRights { user, space } = parse_body(&body)?;
    let cut = core.state().cut_admin_rights(&user, &space);
    Ok(Json(json!({ "cut": cut })))
}
