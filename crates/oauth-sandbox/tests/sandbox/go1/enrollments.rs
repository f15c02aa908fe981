//! Enrollments and their certificates (REST reference 2025-01-01, Enrollments).

use std::time::Duration;

use oauth_sandbox::Go1;
use serde_json::{Value, json};

use super::{call, token_of};
use crate::support::http;

const MIA: &str = "mia@acme-training.example";
const LEA: &str = "lea@acme-training.example";
const SCOPES: &str = "enrollment.read enrollment.write";

/// A valid request to enroll Lea, with `changes`. A null removes a field.
fn enrollment(changes: &Value) -> Value {
    let mut body = json!({
        "enrollment_type": "assigned",
        "user_account_id": "9300003",
        "lo_id": "2170020",
        "status": "not-started",
    });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    body
}

async fn list(sandbox: &Go1, access: &str, query: &str) -> Vec<String> {
    let (status, page) = call(sandbox, access, "GET", &format!("/enrollments?{query}"), Value::Null).await;
    assert_eq!(status, 200, "{query}: {page}");
    page["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn enrollments_are_listed_newest_first() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, MIA, SCOPES).await;
    let (_, page) = call(&sandbox, &access, "GET", "/enrollments?limit=2", Value::Null).await;
    assert_eq!((page["total"].as_u64(), page["hits"].as_array().unwrap().len()), (Some(4), 2));
    let hit = page["hits"][0].as_object().unwrap();
    assert!(
        hit.contains_key("due_date") && hit["due_date"].is_null() && !hit.contains_key("result"),
        "{hit:?}"
    );
    assert_eq!(list(&sandbox, &access, "").await, ["8100003", "8100002", "8100004", "8100001"]);
    assert_eq!(list(&sandbox, &access, "limit=2&offset=2").await, ["8100004", "8100001"]);
    for bad in [
        "limit=51",
        "limit=0",
        "offset=9990",
        "status=done",
        "update_time_gte=today",
        "sort=id",
        "order=up",
        "enrollment_type=x",
        "due_date_exists=1",
    ] {
        let (status, error) =
            call(&sandbox, &access, "GET", &format!("/enrollments?{bad}"), Value::Null).await;
        assert_eq!(status, 400, "{bad}: {error}");
        assert!(error["message"].is_string() && error["ref"].is_string(), "{error}");
    }
}

#[tokio::test]
async fn enrollments_are_filtered() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, MIA, SCOPES).await;
    let (_, completed) = call(&sandbox, &access, "GET", "/enrollments/8100001", Value::Null).await;
    let updated = completed["updated_time"].as_str().unwrap().replace('+', "%2B");
    for (query, expected) in [
        ("user_account_id=9300001", &["8100004"][..]),
        ("user_account_id=9300002", &[]),
        ("lo_ids=2170001,2170002", &["8100003", "8100001"]),
        ("status=completed", &["8100001"]),
        ("status=not-started,in-progress", &["8100003", "8100002", "8100004"]),
        ("status=assigned", &["8100002", "8100001"]),
        ("enrollment_type=self-directed", &["8100003", "8100004"]),
        ("assigner_account_id=9300001", &["8100002", "8100001"]),
        ("due_date_exists=false", &["8100003", "8100004"]),
        ("sort=updated_time&order=asc", &["8100001", "8100004", "8100003", "8100002"]),
        (&format!("update_time_lte={updated}"), &["8100001"]),
        (&format!("update_time_gte={updated}&sort=updated_time&order=asc&limit=1"), &["8100001"]),
        ("end_date_gte=2020-01-01T00:00:00Z", &["8100001"]),
    ] {
        assert_eq!(list(&sandbox, &access, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn learner_sees_own_enrollments_only() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, LEA, SCOPES).await;
    assert_eq!(list(&sandbox, &access, "user_account_id=9300003").await.len(), 3);
    let own = enrollment(&json!({ "enrollment_type": "self-directed" }));
    assert_eq!(call(&sandbox, &access, "POST", "/enrollments", own).await.0, 201);
    let other = enrollment(&json!({ "user_account_id": "9300001" }));
    for (method, path, body, status) in [
        ("GET", "/enrollments", Value::Null, 403),
        ("GET", "/enrollments?user_account_id=9300001", Value::Null, 403),
        ("GET", "/enrollments/8100004", Value::Null, 404),
        ("GET", "/enrollments/8100001", Value::Null, 200),
        ("GET", "/enrollments/8100004/certificate", Value::Null, 403),
        ("POST", "/enrollments", other, 403),
        ("PATCH", "/enrollments/8100004", json!({ "status": "completed" }), 403),
        ("DELETE", "/enrollments/8100001", Value::Null, 403),
    ] {
        assert_eq!(call(&sandbox, &access, method, path, body).await.0, status, "{method} {path}");
    }
}

#[tokio::test]
async fn create_checks_fields_and_duplicates() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, MIA, SCOPES).await;
    let create =
        async |path: &str, changes: Value| call(&sandbox, &access, "POST", path, enrollment(&changes)).await;
    for changes in [
        json!({ "enrollment_type": null }),
        json!({ "status": null }),
        json!({ "lo_id": null }),
        json!({ "status": "done" }),
        json!({ "user_account_id": "9300002" }),
        json!({ "lo_id": "1" }),
        json!({ "assigner_account_id": "1" }),
        json!({ "result": 90 }),
        json!({ "start_date": "2026-01-01T00:00:00Z" }),
        json!({ "status": "in-progress", "pass": true }),
        json!({ "status": "completed", "result": 101 }),
        json!({ "enrollment_type": "self-directed", "assigner_account_id": "9300001" }),
        json!({ "parent_enrolment_id": "8100001" }),
    ] {
        let (status, error) = create("/enrollments", changes.clone()).await;
        assert_eq!(status, 400, "{changes}: {error}");
    }
    let (status, created) = create("/enrollments", json!({})).await;
    assert_eq!((status, &created["assigner_account_id"]), (201, &json!("9300001")), "{created}");
    assert!(
        created["assign_date"].as_str().unwrap().ends_with("+00:00") && created.get("end_date").is_none()
    );
    let (status, error) = create("/enrollments", json!({})).await;
    assert_eq!(
        (status, &error["error_code"], &error["ref"]),
        (409, &json!("enrollment_exists"), &created["id"])
    );
    let (status, again) = create("/enrollments?re-enroll=true", json!({})).await;
    assert_eq!(status, 201);
    assert_ne!(again["id"], created["id"]);
    assert_eq!(list(&sandbox, &access, "lo_ids=2170020").await, [again["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn update_and_delete_change_enrollment() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, MIA, SCOPES).await;
    let patch = async |id: &str, body: Value| {
        call(&sandbox, &access, "PATCH", &format!("/enrollments/{id}"), body).await
    };
    sandbox.advance(Duration::from_secs(3_600));
    let (status, done) = patch("8100002", json!({ "status": "completed", "result": 80, "pass": true })).await;
    assert_eq!((status, &done["result"], &done["end_date"]), (200, &json!(80), &done["updated_time"]));
    assert_eq!(list(&sandbox, &access, "sort=updated_time&limit=1").await, ["8100002"]);
    let due = json!({ "due_date": "2030-01-01T00:00:00Z" });
    for (id, body, status) in [
        ("8100003", json!({ "result": 80 }), 400),
        ("8100003", json!({ "status": "finished" }), 400),
        ("8100003", due.clone(), 400),
        ("8100002", due, 200),
        ("8100005", json!({}), 404),
        ("x", json!({}), 404),
    ] {
        assert_eq!(patch(id, body.clone()).await.0, status, "{id} {body}");
    }
    // Lea's own enrollment is assigned, and the assignment taken back.
    assert_eq!(
        patch("8100003", json!({ "enrollment_type": "assigned" })).await.1["enrollment_type"],
        "assigned"
    );
    let delete = async |path: &str| call(&sandbox, &access, "DELETE", path, Value::Null).await.0;
    assert_eq!(delete("/enrollments/8100003?retain_original=true").await, 204);
    let (_, kept) = call(&sandbox, &access, "GET", "/enrollments/8100003", Value::Null).await;
    assert_eq!((&kept["enrollment_type"], &kept["assign_date"]), (&json!("self-directed"), &Value::Null));
    assert_eq!(delete("/enrollments/8100003?retain_original=yes").await, 400);
    assert_eq!(
        delete("/enrollments/8100001?retain_original=true").await,
        204,
        "it was assigned from the start"
    );
    for id in ["8100001", "8100005", "1"] {
        assert_eq!(delete(&format!("/enrollments/{id}")).await, 404, "{id}");
    }
}

#[tokio::test]
async fn certificate_follows_completion() {
    let sandbox = Go1::start().await.unwrap();
    let access = token_of(&sandbox, LEA, SCOPES).await;
    let error = |message: &str| json!({ "message": message });
    let path = "/enrollments/8100002/certificate";
    let pending = call(&sandbox, &access, "GET", path, Value::Null).await;
    assert_eq!(pending, (400, error("Can not generate certificate for pending enrolment.")));
    let missing = call(&sandbox, &access, "GET", "/enrollments/1/certificate", Value::Null).await;
    assert_eq!(missing, (404, error("Enrollment not found.")));
    assert!(sandbox.complete_enrollment("8100002").await);
    assert!(!sandbox.complete_enrollment("8100002").await && !sandbox.complete_enrollment("1").await);
    let request = http().get(format!("{}/gateway{path}", sandbox.url())).bearer_auth(&access);
    let response = request.header("Api-Version", "2025-01-01").send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"application/pdf".parse().unwrap())
    );
    let pdf = response.text().await.unwrap();
    assert!(pdf.starts_with("%PDF-1.4\n") && pdf.contains("Lea Okafor completed Spotting Phishing"), "{pdf}");
    // Each entry of the cross-reference table leads to its object.
    let (_, start) = pdf.rsplit_once("startxref\n").unwrap();
    let table = &pdf[start.lines().next().unwrap().parse::<usize>().unwrap()..];
    for (number, line) in table.lines().skip(2).take(6).enumerate().skip(1) {
        let offset: usize = line[..10].parse().unwrap();
        assert!(pdf[offset..].starts_with(&format!("{number} 0 obj")), "{line}");
    }
}
