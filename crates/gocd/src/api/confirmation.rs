//! The response of changes that return a message.

use oauth_core::response;

response! {
    /// The server's confirmation of a change.
    pub struct Confirmation {
        required {
            /// Message for users.
            message: String,
        }
    }
}
