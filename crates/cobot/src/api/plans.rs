//! Plans.

use oauth_core::{List, endpoint, response};

use super::base::space;
use super::times::SlashedDate;
use crate::provider::Cobot;
use crate::subdomain::Subdomain;

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/plans`: a space's plans. Needs no scope; `read_plans` adds those
    /// that are hidden. Source: <https://dev.cobot.me/api-docs/plans>.
    pub struct Plans(subdomain: Subdomain);
    GET space[subdomain] "/api/plans" => json(List<PlanDetails>)
}

response! {
    /// A plan of a space, or that of a membership. Prices are decimals.
    pub struct PlanDetails {
        required {
            name: String,
        }
        optional {
            /// Identifier of a space's plan; that of a membership's plan is in `parent_plan`.
            id: String,
            parent_plan: ParentPlan,
            color: String,
            /// Path of the picture.
            photo: String,
            description: String,
            terms: String,
            /// With the scope `read_plans`.
            welcome_message: String,
            price_per_cycle: String,
            price_per_cycle_in_cents: u32,
            /// With the extras.
            total_price_per_cycle: String,
            /// Percent.
            tax_rate: String,
            currency: String,
            /// Months.
            cycle_duration: u32,
            /// Days.
            cancellation_period: u32,
            minimum_commitment: u32,
            hidden: bool,
            canceled_to: SlashedDate,
            accounting_code: String,
            signup_charge: SignupCharge,
        }
        lists {
            extras: PlanExtra,
            time_passes: PlanTimePass,
            booking_credits: PlanBookingCredits,
        }
    }
}

response! {
    /// The space's plan that a membership's plan was made from.
    pub struct ParentPlan {
        required {
            id: String,
        }
    }
}

response! {
    /// A charge for new members.
    pub struct SignupCharge {
        optional {
            amount: String,
            tax_rate: String,
            description: String,
            accounting_code: String,
        }
    }
}

response! {
    /// An extra of a plan.
    pub struct PlanExtra {
        required {
            name: String,
        }
        optional {
            id: String,
            price: String,
            price_in_cents: u32,
            tax_rate: String,
            currency: String,
        }
    }
}

response! {
    /// Time passes of a plan.
    pub struct PlanTimePass {
        required {
            name: String,
        }
        optional {
            id: String,
            price: String,
            price_in_cents: u32,
            tax_rate: String,
            currency: String,
            timespans: String,
            included_per_timespan: u32,
            /// Such as `month`.
            included_timespan: String,
        }
        lists {
            parsed_timespans: ParsedTimespan,
            discounts: TimePassDiscount,
        }
    }
}

response! {
    /// A time of day, or a duration, for which a time pass is valid.
    pub struct ParsedTimespan {
        optional {
            from_hour: u8,
            from_minute: u8,
            to_hour: u8,
            to_minute: u8,
            duration_hours: u32,
            duration_minutes: u32,
        }
        lists {
            /// 1 is Monday. Empty for all days.
            weekdays: u8,
        }
    }
}

response! {
    /// The price of several time passes.
    pub struct TimePassDiscount {
        optional {
            number_of_passes: u32,
            price: String,
            price_in_cents: u32,
            tax_rate: String,
            currency: String,
        }
    }
}

response! {
    /// Booking credits of a plan.
    pub struct PlanBookingCredits {
        optional {
            hours: String,
            price_per_hour: String,
        }
        lists {
            resources: Named,
        }
    }
}

response! {
    /// Identifier and name of a resource, a membership or an event.
    pub struct Named {
        required {
            id: String,
        }
        optional {
            name: String,
        }
    }
}
