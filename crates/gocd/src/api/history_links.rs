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

/// Implements `PagedEndpoint` for a history, whose pages are requested by cursor.
///
/// A page whose link to the next one cannot be read, or does not lead to older runs, has one more unreadable
/// element, so that the list does not look complete and does not loop: a cursor is a run's id, and older runs
/// have smaller ones (gocd/gocd, Pipeline.xml, `getPipelineIdsAfter`).
macro_rules! paged_by_cursor {
    ($list:ident: $page:ident, $items:ident of $item:ty) => {
        impl oauth_core::PagedEndpoint<Personal> for $list {
            type Item = $item;

            fn split(&self, page: $page) -> oauth_core::Page<$item, Self> {
                let unread = page.unread();
                let links = page.links.as_ref();
                let after = links.and_then(super::history_links::HistoryLinks::after);
                let after = after.filter(|after| self.after.is_none_or(|current| *after < current));
                let is_broken =
                    after.is_none() && links.is_some_and(|links| links.next.is_some() || links.unread() > 0);
                oauth_core::Page {
                    items: page.$items,
                    unread: unread + usize::from(is_broken),
                    next: after.map(|after| Self { after: Some(after), before: None, ..self.clone() }),
                }
            }
        }
    };
}

pub(super) use paged_by_cursor;
