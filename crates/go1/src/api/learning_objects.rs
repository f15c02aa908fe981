//! The content that a portal may use, page by page.

use oauth_core::http::header::HeaderName;
use oauth_core::http::{Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, get, join, json};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::LearningObject;
use super::read::debug_without_other;
use crate::Go1;

const API_VERSION: HeaderName = HeaderName::from_static("api-version");
/// Largest page, and how deep offsets reach.
const PAGE: u32 = 50;
const DEEPEST: u64 = 10_000;
/// Largest page when scrolling.
const SCROLL_PAGE: u32 = 5_000;

/// `GET /learning-objects` on the gateway: the content that the portal may use. Needs the scope `lo.read`.
///
/// Page by page, with what a page says about the next:
///
/// ```
/// use go1::api::LearningObjects;
///
/// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
/// let mut next = Some(LearningObjects::new().kind("course").language("en").limit(50));
/// while let Some(asked) = next {
///     let page = client.send(&token, &asked).await?;
///     for found in &page.hits {
///         println!("{}", found.id);
///     }
///     next = asked.after(&page);
/// }
/// # Ok(())
/// # }
/// ```
///
/// Offsets reach the first 10,000; beyond them [`scroll`](Self::scroll). Source: Go1's REST reference, version
/// 2025-01-01 (<https://developers.go1.com/api/rest/2025-01-01/overview/>).
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
    /// All of them: the first page, as long as Go1 makes it (20).
    pub fn new() -> Self {
        Self::default()
    }

    /// How many to a page: 1 to 50, or to 5,000 when scrolling. Checked when it is sent.
    #[must_use]
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// How many to skip. Together with the limit at most 10,000; not when scrolling. Checked when it is sent.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Scrolls, for more than 10,000 results: each page names the next, which can be asked for within 5 minutes. Later,
    /// Go1 answers 404.
    #[must_use]
    pub fn scroll(mut self) -> Self {
        self.scroll = Some(Scroll::Start);
        self
    }

    /// Goes on scrolling from a page's [`next_scroll_id`](LearningObjectPage::next_scroll_id), when
    /// [`after`](Self::after) is no help because it was another process that asked for the page.
    #[must_use]
    pub fn scroll_from(mut self, scroll_id: impl Into<String>) -> Self {
        self.scroll = Some(Scroll::From(scroll_id.into()));
        self
    }

    /// Only what these words find.
    #[must_use]
    pub fn keyword(self, words: impl Into<String>) -> Self {
        self.filter("keyword", words)
    }

    /// Only this kind: `course`, `playlist`, `document`, `link`, `interactive`, `text`, `video`, `audio`, `award`. More
    /// than one call: any of them.
    #[must_use]
    pub fn kind(self, kind: impl Into<String>) -> Self {
        self.filter("type[]", kind)
    }

    /// Only this language, such as `en` or `en-us`. More than one call: any of them.
    #[must_use]
    pub fn language(self, language: impl Into<String>) -> Self {
        self.filter("language[]", language)
    }

    /// Only from this provider of content, by its number. More than one call: any of them.
    #[must_use]
    pub fn provider(self, id: impl Into<String>) -> Self {
        self.filter("providers[]", id)
    }

    /// Only a collection: `library`, `not_added_to_library`, `partner_content`, `subscribe`.
    #[must_use]
    pub fn collection(self, name: impl Into<String>) -> Self {
        self.filter("collection", name)
    }

    /// Another part of each learning object, such as `core`, `lifecycle` or `pricing`. Go1 sends `core` if nothing is
    /// asked for, so ask for it again where it is wanted too.
    #[must_use]
    pub fn include(self, part: impl Into<String>) -> Self {
        self.filter("include[]", part)
    }

    /// Any other parameter that Go1's reference has, under its name there: `("created_time[min]", "2024-07-01")`. Those
    /// of paging have methods of their own and are refused here when it is sent.
    #[must_use]
    pub fn filter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.filters.push((name.into(), value.into()));
        self
    }

    /// What to ask for next, having got `page`; `None` after the last.
    ///
    /// Beyond 10,000 results this goes on giving `Some`, and sending it is refused with the advice to scroll: a list
    /// that is cut off should not look complete.
    #[must_use]
    pub fn after(&self, page: &LearningObjectPage) -> Option<Self> {
        if page.hits.is_empty() {
            return None;
        }
        if self.scroll.is_some() {
            let next = page.next_scroll_id.as_ref().filter(|id| !id.is_empty())?;
            return Some(self.clone().scroll_from(next));
        }
        let seen = self.offset.unwrap_or(0).saturating_add(page.hits.len() as u64);
        (seen < page.total).then(|| self.clone().offset(seen))
    }

    /// The query, or what is wrong with it.
    fn query(&self) -> Result<Vec<(&str, String)>, Error> {
        let (largest, advice) = match self.scroll {
            Some(_) => (SCROLL_PAGE, "ask for 1 to 5000"),
            None => (PAGE, "ask for 1 to 50, or scroll"),
        };
        if self.limit.is_some_and(|limit| !(1..=largest).contains(&limit)) {
            return Err(Error::invalid_input("the page cannot have this size").with_help(advice));
        }
        let reach = self.offset.unwrap_or(0).saturating_add(self.limit.unwrap_or(0).into());
        if self.scroll.is_some() && self.offset.is_some() {
            return Err(Error::invalid_input("scrolling knows no offset").with_help("leave the offset out"));
        }
        if reach > DEEPEST {
            return Err(Error::invalid_input("offsets reach the first 10,000 results only")
                .with_help("scroll instead, or filter for less"));
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
                return Err(Error::invalid_input("this parameter cannot be a filter")
                    .with_help("use limit(), offset(), scroll() and scroll_from() for paging"));
            }
            query.push((name, value.clone()));
        }
        Ok(query)
    }
}

/// A page of learning objects.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LearningObjectPage {
    /// How many there are on all pages together.
    pub total: u64,
    /// Those of this page.
    pub hits: Vec<LearningObject>,
    /// When scrolling: where the next page begins, for 5 minutes.
    pub next_scroll_id: Option<String>,
    /// Whatever else came back; `facets`, if they were asked for.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

debug_without_other!(LearningObjectPage { total, hits, next_scroll_id });

impl Endpoint<Go1> for LearningObjects {
    type Response = LearningObjectPage;
    const NAME: &'static str = "GET /learning-objects";

    fn request(&self, at: &EndpointContext<'_, Go1>) -> Result<Request<Vec<u8>>, Error> {
        let mut url = join(at.site().gateway_url(), &["learning-objects"])?;
        let query = self.query()?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = get(&url)?;
        request.headers_mut().insert(API_VERSION, at.site().api_version().clone());
        Ok(request)
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
    fn limits_are_checked() {
        let good = |asked: LearningObjects| asked.query().is_ok();
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
    fn one_page_after_the_other() {
        let asked = LearningObjects::new().kind("video").limit(2);
        let second = asked.after(&page(3, 2, None)).unwrap();
        assert_eq!(second, LearningObjects::new().kind("video").limit(2).offset(2));
        assert_eq!(second.after(&page(3, 1, None)), None);
        assert_eq!(asked.after(&page(3, 0, None)), None, "an empty page ends it, whatever the total says");
    }

    #[test]
    fn scrolling_goes_by_what_each_page_says() {
        let asked = LearningObjects::new().limit(2).scroll();
        assert_eq!(asked.after(&page(9, 2, Some("abc"))), Some(asked.clone().scroll_from("abc")));
        assert_eq!(asked.after(&page(9, 2, None)), None);
        assert_eq!(asked.after(&page(9, 2, Some(""))), None);
        assert_eq!(asked.after(&page(9, 0, Some("abc"))), None);
    }

    proptest! {
        #[test]
        fn what_is_sent_is_within_the_limits(limit in 0u32..6_000, offset in 0u64..12_000, scroll: bool) {
            let asked = LearningObjects::new().limit(limit);
            let asked = if scroll { asked.scroll() } else { asked.offset(offset) };
            let good = if scroll { (1..=5_000).contains(&limit) }
                else { (1..=50).contains(&limit) && offset + u64::from(limit) <= 10_000 };
            prop_assert_eq!(asked.query().is_ok(), good);
        }

        #[test]
        fn walking_ends_after_every_hit_was_seen_once(total in 0u64..400, limit in 1u32..=50) {
            let mut asked = Some(LearningObjects::new().limit(limit));
            let mut seen = 0;
            while let Some(now) = asked {
                prop_assert_eq!(now.offset.unwrap_or(0), seen);
                let hits = u64::from(limit).min(total - seen);
                seen += hits;
                asked = now.after(&page(total, hits as usize, None));
            }
            prop_assert_eq!(seen, total);
        }
    }
}
