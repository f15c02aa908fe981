//! The fuzz targets, one file each.

pub(crate) mod act_as_user;
pub(crate) mod api_response;
pub(crate) mod callback_url;
pub(crate) mod cctray;
pub(crate) mod error_response;
pub(crate) mod scope_list;
pub(crate) mod stored_row;
pub(crate) mod tampered_row;
pub(crate) mod token_request;
pub(crate) mod token_response;
pub(crate) mod webhook_signature;

pub use act_as_user::act_as_user;
pub use api_response::api_response;
pub use callback_url::callback_url;
pub use cctray::cctray;
pub use error_response::error_response;
pub use scope_list::scope_list;
pub use stored_row::stored_row;
pub use tampered_row::tampered_row;
pub use token_request::token_request;
pub use token_response::token_response;
pub use webhook_signature::webhook_signature;
