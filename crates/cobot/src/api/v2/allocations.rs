//! Allocations of resources to memberships and teams.

use oauth_core::chrono::NaiveDate;
use oauth_core::json_api::Single;
use oauth_core::{CommaSeparated, endpoint, response};

use super::Price;
use super::base::{api2, collection};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/allocations`: the allocations of a space's resources between two days, both
    /// included. For admins. `include` takes `allocatee` and needs the scopes of memberships and teams. Scope
    /// `read_allocations`.
    pub struct Allocations(space_id: String) {
        required {
            from = "filter[from]": NaiveDate,
            to = "filter[to]": NaiveDate,
        }
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/allocations" scopes ["read_allocations"] => AllocationAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /allocations/:id`: an allocation of a resource to a membership or a team. For admins. Scope
    /// `read_allocations`.
    pub struct Allocation(id: String);
    GET api2 "/allocations/:id" scopes ["read_allocations"] => json(Single<AllocationAttributes>)
}

response! {
    /// Attributes of an allocation.
    pub struct AllocationAttributes {
        optional {
            starts_at = "startsAt": NaiveDate,
            canceled_to = "canceledTo": NaiveDate,
            /// Months.
            cycle_duration = "cycleDuration": u32,
            minimum_commitment = "minimumCommitment": u32,
            recurring_minimum_commitment = "recurringMinimumCommitment": bool,
            /// Hours before the start, until which it can be changed or canceled.
            cancellation_period = "cancellationPeriod": u32,
            price_per_cycle = "pricePerCycle": Price,
        }
    }
}
