//! Bookings in API 2.

use std::time::Duration;

use chrono::TimeDelta;
use oauth_sandbox::Cobot;
use serde_json::{Value, json};

use super::{access_token, api2, booking, first_error, get_in_space, get2, ids, token_of};

const SCOPES: &str = "read_bookings write_bookings read_resources";

/// The list of a space's bookings of the next days.
fn list(sandbox: &Cobot, space: &str) -> String {
    let at = |days| (sandbox.now() + TimeDelta::days(days)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    format!("/spaces/{space}/bookings?filter[from]={}&filter[to]={}", at(0), at(4))
}

#[tokio::test]
async fn bookings_are_listed_for_a_time() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, SCOPES).await;
    let path = list(&sandbox, "space-betahaus");
    let (status, body) = get2(&sandbox, &path, &token).await;
    assert_eq!((status, ids(&body["data"])), (200, vec!["booking-planning", "booking-open-house"]));
    let planning = &body["data"][0];
    assert_eq!(planning["attributes"]["name"], "Léa Moreau");
    assert_eq!(planning["attributes"]["price"]["net"], "40.00");
    assert_eq!(planning["relationships"]["membership"]["data"]["id"], "0c4f75fa14924423");
    let open_house = &body["data"][1];
    assert_eq!(open_house["relationships"]["event"]["data"]["id"], "event-open-house");
    assert_eq!(open_house["relationships"]["externalBooking"], json!({ "data": null }));

    let (_, body) = get2(&sandbox, &format!("{path}&include=membership"), &token).await;
    assert_eq!(ids(&body["included"]), ["0c4f75fa14924423"]);
    assert_eq!(get2(&sandbox, &format!("{path}&include=event"), &token).await.0, 403, "needs read_events");
    let (status, body) = get2(&sandbox, "/spaces/space-betahaus/bookings?filter[from]=today", &token).await;
    assert_eq!((status, first_error(&body)), (422, ("filter[from]", "is invalid")));
    let tom = token_of(&sandbox, "tom@example.com", "read_bookings").await;
    assert_eq!(get2(&sandbox, &list(&sandbox, "space-atelier"), &tom).await.0, 403);
    assert_eq!(get2(&sandbox, "/bookings/unknown", &token).await.0, 404);
}

#[tokio::test]
async fn overlapping_booking_is_rejected() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, SCOPES).await;
    let book = async |resource, times| {
        api2(&sandbox, "POST", "/bookings", &token, booking(&sandbox, resource, times)).await
    };
    let (status, body) = book("resource-pier", (100, 102)).await;
    assert_eq!(status, 201, "{body}");
    let attributes = &body["data"]["attributes"];
    assert_eq!((&attributes["price"]["net"], &attributes["canUpdate"]), (&json!("48.00"), &json!(true)));
    for times in [(100, 102), (101, 103), (99, 101), (90, 110)] {
        let (status, body) = book("resource-pier", times).await;
        assert_eq!((status, first_error(&body)), (400, ("", "Resource is not bookable.")), "{times:?}");
    }
    for times in [(98, 100), (102, 103)] {
        assert_eq!(book("resource-pier", times).await.0, 201, "{times:?}");
    }
    for number in 0..6 {
        let expected = if number < 5 { 201 } else { 400 };
        assert_eq!(book("resource-day-desks", (100, 102)).await.0, expected, "five units");
    }
    let at = |hours| (sandbox.now() + TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let path =
        format!("/spaces/space-harbour/resources/available?filter[from]={}&filter[to]={}", at(100), at(101));
    let (status, body) = get2(&sandbox, &path, &token).await;
    assert_eq!((status, ids(&body["data"])), (200, vec!["resource-cabin"]));
}

#[tokio::test]
async fn invalid_booking_names_its_place() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, SCOPES).await;
    let valid = booking(&sandbox, "resource-attic", (100, 102));
    for (place, value, status, source) in [
        ("/data/type", json!("rooms"), 422, "/data/type"),
        ("/data/attributes/from", json!("soon"), 422, "/data/attributes/from"),
        ("/data/attributes/to", valid["data"]["attributes"]["from"].clone(), 422, "/data/attributes/to"),
        ("/data/attributes/title", json!(5), 422, "/data/attributes/title"),
        ("/data/relationships/resource/data/type", json!("desks"), 422, "/data/relationships/resource"),
        ("/data/relationships/resource/data/id", json!("unknown"), 404, ""),
        ("/data/relationships/resource/data/id", json!("resource-kiln"), 403, ""),
    ] {
        let mut body = valid.clone();
        *body.pointer_mut(place).unwrap() = value;
        let (got, body) = api2(&sandbox, "POST", "/bookings", &token, body).await;
        assert_eq!((got, first_error(&body).0), (status, source), "{place} {body}");
    }
    for (name, value) in
        [("recurrence", json!({})), ("units", json!(0)), ("color", json!("red")), ("customPrice", json!({}))]
    {
        let mut body = valid.clone();
        body["data"]["attributes"][name] = value;
        let (status, body) = api2(&sandbox, "POST", "/bookings", &token, body).await;
        assert_eq!((status, first_error(&body).0), (422, &*format!("/data/attributes/{name}")));
    }
    let (status, body) = api2(&sandbox, "POST", "/bookings", &token, Value::Null).await;
    assert_eq!((status, first_error(&body).0), (422, "/data/type"));
    let reader = access_token(&sandbox, "read_bookings").await;
    assert_eq!(api2(&sandbox, "POST", "/bookings", &reader, valid).await.0, 403);
}

#[tokio::test]
async fn members_change_own_bookings_in_time() {
    let sandbox = Cobot::start().await.unwrap();
    let lea = token_of(&sandbox, "lea@example.com", SCOPES).await;
    let path = "/memberships/0c4f75fa14924423/bookings";
    let attic = booking(&sandbox, "resource-attic", (100, 102));
    let (status, body) = api2(&sandbox, "POST", path, &lea, attic.clone()).await;
    assert_eq!((status, &body["data"]["attributes"]["name"]), (201, &json!("Léa Moreau")));
    let id = body["data"]["id"].as_str().unwrap();
    for (path, resource, status) in [
        (path, "resource-attic", 400),
        (path, "resource-hall", 400),
        (path, "resource-pier", 404),
        ("/memberships/5be1d09c7a3344f0/bookings", "resource-attic", 403),
        ("/memberships/unknown/bookings", "resource-attic", 404),
    ] {
        let body = booking(&sandbox, resource, (100, 102));
        assert_eq!(api2(&sandbox, "POST", path, &lea, body).await.0, status, "{path} {resource}");
    }
    assert_eq!(api2(&sandbox, "POST", "/bookings", &lea, attic).await.0, 403, "for admins");

    let change =
        |name: &str, value: Value| json!({ "data": { "type": "bookings", "attributes": { name: value } } });
    let own = format!("/bookings/{id}");
    let (status, body) = api2(&sandbox, "PATCH", &own, &lea, change("title", json!("Retro"))).await;
    assert_eq!((status, &body["data"]["attributes"]["title"]), (200, &json!("Retro")));
    let price = change("customPrice", json!({ "net": "12.5" }));
    assert_eq!(api2(&sandbox, "PATCH", &own, &lea, price.clone()).await.0, 422, "for admins");
    let nora = access_token(&sandbox, SCOPES).await;
    let (_, body) = api2(&sandbox, "PATCH", &own, &nora, price).await;
    assert_eq!(body["data"]["attributes"]["price"]["net"], "12.50");

    // Two hours before the start, the resource's cancellation period begins.
    sandbox.advance(Duration::from_secs(98 * 3600 + 60));
    assert_eq!(get2(&sandbox, &own, &lea).await.1["data"]["attributes"]["canUpdate"], false);
    assert_eq!(api2(&sandbox, "PATCH", &own, &lea, change("title", json!("x"))).await.0, 403);
    assert_eq!(api2(&sandbox, "DELETE", &own, &lea, Value::Null).await.0, 403);
    assert_eq!(api2(&sandbox, "DELETE", &own, &nora, Value::Null).await.0, 204);
    assert_eq!(api2(&sandbox, "DELETE", &own, &nora, Value::Null).await.0, 404);
}

#[tokio::test]
async fn booking_of_event_is_not_changed() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, SCOPES).await;
    let path = "/bookings/booking-open-house";
    let body = json!({ "data": { "type": "bookings", "attributes": { "title": "x" } } });
    assert_eq!(api2(&sandbox, "PATCH", path, &token, body).await.0, 409);
    assert_eq!(api2(&sandbox, "DELETE", path, &token, Value::Null).await.0, 409);
}

#[tokio::test]
async fn updated_booking_moves_to_free_time() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, SCOPES).await;
    let mut create = booking(&sandbox, "resource-attic", (100, 102));
    create["data"]["relationships"]["membership"] =
        json!({ "data": { "type": "memberships", "id": "5be1d09c7a3344f0" } });
    let (_, first) = api2(&sandbox, "POST", "/bookings", &token, create.clone()).await;
    let first = format!("/bookings/{}", first["data"]["id"].as_str().unwrap());
    let second = booking(&sandbox, "resource-attic", (102, 104));
    assert_eq!(api2(&sandbox, "POST", "/bookings", &token, second).await.0, 201);
    let later = booking(&sandbox, "resource-attic", (101, 103));
    assert_eq!(api2(&sandbox, "PATCH", &first, &token, later).await.0, 400, "taken from the second hour");
    let earlier = booking(&sandbox, "resource-attic", (99, 101));
    assert_eq!(api2(&sandbox, "PATCH", &first, &token, earlier).await.0, 200, "its own time is no conflict");
    let other = booking(&sandbox, "resource-phone-booth", (101, 103));
    assert_eq!(api2(&sandbox, "PATCH", &first, &token, other).await.0, 200);
    let elsewhere = booking(&sandbox, "resource-pier", (101, 103));
    assert_eq!(api2(&sandbox, "PATCH", &first, &token, elsewhere).await.0, 422);
    let (_, body) = get2(&sandbox, &first, &token).await;
    assert_eq!(body["data"]["relationships"]["resource"]["data"]["id"], "resource-phone-booth");
    create["data"]["relationships"]["membership"]["data"]["id"] = json!("91aa20f4c3d84b1e");
    assert_eq!(api2(&sandbox, "POST", "/bookings", &token, create).await.0, 404, "a member of another space");
}

#[tokio::test]
async fn members_see_own_comments_only() {
    let sandbox = Cobot::start().await.unwrap();
    let (nora, lea) =
        (access_token(&sandbox, SCOPES).await, token_of(&sandbox, "lea@example.com", SCOPES).await);
    let mut body = booking(&sandbox, "resource-attic", (100, 102));
    body["data"]["attributes"]["comments"] = json!("Six chairs");
    let (_, body) = api2(&sandbox, "POST", "/bookings", &nora, body).await;
    let id = body["data"]["id"].as_str().unwrap();
    for (token, comments) in [(&nora, json!("Six chairs")), (&lea, json!(null))] {
        let (_, api2) = get2(&sandbox, &format!("/bookings/{id}"), token).await;
        assert_eq!(api2["data"]["attributes"]["comments"], comments);
        let (_, api1) = get_in_space(&sandbox, "betahaus", &format!("/bookings/{id}"), token).await;
        assert_eq!((&api1["comments"], &api1["price"]), (&comments, &json!(40.0)));
    }
    assert_eq!(get_in_space(&sandbox, "harbour", &format!("/bookings/{id}"), &nora).await.0, 404);
}
