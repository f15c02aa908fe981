//! The calls of API 1.

use cobot::Subdomain;
use cobot::api::{
    ActivityChannel, ActivityLevel, Bookings, CanceledMemberships, ChangeOwnPlan, ChangePlan, Charges,
    CheckIns, CreateActivity, CreateCharge, CreateInvitation, CreateNavigationLink, CreateSignInLink,
    CreateSubscription, CreateUser, DeleteSubscription, Invitation, Invoices, Membership, MembershipCheckIns,
    MembershipTimePasses, Memberships, NavigationLinks, NewActivity, NewCharge, NewMemberPaymentMethod,
    NewNavigationLink, NewSignInLink, NewSubscription, OwnTimePasses, PlanChange, PlanHistory, Plans,
    RecentCharges, ResourceBookings, RevokeToken, SetPaymentMethod, Space, SpaceToken, Subscriptions,
    TokenInfo, UnusedTimePasses, User, WebhookEvent, WorkSessions,
};

use crate::{Play, Visitor, day, time};

fn space() -> Subdomain {
    "co-up".parse().unwrap()
}

/// Visits each call of API 1 with its recorded response.
#[allow(clippy::too_many_lines)] // a table
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit("v1-user", &User);
    visitor.visit("v1-space", &Space::named(space()));
    visitor.visit("v1-memberships", &Memberships::new(space()).attributes(["id", "name"]));
    visitor.visit("v1-membership", &Membership::new(space(), "membership-1"));
    visitor.visit("v1-cancellations", &CanceledMemberships::new(space(), day(7), day(9)));
    visitor.visit("v1-plan-history", &PlanHistory::new(space(), "membership-1"));
    visitor.visit(
        "v1-change-plan",
        &ChangePlan::new(
            space(),
            "membership-1",
            PlanChange::new("plan-1").change_date(day(9)).extras(["extra-1".to_owned()]),
        ),
    );
    visitor.visit("v1-change-own-plan", &ChangeOwnPlan::new(space(), PlanChange::new("plan-1")));
    visitor.visit("v1-create-invitation", &CreateInvitation::new(space(), "membership-1"));
    visitor.visit("v1-invitation", &Invitation::new(space(), "invitation-1"));
    visitor.visit(
        "v1-set-payment-method",
        &SetPaymentMethod::new(
            space(),
            "membership-1",
            NewMemberPaymentMethod::new("method-1").customer_id("customer-1"),
        ),
    );
    visitor.visit(
        "v1-membership-check-ins",
        &MembershipCheckIns::new(space(), "membership-1", time(10), time(12)),
    );
    visitor.visit("v1-check-ins", &CheckIns::new(space()));
    visitor.visit("v1-work-sessions", &WorkSessions::new(space(), time(10), time(12)));
    visitor.visit("v1-bookings", &Bookings::new(space(), time(10), time(12)).limit(5_u32));
    visitor.visit("v1-resource-bookings", &ResourceBookings::new(space(), "resource-1", time(10), time(12)));
    visitor.visit("v1-invoices", &Invoices::new(space()).from(day(7)).to(day(9)).ids(["invoice-1"]));
    visitor.visit("v1-plans", &Plans::new(space()));
    visitor.visit("v1-charges", &Charges::new(space(), day(7), day(9)));
    visitor.visit("v1-recent-charges", &RecentCharges::new(space(), "membership-1"));
    visitor.visit(
        "v1-create-charge",
        &CreateCharge::new(
            space(),
            "membership-1",
            NewCharge::new("Printing", "10")
                .charged_at(day(7))
                .accounting_code("AC-1")
                .quantity("1.0")
                .tax_rate("19.0"),
        ),
    );
    visitor.visit("v1-unused-time-passes", &UnusedTimePasses::new(space()));
    visitor.visit("v1-membership-time-passes", &MembershipTimePasses::new(space(), "membership-1"));
    visitor.visit("v1-own-time-passes", &OwnTimePasses::new(space()));
    visitor.visit(
        "v1-create-subscription",
        &CreateSubscription::new(
            space(),
            NewSubscription::new(WebhookEvent::ConfirmedMembership, "https://app.example/webhooks"),
        ),
    );
    visitor.visit("v1-subscriptions", &Subscriptions::new(space()));
    visitor.visit("v1-delete-subscription", &DeleteSubscription::new(space(), "subscription-1"));
    visitor.visit(
        "v1-create-navigation-link",
        &CreateNavigationLink::new(
            space(),
            NewNavigationLink::new("admin/setup", "Doors", "https://app.example/doors").user_editable(true),
        ),
    );
    visitor.visit("v1-navigation-links", &NavigationLinks::new(space()));
    visitor.visit(
        "v1-create-activity",
        &CreateActivity::new(
            space(),
            NewActivity::new("Door 3 is open", [ActivityChannel::Admin]).level(ActivityLevel::Error),
        ),
    );
    visitor.visit(
        "v1-create-sign-in-link",
        &CreateSignInLink::new(NewSignInLink::new().redirect("https://co-up.cobot.me/bookings")),
    );
}

/// Plays the calls whose responses are not plain JSON.
pub(crate) fn play_others(play: &mut Play) {
    play.play("v1-create-user", &CreateUser::new("joe@example.com").password("canary-password"));
    play.play("v1-token-info", &TokenInfo::own());
    play.play("v1-revoke-token", &RevokeToken::own());
    play.play("v1-space-token", &SpaceToken::of("space-co-up"));
}
