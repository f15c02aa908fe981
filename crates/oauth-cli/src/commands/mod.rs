//! The commands, one file each.

pub(crate) mod add;
pub(crate) mod api;
pub(crate) mod completions;
pub(crate) mod connect;
pub(crate) mod disconnect;
pub(crate) mod doctor;
pub(crate) mod exec;
pub(crate) mod header;
pub(crate) mod keep;
pub(crate) mod list;
pub(crate) mod refresh;
pub(crate) mod request;
pub(crate) mod rotate_keys;
pub(crate) mod status;
pub(crate) mod token;
