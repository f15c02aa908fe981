//! API 2: authentication, users, spaces, memberships, resources and pages.

use std::time::Duration;

use oauth_sandbox::Cobot;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::json;

use super::{
    JSON_API, access_token, create_space_token, first_error, get2, ids, request_to_host, send, token_of,
};
use crate::support::http;

#[tokio::test]
async fn api2_checks_host_token_scope_and_media_type() {
    let sandbox = Cobot::start().await.unwrap();
    assert!(sandbox.api2_url().starts_with("http://api.localhost:"));
    let token = access_token(&sandbox, "read_user").await;
    let request = |host: &str| request_to_host(&sandbox, "GET", host, "/user").header(ACCEPT, JSON_API);
    for host in ["127.0.0.1", "betahaus.localhost", "members.harbour-coworking.localhost"] {
        assert_eq!(send(request(host).bearer_auth(&token)).await.0, 404, "{host}");
    }
    let api1 = request_to_host(&sandbox, "GET", "api.localhost", "/api/user").bearer_auth(&token);
    assert_eq!(send(api1).await.0, 404, "API 1 is on another host");

    for (token, challenge) in [("", "Bearer"), ("wrong", "Bearer error=\"invalid_token\"")] {
        let response = request("api.localhost").bearer_auth(token).send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["www-authenticate"], challenge);
        assert_eq!(response.headers()[CONTENT_TYPE], JSON_API);
    }
    let (status, body) = get2(&sandbox, "/spaces/space-betahaus", &token).await;
    assert_eq!(
        (status, first_error(&body).1),
        (403, "The access token does not have the scope read_spaces.")
    );
    let without_accept = request_to_host(&sandbox, "GET", "api.localhost", "/user").bearer_auth(&token);
    assert_eq!(send(without_accept).await.0, 406);
    let writer = access_token(&sandbox, "write_bookings").await;
    let without_type = request_to_host(&sandbox, "POST", "api.localhost", "/bookings").bearer_auth(&writer);
    assert_eq!(send(without_type.header(ACCEPT, JSON_API)).await.0, 415);
}

#[tokio::test]
async fn api2_limits_requests_per_minute() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read").await;
    for _ in 0..60 {
        assert_eq!(get2(&sandbox, "/user", &token).await.0, 200);
    }
    let (status, body) = get2(&sandbox, "/user", &token).await;
    assert_eq!(status, 429);
    assert!(first_error(&body).1.starts_with("Too many requests."), "{body}");
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(get2(&sandbox, "/user", &token).await.0, 200);
}

#[tokio::test]
async fn user_includes_spaces_and_memberships() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_user read_spaces").await;
    let (status, body) = get2(&sandbox, "/user", &token).await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({ "data": {
            "type": "users",
            "id": "user-nora",
            "attributes": { "email": "nora@example.com" },
            "relationships": {
                "adminOf": { "data": [
                    { "type": "spaces", "id": "space-betahaus" },
                    { "type": "spaces", "id": "space-harbour" },
                ]},
                "memberOf": { "data": [{ "type": "spaces", "id": "space-atelier" }] },
                "memberships": { "data": [{ "type": "memberships", "id": "c27e6615bd0f4a92" }] },
            },
        }})
    );
    let (_, body) = get2(&sandbox, "/user?include=adminOf,memberOf", &token).await;
    assert_eq!(ids(&body["included"]), ["space-betahaus", "space-harbour", "space-atelier"]);
    assert_eq!(body["included"][0]["attributes"]["subdomain"], "betahaus");
    assert_eq!(get2(&sandbox, "/user?include=memberships", &token).await.0, 403, "needs read_memberships");
    assert_eq!(get2(&sandbox, "/user?include=friends", &token).await.0, 400);
    let all = access_token(&sandbox, "read").await;
    let (_, body) = get2(&sandbox, "/user?include=memberships", &all).await;
    assert_eq!(ids(&body["included"]), ["c27e6615bd0f4a92"]);
}

#[tokio::test]
async fn any_user_reads_any_space() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_spaces").await;
    let (status, body) = get2(&sandbox, "/spaces/space-atelier", &token).await;
    assert_eq!((status, &body["data"]["type"]), (200, &json!("spaces")));
    assert_eq!(body["data"]["attributes"]["createdAt"], "2019-03-11");
    assert_eq!(body["data"]["relationships"]["owner"]["data"]["id"], "user-lea");
    assert_eq!(
        body["data"]["relationships"]["bookings"]["links"]["related"],
        format!("{}/spaces/space-atelier/bookings", sandbox.api2_url())
    );
    assert_eq!(get2(&sandbox, "/spaces/atelier", &token).await.0, 404);
}

#[tokio::test]
async fn memberships_are_listed_by_page() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_memberships").await;
    let path = "/spaces/space-betahaus/memberships?filter[from]=2026-01-01&filter[to]=2026-12-31";
    let (status, body) = get2(&sandbox, path, &token).await;
    assert_eq!((status, ids(&body["data"])), (200, vec!["0c4f75fa14924423", "5be1d09c7a3344f0"]));
    assert_eq!(body["meta"], json!({ "totalPages": 1, "currentPage": 1 }));
    assert!(body["links"]["next"].is_null());
    let lea = &body["data"][0];
    assert_eq!(lea["attributes"]["confirmedAt"], "2024-02-01");
    assert_eq!(lea["relationships"]["space"]["data"], json!({ "type": "spaces", "id": "space-betahaus" }));

    let (_, first) = get2(&sandbox, &format!("{path}&page[size]=1"), &token).await;
    assert_eq!(ids(&first["data"]), ["0c4f75fa14924423"]);
    assert_eq!((&first["meta"]["totalPages"], &first["links"]["prev"]), (&json!(2), &json!(null)));
    let next = first["links"]["next"].as_str().unwrap();
    let (status, second) = get2(&sandbox, next, &token).await;
    assert_eq!((status, ids(&second["data"])), (200, vec!["5be1d09c7a3344f0"]));
    assert_eq!((&second["meta"]["currentPage"], &second["links"]["next"]), (&json!(2), &json!(null)));
    assert_eq!(get2(&sandbox, &format!("{path}&page[number]=9"), &token).await.1["data"], json!([]));
    assert_eq!(get2(&sandbox, &format!("{path}&page[size]=0"), &token).await.0, 422);
    let (_, body) = get2(&sandbox, &path.replace("2026", "2020"), &token).await;
    assert_eq!(body["data"], json!([]), "confirmed later");

    let (status, body) = get2(&sandbox, "/spaces/space-betahaus/memberships", &token).await;
    assert_eq!((status, first_error(&body)), (422, ("filter[from]", "is missing")));
    assert_eq!(get2(&sandbox, &path.replace("betahaus", "atelier"), &token).await.0, 403, "no admin");
    assert_eq!(get2(&sandbox, &path.replace("betahaus", "nowhere"), &token).await.0, 404);
}

#[tokio::test]
async fn membership_requires_admin_or_owner() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_memberships").await;
    for (id, status) in
        [("5be1d09c7a3344f0", 200), ("c27e6615bd0f4a92", 200), ("3f94c8a1e6b07d52", 403), ("unknown", 404)]
    {
        assert_eq!(get2(&sandbox, &format!("/memberships/{id}"), &token).await.0, status, "{id}");
    }
    let space_token = create_space_token(&sandbox, &token, "space-betahaus").await.1;
    let space_token = space_token["token"].as_str().unwrap();
    assert_eq!(get2(&sandbox, "/memberships/5be1d09c7a3344f0", space_token).await.0, 200);
    assert_eq!(get2(&sandbox, "/memberships/91aa20f4c3d84b1e", space_token).await.0, 403, "another space");
    let removed = sandbox.add_member("betahaus", "Kim Larsen", "kim@example.org").unwrap();
    assert!(sandbox.cancel_member(&removed) && !sandbox.cancel_member(&removed));
    assert!(sandbox.add_member("nowhere", "Kim Larsen", "kim@example.org").is_none());
    let (_, body) = get2(&sandbox, &format!("/memberships/{removed}"), &token).await;
    assert_eq!(body["data"]["attributes"]["canceledAt"], sandbox.now().date_naive().to_string());
}

#[tokio::test]
async fn resources_are_for_members_and_admins() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_resources").await;
    let (status, body) = get2(&sandbox, "/spaces/space-betahaus/resources", &token).await;
    assert_eq!(
        (status, ids(&body["data"])),
        (200, vec!["resource-attic", "resource-phone-booth", "resource-hall"])
    );
    let price = &body["data"][0]["attributes"]["pricing"]["pricePerHour"];
    assert_eq!((&price["net"], &price["gross"]), (&json!("20.00"), &json!("23.80")));
    let path = "/spaces/space-betahaus/resources?filter[usage]=allocatable";
    assert_eq!(get2(&sandbox, path, &token).await.1["data"], json!([]));
    let path = "/spaces/space-betahaus/resources?include=categories";
    assert_eq!(get2(&sandbox, path, &token).await.0, 403, "needs read_resource_categories");

    assert_eq!(
        get2(&sandbox, "/resources/resource-hall", &token).await.1["data"]["attributes"]["canBook"],
        true
    );
    let lea = token_of(&sandbox, "lea@example.com", "read_resources").await;
    assert_eq!(
        get2(&sandbox, "/resources/resource-hall", &lea).await.1["data"]["attributes"]["canBook"],
        false
    );
    assert_eq!(get2(&sandbox, "/resources/unknown", &lea).await.0, 404);
    let tom = token_of(&sandbox, "tom@example.com", "read_resources").await;
    assert_eq!(get2(&sandbox, "/resources/resource-kiln", &tom).await.0, 403, "neither member nor admin");
    assert_eq!(get2(&sandbox, "/spaces/space-atelier/resources", &tom).await.0, 403);
}

#[tokio::test]
async fn api2_host_works_over_tls() {
    let sandbox = Cobot::builder().tls(true).start().await.unwrap();
    assert!(sandbox.api2_url().starts_with("https://api.localhost:"));
    let client = crate::support::trusting_only(sandbox.ca_certificate_pem());
    let port = url::Url::parse(sandbox.url()).unwrap().port().unwrap();
    let client = client.resolve("api.localhost", ([127, 0, 0, 1], port).into()).build().unwrap();
    let request = client.get(format!("{}/user", sandbox.api2_url())).header(ACCEPT, JSON_API);
    assert_eq!(request.bearer_auth(sandbox.registration_token()).send().await.unwrap().status(), 200);
    assert!(http().get(format!("{}/user", sandbox.api2_url())).send().await.is_err(), "not trusted");
}
