//! Check-ins of members.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::json_api::{ResourceBody, Single, ToOne};
use oauth_core::{endpoint, resource_body, response};

use super::SpaceAttributes;
use super::base::{api2, collection};
use crate::provider::Cobot;

endpoint! {
    [] Cobot;
    /// `POST /check_ins`: checks a member in by a check-in token. May use up a time pass. For admins. 422 if
    /// the member may not check in. Scope `write_check_ins`.
    pub struct CreateCheckIn();
    POST api2 "/check_ins" scopes ["write_check_ins"] body(check_in: ResourceBody<NewCheckIn> as "data")
        => json(Single<CheckInAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PUT /check_ins/:id/check_out`: checks a member out. For admins. Scope `write_check_ins`.
    pub struct CheckOut(id: String);
    PUT api2 "/check_ins/:id/check_out" scopes ["write_check_ins"] => json(Single<CheckInAttributes>)
}

collection! {
    /// `GET /spaces/:space_id/check_ins/current`: the check-ins of a check-in token's member that are not
    /// over. For admins. Scope `read_check_ins`.
    pub struct CurrentCheckIns(space_id: String) {
        required {
            check_in_token = "filter[checkInToken]": String,
        }
    }
    GET api2 "/spaces/:space_id/check_ins/current" scopes ["read_check_ins"] => CheckInAttributes
}

collection! {
    /// `GET /memberships/:membership_id/check_ins`: a membership's check-ins that begin in a time range, in
    /// all spaces of the network. For the member and admins. Scope `read_check_ins`.
    pub struct MembershipCheckIns(membership_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
    }
    GET api2 "/memberships/:membership_id/check_ins" scopes ["read_check_ins"] => CheckInAttributes
}

resource_body! {
    /// A new check-in.
    pub struct NewCheckIn as "checkIns" {
        required {
            /// Token of a member, such as the number of an RFID card.
            check_in_token = "checkInToken": String,
        }
        relationships {
            required {
                space: ToOne<SpaceAttributes>,
            }
        }
    }
}

response! {
    /// Attributes of a check-in.
    pub struct CheckInAttributes {
        optional {
            valid_from = "validFrom": DateTime<Utc>,
            valid_until = "validUntil": DateTime<Utc>,
        }
    }
}
