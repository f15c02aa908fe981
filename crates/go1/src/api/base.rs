//! The two parts of the API.

use oauth_core::http::header::ACCEPT;
use oauth_core::http::{HeaderName, HeaderValue};
use oauth_core::{EndpointContext, Error, RequestBuilder, open_enum};

use crate::provider::Go1;

const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// Largest file that the file calls read: SCORM archives have tens of megabytes.
pub(super) const FILE_BYTES: usize = 256 * 1024 * 1024;
/// Time for a file, in seconds.
pub(super) const FILE_SECONDS: u64 = 600;

/// Version 2 of the API.
pub(super) fn v2(context: &EndpointContext<'_, Go1>) -> RequestBuilder {
    RequestBuilder::new(context.site().api_url())
}

/// The gateway, whose version goes in a header.
pub(super) fn gateway(context: &EndpointContext<'_, Go1>) -> RequestBuilder {
    let site = context.site();
    RequestBuilder::new(site.gateway_url()).header(API_VERSION, site.api_version().clone())
}

/// A page of a list of the gateway, by its limit and offset.
pub(super) fn gateway_page(
    context: &EndpointContext<'_, Go1>,
    limit: &Option<u32>,
    offset: &Option<u64>,
) -> RequestBuilder {
    let reach = offset.unwrap_or(0).saturating_add(limit.unwrap_or(1).into());
    if reach <= MAX_OFFSET {
        return gateway(context);
    }
    RequestBuilder::from_result(Err(
        Error::invalid_input("offsets reach the first 10,000 results only").with_help("narrow the filters")
    ))
}

/// A file of the gateway.
pub(super) fn gateway_file(context: &EndpointContext<'_, Go1>, media_type: &'static str) -> RequestBuilder {
    gateway(context).header(ACCEPT, HeaderValue::from_static(media_type))
}

open_enum! {
    /// The direction of sorting.
    pub enum SortOrder {
        /// Smallest or oldest first.
        Ascending = "asc",
        /// Largest or newest first, the default.
        Descending = "desc",
    }
}

/// Largest sum of offset and limit.
pub(super) const MAX_OFFSET: u64 = 10_000;

/// Implements `PagedEndpoint` for a list with `limit` (20 by default) and `offset`.
///
/// After 10,000 results the next request is one that [`gateway_page`] rejects, and an empty page before the
/// total is reached has one more unreadable element, so that the list does not look complete.
macro_rules! paged_by_offset {
    ($list:ident: $page:ident of $item:ty) => {
        impl oauth_core::PagedEndpoint<Go1> for $list {
            type Item = $item;

            fn split(&self, page: $page) -> oauth_core::Page<$item, Self> {
                let unread = page.unread();
                let received = (page.hits.len() + unread) as u64;
                let seen = self.offset.unwrap_or(0).saturating_add(received);
                let reachable = super::base::MAX_OFFSET.saturating_sub(seen);
                let mut next = self.clone().offset(seen);
                if (1..u64::from(self.limit.unwrap_or(20))).contains(&reachable) {
                    next.limit = u32::try_from(reachable).ok();
                }
                let is_last = received == 0 || (seen >= page.total && reachable > 0);
                let is_cut_off = received == 0 && seen < page.total;
                oauth_core::Page {
                    items: page.hits,
                    unread: unread + usize::from(is_cut_off),
                    next: (!is_last).then_some(next),
                }
            }
        }
    };
}

pub(super) use paged_by_offset;
