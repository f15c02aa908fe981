//! Scopes, as text: Cobot's list is open-ended.

/// Scopes that a source names: Cobot's pages on API 1 (<https://dev.cobot.me/api-docs>, below it `/plans`, `/payment-records` and
/// `/teams`), a list made from those pages in 2018, its Zapier app, and the metadata of API 2 (docs/provider-facts.md 2d).
const NAMED: [&str; 65] = [
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

/// **Guesses**: the other half of what is named above as `read_…`, where no source that we could read names it.
const INFERRED: [&str; 6] =
    ["write_contacts", "write_plans", "write_spaces", "write_teams", "write_time_passes", "write_user"];

/// What the client has at the start.
pub(super) fn known() -> Vec<String> {
    NAMED.iter().chain(&INFERRED).map(|scope| (*scope).to_owned()).collect()
}

/// The scopes of a `scope` parameter, each once, in order.
pub(super) fn parse(text: &str) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split_ascii_whitespace() {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}
