//! A space's own subscription at Cobot.

use oauth_core::chrono::NaiveDate;
use oauth_core::json_api::{ResourceBody, Single, ToOne};
use oauth_core::{endpoint, open_enum, request_body, resource_body, response};

use super::base::{api2, collection};
use super::{Price, SpaceAttributes};
use crate::provider::Cobot;

endpoint! {
    [] Cobot;
    /// `GET /spaces/:space_id/subscription`: a space's subscription at Cobot. For admins. 404 for a space on
    /// trial. Scope `read_space_subscriptions`.
    pub struct SpaceSubscription(space_id: String);
    GET api2 "/spaces/:space_id/subscription" scopes ["read_space_subscriptions"]
        => json(Single<SpaceSubscriptionAttributes>)
}

collection! {
    /// `GET /spaces/:space_id/subscriptions`: the subscriptions that a space can choose from. For admins.
    /// Scope `read_space_subscriptions`.
    pub struct SpaceSubscriptions(space_id: String);
    GET api2 "/spaces/:space_id/subscriptions" scopes ["read_space_subscriptions"]
        => SpaceSubscriptionAttributes
}

endpoint! {
    [] Cobot;
    /// `POST /spaces/:space_id/subscription_preview`: the price of a subscription. Changes nothing. For
    /// admins. Without extras, it lists those that exist. Scope `read_space_subscriptions`.
    pub struct PreviewSpaceSubscription(space_id: String);
    POST api2 "/spaces/:space_id/subscription_preview" scopes ["read_space_subscriptions"]
        body(space_subscription_preview: ResourceBody<NewSpaceSubscriptionPreview> as "data")
        => json(Single<SpaceSubscriptionAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PUT /spaces/:space_id/subscription`: chooses a subscription and its extras. Only for clients that
    /// Cobot trusts. 422 if the subscription does not exist. Scope `write_space_subscriptions`.
    pub struct ChangeSpaceSubscription(space_id: String);
    PUT api2 "/spaces/:space_id/subscription" scopes ["write_space_subscriptions"]
        body(space_subscription: ResourceBody<NewSpaceSubscription> as "data")
        => json(Single<SpaceSubscriptionAttributes>)
}

endpoint! {
    [] Cobot;
    /// `GET /spaces/:space_id/billing_details`: a space's billing details at Cobot. For admins. Scope
    /// `read_space_billing_details`.
    pub struct BillingDetails(space_id: String);
    GET api2 "/spaces/:space_id/billing_details" scopes ["read_space_billing_details"]
        => json(Single<BillingDetailsAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /spaces/:space_id/billing_details`: changes a space's billing details at Cobot. For admins.
    /// Scope `write_space_billing_details`.
    pub struct UpdateBillingDetails(space_id: String);
    PATCH api2 "/spaces/:space_id/billing_details" scopes ["write_space_billing_details"]
        body(changes: ResourceBody<BillingDetailsChanges> as "data", space_id)
        => json(Single<BillingDetailsAttributes>)
}

endpoint! {
    [] Cobot;
    /// `GET /spaces/:space_id/space_payment_method`: how a space pays Cobot. For admins. 404 if it is not set
    /// up at Stripe. Scope `read_space_payment_method`.
    pub struct SpacePaymentMethod(space_id: String);
    GET api2 "/spaces/:space_id/space_payment_method" scopes ["read_space_payment_method"]
        => json(Single<SpacePaymentMethodAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PUT /spaces/:space_id/space_payment_method`: sets how a space pays Cobot: a payment method of Stripe.
    /// For admins. Scope `write_space_payment_method`.
    pub struct UpdateSpacePaymentMethod(space_id: String);
    PUT api2 "/spaces/:space_id/space_payment_method" scopes ["write_space_payment_method"]
        body(space_payment_method: ResourceBody<NewSpacePaymentMethod> as "data")
        => json(Single<SpacePaymentMethodAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /customers`: makes a space on trial a customer. Needs billing details and a payment method; 400
    /// without. Scope `write_customers`.
    pub struct CreateCustomer();
    POST api2 "/customers" scopes ["write_customers"] body(customer: ResourceBody<NewCustomer> as "data")
        => json(Single<CustomerAttributes>)
}

resource_body! {
    /// A subscription to preview.
    pub struct NewSpaceSubscriptionPreview as "spaceSubscriptionPreviewRequests" {
        required {
            /// `None` if unlimited.
            maximum_number_of_memberships = "maximumNumberOfMemberships": u32,
        }
        optional {
            extras: Vec<NewSubscriptionExtra>,
        }
    }
}

resource_body! {
    /// A subscription to choose.
    pub struct NewSpaceSubscription as "subscriptions" {
        required {
            extras: Vec<NewSubscriptionExtra>,
        }
        relationships {
            required {
                space: ToOne<SpaceAttributes>,
                chosen_subscription = "chosenSubscription": ToOne<SpaceSubscriptionAttributes>,
            }
        }
    }
}

resource_body! {
    /// New billing details.
    pub struct BillingDetailsChanges as "billingDetailsRequests" {
        required {
            /// Company that Cobot bills.
            company: String,
            address: String,
        }
        optional {
            name: String,
            vat_identification_number = "vatIdentificationNumber": String,
            billing_email = "billingEmail": String,
        }
    }
}

resource_body! {
    /// A payment method of Stripe.
    pub struct NewSpacePaymentMethod as "stripeSpacePaymentMethodRequests" {
        required {
            stripe_payment_method_id: String,
        }
    }
}

resource_body! {
    /// A space that becomes a customer.
    pub struct NewCustomer as "customers" {
        relationships {
            required {
                space: ToOne<SpaceAttributes>,
            }
        }
    }
}

request_body! {
    /// An extra to subscribe to. To choose it, `id` is needed; to preview it, the type is enough.
    pub struct NewSubscriptionExtra {
        required {
            kind = "type": SubscriptionExtraKind,
        }
        optional {
            id: String,
            tier: NewSubscriptionTier,
        }
    }
}

request_body! {
    /// A tier of an extra: its name for a preview, else its id.
    pub struct NewSubscriptionTier {
        optional {
            id: String,
            name: String,
        }
    }
}

response! {
    /// Attributes of a space's subscription.
    pub struct SpaceSubscriptionAttributes {
        optional {
            price_per_cycle = "pricePerCycle": Price,
            total_price_per_cycle = "totalPricePerCycle": Price,
            /// Months.
            cycle_duration = "cycleDuration": u32,
            /// `None` if unlimited.
            maximum_number_of_memberships = "maximumNumberOfMemberships": u32,
            discount: SubscriptionDiscount,
            next_invoice_date = "nextInvoiceDate": NaiveDate,
            /// The space has few enough members for it.
            available: bool,
        }
        lists {
            extras: SubscriptionExtra,
        }
    }
}

response! {
    /// Attributes of a space's billing details.
    pub struct BillingDetailsAttributes {
        optional {
            /// Members that count for the subscription.
            number_of_memberships = "numberOfMemberships": u32,
            /// Company that Cobot bills.
            company: String,
            name: String,
            address: String,
            vat_identification_number = "vatIdentificationNumber": String,
            billing_email = "billingEmail": String,
        }
    }
}

response! {
    /// Attributes of how a space pays Cobot.
    pub struct SpacePaymentMethodAttributes {
        optional {
            payment_method_type = "paymentMethodType": SpacePaymentMethodKind,
            card_number = "cardNumber": String,
            card_expiry = "cardExpiry": CardExpiry,
            account_number = "accountNumber": String,
        }
    }
}

response! {
    /// Attributes of a customer.
    pub struct CustomerAttributes {
        optional {
            since: NaiveDate,
        }
    }
}

response! {
    /// A discount on a subscription.
    pub struct SubscriptionDiscount {
        optional {
            original_price_per_cycle = "originalPricePerCycle": Price,
            /// Decimal.
            percentage: String,
        }
    }
}

response! {
    /// An extra of a subscription. Which fields it has depends on its type.
    pub struct SubscriptionExtra {
        optional {
            id: String,
            kind = "type": SubscriptionExtraKind,
            /// The space has this extra.
            subscribed: bool,
            name: String,
            price_per_cycle = "pricePerCycle": Price,
            /// Months.
            cycle_duration = "cycleDuration": u32,
            /// `None` if unlimited.
            maximum_number_of_memberships = "maximumNumberOfMemberships": u32,
            trial: SubscriptionTrial,
            /// Hours of support that are included.
            call_hours_per_month = "callHoursPerMonth": u32,
            /// Hours of support used this month.
            used_call_hours_in_month = "usedCallHoursInMonth": u32,
        }
        lists {
            tiers: SubscriptionTier,
        }
    }
}

response! {
    /// The trial of an extra.
    pub struct SubscriptionTrial {
        optional {
            /// The space has few enough members for it.
            available: bool,
            days_remaining = "daysRemaining": u32,
        }
    }
}

response! {
    /// A tier of an extra.
    pub struct SubscriptionTier {
        optional {
            id: String,
            name: String,
            price_per_cycle = "pricePerCycle": Price,
            /// Months.
            cycle_duration = "cycleDuration": u32,
            /// The space has this extra.
            subscribed: bool,
            commission: Commission,
        }
    }
}

response! {
    /// Cobot's commission.
    pub struct Commission {
        optional {
            /// Decimal.
            percentage: String,
        }
    }
}

response! {
    /// The last month in which a card is valid.
    pub struct CardExpiry {
        optional {
            month: u8,
            year: u32,
        }
    }
}

open_enum! {
    /// A kind of extra.
    pub enum SubscriptionExtraKind {
        SubscriptionExtras = "subscriptionExtras",
        RadiusSubscriptionExtras = "radiusSubscriptionExtras",
        ExternalBookingsSubscriptionExtras = "externalBookingsSubscriptionExtras",
        PremiumSupportSubscriptionExtras = "premiumSupportSubscriptionExtras",
    }
}

open_enum! {
    /// A kind of payment method.
    pub enum SpacePaymentMethodKind {
        Card = "card",
        SepaDebit = "sepa_debit",
    }
}
