//! Go1's scopes, as far as its documents name them. Any other is parsed: `"…".parse::<Scope>()`.
//!
//! Source: <https://www.go1.com/developers/customers/concepts/scope-permissions>. A scope never lifts what the account
//! itself may do: a token of somebody who is no administrator stays that. Other people's clients also ask for
//! `user.login.me` and `account.read`.
//!
//! ```
//! use go1::{Scope, Scopes, scope};
//!
//! let scopes = Scopes::from([scope::USER_READ, "report.read".parse::<Scope>().unwrap()]);
//! assert_eq!(scopes.to_string(), "user.read report.read");
//! ```

oauth_core::scopes! {
    /// Read a user's profile.
    USER_READ = "user.read",
    /// Change a user's profile.
    USER_WRITE = "user.write",
    /// Make single-use login links. Restricted: Go1 grants it on request.
    USER_LOGIN = "user.login",
    /// Read the portal.
    PORTAL_READ = "portal.read",
    /// Change the portal.
    PORTAL_WRITE = "portal.write",
    /// Read learning objects.
    LO_READ = "lo.read",
    /// Change learning objects.
    LO_WRITE = "lo.write",
    /// Read enrollments.
    ENROLLMENT_READ = "enrollment.read",
    /// Change enrollments.
    ENROLLMENT_WRITE = "enrollment.write",
    /// Read the subscriptions to webhooks.
    WEBHOOK_READ = "webhook.read",
    /// Change the subscriptions to webhooks.
    WEBHOOK_WRITE = "webhook.write",
    /// Read OAuth clients.
    APP_READ = "app.read",
    /// Make and change OAuth clients.
    APP_WRITE = "app.write",
}
