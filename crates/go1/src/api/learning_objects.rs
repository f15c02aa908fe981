//! A portal's content, page by page.

use std::collections::BTreeMap;

use oauth_core::http::{Method, Request, Response};
use oauth_core::serde_json::Value;
use oauth_core::{Endpoint, EndpointContext, Error, List, Page, PagedEndpoint, json, response};

use super::base::{MAX_OFFSET, gateway};
use super::learning_object::LearningObjectDetails;
use crate::provider::Go1;

const DEFAULT_PAGE: u32 = 20;
/// Largest page by offset.
const MAX_PAGE: u32 = 50;
/// Largest page when scrolling.
const MAX_SCROLL_PAGE: u32 = 5_000;

/// `GET /learning-objects` on the gateway: content that the portal may use. Scope `lo.read`.
///
/// `pages` requests page after page, and [`after`](Self::after) makes the request for the next one:
///
/// ```
/// use go1::api::LearningObjects;
///
/// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
/// let courses = LearningObjects::new().kind("course").language("en").limit(50);
/// let mut pages = client.pages(&token, courses);
/// while let Some(course) = pages.next().await {
///     println!("{}", course?.id);
/// }
/// # Ok(())
/// # }
/// ```
///
/// Offsets reach the first 10,000 results; [`scroll`](Self::scroll) reaches all. Source: Go1's REST
/// reference, version 2025-01-01 (<https://developers.go1.com/api/rest/2025-01-01/overview/>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LearningObjects {
    limit: Option<u32>,
    offset: Option<u64>,
    scroll: Option<Scroll>,
    filters: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Scroll {
    Start,
    From {
        id: String,
        /// Results on the pages before, if this value requested them.
        seen: Option<u64>,
    },
}

impl LearningObjects {
    /// All learning objects, from the first page, with Go1's default page size (20).
    pub fn new() -> Self {
        Self::default()
    }

    /// Page size: 1 to 50, or to 5,000 when scrolling. Checked when the request is sent.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Number of results to skip. Offset and limit together are at most 10,000; not for scrolling. Checked
    /// when the request is sent.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Scrolls, for more than 10,000 results. Each page has an id for the next page that is valid for 5
    /// minutes; later, Go1 responds with 404.
    #[must_use]
    pub fn scroll(mut self) -> Self {
        self.scroll = Some(Scroll::Start);
        self
    }

    /// Continues scrolling from a page's [`next_scroll_id`](LearningObjectPage::next_scroll_id). Use it
    /// instead of [`after`](Self::after) if another process requested the page.
    #[must_use]
    pub fn scroll_from(mut self, scroll_id: impl Into<String>) -> Self {
        self.scroll = Some(Scroll::From { id: scroll_id.into(), seen: None });
        self
    }

    /// Filters by search terms.
    #[must_use]
    pub fn keyword(self, words: impl Into<String>) -> Self {
        self.filter("keyword", words)
    }

    /// Filters by kind: `course`, `playlist`, `document`, `link`, `interactive`, `text`, `video`, `audio`,
    /// `award`. Repeated calls match any of them.
    #[must_use]
    pub fn kind(self, kind: impl Into<String>) -> Self {
        self.filter("type[]", kind)
    }

    /// Filters by language, such as `en` or `en-us`. Repeated calls match any of them.
    #[must_use]
    pub fn language(self, language: impl Into<String>) -> Self {
        self.filter("language[]", language)
    }

    /// Filters by content provider, by its number. Repeated calls match any of them.
    #[must_use]
    pub fn provider(self, id: impl Into<String>) -> Self {
        self.filter("providers[]", id)
    }

    /// Filters by collection: `library`, `not_added_to_library`, `partner_content`, `subscribe`.
    #[must_use]
    pub fn collection(self, name: impl Into<String>) -> Self {
        self.filter("collection", name)
    }

    /// Requests another part of each learning object, such as `core`, `lifecycle` or `pricing`. Go1 sends
    /// `core` only by default, so include it too if it is needed.
    #[must_use]
    pub fn include(self, part: impl Into<String>) -> Self {
        self.filter("include[]", part)
    }

    /// Adds any other parameter of Go1's reference, such as `("created_time[min]", "2024-07-01")`. Parameters
    /// for paging have their own methods; adding them here fails when the request is sent.
    #[must_use]
    pub fn filter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.filters.push((name.into(), value.into()));
        self
    }

    /// Returns the request for the page after `page`; `None` after the last.
    ///
    /// After 10,000 results it returns `Some` whatever the total says, and sending that fails with help to
    /// scroll, so that a truncated list does not look complete.
    #[must_use]
    pub fn after(&self, page: &LearningObjectPage) -> Option<Self> {
        if received(page) == 0 {
            return None;
        }
        let seen = self.seen_with(page);
        if self.scroll.is_some() {
            // Sending an empty id fails, so that a list whose id cannot be read does not look complete.
            let unreadable = page.other.contains_key("next_scroll_id").then(String::new);
            let next = page.next_scroll_id.clone().filter(|id| !id.is_empty()).or(unreadable)?;
            return Some(Self { scroll: Some(Scroll::From { id: next, seen }), ..self.clone() });
        }
        let seen = seen?;
        let mut next = self.clone().offset(seen);
        let reachable = u32::try_from(MAX_OFFSET.saturating_sub(seen)).unwrap_or(u32::MAX);
        if reachable > 0 && reachable < next.limit.unwrap_or(DEFAULT_PAGE) {
            next.limit = Some(reachable);
        }
        (seen < page.total || seen >= MAX_OFFSET).then_some(next)
    }

    /// The number of results up to the end of `page`; `None` if another process requested the pages before.
    fn seen_with(&self, page: &LearningObjectPage) -> Option<u64> {
        let before = match &self.scroll {
            None => self.offset.unwrap_or(0),
            Some(Scroll::Start) => 0,
            Some(Scroll::From { seen, .. }) => (*seen)?,
        };
        Some(before.saturating_add(received(page)))
    }

    fn query(&self) -> Result<Vec<(&str, String)>, Error> {
        let (largest, help) = match self.scroll {
            Some(_) => (MAX_SCROLL_PAGE, "use 1 to 5000"),
            None => (MAX_PAGE, "use 1 to 50, or scroll"),
        };
        if self.limit.is_some_and(|limit| !(1..=largest).contains(&limit)) {
            return Err(Error::invalid_input("the page size is out of range").with_help(help));
        }
        let reach = self.offset.unwrap_or(0).saturating_add(self.limit.unwrap_or(1).into());
        if matches!(&self.scroll, Some(Scroll::From { id, .. }) if id.is_empty()) {
            return Err(Error::invalid_input("the id of the next page is empty, or could not be read")
                .with_help("start again with scroll()"));
        }
        if self.scroll.is_some() && self.offset.is_some() {
            return Err(Error::invalid_input("scrolling has no offset").with_help("omit the offset"));
        }
        if reach > MAX_OFFSET {
            return Err(Error::invalid_input("offsets reach the first 10,000 results only")
                .with_help("scroll instead, or narrow the filters"));
        }
        let mut query = Vec::new();
        if let Some(limit) = self.limit {
            query.push(("limit", limit.to_string()));
        }
        if let Some(offset) = self.offset {
            query.push(("offset", offset.to_string()));
        }
        if let Some(scroll) = &self.scroll {
            query.push(("use_scroll", "true".to_owned()));
            if let Scroll::From { id, .. } = scroll {
                query.push(("scroll_id", id.clone()));
            }
        }
        for (name, value) in &self.filters {
            if name.is_empty() || matches!(name.as_str(), "limit" | "offset" | "use_scroll" | "scroll_id") {
                return Err(Error::invalid_input("a paging parameter was added as a filter")
                    .with_help("use limit(), offset(), scroll() and scroll_from() for paging"));
            }
            query.push((name, value.clone()));
        }
        Ok(query)
    }
}

response! {
    /// A page of learning objects.
    pub struct LearningObjectPage {
        required {
            /// Number of results on all pages. Go1 may count no more than the 10,000 that offsets reach.
            total: u64,
        }
        optional {
            /// When scrolling: the id of the next page, valid for 5 minutes.
            next_scroll_id: String,
            /// Values of the facets that a filter `facets[]` requested, by facet.
            facets: BTreeMap<String, List<FacetValue>>,
            /// Filters that Go1 found in the keywords.
            applied_filters: AppliedFilters,
        }
        required_lists {
            /// Learning objects of this page.
            hits: LearningObjectDetails,
        }
    }
}

response! {
    /// A value of a facet, with the number of learning objects that have it.
    pub struct FacetValue {
        required {
            /// Value. For providers, their portal; for durations, a range such as `1.0-15.0`.
            key: String,
        }
        optional {
            /// Number of learning objects.
            count: u64,
            /// Lower end of a range.
            from: f64,
            /// Upper end of a range.
            to: f64,
            /// Name of a provider.
            name: String,
        }
    }
}

response! {
    /// The filters that Go1 found in the keywords.
    pub struct AppliedFilters {
        optional {
            /// Keywords that remain.
            keyword: String,
            /// Filters.
            params: AppliedParameters,
        }
    }
}

response! {
    /// Query parameters that Go1 found in the keywords: all in `other`.
    pub struct AppliedParameters {}
}

impl Endpoint<Go1> for LearningObjects {
    type Response = LearningObjectPage;
    const NAME: &'static str = "GET /learning-objects";
    const SCOPES: &'static [&'static str] = &["lo.read"];

    fn request(&self, at: &EndpointContext<'_, Go1>) -> Result<Request<Vec<u8>>, Error> {
        let request = gateway(at).path("/learning-objects", &[]);
        let query = self.query()?.into_iter();
        query.fold(request, |request, (name, value)| request.query(name, Some(&value))).build(Method::GET)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Go1>,
        response: Response<Vec<u8>>,
    ) -> Result<LearningObjectPage, Error> {
        json(&response)
    }
}

fn received(page: &LearningObjectPage) -> u64 {
    (page.hits.len() + unread_hits(page)) as u64
}

fn unread_hits(page: &LearningObjectPage) -> usize {
    page.other.get("hits").and_then(Value::as_array).map_or(0, Vec::len)
}

impl PagedEndpoint<Go1> for LearningObjects {
    type Item = LearningObjectDetails;

    fn split(&self, page: LearningObjectPage) -> Page<Self::Item, Self> {
        let next = self.after(&page);
        // The last page, although results are missing.
        let is_cut_off = next.is_none() && self.seen_with(&page).is_some_and(|seen| seen < page.total);
        Page { unread: unread_hits(&page) + usize::from(is_cut_off), items: page.hits, next }
    }
}

#[cfg(test)]
mod tests;
