//! Members' profiles.

use oauth_core::chrono::NaiveDate;
use oauth_core::json_api::{ResourceBody, Single};
use oauth_core::{CommaSeparated, endpoint, resource_body, response};

use super::Images;
use super::base::{api2, collection};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/membership_profiles`: the profiles of a space's members. For admins. Scope
    /// `read_membership_profiles`.
    pub struct MembershipProfiles(space_id: String) {
        optional {
            membership_ids = "filter[membershipIds]": CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/membership_profiles" scopes ["read_membership_profiles"]
        => MembershipProfileAttributes
}

collection! {
    /// `GET /spaces/:space_id/membership_profiles/published`: the profiles that a space's members have
    /// published. For members and admins. Scope `read_published_membership_profiles`.
    pub struct PublishedMembershipProfiles(space_id: String) {
        optional {
            membership_ids = "filter[membershipIds]": CommaSeparated<String>,
        }
    }
    GET api2 "/spaces/:space_id/membership_profiles/published" scopes ["read_published_membership_profiles"]
        => MembershipProfileAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /membership_profiles/:id`: a member's profile. For members and admins. Scope
    /// `read_membership_profiles`.
    pub struct MembershipProfile(id: String);
    GET api2 "/membership_profiles/:id" scopes ["read_membership_profiles"]
        => json(Single<MembershipProfileAttributes>)
}

endpoint! {
    [] Cobot;
    /// `PATCH /membership_profiles/:id`: changes the user's own profile. Scope `write_membership_profiles`.
    pub struct UpdateMembershipProfile(id: String);
    PATCH api2 "/membership_profiles/:id" scopes ["write_membership_profiles"]
        body(changes: ResourceBody<MembershipProfileChanges> as "data", id)
        => json(Single<MembershipProfileAttributes>)
}

resource_body! {
    /// Changes of a profile. What is not set stays.
    pub struct MembershipProfileChanges as "membershipProfiles" {
        optional {
            location: String,
            birthday: NaiveDate,
            about_me = "aboutMe": String,
            twitter: String,
            instagram: String,
            facebook: String,
            linkedin: String,
            github: String,
            website: String,
            phone: String,
            email: String,
            company: String,
            pronouns: String,
            published: bool,
        }
    }
}

response! {
    /// Attributes of a member's profile.
    pub struct MembershipProfileAttributes {
        optional {
            name: String,
            email: String,
            phone: String,
            pronouns: String,
            company: String,
            photo: Images,
            published: bool,
            location: String,
            birthday: NaiveDate,
            about_me = "aboutMe": String,
            website: String,
            twitter: String,
            facebook: String,
            linkedin: String,
            github: String,
            instagram: String,
        }
    }
}
