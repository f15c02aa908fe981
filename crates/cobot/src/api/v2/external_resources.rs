//! Resources that visitors can book.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::json_api::{ResourceBody, Single, ToMany, ToOne};
use oauth_core::{CommaSeparated, endpoint, resource_body, response};

use super::base::{api2, collection};
use super::{
    Account, Area, AreaUnit, BookingTime, Images, NewAccount, NewDiscount, NewPrice, NewPriceCap, NewPricing,
    PriceCap, Pricing, ProductAttributes, ResourceAttributes, ResourceAvailabilityAttributes, ResourceKind,
};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/external_resources`: the resources of a space that visitors can book. `include`
    /// takes `media`. 402 without the add-on for external bookings. Scope `read_external_resources`.
    pub struct ExternalResources(space_id: String) {
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/external_resources" scopes ["read_external_resources"]
        => ExternalResourceAttributes
}

collection! {
    /// `GET /spaces/:space_id/external_resources/available`: the resources that visitors can book at this
    /// time. `include` takes `media`. 402 without the add-on. Scope `read_external_resources`.
    pub struct AvailableExternalResources(space_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
        optional {
            /// Ignores booking times and blocked times.
            ignore_booking_times = "filter[ignoreBookingTimes]": bool,
            /// A booking that does not count, such as one to be moved.
            ignore_external_booking_id = "filter[ignoreExternalBookingId]": String,
            minimum_capacity = "filter[minimumCapacity]": u32,
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/external_resources/available" scopes ["read_external_resources"]
        => ExternalResourceAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /external_resources/:id`: a resource that visitors can book. `include` takes `media`. 402 without
    /// the add-on. Scope `read_external_resources`.
    pub struct ExternalResource(id: String) {
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/external_resources/:id" scopes ["read_external_resources"]
        => json(Single<ExternalResourceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /external_resources`: opens a resource for visitors. What is not set is as for members. For
    /// admins. 402 without the add-on. Scope `write_external_resources`.
    pub struct CreateExternalResource();
    POST api2 "/external_resources" scopes ["write_external_resources"]
        body(external_resource: ResourceBody<NewExternalResource> as "data")
        => json(Single<ExternalResourceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /external_resources/:id`: changes how visitors can book a resource. For admins. 402 without the
    /// add-on. Scope `write_external_resources`.
    pub struct UpdateExternalResource(id: String);
    PATCH api2 "/external_resources/:id" scopes ["write_external_resources"]
        body(changes: ResourceBody<ExternalResourceChanges> as "data", id)
        => json(Single<ExternalResourceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `DELETE /external_resources/:id`: closes a resource for visitors; the resource stays. For admins. 402
    /// without the add-on. Scope `write_external_resources`.
    pub struct DeleteExternalResource(id: String);
    DELETE api2 "/external_resources/:id" scopes ["write_external_resources"] => nothing
}

endpoint! {
    [] Cobot;
    /// `GET /external_resources/:id/availability`: the times at which visitors can still book a resource. 402
    /// without the add-on. Scope `read_external_resources`.
    pub struct ExternalResourceAvailability(id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
    }
    GET api2 "/external_resources/:id/availability" scopes ["read_external_resources"]
        => json(Single<ResourceAvailabilityAttributes>)
}

resource_body! {
    /// A resource that visitors can book from now on.
    pub struct NewExternalResource as "externalResources" {
        optional {
            description: String,
            /// Directions for visitors.
            instructions: String,
            price_per_hour = "pricePerHour": NewPrice,
            accounting_code = "accountingCode": String,
            cost_center = "costCenter": NewAccount,
            revenue_account = "revenueAccount": NewAccount,
            /// Minutes.
            max_booking_duration = "maxBookingDuration": u32,
            /// Hours before the start, until which it can be changed or canceled.
            cancellation_period = "cancellationPeriod": u32,
            /// Hours before the start, until which it can be booked.
            booking_cutoff = "bookingCutoff": u32,
            /// Minutes.
            min_booking_duration = "minBookingDuration": u32,
            discounts: Vec<NewDiscount>,
            price_caps = "priceCaps": Vec<NewPriceCap>,
            pricing: NewPricing,
            /// Weekly times, as in the admin's form.
            booking_times_string = "bookingTimesString": String,
            bookings_require_approval = "bookingsRequireApproval": bool,
            /// Payment details are collected and charged later.
            pay_later = "payLater": bool,
        }
        relationships {
            required {
                resource: ToOne<ResourceAttributes>,
            }
            optional {
                products: ToMany<ProductAttributes>,
            }
        }
    }
}

resource_body! {
    /// Changes of a resource that visitors can book. What is not set stays.
    pub struct ExternalResourceChanges as "externalResources" {
        optional {
            description: String,
            /// Directions for visitors.
            instructions: String,
            price_per_hour = "pricePerHour": NewPrice,
            accounting_code = "accountingCode": String,
            cost_center = "costCenter": NewAccount,
            revenue_account = "revenueAccount": NewAccount,
            /// Minutes.
            max_booking_duration = "maxBookingDuration": u32,
            /// Hours before the start, until which it can be changed or canceled.
            cancellation_period = "cancellationPeriod": u32,
            /// Hours before the start, until which it can be booked.
            booking_cutoff = "bookingCutoff": u32,
            /// Minutes.
            min_booking_duration = "minBookingDuration": u32,
            discounts: Vec<NewDiscount>,
            price_caps = "priceCaps": Vec<NewPriceCap>,
            pricing: NewPricing,
            /// Weekly times, as in the admin's form.
            booking_times_string = "bookingTimesString": String,
            bookings_require_approval = "bookingsRequireApproval": bool,
            /// Payment details are collected and charged later.
            pay_later = "payLater": bool,
        }
        relationships {
            optional {
                products: ToMany<ProductAttributes>,
            }
        }
    }
}

response! {
    /// Attributes of a resource that visitors can book.
    pub struct ExternalResourceAttributes {
        optional {
            name: String,
            resource_type = "resourceType": ResourceKind,
            area_preferred_unit = "areaPreferredUnit": AreaUnit,
            accounting_code = "accountingCode": String,
            cost_center = "costCenter": Account,
            revenue_account = "revenueAccount": Account,
            pricing: Pricing,
            /// Hours before the start, until which it can be changed or canceled.
            cancellation_period = "cancellationPeriod": u32,
            /// Hours before the start, until which it can be booked.
            booking_cutoff = "bookingCutoff": u32,
            /// `booking_cutoff`, or that of the members' resource.
            effective_booking_cutoff = "effectiveBookingCutoff": u32,
            description: String,
            /// Directions for visitors.
            instructions: String,
            /// People.
            capacity: u32,
            /// Minutes.
            min_booking_duration = "minBookingDuration": u32,
            /// Minutes.
            max_booking_duration = "maxBookingDuration": u32,
            /// Such as `#FF0000`.
            color: String,
            photo: Images,
            bookings_require_approval = "bookingsRequireApproval": bool,
            /// Weekly times, as in the admin's form.
            booking_times_string = "bookingTimesString": String,
            /// Payment details are collected and charged later.
            pay_later = "payLater": bool,
        }
        lists {
            area: Area,
            price_caps = "priceCaps": PriceCap,
            booking_times = "bookingTimes": BookingTime,
        }
    }
}
