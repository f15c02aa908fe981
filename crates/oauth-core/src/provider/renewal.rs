//! What a provider does about refreshing, as a type: the one truth about it.

use std::time::Duration;

/// What a provider does about refreshing. Implemented by the types of this module.
pub trait Renewal: Send + Sync + 'static {
    /// Whether there are refresh tokens at all.
    const REFRESHES: bool;
    /// Whether each refresh token works once only.
    const SINGLE_USE: bool;
    /// After how long an unused refresh token lapses, if it does.
    const IDLE_LIFETIME: Option<Duration>;
}

/// A [`Renewal`] by refresh token. What makes `Client::refresh` exist.
// The compiler reports the bound that fails first, which is this one and not `Refreshes`; so the words stand here too.
#[diagnostic::on_unimplemented(
    message = "this provider gives no refresh tokens",
    label = "its tokens cannot be refreshed",
    note = "a token it refuses needs a new connection"
)]
pub trait ByRefreshToken: Renewal {}

/// The provider gives no refresh tokens: a token that is refused needs a new connection.
#[derive(Clone, Copy, Debug)]
pub struct Never;

impl Renewal for Never {
    const REFRESHES: bool = false;
    const SINGLE_USE: bool = false;
    const IDLE_LIFETIME: Option<Duration> = None;
}

/// Each refresh spends the refresh token and brings a new one; an unused one lapses after `IDLE_DAYS` days
/// (0: never).
#[derive(Clone, Copy, Debug)]
pub struct SingleUseRefreshToken<const IDLE_DAYS: u64 = 0>;

impl<const IDLE_DAYS: u64> Renewal for SingleUseRefreshToken<IDLE_DAYS> {
    const REFRESHES: bool = true;
    const SINGLE_USE: bool = true;
    const IDLE_LIFETIME: Option<Duration> = days(IDLE_DAYS);
}

impl<const IDLE_DAYS: u64> ByRefreshToken for SingleUseRefreshToken<IDLE_DAYS> {}

/// A refresh token may be used many times; a reply without one leaves the old one in force (RFC 6749 section 6).
/// An unused one lapses after `IDLE_DAYS` days (0: never).
#[derive(Clone, Copy, Debug)]
pub struct ReusableRefreshToken<const IDLE_DAYS: u64 = 0>;

impl<const IDLE_DAYS: u64> Renewal for ReusableRefreshToken<IDLE_DAYS> {
    const REFRESHES: bool = true;
    const SINGLE_USE: bool = false;
    const IDLE_LIFETIME: Option<Duration> = days(IDLE_DAYS);
}

impl<const IDLE_DAYS: u64> ByRefreshToken for ReusableRefreshToken<IDLE_DAYS> {}

const fn days(days: u64) -> Option<Duration> {
    if days == 0 { None } else { Some(Duration::from_secs(days * 86_400)) }
}
