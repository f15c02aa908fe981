//! The pages that users see.

mod begin;
mod connections;
mod end;
mod layout;
mod page;

pub(crate) use begin::{
    broken_link, confirm, leave_frame, not_allowed, not_in_advance, unavailable, unknown_provider,
};
pub(crate) use connections::{Row, confirm_disconnect, connections, disconnected, not_disconnected};
pub(crate) use end::{End, attempt_ended};
pub(crate) use layout::{SCRIPT, STYLE};
pub(crate) use page::{HasForm, MayBeFramed, Site};
