//! One file for each kind of input.

pub(crate) mod act_as_user;
pub(crate) mod api_reply;
pub(crate) mod callback_url;
pub(crate) mod cctray;
pub(crate) mod error_reply;
pub(crate) mod scope_list;
pub(crate) mod stored_row;
pub(crate) mod tampered_row;
pub(crate) mod token_reply;
pub(crate) mod token_request;
pub(crate) mod webhook_signature;

pub use act_as_user::act_as_user;
pub use api_reply::api_reply;
pub use callback_url::callback_url;
pub use cctray::cctray;
pub use error_reply::error_reply;
pub use scope_list::scope_list;
pub use stored_row::stored_row;
pub use tampered_row::tampered_row;
pub use token_reply::token_reply;
pub use token_request::token_request;
pub use webhook_signature::webhook_signature;
