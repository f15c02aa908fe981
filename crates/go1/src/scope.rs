//! Scopes that Go1's documents name. Any other scope is parsed: `"…".parse::<Scope>()`.
//!
//! A scope never adds rights to the account: the token of a user who is not an administrator has no
//! administrator's rights. Third-party clients also request `user.login.me` and `account.read`. Source:
//! <https://www.go1.com/developers/customers/concepts/scope-permissions>.
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
    /// Create single-use login links. Restricted: Go1 grants it on request.
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
    /// Read webhook subscriptions.
    WEBHOOK_READ = "webhook.read",
    /// Change webhook subscriptions.
    WEBHOOK_WRITE = "webhook.write",
    /// Read OAuth clients.
    APP_READ = "app.read",
    /// Create and change OAuth clients.
    APP_WRITE = "app.write",
}
