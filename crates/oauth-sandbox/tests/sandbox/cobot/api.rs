//! API calls: authentication, users, spaces, memberships and rate limits.

use std::time::Duration;

use oauth_sandbox::Cobot;
use serde_json::json;

use super::{access_token, get, get_in_space, request_to_host, send, token};
use crate::support::{http, with_query};

#[tokio::test]
async fn accepts_token_in_header_or_parameter() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_user").await;
    let url = format!("{}/user", sandbox.api_url());
    for header in ["Bearer", "bearer", "BEARER"] {
        let request = http().get(&url).header("authorization", format!("{header} {token}"));
        assert_eq!(send(request).await.0, 200, "{header}");
    }
    assert_eq!(send(http().get(with_query(&url, &[("access_token", &token)]))).await.0, 200);
    let form = http().post(format!("{}/users", sandbox.api_url())).form(&[("access_token", &token)]);
    assert_eq!(send(form).await.0, 403, "valid token without the scope");
    for (header, challenge) in [
        (format!("Token {token}"), "Bearer"),
        (format!("Bearer{token}"), "Bearer"),
        ("Bearer ".to_owned(), "Bearer"),
        (format!("Bearer {}", &token[1..]), "Bearer error=\"invalid_token\""),
    ] {
        let response = http().get(&url).header("authorization", header).send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["www-authenticate"], challenge);
        assert!(response.json::<serde_json::Value>().await.unwrap()["error"].is_string());
    }
}

#[tokio::test]
async fn user_response_matches_documentation() {
    let sandbox = Cobot::start().await.unwrap();
    let (status, body) = get(&sandbox, "/user", &access_token(&sandbox, "read").await).await;
    assert_eq!(status, 200);
    let (api, atelier) = (sandbox.api_url(), sandbox.space_url("atelier"));
    assert_eq!(
        body,
        json!({
            "id": "user-nora",
            "email": "nora@example.com",
            "memberships": [{
                "id": "c27e6615bd0f4a92",
                "space_subdomain": "atelier",
                "space_name": "Atelier Neun",
                "space_link": format!("{api}/spaces/atelier"),
                "link": format!("{atelier}/api/memberships/c27e6615bd0f4a92"),
            }],
            "admin_of": [
                {
                    "space_subdomain": "betahaus",
                    "space_name": "Betahaus",
                    "space_link": format!("{api}/spaces/betahaus"),
                    "name": "Nora Beckmann",
                },
                {
                    "space_subdomain": "harbour",
                    "space_name": "Harbour Coworking",
                    "space_link": format!("{api}/spaces/harbour"),
                    "name": "Nora Beckmann",
                },
            ],
        })
    );
    let wrong_scope = access_token(&sandbox, "read_memberships").await;
    assert_eq!(get(&sandbox, "/user", &wrong_scope).await.0, 403);
    let on_space_host =
        send(request_to_host(&sandbox, "GET", "betahaus.localhost", "/api/user").bearer_auth(&wrong_scope))
            .await;
    assert_eq!(on_space_host.0, 404);
}

#[tokio::test]
async fn space_needs_no_token() {
    let sandbox = Cobot::start().await.unwrap();
    for space in sandbox.spaces() {
        let (status, body) =
            send(http().get(format!("{}/spaces/{}", sandbox.api_url(), space.subdomain))).await;
        assert_eq!(status, 200);
        assert_eq!((&body["id"], &body["name"]), (&json!(space.id), &json!(space.name)));
        assert_eq!(body["url"], space.custom_url.unwrap_or(space.url));
        for field in ["email", "description", "owner_id", "country", "locale", "time_zone_name", "tax_rate"] {
            assert!(!body[field].is_null(), "{field}");
        }
    }
    assert_eq!(send(http().get(format!("{}/spaces/nowhere", sandbox.api_url()))).await.0, 404);
}

#[tokio::test]
async fn memberships_require_admin_or_own_membership() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_memberships").await;
    let (status, members) = get_in_space(&sandbox, "betahaus", "/memberships", &token).await;
    assert_eq!((status, &members[0]["user"]["id"]), (200, &json!("user-lea")));
    assert_eq!(members[0]["plan"]["currency"], "EUR");
    assert_eq!(get_in_space(&sandbox, "atelier", "/memberships", &token).await.0, 403);
    assert_eq!(get_in_space(&sandbox, "atelier", "/memberships/c27e6615bd0f4a92", &token).await.0, 200);
    assert_eq!(get_in_space(&sandbox, "atelier", "/memberships/unknown", &token).await.0, 403);
    assert_eq!(get_in_space(&sandbox, "betahaus", "/memberships/5be1d09c7a3344f0", &token).await.0, 200);
    assert_eq!(get_in_space(&sandbox, "betahaus", "/memberships/unknown", &token).await.0, 404);
    assert_eq!(get(&sandbox, "/memberships", &token).await.0, 404, "www has no memberships");
    let wrong_scope = access_token(&sandbox, "read_user").await;
    assert_eq!(get_in_space(&sandbox, "betahaus", "/memberships", &wrong_scope).await.0, 403);
}

#[tokio::test]
async fn created_user_gets_grant_code() {
    let sandbox = Cobot::start().await.unwrap();
    let writer = access_token(&sandbox, "write read_user").await;
    let create = |body: serde_json::Value| {
        send(http().post(format!("{}/users", sandbox.api_url())).bearer_auth(&writer).json(&body))
    };
    let (status, joe) = create(json!({ "email": "joe@example.com", "password": "s3cret" })).await;
    assert_eq!((status, &joe["email"]), (201, &json!("joe@example.com")));
    let grant_code = joe["grant_code"].as_str().unwrap();
    let (status, body) = token(&sandbox, &[("code", grant_code)]).await;
    assert_eq!(status, 200);
    let joes = body["access_token"].as_str().unwrap();
    assert_eq!(get(&sandbox, "/user", joes).await.1["id"], joe["id"]);
    assert_eq!(token(&sandbox, &[("code", grant_code)]).await.0, 400, "single use");

    let login = [("grant_type", "password"), ("username", "joe@example.com"), ("password", "s3cret")];
    assert_eq!(token(&sandbox, &login).await.0, 200);
    for email in ["", "joe", "@x", "JOE@example.com"] {
        let (status, body) = create(json!({ "email": email })).await;
        assert_eq!(status, 422, "{email}");
        assert!(body["errors"]["email"].is_string(), "{body}");
    }
    assert_eq!(create(json!({ "email": "ann@example.com" })).await.0, 201);
    assert!(sandbox.users().iter().any(|user| user.email == "ann@example.com" && !user.password.is_empty()));
    assert!(!format!("{:?}", sandbox.journal()).contains("s3cret"));
}

#[tokio::test]
async fn limits_requests_per_endpoint_and_user() {
    let sandbox = Cobot::start().await.unwrap();
    let (token, other) = (access_token(&sandbox, "read").await, access_token(&sandbox, "read").await);
    for n in 0..60 {
        let token = if n % 2 == 0 { &token } else { &other };
        assert_eq!(get(&sandbox, "/user", token).await.0, 200, "{n}");
    }
    let request = http().get(format!("{}/user", sandbox.api_url())).bearer_auth(&token);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 429);
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert!(response.json::<serde_json::Value>().await.unwrap()["error"].is_string());
    // Other endpoints have their own limits.
    for n in 0..6 {
        assert_eq!(get_in_space(&sandbox, "betahaus", "/memberships", &token).await.0, 200, "{n}");
    }
    assert_eq!(get_in_space(&sandbox, "betahaus", "/memberships", &token).await.0, 429);
    sandbox.advance(Duration::from_secs(wait));
    assert_eq!(get(&sandbox, "/user", &token).await.0, 200);
}
