//! Resources that members book.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::json_api::{ResourceBody, Single, ToMany, ToOne};
use oauth_core::{CommaSeparated, endpoint, open_enum, request_body, resource_body, response};

use super::base::{api2, collection};
use super::{
    Account, Area, BookingTime, Images, NewAccount, NewDuration, NewImage, NewPrice, NewTax, Pricing,
    ProductAttributes, SpaceAttributes, TimeSpan,
};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/resources`: a space's resources, without `usage` those that can be booked. For
    /// members and admins. `include` takes `media` and `categories`; that one needs
    /// `read_resource_categories`. Scope `read_resources`.
    pub struct Resources(space_id: String) {
        optional {
            usage = "filter[usage]": ResourceUsage,
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/resources" scopes ["read_resources"] => ResourceAttributes
}

collection! {
    /// `GET /spaces/:space_id/resources/available`: the resources of a space that can be booked at this time.
    /// For members and admins. `include` as for [`Resources`]. Scope `read_resources`.
    pub struct AvailableResources(space_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
        optional {
            /// A booking that does not count, such as one to be moved.
            ignore_booking_id = "filter[ignoreBookingId]": String,
            /// Ignores booking times and blocked times.
            ignore_booking_times = "filter[ignoreBookingTimes]": bool,
            resource_ids = "filter[resourceIds]": CommaSeparated<String>,
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/resources/available" scopes ["read_resources"] => ResourceAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /resources/:id`: a resource. For members and admins. `include` takes `media`. Scope
    /// `read_resources`.
    pub struct Resource(id: String) {
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/resources/:id" scopes ["read_resources"] => json(Single<ResourceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /resources`: creates a resource. For admins. Scope `write_resources`.
    pub struct CreateResource();
    POST api2 "/resources" scopes ["write_resources"] body(resource: ResourceBody<NewResource> as "data")
        => json(Single<ResourceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /resources/:id`: changes a resource. For admins. Scope `write_resources`.
    pub struct UpdateResource(id: String);
    PATCH api2 "/resources/:id" scopes ["write_resources"]
        body(changes: ResourceBody<ResourceChanges> as "data", id) => json(Single<ResourceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `GET /resources/:id/availability`: the times at which a resource can still be booked. For members and
    /// admins. Scope `read_resources`.
    pub struct ResourceAvailability(id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
    }
    GET api2 "/resources/:id/availability" scopes ["read_resources"]
        => json(Single<ResourceAvailabilityAttributes>)
}

collection! {
    /// `GET /spaces/:space_id/resource_availabilities`: the times at which several resources of a space can
    /// still be booked. For members and admins. Scope `read_resources`.
    pub struct ResourceAvailabilities(space_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
            resource_ids = "filter[resource_ids]": CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/resource_availabilities" scopes ["read_resources"]
        => ResourceAvailabilityAttributes
}

resource_body! {
    /// A new resource.
    pub struct NewResource as "resources" {
        optional {
            name: String,
            resource_type = "resourceType": ResourceKind,
            price_per_hour = "pricePerHour": NewPrice,
            description: String,
            /// Only admins see it.
            hidden: bool,
            only_admins_can_book = "onlyAdminsCanBook": bool,
            /// Bookings at the same time.
            units: u32,
            /// People.
            capacity: u32,
            /// Hours before the start, until which it can be booked.
            booking_cutoff = "bookingCutoff": u32,
            /// Hours before the start, until which it can be changed or canceled.
            cancellation_period = "cancellationPeriod": u32,
            /// Minutes.
            min_booking_duration = "minBookingDuration": u32,
            /// Minutes.
            max_booking_duration = "maxBookingDuration": u32,
            /// Such as `#FF0000`.
            color: String,
            photo: NewImage,
            /// Weekly times, as in the admin's form.
            booking_times_string = "bookingTimesString": String,
            accounting_code = "accountingCode": String,
            cost_center = "costCenter": NewAccount,
            revenue_account = "revenueAccount": NewAccount,
            discounts: Vec<NewDiscount>,
            price_caps = "priceCaps": Vec<NewPriceCap>,
            pricing: NewPricing,
        }
        relationships {
            required {
                space: ToOne<SpaceAttributes>,
            }
            optional {
                products: ToMany<ProductAttributes>,
            }
        }
    }
}

resource_body! {
    /// Changes of a resource. What is not set stays.
    pub struct ResourceChanges as "resources" {
        optional {
            name: String,
            resource_type = "resourceType": ResourceKind,
            price_per_hour = "pricePerHour": NewPrice,
            description: String,
            /// Only admins see it.
            hidden: bool,
            only_admins_can_book = "onlyAdminsCanBook": bool,
            /// Bookings at the same time.
            units: u32,
            /// People.
            capacity: u32,
            /// Hours before the start, until which it can be booked.
            booking_cutoff = "bookingCutoff": u32,
            /// Hours before the start, until which it can be changed or canceled.
            cancellation_period = "cancellationPeriod": u32,
            /// Minutes.
            min_booking_duration = "minBookingDuration": u32,
            /// Minutes.
            max_booking_duration = "maxBookingDuration": u32,
            /// Such as `#FF0000`.
            color: String,
            photo: NewImage,
            /// Weekly times, as in the admin's form.
            booking_times_string = "bookingTimesString": String,
            accounting_code = "accountingCode": String,
            cost_center = "costCenter": NewAccount,
            revenue_account = "revenueAccount": NewAccount,
            discounts: Vec<NewDiscount>,
            price_caps = "priceCaps": Vec<NewPriceCap>,
            pricing: NewPricing,
        }
        relationships {
            optional {
                products: ToMany<ProductAttributes>,
            }
        }
    }
}

request_body! {
    /// Prices of a resource.
    pub struct NewPricing {
        optional {
            /// ISO 4217. Not for external resources.
            currency: String,
            price_per_hour = "pricePerHour": NewPrice,
            discounts: Vec<NewDiscount>,
            price_cap = "priceCap": NewPaidTimeCap,
            price_caps = "priceCaps": Vec<NewPriceCap>,
            fixed_rates = "fixedRates": Vec<NewPriceCap>,
            taxes: Vec<NewTax>,
        }
    }
}

request_body! {
    /// A lower price for longer bookings.
    pub struct NewDiscount {
        required {
            price_per_hour = "pricePerHour": NewPrice,
            minimum_duration = "minimumDuration": NewDuration,
        }
    }
}

request_body! {
    /// A price for a duration: paid at most, or as a fixed rate.
    pub struct NewPriceCap {
        required {
            price: NewPrice,
            maximum_duration = "maximumDuration": NewDuration,
        }
    }
}

request_body! {
    /// The duration that is paid at most.
    pub struct NewPaidTimeCap {
        optional {
            maximum_duration = "maximumDuration": NewDuration,
        }
    }
}

response! {
    /// Attributes of the availability of a resource.
    pub struct ResourceAvailabilityAttributes {
        lists {
            available_times = "availableTimes": TimeSpan,
        }
    }
}

response! {
    /// Attributes of a resource.
    pub struct ResourceAttributes {
        optional {
            name: String,
            resource_type = "resourceType": ResourceKind,
            usage: ResourceUsage,
            pricing: Pricing,
            accounting_code = "accountingCode": String,
            area_preferred_unit = "areaPreferredUnit": AreaUnit,
            cost_center = "costCenter": Account,
            revenue_account = "revenueAccount": Account,
            description: String,
            /// Only admins see it.
            hidden: bool,
            only_admins_can_book = "onlyAdminsCanBook": bool,
            can_book = "canBook": bool,
            /// Bookings at the same time.
            units: u32,
            /// People.
            capacity: u32,
            /// Hours before the start, until which it can be changed or canceled.
            cancellation_period = "cancellationPeriod": u32,
            /// Hours before the start, until which it can be booked.
            booking_cutoff = "bookingCutoff": u32,
            /// Minutes.
            min_booking_duration = "minBookingDuration": u32,
            /// Minutes.
            max_booking_duration = "maxBookingDuration": u32,
            /// Such as `#FF0000`.
            color: String,
            photo: Images,
            /// Weekly times, as in the admin's form.
            booking_times_string = "bookingTimesString": String,
        }
        lists {
            area: Area,
            booking_times = "bookingTimes": BookingTime,
        }
    }
}

open_enum! {
    /// A use of a resource.
    pub enum ResourceUsage {
        Bookable = "bookable",
        Allocatable = "allocatable",
        All = "all",
    }
}

open_enum! {
    /// A kind of resource.
    pub enum ResourceKind {
        Room = "room",
        Desk = "desk",
        OtherKind = "other",
    }
}

open_enum! {
    /// A unit of area.
    pub enum AreaUnit {
        Sqm = "sqm",
        Sqft = "sqft",
    }
}
