//! Memberships, their plans, teams and terms.

use oauth_core::chrono::NaiveDate;
use oauth_core::json_api::{ResourceBody, Single, ToOne};
use oauth_core::{endpoint, resource_body, response};

use super::base::{api2, collection};
use super::{Address, Images, Price, SpaceAttributes};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/memberships`: a space's memberships that were active between two days. For
    /// admins. Scope `read_memberships`.
    pub struct Memberships(space_id: String) {
        required {
            from = "filter[from]": NaiveDate,
            to = "filter[to]": NaiveDate,
        }
    }
    GET api2 "/spaces/:space_id/memberships" scopes ["read_memberships"] => MembershipAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /memberships/:id`: a membership. For the member and admins. Scope `read_memberships`.
    pub struct Membership(id: String);
    GET api2 "/memberships/:id" scopes ["read_memberships"] => json(Single<MembershipAttributes>)
}

collection! {
    /// `GET /spaces/:space_id/membership_plans`: the plans that a space's memberships had between two days.
    /// For admins. Scope `read_memberships`.
    pub struct MembershipPlans(space_id: String) {
        required {
            from = "filter[from]": NaiveDate,
            to = "filter[to]": NaiveDate,
        }
    }
    GET api2 "/spaces/:space_id/membership_plans" scopes ["read_memberships"] => MembershipPlanAttributes
}

collection! {
    /// `GET /spaces/:space_id/teams`: a space's teams that were active between two days. For admins. Scope
    /// `read_teams`.
    pub struct Teams(space_id: String) {
        required {
            from = "filter[from]": NaiveDate,
            to = "filter[to]": NaiveDate,
        }
    }
    GET api2 "/spaces/:space_id/teams" scopes ["read_teams"] => TeamAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /teams/:id`: a team. For admins. Scope `read_teams`.
    pub struct Team(id: String);
    GET api2 "/teams/:id" scopes ["read_teams"] => json(Single<TeamAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /terms_approvals`: approves terms of a space, as a member. Scope `write_terms_approvals`.
    pub struct ApproveTerms();
    POST api2 "/terms_approvals" scopes ["write_terms_approvals"]
        body(terms_approval: ResourceBody<NewTermsApproval> as "data")
        => json(Single<TermsApprovalAttributes>)
}

endpoint! {
    [] Cobot;
    /// `GET /spaces/:space_id/terms_approval/missing`: the terms that the user's membership has yet to
    /// approve. Scope `read_terms_approvals`.
    pub struct MissingTermsApprovals(space_id: String);
    GET api2 "/spaces/:space_id/terms_approval/missing" scopes ["read_terms_approvals"]
        => json(Single<MissingTermsApprovalAttributes>)
}

resource_body! {
    /// An approval of terms.
    pub struct NewTermsApproval as "approvals" {
        required {
            types: Vec<String>,
            /// IPv4 address of the user.
            ip_address = "ipAddress": String,
        }
        relationships {
            required {
                space: ToOne<SpaceAttributes>,
                membership: ToOne<MembershipAttributes>,
            }
        }
    }
}

response! {
    /// Attributes of a membership. Which are sent depends on the rights of the user.
    pub struct MembershipAttributes {
        optional {
            name: String,
            email: String,
            phone: String,
            company: String,
            confirmed_at = "confirmedAt": NaiveDate,
            canceled_at = "canceledAt": NaiveDate,
            photo: Images,
        }
    }
}

response! {
    /// Attributes of the plan of a membership.
    pub struct MembershipPlanAttributes {
        optional {
            accounting_code = "accountingCode": String,
            canceled_at = "canceledAt": NaiveDate,
            /// Months that are billed at once.
            cycle_duration = "cycleDuration": u32,
            description: String,
            name: String,
            price_per_cycle = "pricePerCycle": Price,
            starts_at = "startsAt": NaiveDate,
        }
        lists {
            extras: PlanExtra,
        }
    }
}

response! {
    /// Attributes of a team.
    pub struct TeamAttributes {
        optional {
            billing_address = "billingAddress": Address,
            name: String,
            tax_id = "taxId": String,
            customer_number = "customerNumber": String,
            photo: Images,
        }
        lists {
            billing_emails = "billingEmails": String,
        }
    }
}

response! {
    /// Attributes of an approval of terms.
    pub struct TermsApprovalAttributes {
        optional {
            /// IPv4 address of the user.
            ip_address = "ipAddress": String,
        }
        lists {
            types: String,
        }
    }
}

response! {
    /// Attributes of the approvals that are missing.
    pub struct MissingTermsApprovalAttributes {
        lists {
            types: String,
        }
    }
}

response! {
    /// An extra of a plan.
    pub struct PlanExtra {
        optional {
            accounting_code = "accountingCode": String,
            /// Months.
            cycle_duration = "cycleDuration": u32,
            name: String,
            price_per_cycle = "pricePerCycle": Price,
        }
    }
}
