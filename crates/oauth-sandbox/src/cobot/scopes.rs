//! Scopes as strings, because Cobot's list is open-ended.

/// Scopes named by a source: Cobot's pages on API 1 (<https://dev.cobot.me/api-docs> and its pages `/plans`,
/// `/payment-records` and `/teams`), a list made from them in 2018, Cobot's Zapier app, and the metadata and
/// the description of API 2 (docs/provider-facts.md 2d). Without those of OpenID Connect.
const DOCUMENTED: [&str; 103] = [
    "checkin",
    "checkin_tokens",
    "create_password_resets",
    "navigation",
    "read",
    "read_accounting_codes",
    "read_activities",
    "read_admins",
    "read_allocations",
    "read_answers",
    "read_articles",
    "read_booking_credits",
    "read_booking_passes",
    "read_bookings",
    "read_built_in_email_customizations",
    "read_calendar_blockers",
    "read_charges",
    "read_check_ins",
    "read_contacts",
    "read_cost_centers",
    "read_custom_fields",
    "read_discount_codes",
    "read_drop_in_pass_templates",
    "read_drop_in_passes",
    "read_email_customizations",
    "read_event_attendances",
    "read_event_messages",
    "read_events",
    "read_external_bookings",
    "read_external_resources",
    "read_features",
    "read_guest_accounts",
    "read_invitations",
    "read_invoice_preview",
    "read_invoice_settings",
    "read_invoices",
    "read_issues",
    "read_membership_notes",
    "read_membership_profiles",
    "read_memberships",
    "read_navigation_links",
    "read_networks",
    "read_payment_methods",
    "read_payment_records",
    "read_plans",
    "read_products",
    "read_published_membership_profiles",
    "read_questions",
    "read_resource_categories",
    "read_resources",
    "read_revenue_accounts",
    "read_service_charges",
    "read_single_page_apps",
    "read_space_billing_details",
    "read_space_payment_method",
    "read_space_profiles",
    "read_space_subscriptions",
    "read_spaces",
    "read_subscriptions",
    "read_teams",
    "read_terms_approvals",
    "read_time_passes",
    "read_urls",
    "read_user",
    "signin",
    "team",
    "write",
    "write_activities",
    "write_answers",
    "write_bookings",
    "write_charges",
    "write_check_ins",
    "write_custom_fields",
    "write_customers",
    "write_drop_in_pass_purchases",
    "write_drop_in_passes",
    "write_email_customizations",
    "write_event_attendances",
    "write_event_messages",
    "write_event_ticket_purchases",
    "write_events",
    "write_external_bookings",
    "write_external_resources",
    "write_invitations",
    "write_invoice_reminders",
    "write_invoices",
    "write_issues",
    "write_membership_notes",
    "write_membership_payment_method",
    "write_membership_picture",
    "write_membership_profiles",
    "write_memberships",
    "write_navigation_links",
    "write_payment_records",
    "write_payments",
    "write_resources",
    "write_single_page_apps",
    "write_space_billing_details",
    "write_space_payment_method",
    "write_space_subscriptions",
    "write_subscriptions",
    "write_team_member",
    "write_terms_approvals",
];

/// **Guesses**: `write_…` scopes that no source names, although it names the matching `read_…` scope.
const INFERRED: [&str; 6] =
    ["write_contacts", "write_plans", "write_spaces", "write_teams", "write_time_passes", "write_user"];

pub(super) fn all() -> Vec<String> {
    DOCUMENTED.iter().chain(&INFERRED).map(|scope| (*scope).to_owned()).collect()
}

/// The distinct scopes of a `scope` parameter, in order.
pub(super) fn parse(text: &str) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split_ascii_whitespace() {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}
