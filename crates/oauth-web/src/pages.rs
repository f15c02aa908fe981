//! The pages that users see.

mod begin;
mod connections;
mod end;
mod layout;
mod page;

pub(crate) use begin::{
    confirm, foreign_return_to, leave_frame, long_link, not_allowed, not_in_advance, unavailable,
    unknown_provider,
};
pub(crate) use connections::{Row, confirm_disconnect, connections, disconnected, not_disconnected};
pub(crate) use end::{End, attempt_ended};
pub(crate) use layout::inline_source;
pub use layout::{DefaultPages, Pages};
pub use page::{ConnectionItem, LinkKind, Page, PageButton, PageKind, PageLink};
pub(crate) use page::{HasForm, MayBeFramed, Site};
