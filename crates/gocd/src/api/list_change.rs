//! Changes of lists.

use oauth_core::request_body;

request_body! {
    /// Elements to add to a list, and to remove from it.
    pub struct ListChange {
        lists {
            /// Elements to add.
            add: String,
            /// Elements to remove.
            remove: String,
        }
    }
}
