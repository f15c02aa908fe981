//! Bookings, previews of bookings, and booking credits.

use oauth_core::chrono::{DateTime, NaiveDate, Utc};
use oauth_core::json_api::{ResourceBody, Single, ToMany, ToOne};
use oauth_core::{CommaSeparated, endpoint, open_enum, request_body, resource_body, response};

use super::base::{api2, collection};
use super::{
    AppliedRate, Discount, MembershipAttributes, NewBookingPrice, PaidTimeCap, Price, ProductUnit,
    ResourceAttributes,
};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/bookings`: a space's bookings in a time range. For its members and admins.
    /// `include` takes `membership`, `event` and `externalBooking`, hence the three scopes. Scopes
    /// `read_bookings`, `read_events` and `read_external_bookings`.
    pub struct Bookings(space_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/bookings" scopes ["read_bookings", "read_events", "read_external_bookings"]
        => BookingAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /bookings/:id`: a booking. For members and admins of its space. Scope `read_bookings`.
    pub struct Booking(id: String);
    GET api2 "/bookings/:id" scopes ["read_bookings"] => json(Single<BookingAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /bookings`: books a resource, for a membership or for none. For admins. 202 for a recurring
    /// booking: all but the first are made later, and [`RecurringBookings`] shows how far that is. 400 if the
    /// resource cannot be booked. Scope `write_bookings`.
    pub struct CreateBooking();
    POST api2 "/bookings" scopes ["write_bookings"] body(booking: ResourceBody<NewBooking> as "data")
        => json(Single<BookingAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /bookings/:id`: changes a booking. Members can change their own until it begins. 400 if the
    /// resource cannot be booked, 409 if the booking belongs to an event. Scope `write_bookings`.
    pub struct UpdateBooking(id: String);
    PATCH api2 "/bookings/:id" scopes ["write_bookings"]
        body(changes: ResourceBody<BookingChanges> as "data", id) => json(Single<BookingAttributes>)
}

endpoint! {
    [] Cobot;
    /// `DELETE /bookings/:id`: cancels a booking. Members can cancel their own until it begins. 409 if it
    /// belongs to an event. Scope `write_bookings`.
    pub struct DeleteBooking(id: String);
    DELETE api2 "/bookings/:id" scopes ["write_bookings"] => nothing
}

collection! {
    /// `GET /memberships/:membership_id/bookings`: a membership's bookings in a time range, in all spaces of
    /// the network. For the member and admins. Scope `read_bookings`.
    pub struct MembershipBookings(membership_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
    }
    GET api2 "/memberships/:membership_id/bookings" scopes ["read_bookings"] => BookingAttributes
}

endpoint! {
    [] Cobot;
    /// `POST /memberships/:membership_id/bookings`: books a resource as a member. 400 if the resource cannot
    /// be booked. Scope `write_bookings`.
    pub struct CreateMembershipBooking(membership_id: String);
    POST api2 "/memberships/:membership_id/bookings" scopes ["write_bookings"]
        body(booking: ResourceBody<NewBooking> as "data") => json(Single<BookingAttributes>)
}

collection! {
    /// `GET /recurring_bookings/:recurring_id`: the bookings of a recurrence, by its
    /// [`recurring_id`](BookingAttributes::recurring_id). New ones appear with a delay. Scope
    /// `read_bookings`.
    pub struct RecurringBookings(recurring_id: String);
    GET api2 "/recurring_bookings/:recurring_id" scopes ["read_bookings"] => BookingAttributes
}

endpoint! {
    [] Cobot;
    /// `DELETE /recurring_bookings/:booking_id/following`: cancels a recurring booking and all that follow
    /// it. For admins and the member who booked. 202. Scope `write_bookings`.
    pub struct DeleteFollowingBookings(booking_id: String);
    DELETE api2 "/recurring_bookings/:booking_id/following" scopes ["write_bookings"]
        => json(Single<BookingAttributes>)
}

collection! {
    /// `POST /bookings_preview`: previews bookings of these resources: their prices and conflicts. Books
    /// nothing. For the member and admins. Scopes `read_resources` and `read_memberships`.
    pub struct PreviewBookings();
    POST api2 "/bookings_preview" scopes ["read_resources", "read_memberships"]
        body(booking_preview: ResourceBody<NewBookingPreview> as "data") => BookingPreviewAttributes
}

collection! {
    /// `GET /memberships/:membership_id/booking_credits`: a membership's booking credits for each resource.
    /// For the member and admins. Scope `read_booking_credits`.
    pub struct BookingCredits(membership_id: String);
    GET api2 "/memberships/:membership_id/booking_credits" scopes ["read_booking_credits"]
        => BookingCreditAttributes
}

resource_body! {
    /// A new booking.
    pub struct NewBooking as "bookings" {
        required {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
        }
        optional {
            /// Number of units of the resource.
            units: u32,
            title: String,
            /// A link, such as of a video call.
            url: String,
            /// For admins.
            custom_price = "customPrice": NewBookingPrice,
            comments: String,
            /// Message to the attendees.
            attendees_message = "attendeesMessage": String,
            recurrence: NewRecurrence,
            booking_extras = "bookingExtras": Vec<NewBookingExtra>,
            attendees: Vec<NewAttendee>,
        }
        relationships {
            required {
                resource: ToOne<ResourceAttributes>,
            }
            optional {
                membership: ToOne<MembershipAttributes>,
            }
        }
    }
}

resource_body! {
    /// Changes of a booking. What is not set stays, except the message to the attendees.
    pub struct BookingChanges as "bookings" {
        optional {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            title: String,
            /// A link, such as of a video call.
            url: String,
            /// Number of units of the resource.
            units: u32,
            /// For admins.
            custom_price = "customPrice": NewBookingPrice,
            comments: String,
            /// Message to the attendees. A change without one removes it.
            attendees_message = "attendeesMessage": String,
            booking_extras = "bookingExtras": Vec<NewBookingExtra>,
            attendees: Vec<NewAttendee>,
            /// Changes the following bookings of the recurrence too. For admins; only `comments` and `url`.
            update_following = "updateFollowing": bool,
        }
        relationships {
            optional {
                resource: ToOne<ResourceAttributes>,
                membership: ToOne<MembershipAttributes>,
            }
        }
    }
}

resource_body! {
    /// A booking to preview.
    pub struct NewBookingPreview as "bookingPreviews" {
        required {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
        }
        optional {
            units: u32,
            recurrence: NewRecurrence,
            booking_extras = "bookingExtras": Vec<NewBookingExtra>,
        }
        relationships {
            required {
                resources: ToMany<ResourceAttributes>,
            }
            optional {
                membership: ToOne<MembershipAttributes>,
                booking: ToOne<BookingAttributes>,
            }
        }
    }
}

request_body! {
    /// A recurrence.
    pub struct NewRecurrence {
        required {
            rule: NewRecurrenceRule,
        }
    }
}

request_body! {
    /// The rule of a recurrence.
    pub struct NewRecurrenceRule {
        required {
            frequency: Frequency,
        }
        optional {
            from: NaiveDate,
            /// Last day. Either this or `count`.
            until: NaiveDate,
            /// Number of bookings, 1 to 200.
            count: u32,
            /// Every so many days, weeks, months or years.
            interval: u32,
            /// For a weekly recurrence: 1 is Monday.
            weekdays: Vec<u8>,
        }
    }
}

request_body! {
    /// A product to book with a resource: a new one by `product_id`, or an existing extra by `id`.
    pub struct NewBookingExtra {
        required {
            /// Decimal.
            quantity: String,
        }
        optional {
            id: String,
            product_id = "productId": String,
        }
    }
}

request_body! {
    /// A further attendee of a booking.
    pub struct NewAttendee {
        required {
            email: String,
        }
    }
}

response! {
    /// Attributes of a booking.
    pub struct BookingAttributes {
        optional {
            /// Name of the membership.
            name: String,
            title: String,
            /// A link, such as of a video call.
            url: String,
            comments: String,
            /// Message to the attendees.
            attendees_message = "attendeesMessage": String,
            /// The price does not depend on the resource or the duration.
            has_custom_price = "hasCustomPrice": bool,
            price: Price,
            estimated_payable_price = "estimatedPayablePrice": Price,
            recurrence: Recurrence,
            /// Common to all bookings of a recurrence.
            recurring_id = "recurringId": String,
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            /// Number of units of the resource.
            units: u32,
            /// The user may change it.
            can_update = "canUpdate": bool,
            /// Hours before the start, until which it can be changed or canceled.
            cancellation_period = "cancellationPeriod": u32,
            booking_credits = "bookingCredits": EstimatedUse,
            booking_passes = "bookingPasses": EstimatedUse,
        }
        lists {
            booking_extras = "bookingExtras": BookingExtra,
            attendees: Attendee,
        }
    }
}

response! {
    /// Attributes of a booking that is not made.
    pub struct BookingPreviewAttributes {
        optional {
            /// Name of the membership.
            name: String,
            title: String,
            comments: String,
            /// The price does not depend on the resource or the duration.
            has_custom_price = "hasCustomPrice": bool,
            price: Price,
            estimated_payable_price = "estimatedPayablePrice": Price,
            errors: PreviewErrors,
            recurrence: Recurrence,
            /// Common to all bookings of a recurrence.
            recurring_id = "recurringId": String,
            applied_price_cap = "appliedPriceCap": PaidTimeCap,
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            units: u32,
            /// The user may change it.
            can_update = "canUpdate": bool,
            /// Hours before the start, until which it can be changed or canceled.
            cancellation_period = "cancellationPeriod": u32,
            booking_credits = "bookingCredits": EstimatedUse,
            booking_passes = "bookingPasses": EstimatedUse,
            /// Message to the attendees.
            attendees_message = "attendeesMessage": String,
        }
        lists {
            applied_discounts = "appliedDiscounts": Discount,
            applied_fixed_rates = "appliedFixedRates": AppliedRate,
            booking_extras = "bookingExtras": BookingExtra,
            attendees: Attendee,
        }
    }
}

response! {
    /// Attributes of booking credits.
    pub struct BookingCreditAttributes {
        optional {
            /// Decimal.
            total_hours = "totalHours": String,
            /// Decimal.
            hours_remaining = "hoursRemaining": String,
            total_amount = "totalAmount": Price,
            amount_remaining = "amountRemaining": Price,
            price_per_hour = "pricePerHour": Price,
        }
    }
}

response! {
    /// The recurrence of a booking.
    pub struct Recurrence {
        optional {
            rule: RecurrenceRule,
        }
    }
}

response! {
    /// The rule of a recurrence.
    pub struct RecurrenceRule {
        optional {
            frequency: Frequency,
            from: NaiveDate,
            /// Last day. Either this or `count`.
            until: NaiveDate,
            /// Every so many days, weeks, months or years.
            interval: u32,
            /// Number of bookings, up to 200.
            count: u32,
        }
        lists {
            /// 1 is Monday.
            weekdays: u8,
        }
    }
}

response! {
    /// Booking credits or booking passes that a booking will use.
    pub struct EstimatedUse {
        optional {
            /// Minutes.
            estimated_minutes_used = "estimatedMinutesUsed": u32,
            estimated_amount_used = "estimatedAmountUsed": Price,
        }
    }
}

response! {
    /// A product that was booked with a resource.
    pub struct BookingExtra {
        optional {
            name: String,
            description: String,
            accounting_code = "accountingCode": String,
            id: String,
            product_id = "productId": String,
            pricing: ExtraPricing,
        }
    }
}

response! {
    /// The price of a booking extra.
    pub struct ExtraPricing {
        optional {
            amount: Price,
            total_amount = "totalAmount": Price,
            unit: ProductUnit,
            /// Decimal.
            quantity: String,
        }
    }
}

response! {
    /// A further attendee of a booking.
    pub struct Attendee {
        optional {
            email: String,
        }
    }
}

response! {
    /// Reasons why a booking would fail.
    pub struct PreviewErrors {
        optional {
            conflict: bool,
        }
    }
}

open_enum! {
    /// The frequency of a recurrence.
    pub enum Frequency {
        Daily = "daily",
        Weekly = "weekly",
        Monthly = "monthly",
        Yearly = "yearly",
    }
}
