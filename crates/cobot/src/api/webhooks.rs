//! Webhooks: subscriptions and callbacks.

use std::marker::PhantomData;

use oauth_core::http::header::ACCEPT;
use oauth_core::http::{HeaderMap, HeaderValue, Request, Response};
use oauth_core::url::Url;
use oauth_core::{
    Endpoint, EndpointContext, Error, ErrorKind, List, NoExtra, Site as _, WebhookReceiver, endpoint, get,
    json, open_enum, request_body, response,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::base::space;
use crate::provider::Cobot;
use crate::site::Site;
use crate::subdomain::Subdomain;

endpoint! {
    [] Cobot;
    /// `POST https://<subdomain>.cobot.me/api/subscriptions`: subscribes a URL to an event of a space. For
    /// admins. 201; 409 if the URL has it already; 422 for invalid fields. Scope `write_subscriptions`.
    /// Source: <https://dev.cobot.me/api-docs/webhooks-api>.
    ///
    /// Cobot sends a `POST` ([`WebhookCall`]) and expects a 2xx. Otherwise it tries ten times more, for up to
    /// 20 hours, and then deactivates the subscription; after 410 at once. It follows no redirects.
    pub struct CreateSubscription(subdomain: Subdomain);
    POST space[subdomain] "/api/subscriptions" scopes ["write_subscriptions"] body(subscription: NewSubscription)
        => json(SubscriptionDetails)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/subscriptions`: the subscriptions of the user and the app. For
    /// admins. Scope `read_subscriptions`. Source: <https://dev.cobot.me/api-docs/webhooks-api>.
    pub struct Subscriptions(subdomain: Subdomain);
    GET space[subdomain] "/api/subscriptions" scopes ["read_subscriptions"] => json(List<SubscriptionDetails>)
}

endpoint! {
    [] Cobot;
    /// `DELETE https://<subdomain>.cobot.me/api/subscriptions/:id`: ends a subscription. Scope
    /// `write_subscriptions`. Source: <https://dev.cobot.me/api-docs/webhooks-api>.
    pub struct DeleteSubscription(subdomain: Subdomain, id: String);
    DELETE space[subdomain] "/api/subscriptions/:id" scopes ["write_subscriptions"] => nothing
}

request_body! {
    /// A new subscription.
    pub struct NewSubscription {
        required {
            event: WebhookEvent,
            callback_url: String,
        }
    }
}

response! {
    /// A subscription.
    pub struct SubscriptionDetails {
        required {
            id: String,
        }
        optional {
            event: WebhookEvent,
            /// API URL.
            url: String,
            /// False after too many failed calls.
            active: bool,
            callback_url: String,
        }
    }
}

open_enum! {
    /// An event of webhooks. Source: <https://dev.cobot.me/api-docs/webhooks-api>, as listed by
    /// <https://github.com/api-evangelist/cobot>.
    pub enum WebhookEvent {
        ConnectedUser = "connected_user",
        UpdatedConnectedUser = "updated_connected_user",
        CreatedAdmin = "created_admin",
        DeletedAdmin = "deleted_admin",
        CreatedBooking = "created_booking",
        UpdatedBooking = "updated_booking",
        BookingWillBegin = "booking_will_begin",
        BookingHasEnded = "booking_has_ended",
        DeletedBooking = "deleted_booking",
        CreatedResource = "created_resource",
        UpdatedResource = "updated_resource",
        DeletedResource = "deleted_resource",
        CreatedAllocation = "created_allocation",
        UpdatedAllocation = "updated_allocation",
        DeletedAllocation = "deleted_allocation",
        CreatedCalendarBlocker = "created_calendar_blocker",
        UpdatedCalendarBlocker = "updated_calendar_blocker",
        DeletedCalendarBlocker = "deleted_calendar_blocker",
        ConfirmedMembership = "confirmed_membership",
        CreatedMembership = "created_membership",
        DeletedMembership = "deleted_membership",
        CanceledMembership = "canceled_membership",
        UncanceledMembership = "uncanceled_membership",
        ReactivatedMembership = "reactivated_membership",
        MembershipCancellationDateReached = "membership_cancellation_date_reached",
        ChangedMembershipPlan = "changed_membership_plan",
        MembershipPlanChangeDateReached = "membership_plan_change_date_reached",
        UpdatedMembershipDetails = "updated_membership_details",
        UpdatedMembershipPicture = "updated_membership_picture",
        UpdatedPaymentMethod = "updated_payment_method",
        CreatedCheckin = "created_checkin",
        CreatedCheckout = "created_checkout",
        CreatedCheckinToken = "created_checkin_token",
        DeletedCheckinToken = "deleted_checkin_token",
        CreatedInvoice = "created_invoice",
        UpdatedInvoice = "updated_invoice",
        WroteOffInvoice = "wrote_off_invoice",
        RequestedEInvoice = "requested_e_invoice",
        SentInvoice = "sent_invoice",
        DeletedInvoice = "deleted_invoice",
        CreatedDropInPass = "created_drop_in_pass",
        CreatedGuestAccount = "created_guest_account",
        ApprovedExternalBooking = "approved_external_booking",
        UpdatedCustomField = "updated_custom_field",
        ChangedSpaceSubscription = "changed_space_subscription",
        MembershipAddedTimePasses = "membership_added_time_passes",
        MembershipRemovedTimePasses = "membership_removed_time_passes",
        PublishedEvent = "published_event",
        CreatedEventAttendance = "created_event_attendance",
    }
}

/// The body of a webhook call: the URL of the object that changed, or a deleted object.
///
/// Calls are not signed, so a body proves nothing: fetch the object with the customer's own token.
///
/// ```no_run
/// # async fn example(client: cobot::Client, token: cobot::Token, body: &[u8]) -> Result<(), cobot::Error> {
/// use cobot::Site;
/// use cobot::api::{MembershipDetails, WebhookCall};
///
/// let call = WebhookCall::parse(body)?;
/// let membership = call.resource::<MembershipDetails>(&Site::production())?;
/// println!("changed: {:?}", client.send(&token, &membership).await?.name);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct WebhookCall {
    /// URL of the object, as received: [`resource`](Self::resource) checks it.
    pub url: Option<String>,
    /// All other fields: those of a deleted object.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl WebhookCall {
    /// Parses the body of a call.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if it is no JSON object.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(body).map_err(|_| invalid("the webhook call is not a JSON object"))
    }

    /// Returns the call that fetches the object, which fails with 404 if it is deleted.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](oauth_core::ErrorKind::InvalidInput) if the URL is missing or is not one
    /// of Cobot's APIs at this site, so that only Cobot gets the token.
    pub fn resource<T>(&self, site: &Site) -> Result<WebhookResource<T>, Error> {
        let url = self.url.as_deref().ok_or_else(|| invalid("the webhook call has no URL"))?;
        let url = Url::parse(url).map_err(|_| invalid("the URL of the webhook call cannot be parsed"))?;
        let is_api2 = url.host_str() == site.api2_url()?.host_str();
        let is_api = is_api2 || url.path().starts_with("/api/");
        let has_user = !url.username().is_empty() || url.password().is_some();
        if !is_api || has_user || !site.may_receive_token(&url, &NoExtra::default()) {
            return Err(invalid("the URL of the webhook call is not one of Cobot's APIs")
                .with_help("do not process this call: it may be forged"));
        }
        Ok(WebhookResource { url, is_api2, response: PhantomData })
    }
}

/// Receives the webhook calls of a site, for `oauth_web::Webhook` or any other server.
///
/// Cobot does not sign its calls. Only the URL of the object is checked: one that is not Cobot's is refused.
/// Any other call may still be forged or repeated, so use it only to [fetch](WebhookCall::resource) the
/// object with the customer's token. A call about a deleted object has no URL and is accepted unchecked.
///
/// ```
/// use cobot::api::WebhookCallReceiver;
/// use cobot::http::HeaderMap;
/// use cobot::{Site, WebhookReceiver as _};
///
/// let receiver = WebhookCallReceiver::new(Site::production());
/// let call = |body: &[u8]| receiver.receive(&HeaderMap::new(), body);
/// assert!(call(br#"{"url": "https://co-up.cobot.me/api/memberships/1"}"#).is_ok());
/// assert!(call(br#"{"url": "https://evil.example/api/memberships/1"}"#).is_err());
/// ```
#[derive(Clone, Debug)]
pub struct WebhookCallReceiver(Site);

impl WebhookCallReceiver {
    /// Receives the calls of this site.
    pub fn new(site: Site) -> Self {
        Self(site)
    }
}

impl WebhookReceiver for WebhookCallReceiver {
    type Event = WebhookCall;

    fn receive(&self, _: &HeaderMap, body: &[u8]) -> Result<WebhookCall, Error> {
        let unreadable = |error: Error| Error::new(ErrorKind::InvalidResponse, error.to_string());
        let call = WebhookCall::parse(body).map_err(unreadable)?;
        if call.url.is_some() && call.resource::<Value>(&self.0).is_err() {
            let text = "the URL of the webhook call is not one of Cobot's APIs";
            return Err(Error::new(ErrorKind::WebhookRefused, text).with_provider("cobot"));
        }
        Ok(call)
    }
}

impl std::fmt::Debug for WebhookCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookCall")
            .field("url", &self.url)
            .field("other", &self.other.keys().collect::<Vec<_>>())
            .finish()
    }
}

fn invalid(message: &'static str) -> Error {
    Error::invalid_input(message).with_provider("cobot")
}

/// Fetches the object of a [`WebhookCall`]. Written out because the URL is not made of a path template.
#[derive(Clone, Debug)]
pub struct WebhookResource<T> {
    url: Url,
    is_api2: bool,
    response: PhantomData<fn() -> T>,
}

impl<T> WebhookResource<T> {
    /// Returns the URL, for example to find out the customer by its subdomain.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl<T: DeserializeOwned + Send> Endpoint<Cobot> for WebhookResource<T> {
    type Response = T;
    const NAME: &'static str = "GET the object of a webhook call";

    fn request(&self, _: &EndpointContext<'_, Cobot>) -> Result<Request<Vec<u8>>, Error> {
        let mut request = get(&self.url)?;
        if self.is_api2 {
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/vnd.api+json"));
        }
        Ok(request)
    }

    fn parse(&self, _: &EndpointContext<'_, Cobot>, response: Response<Vec<u8>>) -> Result<T, Error> {
        json(&response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_of(body: &str) -> Result<String, Error> {
        let resource = WebhookCall::parse(body.as_bytes())?.resource::<Value>(&Site::production())?;
        Ok(resource.url().to_string())
    }

    #[test]
    fn receiver_refuses_urls_of_others() {
        let receiver = WebhookCallReceiver::new(Site::production());
        let receive = |body: &str| receiver.receive(&HeaderMap::new(), body.as_bytes());
        assert_eq!(receive(r#"{"id":"1"}"#).unwrap().url, None);
        assert!(receive(r#"{"url":"https://api.cobot.me/bookings/1"}"#).is_ok());
        let kind = |body: &str| receive(body).unwrap_err().kind();
        assert_eq!(kind(r#"{"url":"https://cobot.me.example/api/bookings/1"}"#), ErrorKind::WebhookRefused);
        assert_eq!(kind("[]"), ErrorKind::InvalidResponse);
    }

    #[test]
    fn resource_is_at_cobot_only() {
        for good in ["https://co-up.cobot.me/api/memberships/1", "https://api.cobot.me/bookings/1"] {
            assert_eq!(url_of(&format!(r#"{{"url":"{good}"}}"#)).unwrap(), good);
        }
        for bad in [
            "http://co-up.cobot.me/api/memberships/1",
            "https://co-up.cobot.me.example/api/memberships/1",
            "https://co-up.cobot.me:8443/api/memberships/1",
            "https://a@co-up.cobot.me/api/memberships/1",
            "https://co-up.cobot.me/pages/1",
            "https://co-up.cobot.me@evil.example/api/1",
            "https://evil.example/api/memberships/1",
            "/api/memberships/1",
            "",
        ] {
            assert!(url_of(&format!(r#"{{"url":"{bad}"}}"#)).is_err(), "{bad}");
        }
        for bad in ["{}", r#"{"url":null}"#, r#"{"id":"1"}"#, "[]", "no JSON", r#"{"url":5}"#] {
            assert!(url_of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn deleted_object_is_kept() {
        let call = WebhookCall::parse(br#"{"id":"1","name":"canary"}"#).unwrap();
        assert_eq!((call.url.as_deref(), &call.other["id"]), (None, &Value::from("1")));
        assert!(!format!("{call:?}").contains("canary"));
    }
}
