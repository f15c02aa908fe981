//! Payment methods, payments and refunds.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::json_api::{ResourceBody, Single, ToOne};
use oauth_core::{IntoArgument, endpoint, open_enum, request_body, resource_body, response};
use serde::{Serialize, Serializer};

use super::base::{api2, collection};
use super::{
    AmountOfMoney, DiscountCodeAttributes, EventAttributes, InvoiceAttributes, NewBookingExtra,
    NewDropInPass, SpaceAttributes,
};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/payment_methods`: a space's payment methods. Scope `read_payment_methods`.
    pub struct PaymentMethods(space_id: String);
    GET api2 "/spaces/:space_id/payment_methods" scopes ["read_payment_methods"] => PaymentMethodAttributes
}

collection! {
    /// `GET /spaces/:space_id/external_bookings_payment_methods`: the payment methods with which visitors can
    /// pay a booking. Scope `read_payment_methods`.
    pub struct ExternalBookingPaymentMethods(space_id: String);
    GET api2 "/spaces/:space_id/external_bookings_payment_methods" scopes ["read_payment_methods"]
        => PaymentMethodAttributes
}

endpoint! {
    [] Cobot;
    /// `POST /payments`: starts a payment, to be completed with the provider's own code and then sent with
    /// the purchase. 422 if the space's payment provider is not set up. Scope `write_payments`.
    pub struct CreatePayment();
    POST api2 "/payments" scopes ["write_payments"] body(payment: ResourceBody<NewPayment> as "data")
        => json(Single<PaymentAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /refunds`: refunds payments of an invoice. For admins. 400 if they do not match, 422 if the
    /// provider fails. Scope `write_payments`.
    pub struct CreateRefund();
    POST api2 "/refunds" scopes ["write_payments"] body(refund: ResourceBody<NewRefund> as "data")
        => json(Single<RefundAttributes>)
}

resource_body! {
    /// A payment to start.
    pub struct NewPayment as "payments" {
        required {
            payable: Payable,
        }
        relationships {
            required {
                space: ToOne<SpaceAttributes>,
                payment_method = "paymentMethod": ToOne<PaymentMethodAttributes>,
            }
        }
    }
}

resource_body! {
    /// A new refund.
    pub struct NewRefund as "refunds" {
        required {
            amount: String,
        }
        relationships {
            optional {
                invoice: ToOne<InvoiceAttributes>,
                payment_method = "paymentMethod": ToOne<PaymentMethodAttributes>,
            }
        }
    }
}

/// The purchase of a payment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Payable {
    /// A visitor's booking.
    ExternalBooking(Box<ResourceBody<PayableBooking>>),
    /// Drop-in passes.
    DropInPasses(Vec<ResourceBody<NewDropInPass>>),
    /// Attendances of an event.
    EventAttendances(Vec<ResourceBody<PayableAttendance>>),
}

impl Serialize for Payable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::ExternalBooking(booking) => booking.serialize(serializer),
            Self::DropInPasses(passes) => passes.serialize(serializer),
            Self::EventAttendances(attendances) => attendances.serialize(serializer),
        }
    }
}

impl IntoArgument<Payable> for PayableBooking {
    fn into_argument(self) -> Payable {
        Payable::ExternalBooking(Box::new(self.into()))
    }
}

impl IntoArgument<Payable> for Vec<NewDropInPass> {
    fn into_argument(self) -> Payable {
        Payable::DropInPasses(self.into_iter().map(ResourceBody).collect())
    }
}

impl IntoArgument<Payable> for PayableAttendance {
    fn into_argument(self) -> Payable {
        Payable::EventAttendances(vec![self.into()])
    }
}

resource_body! {
    /// A visitor's booking to pay.
    pub struct PayableBooking as "externalBookings" {
        required {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
        }
        optional {
            booking_extras = "bookingExtras": Vec<NewBookingExtra>,
        }
        relationships {
            required {
                external_resource = "externalResource": PayableResource,
            }
            optional {
                discount: ToOne<DiscountCodeAttributes>,
            }
        }
    }
}

request_body! {
    /// The resource of a visitor's booking to pay. Here the document has the id alone, without a type.
    pub struct PayableResource {
        required {
            id: String,
        }
    }
}

resource_body! {
    /// Attendances of an event to pay.
    pub struct PayableAttendance as "eventAttendances" {
        required {
            number_of_attendees = "numberOfAttendees": u32,
        }
        relationships {
            required {
                event: ToOne<EventAttributes>,
            }
        }
    }
}

response! {
    /// Attributes of a payment method.
    pub struct PaymentMethodAttributes {
        optional {
            name: String,
            payment_provider = "paymentProvider": PaymentProvider,
            provider_attributes = "providerAttributes": PaymentMethodKeys,
            /// Payment details can be kept and charged later.
            supports_pay_later = "supportsPayLater": bool,
        }
        lists {
            enabled_for = "enabledFor": PaymentUse,
        }
    }
}

response! {
    /// Attributes of a payment.
    pub struct PaymentAttributes {
        optional {
            amount: AmountOfMoney,
            payment_provider = "paymentProvider": PaymentProvider,
            provider_attributes = "providerAttributes": PaymentKeys,
        }
    }
}

response! {
    /// Attributes of a refund.
    pub struct RefundAttributes {
        optional {
            amount: String,
            status: String,
        }
    }
}

response! {
    /// Public keys for the payment provider's own code.
    pub struct PaymentMethodKeys {
        optional {
            publishable_key = "publishableKey": String,
            client_id = "clientId": String,
            merchant_id = "merchantId": String,
        }
    }
}

response! {
    /// Keys to complete a payment with the provider's own code.
    pub struct PaymentKeys {
        optional {
            payment_intent_id = "paymentIntentId": String,
            setup_intent_id = "setupIntentId": String,
            order_id = "orderId": String,
        }
        secrets {
            payment_intent_client_secret = "paymentIntentClientSecret",
            setup_intent_client_secret = "setupIntentClientSecret",
        }
    }
}

open_enum! {
    /// A payment provider.
    pub enum PaymentProvider {
        Stripe = "stripe",
        Paypal = "paypal",
    }
}

open_enum! {
    /// A use that a payment method is enabled for.
    pub enum PaymentUse {
        ExternalBookings = "externalBookings",
        DropInPasses = "dropInPasses",
        Members = "members",
        PublicEventTickets = "publicEventTickets",
    }
}
