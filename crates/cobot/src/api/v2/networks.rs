//! Networks of spaces.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::json_api::Single;
use oauth_core::{CommaSeparated, endpoint, response};

use super::base::{api2, collection};
use super::{MembershipProfileAttributes, ResourceAttributes, ResourceAvailabilityAttributes, ResourceUsage};
use crate::provider::Cobot;

endpoint! {
    [] Cobot;
    /// `GET /networks/:id`: a network of spaces. For members and admins of any of them. `include` takes
    /// `memberSpaces` and needs `read_spaces`. Scope `read_networks`.
    pub struct Network(id: String) {
        optional {
            include: CommaSeparated<String>,
        }
    }
    GET api2 "/networks/:id" scopes ["read_networks"] => json(Single<NetworkAttributes>)
}

collection! {
    /// `GET /networks/:network_id/memberships`: the memberships of a network. For admins of any space of it.
    /// Scope `read_memberships`.
    pub struct NetworkMemberships(network_id: String);
    GET api2 "/networks/:network_id/memberships" scopes ["read_memberships"] => NetworkMembershipAttributes
}

collection! {
    /// `GET /networks/:network_id/memberships/search`: the memberships of a network with this text in name,
    /// company or e-mail address. For admins. A `sort` that begins with `-` is descending. Scope
    /// `read_memberships`.
    pub struct SearchNetworkMemberships(network_id: String) {
        required {
            query = "filter[query]": String,
        }
        optional {
            sort: String,
        }
    }
    GET api2 "/networks/:network_id/memberships/search" scopes ["read_memberships"]
        => NetworkMembershipAttributes
}

collection! {
    /// `GET /networks/:network_id/membership_profiles`: the profiles of a network's members. For admins.
    /// Scope `read_membership_profiles`.
    pub struct NetworkMembershipProfiles(network_id: String);
    GET api2 "/networks/:network_id/membership_profiles" scopes ["read_membership_profiles"]
        => MembershipProfileAttributes
}

collection! {
    /// `GET /networks/:network_id/membership_profiles/search`: the profiles of a network's members with this
    /// text. For admins. Scope `read_membership_profiles`.
    pub struct SearchNetworkMembershipProfiles(network_id: String) {
        required {
            query = "filter[query]": String,
        }
    }
    GET api2 "/networks/:network_id/membership_profiles/search" scopes ["read_membership_profiles"]
        => MembershipProfileAttributes
}

collection! {
    /// `GET /networks/:network_id/resources`: the resources of a network's spaces. For members and admins.
    /// Scope `read_resources`.
    pub struct NetworkResources(network_id: String) {
        optional {
            usage = "filter[usage]": ResourceUsage,
            space_ids = "filter[spaceIds]": CommaSeparated<String>,
        }
    }
    GET api2 "/networks/:network_id/resources" scopes ["read_resources"] => ResourceAttributes
}

collection! {
    /// `GET /networks/:network_id/resources/available`: the resources of a network's spaces that can be
    /// booked at this time. For members and admins. Scope `read_resources`.
    pub struct AvailableNetworkResources(network_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
        optional {
            space_ids = "filter[spaceIds]": CommaSeparated<String>,
            /// A booking that does not count, such as one to be moved.
            ignore_booking_id = "filter[ignoreBookingId]": String,
            /// Ignores booking times and blocked times.
            ignore_booking_times = "filter[ignoreBookingTimes]": bool,
            resource_ids = "filter[resourceIds]": CommaSeparated<String>,
        }
    }
    GET api2 "/networks/:network_id/resources/available" scopes ["read_resources"] => ResourceAttributes
}

collection! {
    /// `GET /networks/:network_id/resource_availabilities`: the times at which resources of a network's
    /// spaces can still be booked. For members and admins. Scope `read_resources`.
    pub struct NetworkResourceAvailabilities(network_id: String) {
        required {
            from = "filter[from]": DateTime<Utc>,
            to = "filter[to]": DateTime<Utc>,
        }
        optional {
            resource_ids = "filter[resourceIds]": CommaSeparated<String>,
        }
    }
    GET api2 "/networks/:network_id/resource_availabilities" scopes ["read_resources"]
        => ResourceAvailabilityAttributes
}

response! {
    /// Attributes of a network; there are none documented.
    pub struct NetworkAttributes {
    }
}

response! {
    /// Attributes of a membership of a network.
    pub struct NetworkMembershipAttributes {
        optional {
            name: String,
        }
    }
}
