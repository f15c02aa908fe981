//! The position of a page.

use oauth_core::response;

response! {
    /// The position of a page.
    pub struct Pagination {
        required {
            /// Number of elements before the page.
            offset: u64,
        }
        optional {
            /// Number of all elements.
            total: u64,
            /// Size of a page.
            page_size: u64,
        }
    }
}
