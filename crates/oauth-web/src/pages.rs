//! The pages that users see.

mod begin;
mod end;
mod layout;
mod page;

pub(crate) use begin::{broken_link, leave_frame, not_allowed, unavailable, unknown_provider};
pub(crate) use end::{End, attempt_ended};
pub(crate) use layout::{SCRIPT, STYLE};
pub(crate) use page::{MayBeFramed, Site};
