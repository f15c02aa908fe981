//! Scopes of Cobot's APIs.
//!
//! Known scopes have constants. Any other scope is parsed, because Cobot adds new ones:
//!
//! ```
//! use cobot::{Connect, Scope, scope};
//!
//! let new: Scope = "read_something_new".parse()?;
//! let connect = Connect::new([scope::READ_USER, new]);
//! # Ok::<(), cobot::Error>(())
//! ```
//!
//! The scope that a call needs is documented with each call in <https://dev.cobot.me/api-docs> (API 1) and
//! <https://dev.cobot.me/api2> (API 2). A client's new scopes do not widen existing tokens: see
//! [`Token::missing_scopes`](oauth_core::Token::missing_scopes). A token has fewer rights than its scopes
//! after its user lost rights as an admin.
//!
//! Sources: `scopes_supported` of <https://api.cobot.me/.well-known/oauth-protected-resource> and of
//! <https://www.cobot.me/.well-known/openid-configuration>; the description of API 2,
//! <https://dev.cobot.me/openapi>, for two that its calls need and no metadata lists; for scopes of API 1
//! only, its pages, a list compiled from them in 2018
//! (<https://gist.github.com/josephecombs/9a53b713b712c81742d778846d83cedc>) and Cobot's Zapier app
//! (<https://github.com/cobot/zapier>). Read on 2026-11-21 and 2026-11-29.

oauth_core::scopes! {
    // API 2.

    /// Resource allocations.
    READ_ALLOCATIONS = "read_allocations",
    /// Help desk articles.
    READ_ARTICLES = "read_articles",
    /// A membership's booking credits.
    READ_BOOKING_CREDITS = "read_booking_credits",
    /// Bookings.
    READ_BOOKINGS = "read_bookings",
    /// Changes to the e-mails that Cobot sends.
    READ_BUILT_IN_EMAIL_CUSTOMIZATIONS = "read_built_in_email_customizations",
    /// Times that are blocked in the calendar.
    READ_CALENDAR_BLOCKERS = "read_calendar_blockers",
    /// Members' check-ins.
    READ_CHECK_INS = "read_check_ins",
    /// Contacts.
    READ_CONTACTS = "read_contacts",
    /// Cost centres. The metadata does not list this scope.
    READ_COST_CENTERS = "read_cost_centers",
    /// Discount codes.
    READ_DISCOUNT_CODES = "read_discount_codes",
    /// Templates of drop-in passes.
    READ_DROP_IN_PASS_TEMPLATES = "read_drop_in_pass_templates",
    /// Drop-in passes.
    READ_DROP_IN_PASSES = "read_drop_in_passes",
    /// Attendances of events.
    READ_EVENT_ATTENDANCES = "read_event_attendances",
    /// Messages about events.
    READ_EVENT_MESSAGES = "read_event_messages",
    /// A space's events.
    READ_EVENTS = "read_events",
    /// Bookings by non-members.
    READ_EXTERNAL_BOOKINGS = "read_external_bookings",
    /// Resources that non-members can book.
    READ_EXTERNAL_RESOURCES = "read_external_resources",
    /// Members' invoices.
    READ_INVOICES = "read_invoices",
    /// Members' profiles.
    READ_MEMBERSHIP_PROFILES = "read_membership_profiles",
    /// A space's memberships.
    READ_MEMBERSHIPS = "read_memberships",
    /// A space's navigation links.
    READ_NAVIGATION_LINKS = "read_navigation_links",
    /// Networks of spaces.
    READ_NETWORKS = "read_networks",
    /// Payment methods, to process payments with.
    READ_PAYMENT_METHODS = "read_payment_methods",
    /// Products.
    READ_PRODUCTS = "read_products",
    /// Members' profiles that are published.
    READ_PUBLISHED_MEMBERSHIP_PROFILES = "read_published_membership_profiles",
    /// Categories of resources.
    READ_RESOURCE_CATEGORIES = "read_resource_categories",
    /// Resources that can be booked.
    READ_RESOURCES = "read_resources",
    /// Revenue accounts. The metadata does not list this scope.
    READ_REVENUE_ACCOUNTS = "read_revenue_accounts",
    /// Single page apps.
    READ_SINGLE_PAGE_APPS = "read_single_page_apps",
    /// Billing details of the space.
    READ_SPACE_BILLING_DETAILS = "read_space_billing_details",
    /// The space's payment method for Cobot.
    READ_SPACE_PAYMENT_METHOD = "read_space_payment_method",
    /// Profiles of spaces.
    READ_SPACE_PROFILES = "read_space_profiles",
    /// A space's subscription at Cobot.
    READ_SPACE_SUBSCRIPTIONS = "read_space_subscriptions",
    /// Spaces: the basics.
    READ_SPACES = "read_spaces",
    /// A space's teams.
    READ_TEAMS = "read_teams",
    /// Terms that the member has yet to approve.
    READ_TERMS_APPROVALS = "read_terms_approvals",
    /// Addresses in Cobot's web interface.
    READ_URLS = "read_urls",
    /// The connected user. Used by API 1 too: [`api::User`](crate::api::User).
    READ_USER = "read_user",
    /// Bookings.
    WRITE_BOOKINGS = "write_bookings",
    /// Check a member in.
    WRITE_CHECK_INS = "write_check_ins",
    /// Create customers of a space.
    WRITE_CUSTOMERS = "write_customers",
    /// Buy drop-in passes.
    WRITE_DROP_IN_PASS_PURCHASES = "write_drop_in_pass_purchases",
    /// Cancel drop-in passes.
    WRITE_DROP_IN_PASSES = "write_drop_in_passes",
    /// Attend events, or cancel.
    WRITE_EVENT_ATTENDANCES = "write_event_attendances",
    /// Messages about events.
    WRITE_EVENT_MESSAGES = "write_event_messages",
    /// Buy tickets of events.
    WRITE_EVENT_TICKET_PURCHASES = "write_event_ticket_purchases",
    /// A space's events.
    WRITE_EVENTS = "write_events",
    /// Bookings by non-members.
    WRITE_EXTERNAL_BOOKINGS = "write_external_bookings",
    /// Resources that non-members can book.
    WRITE_EXTERNAL_RESOURCES = "write_external_resources",
    /// Send reminders of invoices.
    WRITE_INVOICE_REMINDERS = "write_invoice_reminders",
    /// Members' invoices.
    WRITE_INVOICES = "write_invoices",
    /// Members' profiles.
    WRITE_MEMBERSHIP_PROFILES = "write_membership_profiles",
    /// A space's navigation links.
    WRITE_NAVIGATION_LINKS = "write_navigation_links",
    /// Start payments of external bookings.
    WRITE_PAYMENTS = "write_payments",
    /// Resources that can be booked.
    WRITE_RESOURCES = "write_resources",
    /// Single page apps.
    WRITE_SINGLE_PAGE_APPS = "write_single_page_apps",
    /// A space's billing details.
    WRITE_SPACE_BILLING_DETAILS = "write_space_billing_details",
    /// The space's payment method for Cobot.
    WRITE_SPACE_PAYMENT_METHOD = "write_space_payment_method",
    /// A space's subscription. Only for clients that Cobot trusts with it.
    WRITE_SPACE_SUBSCRIPTIONS = "write_space_subscriptions",
    /// Approve terms as a member.
    WRITE_TERMS_APPROVALS = "write_terms_approvals",

    // API 1 only.

    /// API 1: read.
    READ = "read",
    /// API 1: write; creating users needs it ([`api::CreateUser`](crate::api::CreateUser)).
    WRITE = "write",
    /// API 1: add links to a space's navigation.
    NAVIGATION = "navigation",
    /// API 1: links that sign the token's user in (`POST /api/session` on `www`). Such a link is a secret.
    SIGNIN = "signin",
    /// API 1: the member's own team. Cobot announced the end of API 1's team calls; use API 2.
    TEAM = "team",
    /// API 1: check members in.
    CHECKIN = "checkin",
    /// API 1: tokens for checking in.
    CHECKIN_TOKENS = "checkin_tokens",
    /// API 1: send users a link to choose a new password.
    CREATE_PASSWORD_RESETS = "create_password_resets",
    /// API 1: accounting codes.
    READ_ACCOUNTING_CODES = "read_accounting_codes",
    /// API 1: a space's activities.
    READ_ACTIVITIES = "read_activities",
    /// API 1: a space's admins.
    READ_ADMINS = "read_admins",
    /// API 1: replies to a space's questions.
    READ_ANSWERS = "read_answers",
    /// API 1: booking passes.
    READ_BOOKING_PASSES = "read_booking_passes",
    /// API 1: charges.
    READ_CHARGES = "read_charges",
    /// API 1: custom fields.
    READ_CUSTOM_FIELDS = "read_custom_fields",
    /// API 1: changes to the e-mails that Cobot sends.
    READ_EMAIL_CUSTOMIZATIONS = "read_email_customizations",
    /// API 1: features of a space.
    READ_FEATURES = "read_features",
    /// API 1: guest accounts.
    READ_GUEST_ACCOUNTS = "read_guest_accounts",
    /// API 1: invitations of members.
    READ_INVITATIONS = "read_invitations",
    /// API 1: preview of the next invoice.
    READ_INVOICE_PREVIEW = "read_invoice_preview",
    /// API 1: settings of invoices.
    READ_INVOICE_SETTINGS = "read_invoice_settings",
    /// API 1: issues.
    READ_ISSUES = "read_issues",
    /// API 1: notes on memberships.
    READ_MEMBERSHIP_NOTES = "read_membership_notes",
    /// API 1: records of payments.
    READ_PAYMENT_RECORDS = "read_payment_records",
    /// API 1: plans that are not public.
    READ_PLANS = "read_plans",
    /// API 1: a space's questions.
    READ_QUESTIONS = "read_questions",
    /// API 1: service charges.
    READ_SERVICE_CHARGES = "read_service_charges",
    /// API 1: subscriptions to webhooks.
    READ_SUBSCRIPTIONS = "read_subscriptions",
    /// API 1: time passes.
    READ_TIME_PASSES = "read_time_passes",
    /// API 1: a space's activities.
    WRITE_ACTIVITIES = "write_activities",
    /// API 1: replies to a space's questions.
    WRITE_ANSWERS = "write_answers",
    /// API 1: charges.
    WRITE_CHARGES = "write_charges",
    /// API 1: custom fields.
    WRITE_CUSTOM_FIELDS = "write_custom_fields",
    /// API 1: changes to the e-mails that Cobot sends.
    WRITE_EMAIL_CUSTOMIZATIONS = "write_email_customizations",
    /// API 1: invitations of members.
    WRITE_INVITATIONS = "write_invitations",
    /// API 1: issues.
    WRITE_ISSUES = "write_issues",
    /// API 1: notes on memberships.
    WRITE_MEMBERSHIP_NOTES = "write_membership_notes",
    /// API 1: a member's payment method.
    WRITE_MEMBERSHIP_PAYMENT_METHOD = "write_membership_payment_method",
    /// API 1: a member's picture.
    WRITE_MEMBERSHIP_PICTURE = "write_membership_picture",
    /// API 1: memberships.
    WRITE_MEMBERSHIPS = "write_memberships",
    /// API 1: records of payments.
    WRITE_PAYMENT_RECORDS = "write_payment_records",
    /// API 1: subscriptions to webhooks.
    WRITE_SUBSCRIPTIONS = "write_subscriptions",
    /// API 1: members of a team. Cobot announced the end of API 1's team calls; use API 2.
    WRITE_TEAM_MEMBER = "write_team_member",

    // OpenID Connect (dev.cobot.me, "OpenID Connect").

    /// OpenID Connect: adds an `id_token` to the token response. It is kept in
    /// [`Token::other`](oauth_core::Token::other) and not verified.
    OPENID = "openid",
    /// OpenID Connect: e-mail address.
    EMAIL = "email",
    /// OpenID Connect: profile.
    PROFILE = "profile",
}

#[cfg(test)]
mod tests {
    /// Most of these scopes are sent by no other test.
    #[test]
    fn constants_are_named_after_their_scopes() {
        let is_constant = |name: &str| name.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase());
        let mut count = 0;
        for line in include_str!("scope.rs").lines() {
            let Some((name, scope)) = line.trim().split_once(" = \"") else { continue };
            if is_constant(name) {
                assert_eq!(scope.strip_suffix("\","), Some(name.to_ascii_lowercase().as_str()));
                count += 1;
            }
        }
        assert_eq!(count, 106);
    }
}
