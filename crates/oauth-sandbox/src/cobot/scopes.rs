//! Scopes as strings, because Cobot's list is open-ended.

/// Scopes named by a source: Cobot's pages on API 1 (<https://dev.cobot.me/api-docs> and its pages `/plans`,
/// `/payment-records` and `/teams`), a list made from them in 2018, Cobot's Zapier app, and the metadata of
/// API 2 (docs/provider-facts.md 2d).
const DOCUMENTED: [&str; 65] = [
    "checkin",
    "checkin_tokens",
    "create_password_resets",
    "navigation",
    "read",
    "read_accounting_codes",
    "read_activities",
    "read_admins",
    "read_answers",
    "read_booking_credits",
    "read_booking_passes",
    "read_bookings",
    "read_charges",
    "read_check_ins",
    "read_contacts",
    "read_custom_fields",
    "read_drop_in_passes",
    "read_email_customizations",
    "read_events",
    "read_external_bookings",
    "read_features",
    "read_guest_accounts",
    "read_invitations",
    "read_invoice_preview",
    "read_invoice_settings",
    "read_invoices",
    "read_issues",
    "read_membership_notes",
    "read_memberships",
    "read_payment_records",
    "read_plans",
    "read_questions",
    "read_resource_categories",
    "read_resources",
    "read_service_charges",
    "read_spaces",
    "read_subscriptions",
    "read_teams",
    "read_time_passes",
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
    "write_drop_in_passes",
    "write_email_customizations",
    "write_events",
    "write_external_bookings",
    "write_invitations",
    "write_invoices",
    "write_issues",
    "write_membership_notes",
    "write_membership_payment_method",
    "write_membership_picture",
    "write_memberships",
    "write_payment_records",
    "write_payments",
    "write_resources",
    "write_subscriptions",
    "write_team_member",
];

/// **Guesses**: `write_…` scopes that no source names, although it names the matching `read_…` scope.
const INFERRED: [&str; 6] =
    ["write_contacts", "write_plans", "write_spaces", "write_teams", "write_time_passes", "write_user"];

/// All documented and inferred scopes: the client's default.
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
