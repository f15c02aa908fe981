//! Drop-in passes of visitors.

use oauth_core::chrono::NaiveDate;
use oauth_core::json_api::{ResourceBody, Single, ToOne};
use oauth_core::{endpoint, open_enum, resource_body, response};

use super::base::{api2, collection};
use super::{
    Address, BookingTime, Images, NewAddress, PaymentAttributes, PaymentMethodAttributes, Price, SortOrder,
};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/drop_in_passes`: a space's drop-in passes that are valid between two days. For
    /// admins. Scope `read_drop_in_passes`.
    pub struct DropInPasses(space_id: String) {
        required {
            valid_on_from = "filter[valid_on_from]": NaiveDate,
            valid_on_to = "filter[valid_on_to]": NaiveDate,
        }
        optional {
            sort_order = "filter[sortOrder]": SortOrder,
        }
    }
    GET api2 "/spaces/:space_id/drop_in_passes" scopes ["read_drop_in_passes"] => DropInPassAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /drop_in_passes/:id`: a drop-in pass that a visitor bought. For admins. Scope
    /// `read_drop_in_passes`.
    pub struct DropInPass(id: String);
    GET api2 "/drop_in_passes/:id" scopes ["read_drop_in_passes"] => json(Single<DropInPassAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /drop_in_passes/:id/cancellation`: cancels a drop-in pass. For admins. 409 if it is canceled
    /// already. Scope `write_drop_in_passes`.
    pub struct CancelDropInPass(id: String);
    POST api2 "/drop_in_passes/:id/cancellation" scopes ["write_drop_in_passes"]
        => json(Single<DropInPassAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /drop_in_pass_purchases`: buys a drop-in pass. 422 if the payment fails. Scope
    /// `write_drop_in_pass_purchases`.
    pub struct PurchaseDropInPass();
    POST api2 "/drop_in_pass_purchases" scopes ["write_drop_in_pass_purchases"]
        body(drop_in_pass_purchase: ResourceBody<NewDropInPassPurchase> as "data")
        => json(Single<DropInPassPurchaseAttributes>)
}

endpoint! {
    [] Cobot;
    /// `GET /drop_in_pass_templates/:id`: a kind of drop-in pass that a space sells. Scope
    /// `read_drop_in_pass_templates`.
    pub struct DropInPassTemplate(id: String);
    GET api2 "/drop_in_pass_templates/:id" scopes ["read_drop_in_pass_templates"]
        => json(Single<DropInPassTemplateAttributes>)
}

endpoint! {
    [] Cobot;
    /// `GET /drop_in_pass_templates/:id/availability`: the days on which a kind of drop-in pass is on sale.
    /// The range begins today at the earliest and has two months at most. Scope
    /// `read_drop_in_pass_templates`.
    pub struct DropInPassAvailability(id: String) {
        required {
            from = "filter[from]": NaiveDate,
            to = "filter[to]": NaiveDate,
        }
    }
    GET api2 "/drop_in_pass_templates/:id/availability" scopes ["read_drop_in_pass_templates"]
        => json(Single<DropInPassAvailabilityAttributes>)
}

resource_body! {
    /// A purchase of drop-in passes. It is paid by a payment or a payment method.
    pub struct NewDropInPassPurchase as "dropInPassPurchases" {
        required {
            drop_in_passes = "dropInPasses": Vec<ResourceBody<NewDropInPass>>,
            /// Must be true.
            accepted_terms = "acceptedTerms": bool,
            name: String,
            billing_address = "billingAddress": NewAddress,
            email: String,
        }
        optional {
            company: String,
            phone: String,
            tax_id = "taxId": String,
            comments: String,
        }
        relationships {
            optional {
                /// A payment that was started before.
                payment: ToOne<PaymentAttributes>,
                payment_method = "paymentMethod": ToOne<PaymentMethodAttributes>,
            }
        }
    }
}

resource_body! {
    /// A drop-in pass to buy.
    pub struct NewDropInPass as "dropInPasses" {
        required {
            valid_on = "validOn": NaiveDate,
            /// Always 1 for now.
            number_of_passes = "numberOfPasses": u32,
        }
        relationships {
            required {
                drop_in_pass_template = "dropInPassTemplate": ToOne<DropInPassTemplateAttributes>,
            }
        }
    }
}

response! {
    /// Attributes of a drop-in pass.
    pub struct DropInPassAttributes {
        optional {
            name: String,
            email: String,
            phone: String,
            price: Price,
            comments: String,
            tax_id = "taxId": String,
            billing_address = "billingAddress": Address,
            valid_on = "validOn": NaiveDate,
            onboarding_instructions = "onboardingInstructions": String,
            status: DropInPassStatus,
        }
        lists {
            time_availability = "timeAvailability": BookingTime,
        }
    }
}

response! {
    /// Attributes of a purchase of drop-in passes.
    pub struct DropInPassPurchaseAttributes {
        optional {
            price: Price,
            /// Must be true.
            accepted_terms = "acceptedTerms": bool,
            name: String,
            company: String,
            billing_address = "billingAddress": String,
            structured_billing_address = "structuredBillingAddress": Address,
            email: String,
            comments: String,
            phone: String,
            tax_id = "taxId": String,
        }
    }
}

response! {
    /// Attributes of a kind of drop-in pass.
    pub struct DropInPassTemplateAttributes {
        optional {
            name: String,
            description: String,
            onboarding_instructions = "onboardingInstructions": String,
            photo: Images,
            /// Such as `#FF0000`.
            color: String,
            price: Price,
        }
        lists {
            time_availability = "timeAvailability": BookingTime,
        }
    }
}

response! {
    /// Attributes of the availability of a kind of drop-in pass.
    pub struct DropInPassAvailabilityAttributes {
        lists {
            available_dates = "availableDates": AvailableDates,
        }
    }
}

response! {
    /// Days on which passes are available.
    pub struct AvailableDates {
        optional {
            from: NaiveDate,
            to: NaiveDate,
            /// `None` if unlimited.
            number_of_passes = "numberOfPasses": u32,
        }
    }
}

open_enum! {
    /// The status of a drop-in pass.
    pub enum DropInPassStatus {
        Confirmed = "confirmed",
        Canceled = "canceled",
    }
}
