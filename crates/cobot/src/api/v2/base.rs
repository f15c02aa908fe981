//! The base URL, headers and paging of API 2.

use oauth_core::http::HeaderValue;
use oauth_core::http::header::ACCEPT;
use oauth_core::json_api::ResourceType;
use oauth_core::{EndpointContext, RequestBuilder};

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
/// [`Collection`](oauth_core::json_api::Collection) of the attributes after `=>`.
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
            type Item = oauth_core::json_api::Resource<$attributes>;

            // The link only says that there is a next page: its host is not trusted.
            fn split(&self, document: Self::Response) -> oauth_core::Page<Self::Item, Self> {
                let next = document.next_link().is_some();
                let number = self.page_number.unwrap_or(1).saturating_add(1);
                oauth_core::Page {
                    next: next.then(|| self.clone().page_number(number)),
                    unread: document.data.unread.len(),
                    items: document.data.items,
                }
            }
        }
    };
}
pub(super) use collection;

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
