//! Memberships, their plans and invitations.

use oauth_core::chrono::NaiveDate;
use oauth_core::{CommaSeparated, List, endpoint, request_body, response};

use super::base::space;
use super::plans::PlanDetails;
use super::times::{SlashedDate, SlashedTime};
use crate::provider::Cobot;
use crate::subdomain::Subdomain;

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/memberships`: a space's current memberships. For admins; 6
    /// requests a minute. API 2 has them [page by page](super::v2::Memberships). Scope `read_memberships`.
    /// Source: <https://dev.cobot.me/api-docs/memberships>; `attributes` is known from
    /// <https://github.com/cobot/coworkers>.
    pub struct Memberships(subdomain: Subdomain) {
        optional {
            /// Names of the fields to return.
            attributes: CommaSeparated<String>,
        }
    }
    GET space[subdomain] "/api/memberships" scopes ["read_memberships"] => json(List<MembershipDetails>)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/memberships/:id`: a membership. For the member and admins. Scope
    /// `read_memberships`. Source: <https://dev.cobot.me/api-docs/memberships>.
    pub struct Membership(subdomain: Subdomain, id: String);
    GET space[subdomain] "/api/memberships/:id" scopes ["read_memberships"] => json(MembershipDetails)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/memberships/cancellations`: memberships that were canceled
    /// between two days. Scope `read_memberships`. Source: <https://github.com/cobot/zapier>; no document has
    /// it.
    pub struct CanceledMemberships(subdomain: Subdomain) {
        required {
            from: NaiveDate,
            to: NaiveDate,
        }
    }
    GET space[subdomain] "/api/memberships/cancellations" scopes ["read_memberships"]
        => json(List<MembershipDetails>)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/memberships/:id/plans`: the plans that a membership has had. For
    /// admins. Scope `read_memberships`. Source: <https://dev.cobot.me/api-docs/membership-plans>.
    pub struct PlanHistory(subdomain: Subdomain, id: String);
    GET space[subdomain] "/api/memberships/:id/plans" scopes ["read_memberships"] => json(List<PlanDetails>)
}

endpoint! {
    [] Cobot;
    /// `POST https://<subdomain>.cobot.me/api/memberships/:id/plans`: changes a membership's plan, on a day
    /// or as soon as possible. For admins. Scope `write_memberships`. Source:
    /// <https://dev.cobot.me/api-docs/membership-plans>.
    pub struct ChangePlan(subdomain: Subdomain, id: String);
    POST space[subdomain] "/api/memberships/:id/plans" scopes ["write_memberships"] body(plan: PlanChange)
        => json(PlanDetails)
}

endpoint! {
    [] Cobot;
    /// `POST https://<subdomain>.cobot.me/api/membership/plan`: changes the plan of the user's own
    /// membership, as soon as possible. Scope `write_memberships`. Source:
    /// <https://dev.cobot.me/api-docs/membership-plans>.
    pub struct ChangeOwnPlan(subdomain: Subdomain);
    POST space[subdomain] "/api/membership/plan" scopes ["write_memberships"] body(plan: PlanChange)
        => json(PlanDetails)
}

request_body! {
    /// A change of plan.
    pub struct PlanChange {
        required {
            plan_id: String,
        }
        optional {
            /// Day of the change; not for a member's own plan.
            change_date: NaiveDate,
            /// Identifiers of the plan's extras.
            extras: Vec<String>,
        }
    }
}

endpoint! {
    [] Cobot;
    /// `POST https://<subdomain>.cobot.me/api/memberships/:id/invitations`: creates a link that connects a
    /// user to a membership. For admins. Cobot sends no e-mail. Scope `write_invitations`. Source:
    /// <https://dev.cobot.me/api-docs/membership-invitations>.
    pub struct CreateInvitation(subdomain: Subdomain, id: String);
    POST space[subdomain] "/api/memberships/:id/invitations" scopes ["write_invitations"] => json(InvitationDetails)
}

endpoint! {
    [] Cobot;
    /// `GET https://<subdomain>.cobot.me/api/invitations/:id`: an invitation. For admins. Scope
    /// `read_invitations`. Source: <https://dev.cobot.me/api-docs/membership-invitations>.
    pub struct Invitation(subdomain: Subdomain, id: String);
    GET space[subdomain] "/api/invitations/:id" scopes ["read_invitations"] => json(InvitationDetails)
}

endpoint! {
    [] Cobot;
    /// `PUT https://<subdomain>.cobot.me/api/memberships/:id/payment_method`: sets how a member pays, by a
    /// payment method of Stripe or GoCardless. For admins. 422 if Stripe refuses. Scope
    /// `write_membership_payment_method`. Source: <https://www.cobot.me/api-docs/membership-payment-methods>.
    pub struct SetPaymentMethod(subdomain: Subdomain, id: String);
    PUT space[subdomain] "/api/memberships/:id/payment_method" scopes ["write_membership_payment_method"]
        body(payment_method: NewMemberPaymentMethod) => json(MemberPaymentMethod)
}

request_body! {
    /// A member's payment method: one of the space's, with the customer at Stripe or the mandate at
    /// GoCardless.
    pub struct NewMemberPaymentMethod {
        required {
            payment_method_id: String,
        }
        optional {
            customer_id: String,
            mandate: String,
        }
    }
}

response! {
    /// A member's payment method.
    pub struct MemberPaymentMethod {
        required {
            payment_method_id: String,
        }
        optional {
            customer_id: String,
        }
    }
}

response! {
    /// A membership.
    pub struct MembershipDetails {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            name: String,
            email: String,
            phone: String,
            /// The user who has the membership.
            user: Member,
            /// Address of the picture.
            picture: String,
            address: MemberAddress,
            charge_taxes: bool,
            customer_number: String,
            plan: PlanDetails,
            upcoming_plan: PlanDetails,
            payment_method: MemberPaymentMethodName,
            confirmed_at: SlashedTime,
            starts_at: SlashedDate,
            canceled_to: SlashedDate,
            next_invoice_at: SlashedDate,
            team_id: String,
        }
        lists {
            billing_emails: String,
        }
    }
}

response! {
    /// The user of a membership.
    pub struct Member {
        required {
            id: String,
        }
        optional {
            email: String,
        }
    }
}

response! {
    /// An address.
    pub struct MemberAddress {
        optional {
            company: String,
            name: String,
            full_address: String,
            address: String,
            post_code: String,
            city: String,
            state: String,
            country: String,
        }
    }
}

response! {
    /// The payment method of a membership.
    pub struct MemberPaymentMethodName {
        optional {
            name: String,
            /// Cobot charges it.
            automated: bool,
        }
    }
}

response! {
    /// An invitation.
    pub struct InvitationDetails {
        required {
            id: String,
        }
        optional {
            accepted_at: SlashedTime,
            membership_id: String,
        }
        secrets {
            /// The link for the invited person. It gives access to the membership.
            user_url,
        }
    }
}
