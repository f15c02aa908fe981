//! A provider's rule for refresh tokens, as a type.

use std::time::Duration;

/// A provider's rule for refresh tokens: [`Never`], [`SingleUseRefreshToken`] or [`ReusableRefreshToken`].
pub trait Renewal: Send + Sync + 'static {
    /// True if the provider issues refresh tokens.
    const REFRESHES: bool;
    /// True if each refresh token works once.
    const SINGLE_USE: bool;
    /// The time after which an unused refresh token lapses, if it does.
    const IDLE_LIFETIME: Option<Duration>;
}

/// A [`Renewal`] by refresh token: the bound of [`Client::refresh`](crate::Client::refresh).
// Same message as `Refreshes`: the compiler reports this bound, which fails first.
#[diagnostic::on_unimplemented(
    message = "this provider issues no refresh tokens",
    label = "its tokens cannot be refreshed",
    note = "a token it refuses needs a new connection"
)]
pub trait ByRefreshToken: Renewal {}

/// The provider issues no refresh tokens: a refused token needs a new connection.
#[derive(Clone, Copy, Debug)]
pub struct Never;

impl Renewal for Never {
    const REFRESHES: bool = false;
    const SINGLE_USE: bool = false;
    const IDLE_LIFETIME: Option<Duration> = None;
}

/// Refresh token rotation: each refresh spends the refresh token and returns a new one.
///
/// An unused refresh token lapses after `IDLE_DAYS` days (0: never).
#[derive(Clone, Copy, Debug)]
pub struct SingleUseRefreshToken<const IDLE_DAYS: u64 = 0>;

impl<const IDLE_DAYS: u64> Renewal for SingleUseRefreshToken<IDLE_DAYS> {
    const REFRESHES: bool = true;
    const SINGLE_USE: bool = true;
    const IDLE_LIFETIME: Option<Duration> = days(IDLE_DAYS);
}

impl<const IDLE_DAYS: u64> ByRefreshToken for SingleUseRefreshToken<IDLE_DAYS> {}

/// Reusable refresh tokens. A response without one leaves the old one in force (RFC 6749 section 6).
///
/// An unused refresh token lapses after `IDLE_DAYS` days (0: never).
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
