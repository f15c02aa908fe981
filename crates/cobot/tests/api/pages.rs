//! Lists of API 2, page by page.

use cobot::ErrorKind;
use cobot::api::v2::{Bookings, Contacts, MembershipAttributes};
use oauth_testing::{RecordingTransport, json_response};
use serde_json::{Value, json};

use crate::{common, folder, time};

fn page(ids: &[u32], links: &str) -> cobot::http::Response<Vec<u8>> {
    let contacts: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"type":"contacts","id":"{id}"}}"#)).collect();
    json_response(200, &format!(r#"{{"data":[{}],"links":{links}}}"#, contacts.join(",")))
}

#[tokio::test]
async fn list_ends_without_link_and_never_repeats_a_page() {
    let to = |query: &str| format!(r#"{{"next":"https://elsewhere.example/contacts{query}"}}"#);
    let (one, two, three) =
        (to("?page[number]=1"), to("?page%5Bnumber%5D=2&page[size]=1"), to("?page[number]=3"));
    let broken = Err(ErrorKind::InvalidResponse);
    for (responses, expected) in [
        (vec![page(&[1], &two), page(&[2], "{}")], vec![Ok("1"), Ok("2")]),
        (vec![page(&[1], &two), page(&[], &three), page(&[3], r#"{"next":null}"#)], vec![Ok("1"), Ok("3")]),
        // Links to the same page, to an earlier one, and to none.
        (vec![page(&[1], &two), page(&[], &two)], vec![Ok("1"), broken]),
        (vec![page(&[1], &two), page(&[2], &one)], vec![Ok("1"), Ok("2"), broken]),
        (vec![page(&[], &to(""))], vec![broken]),
        (vec![page(&[1], r#"{"next":7}"#)], vec![Ok("1"), broken]),
        (vec![page(&[1], "[]")], vec![Ok("1"), broken]),
    ] {
        let count = responses.len();
        let transport = RecordingTransport::with_responses(responses);
        let client = common::client(&transport);
        let token = common::token(&client);
        let mut pages = client.pages(&token, Contacts::new("space-1"));
        let mut seen = Vec::new();
        while let Some(contact) = pages.next().await {
            seen.push(contact.map(|contact| contact.id.clone()).map_err(|error| error.kind()));
        }
        let expected: Vec<_> = expected.into_iter().map(|id| id.map(str::to_owned)).collect();
        assert_eq!(seen, expected);
        assert_eq!((transport.count(), transport.text().contains("elsewhere")), (count, false));
    }
}

/// The recorded page of bookings with their memberships, and a second page like it.
fn pages_of_bookings() -> [cobot::http::Response<Vec<u8>>; 2] {
    let text = std::fs::read_to_string(folder().join("responses/get-space-bookings.json")).unwrap();
    let body = |text: &str| serde_json::from_str::<Value>(text).unwrap()["body"].take();
    let first = body(&text);
    let mut second = body(
        &text
            .replace("booking-1", "booking-2")
            .replace("membership-1", "membership-2")
            .replace("Mia Novak", "Leo Berg"),
    );
    second["links"]["next"] = json!(null);
    [first, second].map(|body| json_response(200, &body.to_string()))
}

#[tokio::test]
async fn item_resolves_what_its_page_includes() {
    let transport = RecordingTransport::with_responses(pages_of_bookings());
    let client = common::client(&transport);
    let token = common::token(&client);
    let list = Bookings::new("space-1", time(10), time(12)).include(["membership"]);
    let mut pages = client.pages(&token, list);
    let mut bookings = Vec::new();
    while let Some(booking) = pages.next().await {
        bookings.push(booking.unwrap());
    }
    let members = bookings.iter().map(|booking| {
        let members = booking.resolve::<MembershipAttributes, _>(booking, "membership");
        let names = members.into_iter().filter_map(|member| member.name.clone());
        (booking.id.as_str(), names.collect::<Vec<_>>())
    });
    let expected = [("booking-1", vec!["Mia Novak".to_owned()]), ("booking-2", vec!["Leo Berg".to_owned()])];
    assert_eq!(members.collect::<Vec<_>>(), expected);
    assert_eq!(transport.count(), 2);
    assert!(bookings[0].included::<MembershipAttributes>(&bookings[1].related("membership")[0]).is_none());
}
