//! Times that are blocked in the calendar.

use oauth_core::chrono::{DateTime, NaiveDate, Utc};
use oauth_core::json_api::Single;
use oauth_core::{endpoint, open_enum, response};

use super::base::{api2, collection};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/calendar_blockers`: a space's blocked times between two days. Scope
    /// `read_calendar_blockers`.
    pub struct CalendarBlockers(space_id: String) {
        required {
            from = "filter[from]": NaiveDate,
            to = "filter[to]": NaiveDate,
        }
    }
    GET api2 "/spaces/:space_id/calendar_blockers" scopes ["read_calendar_blockers"]
        => CalendarBlockerAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /calendar_blockers/:id`: a blocked time. Scope `read_calendar_blockers`.
    pub struct CalendarBlocker(id: String);
    GET api2 "/calendar_blockers/:id" scopes ["read_calendar_blockers"]
        => json(Single<CalendarBlockerAttributes>)
}

response! {
    /// Attributes of a blocked time.
    pub struct CalendarBlockerAttributes {
        optional {
            from: DateTime<Utc>,
            to: DateTime<Utc>,
            title: String,
        }
        lists {
            blocked_for = "blockedFor": BlockedFor,
        }
    }
}

open_enum! {
    /// A use that is blocked.
    pub enum BlockedFor {
        Bookings = "bookings",
        ExternalBookings = "externalBookings",
        DropInPasses = "dropInPasses",
    }
}
