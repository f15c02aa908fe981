//! Bookings and check-ins.

use oauth_core::{Amount, List, endpoint, response};

use super::base::space;
use super::plans::Named;
use super::times::SlashedTime;
use crate::provider::Cobot;
use crate::subdomain::Subdomain;

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/bookings`: a space's bookings in a time range. For members and
    /// admins. Scope `read_bookings`. Source: <https://dev.cobot.me/api-docs/bookings>.
    pub struct Bookings(subdomain: Subdomain) {
        required {
            from: SlashedTime,
            to: SlashedTime,
        }
        optional {
            /// Most bookings to return.
            limit: u32,
        }
    }
    GET space[subdomain] "/api/bookings" scopes ["read_bookings"] => json(List<BookingDetails>)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/resources/:id/bookings`: a resource's bookings in a time range.
    /// For members and admins. Scope `read_bookings`. Source: <https://dev.cobot.me/api-docs/bookings>.
    pub struct ResourceBookings(subdomain: Subdomain, id: String) {
        required {
            from: SlashedTime,
            to: SlashedTime,
        }
    }
    GET space[subdomain] "/api/resources/:id/bookings" scopes ["read_bookings"] => json(List<BookingDetails>)
}

response! {
    /// A booking.
    pub struct BookingDetails {
        required {
            id: String,
        }
        optional {
            from: SlashedTime,
            to: SlashedTime,
            title: String,
            resource: Named,
            membership: Named,
            /// The event that it belongs to.
            event: Named,
            price: Amount,
            has_custom_price: bool,
            currency: String,
            /// Percent.
            tax_rate: String,
            accounting_code: String,
            /// API URL.
            url: String,
            /// The user may change it.
            can_change: bool,
            /// Members see their own only.
            comments: String,
            units: u32,
            created_at: SlashedTime,
            updated_at: SlashedTime,
        }
    }
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/check_ins`: a space's check-ins of today. For members and
    /// admins. Scope `read_check_ins`. Source: <https://dev.cobot.me/api-docs/check-ins>.
    pub struct CheckIns(subdomain: Subdomain);
    GET space[subdomain] "/api/check_ins" scopes ["read_check_ins"] => json(List<CheckInDetails>)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/work_sessions`: check-ins in a time range, the member's own, or
    /// for admins the space's. Scope `read_check_ins`. Source: <https://dev.cobot.me/api-docs/check-ins>.
    pub struct WorkSessions(subdomain: Subdomain) {
        required {
            from: SlashedTime,
            to: SlashedTime,
        }
    }
    GET space[subdomain] "/api/work_sessions" scopes ["read_check_ins"] => json(List<CheckInDetails>)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/memberships/:id/check_ins`: check-ins of a member of the user's
    /// team in a time range. Scope `read_check_ins`. Source: <https://dev.cobot.me/api-docs/check-ins>.
    pub struct MembershipCheckIns(subdomain: Subdomain, id: String) {
        required {
            from: SlashedTime,
            to: SlashedTime,
        }
    }
    GET space[subdomain] "/api/memberships/:id/check_ins" scopes ["read_check_ins"] => json(List<CheckInDetails>)
}

response! {
    /// A check-in.
    pub struct CheckInDetails {
        required {
            id: String,
        }
        optional {
            membership: Named,
            membership_id: String,
            /// The time pass that was used.
            time_pass: Named,
            valid_from: SlashedTime,
            valid_until: SlashedTime,
        }
    }
}
