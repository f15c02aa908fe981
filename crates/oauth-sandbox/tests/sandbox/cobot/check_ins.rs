//! Check-ins in API 2.

use std::time::Duration;

use oauth_sandbox::Cobot;
use serde_json::{Value, json};

use super::{access_token, api2, first_error, get2, ids};

fn check_in(space: &str, token: &str) -> Value {
    json!({ "data": {
        "type": "checkIns",
        "attributes": { "checkInToken": token },
        "relationships": { "space": { "data": { "type": "spaces", "id": space } } },
    }})
}

#[tokio::test]
async fn member_checks_in_and_out() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "read_check_ins write_check_ins").await;
    let body = check_in("space-betahaus", "card-10001");
    let (status, created) = api2(&sandbox, "POST", "/check_ins", &token, body.clone()).await;
    assert_eq!(status, 201, "{created}");
    assert_eq!(created["data"]["relationships"]["membership"]["data"]["id"], "0c4f75fa14924423");
    let id = created["data"]["id"].as_str().unwrap();
    let current = "/spaces/space-betahaus/check_ins/current?filter[checkInToken]=card-10001";
    assert_eq!(ids(&get2(&sandbox, current, &token).await.1["data"]), [id]);
    let (status, error) = api2(&sandbox, "POST", "/check_ins", &token, body.clone()).await;
    assert_eq!((status, first_error(&error).1), (422, "Already checked in."));

    let out = format!("/check_ins/{id}/check_out");
    let (status, checked_out) = api2(&sandbox, "PUT", &out, &token, Value::Null).await;
    assert_eq!(status, 200);
    assert!(
        checked_out["data"]["attributes"]["validUntil"].as_str()
            < created["data"]["attributes"]["validUntil"].as_str()
    );
    assert_eq!(get2(&sandbox, current, &token).await.1["data"], json!([]));
    assert_eq!(api2(&sandbox, "PUT", &out, &token, Value::Null).await.0, 422);
    assert_eq!(api2(&sandbox, "PUT", "/check_ins/unknown/check_out", &token, Value::Null).await.0, 404);

    assert_eq!(api2(&sandbox, "POST", "/check_ins", &token, body).await.0, 201);
    sandbox.advance(Duration::from_secs(12 * 3600));
    assert_eq!(get2(&sandbox, current, &token).await.1["data"], json!([]), "over without a check-out");
}

#[tokio::test]
async fn check_in_fails_without_passes() {
    let sandbox = Cobot::start().await.unwrap();
    let token = access_token(&sandbox, "write_check_ins").await;
    for _ in 0..10 {
        let body = check_in("space-betahaus", "card-10002");
        assert_eq!(api2(&sandbox, "POST", "/check_ins", &token, body).await.0, 201);
        sandbox.advance(Duration::from_secs(86_400));
    }
    let body = check_in("space-betahaus", "card-10002");
    let (status, error) = api2(&sandbox, "POST", "/check_ins", &token, body).await;
    assert_eq!((status, first_error(&error)), (422, ("/data/attributes/base", "No time passes left.")));
    assert!(sandbox.cancel_member("0c4f75fa14924423"));
    for (space, card, status) in [
        ("space-betahaus", "card-10001", 422),
        ("space-betahaus", "card-1", 422),
        ("space-harbour", "card-10002", 422),
        ("space-atelier", "card-30009", 403),
        ("unknown", "card-10001", 404),
    ] {
        let (got, error) = api2(&sandbox, "POST", "/check_ins", &token, check_in(space, card)).await;
        assert_eq!(got, status, "{space} {card}: {error}");
    }
    let current = "/spaces/space-betahaus/check_ins/current?filter[checkInToken]=card-10001";
    assert_eq!(get2(&sandbox, current, &token).await.0, 403, "needs read_check_ins");
    let reader = access_token(&sandbox, "read_check_ins").await;
    let (status, error) = get2(&sandbox, "/spaces/space-betahaus/check_ins/current", &reader).await;
    assert_eq!((status, first_error(&error).0), (422, "filter[checkInToken]"));
}
