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
    let next = first.after(&page(9, 2, Some("abc"))).unwrap();
    assert_eq!(next.query().unwrap(), first.clone().scroll_from("abc").query().unwrap());
    assert_eq!(first.after(&page(9, 2, None)), None);
    assert_eq!(first.after(&page(9, 2, Some(""))), None);
    assert_eq!(first.after(&page(9, 0, Some("abc"))), None);
}

#[test]
fn list_that_ends_before_its_total_has_an_unread_element() {
    let unread = |request: &LearningObjects, page: LearningObjectPage| {
        let page = request.split(page);
        (page.unread, page.next.is_some())
    };
    let by_offset = LearningObjects::new().limit(2).offset(4);
    assert_eq!(unread(&by_offset, page(9, 0, None)), (1, false));
    assert_eq!(unread(&by_offset, page(4, 0, None)), (0, false));
    assert_eq!(unread(&by_offset, page(9, 2, None)), (0, true));
    let start = LearningObjects::new().limit(2).scroll();
    assert_eq!(unread(&start, page(5, 0, Some("a"))), (1, false));
    assert_eq!(unread(&start, page(5, 2, None)), (1, false));
    let second = start.split(page(5, 2, Some("a"))).next.unwrap();
    assert_eq!(unread(&second, page(5, 2, Some(""))), (1, false));
    assert_eq!(unread(&second, page(5, 0, Some("b"))), (1, false));
    assert_eq!(unread(&second, page(5, 2, Some("b"))), (0, true));
    let third = second.split(page(5, 2, Some("b"))).next.unwrap();
    assert_eq!(unread(&third, page(5, 1, None)), (0, false));
    // The pages before are not known.
    assert_eq!(unread(&start.scroll_from("a"), page(5, 0, None)), (0, false));
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
