//! The base URL, headers and paging of API 2.

use oauth_core::http::HeaderValue;
use oauth_core::http::header::ACCEPT;
use oauth_core::json_api::{Document, ResourceType};
use oauth_core::url::form_urlencoded;
use oauth_core::{EndpointContext, Error, ErrorKind, RequestBuilder};

use super::{
    AllocationAttributes, ArticleAttributes, BillingDetailsAttributes, BookingAttributes,
    BookingCreditAttributes, BookingPreviewAttributes, CalendarBlockerAttributes, CheckInAttributes,
    ContactAttributes, CustomerAttributes, DiscountCodeAttributes, DropInPassAttributes,
    DropInPassAvailabilityAttributes, DropInPassPurchaseAttributes, DropInPassTemplateAttributes,
    EventAttendanceAttributes, EventAttributes, EventMessageAttributes, EventTagAttributes,
    EventTicketPurchaseAttributes, ExternalBookingAttributes, ExternalBookingPreviewAttributes,
    ExternalResourceAttributes, InvoiceAttributes, InvoiceChargeAttributes, MembershipAttributes,
    MembershipPlanAttributes, MembershipProfileAttributes, NavigationLinkAttributes, NetworkAttributes,
    PaymentAttributes, PaymentMethodAttributes, ProductAttributes, RefundAttributes, ResourceAttributes,
    ResourceAvailabilityAttributes, SinglePageAppAttributes, SpaceAttributes, SpacePreviewAttributes,
    SpaceProfileAttributes, SpaceSubscriptionAttributes, SpaceUrlAttributes, TeamAttributes,
    TermsApprovalAttributes, UserAttributes,
};
use crate::provider::Cobot;

/// JSON:API's media type, which Cobot requires of each request, also of one without a body.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.api+json");

pub(super) fn api2(context: &EndpointContext<'_, Cobot>) -> RequestBuilder {
    RequestBuilder::from_result(context.site().api2_url()).header(ACCEPT, MEDIA_TYPE).content_type(MEDIA_TYPE)
}

/// Declares a list, as `endpoint!` does, with the parameters of its page. Its response is a
/// [`Collection`](oauth_core::json_api::Collection) of the attributes after `=>`, its items are
/// [`Single`](oauth_core::json_api::Single)s.
macro_rules! collection {
    (
        $(#[$doc:meta])*
        pub struct $name:ident ($($argument:ident: $argument_type:ty),*)
        $({
            $(required { $($required:tt)* })?
            $(optional { $($optional:tt)* })?
        })?
        $(;)?
        $method:ident $base:ident $path:literal
        $(scopes [$($scope:literal),*])?
        $(body($($body:tt)*))?
        => $attributes:ty
    ) => {
        oauth_core::endpoint! {
            [] $crate::provider::Cobot;
            $(#[$doc])*
            pub struct $name($($argument: $argument_type),*) {
                $($(required { $($required)* })?)?
                optional {
                    $($($($optional)*)?)?
                    /// Number of the page, from 1.
                    page_number = "page[number]": u32,
                    /// Size of the page, 72 by default and at most 200.
                    page_size = "page[size]": u32,
                }
            }
            $method $base $path
            $(scopes [$($scope),*])?
            $(body($($body)*))?
            => json(oauth_core::json_api::Collection<$attributes>)
        }

        impl oauth_core::PagedEndpoint<$crate::provider::Cobot> for $name {
            type Item = oauth_core::json_api::Single<$attributes>;

            fn split(&self, document: Self::Response) -> oauth_core::Page<Self::Item, Self> {
                let next = super::base::next_page(&document, self.page_number);
                let is_broken = next.is_err();
                oauth_core::Page {
                    next: next.ok().flatten().map(|number| self.clone().page_number(number)),
                    unread: document.data.unread.len() + usize::from(is_broken),
                    items: document.into_singles(),
                }
            }
        }
    };
}
pub(super) use collection;

/// The number of the page that the link to the next one names; `None` on the last page. The link itself is
/// not followed: its host is not trusted.
///
/// Numbers have to grow, so that no page is requested twice.
pub(super) fn next_page<T>(document: &Document<T>, current: Option<u32>) -> Result<Option<u32>, Error> {
    let Some(link) = document.next_link()? else { return Ok(None) };
    let query = link.split('#').next().and_then(|link| link.split_once('?')).map_or("", |(_, query)| query);
    let number = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "page[number]");
    let number = number.and_then(|(_, number)| number.parse().ok());
    number.filter(|number| *number > current.unwrap_or(1)).map(Some).ok_or_else(|| {
        Error::new(ErrorKind::InvalidResponse, "the link to the next page does not lead to a later page")
    })
}

macro_rules! resource_types {
    ($($attributes:ident: $name:literal,)*) => {$(
        impl ResourceType for $attributes {
            const TYPE: &'static str = $name;
        }
    )*};
}

resource_types! {
    AllocationAttributes: "allocations",
    ArticleAttributes: "articles",
    BillingDetailsAttributes: "billingDetails",
    BookingAttributes: "bookings",
    BookingCreditAttributes: "bookingCredits",
    BookingPreviewAttributes: "bookingPreviews",
    CalendarBlockerAttributes: "calendarBlockers",
    CheckInAttributes: "checkIns",
    ContactAttributes: "contacts",
    CustomerAttributes: "customers",
    DiscountCodeAttributes: "discountCodes",
    DropInPassAttributes: "dropInPasses",
    DropInPassAvailabilityAttributes: "dropInPassTemplateAvailabilities",
    DropInPassPurchaseAttributes: "dropInPassPurchases",
    DropInPassTemplateAttributes: "dropInPassTemplates",
    EventAttributes: "events",
    EventAttendanceAttributes: "eventAttendances",
    EventMessageAttributes: "eventMessages",
    EventTagAttributes: "eventTags",
    EventTicketPurchaseAttributes: "eventTicketPurchases",
    ExternalBookingAttributes: "externalBookings",
    ExternalBookingPreviewAttributes: "externalBookingPreviews",
    ExternalResourceAttributes: "externalResources",
    InvoiceAttributes: "invoices",
    InvoiceChargeAttributes: "invoiceCharges",
    MembershipAttributes: "memberships",
    MembershipPlanAttributes: "membershipPlans",
    MembershipProfileAttributes: "membershipProfiles",
    NavigationLinkAttributes: "navigationLinks",
    NetworkAttributes: "networks",
    PaymentAttributes: "payments",
    PaymentMethodAttributes: "paymentMethods",
    ProductAttributes: "products",
    RefundAttributes: "refunds",
    ResourceAttributes: "resources",
    ResourceAvailabilityAttributes: "resourceAvailabilities",
    SinglePageAppAttributes: "singlePageApps",
    SpaceAttributes: "spaces",
    SpacePreviewAttributes: "spacePreviews",
    SpaceProfileAttributes: "spaceProfiles",
    SpaceSubscriptionAttributes: "subscriptions",
    SpaceUrlAttributes: "urls",
    TeamAttributes: "teams",
    TermsApprovalAttributes: "approvals",
    UserAttributes: "users",
}
