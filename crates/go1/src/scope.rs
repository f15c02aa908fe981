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

use oauth_core::Scope;

/// Read a user's profile.
pub const USER_READ: Scope = Scope::from_static("user.read");
/// Change a user's profile.
pub const USER_WRITE: Scope = Scope::from_static("user.write");
/// Make single-use login links. Restricted: Go1 grants it on request.
pub const USER_LOGIN: Scope = Scope::from_static("user.login");
/// Read the portal.
pub const PORTAL_READ: Scope = Scope::from_static("portal.read");
/// Change the portal.
pub const PORTAL_WRITE: Scope = Scope::from_static("portal.write");
/// Read learning objects.
pub const LO_READ: Scope = Scope::from_static("lo.read");
/// Change learning objects.
pub const LO_WRITE: Scope = Scope::from_static("lo.write");
/// Read enrollments.
pub const ENROLLMENT_READ: Scope = Scope::from_static("enrollment.read");
/// Change enrollments.
pub const ENROLLMENT_WRITE: Scope = Scope::from_static("enrollment.write");
/// Read the subscriptions to webhooks.
pub const WEBHOOK_READ: Scope = Scope::from_static("webhook.read");
/// Change the subscriptions to webhooks.
pub const WEBHOOK_WRITE: Scope = Scope::from_static("webhook.write");
/// Read OAuth clients.
pub const APP_READ: Scope = Scope::from_static("app.read");
/// Make and change OAuth clients.
pub const APP_WRITE: Scope = Scope::from_static("app.write");
