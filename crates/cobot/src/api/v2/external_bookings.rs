//! Bookings of visitors.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::json_api::{ResourceBody, Single, ToOne};
use oauth_core::{CommaSeparated, endpoint, open_enum, resource_body, response};

use super::base::{api2, collection};
use super::{
    Address, AppliedDiscountCode, AppliedRate, BookingExtra, Discount, DiscountCodeAttributes,
    ExternalResourceAttributes, NewAddress, NewBookingExtra, NewBookingPrice, PaidTimeCap, PaymentAttributes,
    PaymentMethodAttributes, Price, PriceCap, SortOrder,
};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/external_bookings`: visitors' bookings that begin in a time range. For admins.
    /// Scopes `read_external_bookings` and `read_invoices`.
    pub struct ExternalBookings(space_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
        optional {
            sort_order = "filter[sortOrder]": SortOrder,
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/external_bookings" scopes ["read_external_bookings", "read_invoices"]
        => ExternalBookingAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /external_bookings/:id`: a visitor's booking. `include` takes `invoices`. 402 without the add-on
    /// for external bookings. Scopes `read_external_bookings` and `read_invoices`.
    pub struct ExternalBooking(id: String) {
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/external_bookings/:id" scopes ["read_external_bookings", "read_invoices"]
        => json(Single<ExternalBookingAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /external_bookings`: books a resource as a visitor. 400 if it cannot be booked, 402 without the
    /// add-on, 422 if the payment fails. Scope `write_external_bookings`.
    pub struct CreateExternalBooking();
    POST api2 "/external_bookings" scopes ["write_external_bookings"]
        body(external_booking: ResourceBody<NewExternalBooking> as "data")
        => json(Single<ExternalBookingAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /external_bookings/:id`: changes a visitor's booking. For admins. 402 without the add-on. Scope
    /// `write_external_bookings`.
    pub struct UpdateExternalBooking(id: String);
    PATCH api2 "/external_bookings/:id" scopes ["write_external_bookings"]
        body(changes: ResourceBody<ExternalBookingChanges> as "data", id)
        => json(Single<ExternalBookingAttributes>)
}

endpoint! {
    [] Cobot;
    /// `DELETE /external_bookings/:id`: cancels a visitor's booking, as an admin. It stays readable here. 402
    /// without the add-on, 409 if canceled already, or over and not pending. Scope `write_external_bookings`.
    pub struct CancelExternalBooking(id: String);
    DELETE api2 "/external_bookings/:id" scopes ["write_external_bookings"]
        => json(Single<ExternalBookingAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /external_bookings/:id/cancellation`: sends the visitor an e-mail with a link that cancels the
    /// booking. 402 without the add-on, 409 if it is over or canceled already. Scope
    /// `write_external_bookings`.
    pub struct RequestExternalBookingCancellation(id: String);
    POST api2 "/external_bookings/:id/cancellation" scopes ["write_external_bookings"] => nothing
}

endpoint! {
    [] Cobot;
    /// `POST /external_bookings_preview`: previews a visitor's booking: its price. Books nothing. 402 without
    /// the add-on. Scope `read_external_resources`.
    pub struct PreviewExternalBooking();
    POST api2 "/external_bookings_preview" scopes ["read_external_resources"]
        body(external_booking_preview: ResourceBody<NewExternalBookingPreview> as "data")
        => json(Single<ExternalBookingPreviewAttributes>)
}

resource_body! {
    /// A visitor's new booking. It is paid by a payment or a payment method, if at once.
    pub struct NewExternalBooking as "externalBookings" {
        required {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            number_of_visitors = "numberOfVisitors": u32,
            /// Must be true.
            accepted_terms = "acceptedTerms": bool,
            name: String,
            billing_address = "billingAddress": NewAddress,
            email: String,
        }
        optional {
            title: String,
            company: String,
            comments: String,
            admin_comments = "adminComments": String,
            phone: String,
            tax_id = "taxId": String,
            booking_extras = "bookingExtras": Vec<NewBookingExtra>,
        }
        relationships {
            required {
                resource: ToOne<ExternalResourceAttributes>,
            }
            optional {
                /// A payment that was started before.
                payment: ToOne<PaymentAttributes>,
                discount: ToOne<DiscountCodeAttributes>,
                payment_method = "paymentMethod": ToOne<PaymentMethodAttributes>,
            }
        }
    }
}

resource_body! {
    /// Changes of a visitor's booking. What is not set stays.
    pub struct ExternalBookingChanges as "externalBookings" {
        optional {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            title: String,
            admin_comments = "adminComments": String,
            /// For admins.
            custom_price = "customPrice": NewBookingPrice,
            number_of_visitors = "numberOfVisitors": u32,
        }
    }
}

resource_body! {
    /// A visitor's booking to preview.
    pub struct NewExternalBookingPreview as "externalBookingPreviews" {
        required {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
        }
        optional {
            booking_extras = "bookingExtras": Vec<NewBookingExtra>,
        }
        relationships {
            optional {
                resource: ToOne<ExternalResourceAttributes>,
                discount: ToOne<DiscountCodeAttributes>,
            }
        }
    }
}

response! {
    /// Attributes of a visitor's booking.
    pub struct ExternalBookingAttributes {
        optional {
            price: Price,
            total_price = "totalPrice": Price,
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            title: String,
            /// The user may change it.
            can_update = "canUpdate": bool,
            number_of_visitors = "numberOfVisitors": u32,
            /// Must be true.
            accepted_terms = "acceptedTerms": bool,
            name: String,
            company: String,
            billing_address = "billingAddress": String,
            structured_billing_address = "structuredBillingAddress": Address,
            email: String,
            comments: String,
            admin_comments = "adminComments": String,
            phone: String,
            tax_id = "taxId": String,
            status: ExternalBookingStatus,
            canceled_by = "canceledBy": CanceledBy,
            accounting_code = "accountingCode": String,
            discount: AppliedDiscountCode,
        }
        lists {
            booking_extras = "bookingExtras": BookingExtra,
        }
    }
}

response! {
    /// Attributes of a visitor's booking that is not made.
    pub struct ExternalBookingPreviewAttributes {
        optional {
            full_price = "fullPrice": Price,
            final_price = "finalPrice": Price,
            total_price = "totalPrice": Price,
            applied_price_cap = "appliedPriceCap": PaidTimeCap,
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            discount: AppliedDiscountCode,
        }
        lists {
            applied_fixed_rates = "appliedFixedRates": AppliedRate,
            applied_discounts = "appliedDiscounts": Discount,
            applied_price_caps = "appliedPriceCaps": PriceCap,
            booking_extras = "bookingExtras": BookingExtra,
        }
    }
}

open_enum! {
    /// The status of a visitor's booking.
    pub enum ExternalBookingStatus {
        Pending = "pending",
        Approved = "approved",
        Canceled = "canceled",
    }
}

open_enum! {
    /// The side that canceled a booking.
    pub enum CanceledBy {
        Visitor = "visitor",
        Space = "space",
    }
}
