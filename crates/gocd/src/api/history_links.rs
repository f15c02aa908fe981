//! Links between the pages of a history.

use oauth_core::response;
use oauth_core::url::Url;

response! {
    /// Links between the pages of a history.
    pub struct HistoryLinks {
        optional {
            /// Page with older runs.
            next: HistoryLink,
            /// Page with newer runs.
            previous: HistoryLink,
        }
    }
}

response! {
    /// A link to a page of a history.
    pub struct HistoryLink {
        required {
            /// URL.
            href: String,
        }
    }
}

impl HistoryLinks {
    /// Returns the value of `after` for the page with older runs.
    #[must_use]
    pub fn after(&self) -> Option<i64> {
        self.next.as_ref()?.cursor("after")
    }

    /// Returns the value of `before` for the page with newer runs.
    #[must_use]
    pub fn before(&self) -> Option<i64> {
        self.previous.as_ref()?.cursor("before")
    }
}

impl HistoryLink {
    /// The link itself is not followed: behind a proxy, the server may not know its own address.
    fn cursor(&self, name: &str) -> Option<i64> {
        let url = Url::parse(&self.href).ok()?;
        url.query_pairs().find(|(key, _)| key == name)?.1.parse().ok()
    }
}
