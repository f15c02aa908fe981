//! Lists of the gateway, page by page.
#![allow(clippy::unwrap_used)] // clippy exempts tests, but not their helpers

#[allow(unused)] // shared with other tests
mod common;

use go1::api::{Enrollments, LearningObjectAlternatives, LearningObjects, Portals};
use go1::{ErrorKind, Scopes};
use oauth_testing::{ACCESS_TOKEN, RecordingTransport, json_response};

fn page(total: u64, ids: std::ops::Range<u64>, more: &str) -> go1::http::Response<Vec<u8>> {
    let hits: Vec<String> = ids.map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    json_response(200, &format!(r#"{{"total":{total},"hits":[{}]{more}}}"#, hits.join(",")))
}

fn queries(transport: &RecordingTransport) -> Vec<String> {
    let text = transport.text();
    let requests = text.split("GET ").skip(1);
    let parameters = requests.map(|request| {
        let lines = request.lines().filter_map(|line| line.trim().strip_prefix("? "));
        lines.collect::<Vec<_>>().join("&")
    });
    parameters.collect()
}

#[tokio::test]
async fn enrollments_are_listed_by_offset() {
    let (client, transport) = common::client([page(5, 0..2, ""), page(5, 2..4, ""), page(5, 4..5, "")]);
    let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
    let mut pages = client.pages(&token, Enrollments::new().limit(2));
    let mut ids = Vec::new();
    while let Some(enrollment) = pages.next().await {
        ids.push(enrollment.unwrap().id);
    }
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
    assert_eq!(queries(&transport), ["limit=2", "limit=2&offset=2", "limit=2&offset=4"]);
}

#[tokio::test]
async fn list_beyond_reach_of_offsets_ends_with_an_error() {
    let (client, transport) = common::client([page(10_000, 0..10, ""), page(10_000, 10..20, "")]);
    let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
    let mut pages = client.pages(&token, Enrollments::new().limit(15).offset(9_980));
    let mut last = None;
    let mut count = 0;
    while let Some(enrollment) = pages.next().await {
        count += 1;
        last = Some(enrollment.map(drop).map_err(|error| error.kind()));
    }
    assert_eq!((count, last), (21, Some(Err(ErrorKind::InvalidInput))));
    assert_eq!(queries(&transport), ["limit=15&offset=9980", "limit=10&offset=9990"]);
}

#[tokio::test]
async fn offsets_out_of_reach_are_not_sent() {
    let (client, transport) = common::client([]);
    let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
    for error in [
        client.send(&token, &Enrollments::new().limit(50).offset(9_951_u64)).await.unwrap_err(),
        client.send(&token, &Portals::new().offset(10_000_u64)).await.unwrap_err(),
        client.send(&token, &Portals::new().limit(100).offset(u64::MAX)).await.unwrap_err(),
        client.send(&token, &LearningObjectAlternatives::new("1").offset(10_000_u64)).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    assert_eq!(transport.count(), 0);
}

#[tokio::test]
async fn empty_page_before_the_total_is_an_error() {
    for (responses, expected) in [
        (vec![page(5, 0..2, ""), page(5, 2..2, "")], vec![true, true, false]),
        (vec![page(5, 0..0, "")], vec![false]),
        // Elements were removed meanwhile.
        (vec![page(5, 0..2, ""), page(2, 2..2, "")], vec![true, true]),
        (vec![page(0, 0..0, "")], vec![]),
    ] {
        let (client, _) = common::client(responses);
        let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
        let mut pages = client.pages(&token, Enrollments::new().limit(2));
        let mut seen = Vec::new();
        while let Some(enrollment) = pages.next().await {
            seen.push(
                enrollment.map_err(|error| assert_eq!(error.kind(), ErrorKind::InvalidResponse)).is_ok(),
            );
        }
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn unreadable_element_is_an_error_and_list_goes_on() {
    let bad = json_response(
        200,
        r#"{"total":3,"hits":[{"id":"0"},{"title":"no id"},{"id":"2"}],"next_scroll_id":7}"#,
    );
    let (client, _) = common::client([bad]);
    let token = client.import_token(ACCESS_TOKEN, Scopes::none()).unwrap();
    let mut pages = client.pages(&token, LearningObjects::new());
    let mut seen = Vec::new();
    while let Some(found) = pages.next().await {
        seen.push(found.map(|found| found.id).map_err(|error| error.kind()));
    }
    assert_eq!(seen, [Ok("0".to_owned()), Ok("2".to_owned()), Err(ErrorKind::InvalidResponse)]);
}
