//! A portal's content, page by page.

use oauth_core::http::{Method, Request, Response};
use oauth_core::serde_json::Value;
use oauth_core::{Endpoint, EndpointContext, Error, json, response};

use super::base::gateway;
use super::learning_object::LearningObject;
use crate::provider::Go1;

const DEFAULT_PAGE: u32 = 20;
/// Largest page by offset.
const MAX_PAGE: u32 = 50;
/// Largest sum of offset and limit.
const MAX_OFFSET: u64 = 10_000;
/// Largest page when scrolling.
const MAX_SCROLL_PAGE: u32 = 5_000;

/// `GET /learning-objects` on the gateway: content that the portal may use. Scope `lo.read`.
///
/// [`after`](Self::after) makes the request for the next page:
///
/// ```
/// use go1::api::LearningObjects;
///
/// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
/// let mut next = Some(LearningObjects::new().kind("course").language("en").limit(50));
/// while let Some(request) = next {
///     let page = client.send(&token, &request).await?;
///     for found in &page.hits {
///         println!("{}", found.id);
///     }
///     next = request.after(&page);
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
    From(String),
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
        self.scroll = Some(Scroll::From(scroll_id.into()));
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
        let unread = page.other.get("hits").and_then(Value::as_array).map_or(0, Vec::len);
        let received = (page.hits.len() + unread) as u64;
        if received == 0 {
            return None;
        }
        if self.scroll.is_some() {
            // Sending an empty id fails, so that a list whose id cannot be read does not look complete.
            let unreadable = page.other.contains_key("next_scroll_id").then(String::new);
            let next = page.next_scroll_id.clone().filter(|id| !id.is_empty()).or(unreadable)?;
            return Some(self.clone().scroll_from(next));
        }
        let seen = self.offset.unwrap_or(0).saturating_add(received);
        let mut next = self.clone().offset(seen);
        let reachable = u32::try_from(MAX_OFFSET.saturating_sub(seen)).unwrap_or(u32::MAX);
        if reachable > 0 && reachable < next.limit.unwrap_or(DEFAULT_PAGE) {
            next.limit = Some(reachable);
        }
        (seen < page.total || seen >= MAX_OFFSET).then_some(next)
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
        if matches!(&self.scroll, Some(Scroll::From(id)) if id.is_empty()) {
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
            if let Scroll::From(id) = scroll {
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
        }
        required_lists {
            /// Learning objects of this page.
            hits: LearningObject,
        }
    }
}

impl Endpoint<Go1> for LearningObjects {
    type Response = LearningObjectPage;
    const NAME: &'static str = "GET /learning-objects";

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(total: u64, hits: usize, next: Option<&str>) -> LearningObjectPage {
        let hits = (0..hits).map(|n| serde_json::json!({ "id": n })).collect::<Vec<_>>();
        let page = serde_json::json!({ "total": total, "hits": hits, "next_scroll_id": next });
        serde_json::from_value(page).unwrap()
    }

    #[test]
    fn limit_and_offset_are_validated() {
        let good = |request: LearningObjects| request.query().is_ok();
        assert!(!good(LearningObjects::new().limit(0)));
        assert!(good(LearningObjects::new().limit(1)));
        assert!(good(LearningObjects::new().limit(50)));
        assert!(!good(LearningObjects::new().limit(51)));
        assert!(good(LearningObjects::new().limit(5_000).scroll()));
        assert!(!good(LearningObjects::new().limit(5_001).scroll()));
        assert!(!good(LearningObjects::new().limit(0).scroll_from("x")));
        assert!(good(LearningObjects::new().limit(50).offset(9_950)));
        assert!(!good(LearningObjects::new().limit(50).offset(9_951)));
        assert!(!good(LearningObjects::new().offset(u64::MAX).limit(50)));
        assert!(!good(LearningObjects::new().offset(0).scroll()));
        assert!(!good(LearningObjects::new().filter("limit", "1000")));
        assert!(!good(LearningObjects::new().filter("scroll_id", "x")));
        assert!(!good(LearningObjects::new().filter("", "x")));
        assert!(good(LearningObjects::new().filter("created_time[min]", "2024-07-01")));
    }

    #[test]
    fn after_returns_next_page_until_last() {
        let first = LearningObjects::new().kind("video").limit(2);
        let second = first.after(&page(3, 2, None)).unwrap();
        assert_eq!(second, LearningObjects::new().kind("video").limit(2).offset(2));
        assert_eq!(second.after(&page(3, 1, None)), None);
        assert_eq!(first.after(&page(3, 0, None)), None, "an empty page is the last, whatever the total");
    }

    #[test]
    fn list_with_capped_total_does_not_look_complete() {
        let last = LearningObjects::new().limit(50).offset(9_950);
        let next = last.after(&page(10_000, 50, None)).unwrap();
        assert!(next.query().unwrap_err().to_string().contains("scroll"));
        let without_limit = LearningObjects::new().offset(9_980).after(&page(10_000, 20, None)).unwrap();
        assert!(without_limit.query().is_err());
        assert_eq!(LearningObjects::new().limit(50).offset(9_950).after(&page(9_999, 49, None)), None);
    }

    #[test]
    fn last_page_within_reach_is_shortened() {
        let next = LearningObjects::new().limit(30).offset(9_960).after(&page(9_995, 30, None)).unwrap();
        assert_eq!(next, LearningObjects::new().limit(10).offset(9_990));
        let next = LearningObjects::new().offset(9_970).after(&page(9_995, 20, None)).unwrap();
        assert_eq!(next, LearningObjects::new().limit(10).offset(9_990));
        assert!(next.query().is_ok());
    }

    #[test]
    fn unreadable_scroll_id_is_no_hit_and_no_end() {
        let page = |hits: usize| {
            let hits = (0..hits).map(|n| serde_json::json!({ "id": n })).collect::<Vec<_>>();
            let page = serde_json::json!({ "total": 100, "hits": hits, "next_scroll_id": false });
            serde_json::from_value::<LearningObjectPage>(page).unwrap()
        };
        let first = LearningObjects::new();
        assert_eq!(first.after(&page(20)), Some(first.clone().offset(20)));
        assert_eq!(first.after(&page(0)), None);
        assert!(first.scroll().after(&page(20)).unwrap().query().is_err());
    }

    #[test]
    fn after_follows_scroll_ids() {
        let first = LearningObjects::new().limit(2).scroll();
        assert_eq!(first.after(&page(9, 2, Some("abc"))), Some(first.clone().scroll_from("abc")));
        assert_eq!(first.after(&page(9, 2, None)), None);
        assert_eq!(first.after(&page(9, 2, Some(""))), None);
        assert_eq!(first.after(&page(9, 0, Some("abc"))), None);
    }

    proptest! {
        #[test]
        fn query_is_within_limits(limit in 0u32..6_000, offset in 0u64..12_000, scroll: bool) {
            let request = LearningObjects::new().limit(limit);
            let request = if scroll { request.scroll() } else { request.offset(offset) };
            let good = if scroll { (1..=5_000).contains(&limit) }
                else { (1..=50).contains(&limit) && offset + u64::from(limit) <= 10_000 };
            prop_assert_eq!(request.query().is_ok(), good);
        }

        #[test]
        fn paging_visits_each_hit_once(total in 0u64..400, limit in 1u32..=50) {
            let mut next = Some(LearningObjects::new().limit(limit));
            let mut seen = 0;
            while let Some(request) = next {
                prop_assert_eq!(request.offset.unwrap_or(0), seen);
                let hits = u64::from(limit).min(total - seen);
                seen += hits;
                next = request.after(&page(total, hits as usize, None));
            }
            prop_assert_eq!(seen, total);
        }
    }
}
