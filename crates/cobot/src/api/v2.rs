//! API 2, <https://dev.cobot.me/api2>: JSON:API at `https://api.cobot.me`.
//!
//! A call is named after its operation's object: [`Bookings`] lists, [`Booking`] reads one, [`CreateBooking`]
//! sends a [`NewBooking`], [`UpdateBooking`] sends [`BookingChanges`]. It returns a
//! [`Document`](oauth_core::json_api::Document) of one or several resources with
//! [`BookingAttributes`]. Prices are decimals as text, times are in UTC.
//!
//! ```no_run
//! # async fn example(client: cobot::Client, token: cobot::Token) -> Result<(), cobot::Error> {
//! use cobot::api::v2;
//! use cobot::chrono::{TimeDelta, Utc};
//!
//! // The way to a space's id.
//! let user = client.send(&token, &v2::User::new().include(["adminOf"])).await?;
//! let space = user.related("adminOf").pop().map(|space| space.id).unwrap_or_default();
//!
//! // Books the first room that is free for an hour from now.
//! let (from, to) = (Utc::now(), Utc::now() + TimeDelta::hours(1));
//! let rooms = client.send(&token, &v2::AvailableResources::new(&space, from, to)).await?;
//! if let Some(room) = rooms.first() {
//!     let booking = v2::NewBooking::new(from, to, room).title("Team");
//!     let booking = client.send(&token, &v2::CreateBooking::new(booking)).await?;
//!     println!("{:?} from {:?}", room.name, booking.from);
//! }
//!
//! // All bookings of the hour, page by page, each with the membership that its page includes.
//! let mut bookings = client.pages(&token, v2::Bookings::new(&space, from, to).include(["membership"]));
//! while let Some(booking) = bookings.next().await {
//!     let booking = booking?;
//!     let members = booking.resolve::<v2::MembershipAttributes, _>(&booking, "membership");
//!     println!("{:?} by {:?}", booking.title, members.first().map(|member| &member.name));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Source of all calls: Cobot's OpenAPI description, <https://dev.cobot.me/openapi>, read on
//! 2026-11-30 in the copy of github.com/api-evangelist/cobot of 2026-08-22.
//! [`Client::pages`](oauth_core::Client::pages) reads a list page by page; an item is a
//! [`Single`](oauth_core::json_api::Single) with all that its page includes. "For admins" means admins of the
//! space or, mostly, of another space in its network. Errors name the place in the request:
//! `/data/attributes/name: can't be blank`. No call is protected against being sent twice.

mod allocations;
mod articles;
mod base;
mod bookings;
mod calendar_blockers;
mod check_ins;
mod contacts;
mod drop_in_passes;
mod events;
mod external_bookings;
mod external_resources;
mod invoices;
mod membership_profiles;
mod memberships;
mod navigation;
mod networks;
mod payments;
mod products;
mod resources;
mod space_subscriptions;
mod spaces;
mod users;
mod values;

pub use allocations::*;
pub use articles::*;
pub use bookings::*;
pub use calendar_blockers::*;
pub use check_ins::*;
pub use contacts::*;
pub use drop_in_passes::*;
pub use events::*;
pub use external_bookings::*;
pub use external_resources::*;
pub use invoices::*;
pub use membership_profiles::*;
pub use memberships::*;
pub use navigation::*;
pub use networks::*;
pub use payments::*;
pub use products::*;
pub use resources::*;
pub use space_subscriptions::*;
pub use spaces::*;
pub use users::*;
pub use values::*;
