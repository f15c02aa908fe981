//! The API of the guides on cohortgo.dev, and its base URL.

use oauth_sandbox::{CohortGo, Fault, Sandbox};
use serde_json::{Value, json};

use super::connect;
use crate::support::{browser, http, send};

const RUTH: &str = "ruth@brightwater.example";
const AGENTS: &str = "/services/payments/agent_invoices.json";
const PROVIDERS: &str = "/services/payments/provider_invoices.json";

#[tokio::test]
async fn serves_api_at_api_base_url_only() {
    let sandbox = CohortGo::start().await.unwrap();
    let (ruth, tom) =
        (connect(&sandbox, RUTH, "").await, connect(&sandbox, "tom@lakeside.example", "").await);
    assert_ne!(ruth.api, tom.api);
    let accounts: Vec<_> = sandbox.accounts().into_iter().map(|(_, api)| api).collect();
    assert_eq!(accounts, [ruth.api.as_str(), tom.api.as_str()]);
    for (api, token, status) in [
        (ruth.api.clone(), &ruth.token, 200),
        (tom.api.clone(), &tom.token, 200),
        (tom.api.clone(), &ruth.token, 401),
        (ruth.api.clone(), &tom.token, 401),
        (format!("{}/api/v1", sandbox.url()), &ruth.token, 404),
    ] {
        let response = http().get(format!("{api}{AGENTS}")).bearer_auth(token).send().await.unwrap();
        assert_eq!(response.status(), status, "{api}");
    }
    let path = |api: &str| api.replacen("/api/v1", "/oauth2/token", 1);
    assert_eq!(
        http().post(path(&ruth.api)).send().await.unwrap().status(),
        404,
        "the portal is not on the API port"
    );
    for header in ["", "Bearer", "Bearer unknown", &ruth.token] {
        let call = http().get(format!("{}{AGENTS}", ruth.api)).header("authorization", header);
        let response = call.send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["www-authenticate"]),
            (401, &"Bearer error=\"invalid_token\"".parse().unwrap())
        );
    }
    let (calls, authorized) = (sandbox.journal().api_calls(), sandbox.authorized_calls().len());
    assert_eq!((calls, authorized), (8, 2), "a call to the portal's port is no API call");
    sandbox.next_api_call(Fault::status(503, "{}"));
    assert_eq!(ruth.get(AGENTS).await.0, 503);
}

#[tokio::test]
async fn api_shares_the_portal_certificate() {
    let sandbox = CohortGo::builder().tls(true).start().await.unwrap();
    assert!(sandbox.api_url().starts_with("https://"));
    let trusting = browser(sandbox.ca_certificate_pem());
    let response = trusting.get(format!("{}{AGENTS}", sandbox.api_url())).send().await.unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn creates_students_and_invoices_from_wrapped_json() {
    let sandbox = CohortGo::start().await.unwrap();
    let connection = connect(&sandbox, RUTH, "").await;
    let (status, student) =
        connection.post("/students.json", json!({ "student": { "given_name": "John" } })).await;
    let base_url = connection.api.strip_suffix("/api/v1").unwrap();
    let expected = json!({ "id": 12345, "portal_url": format!("{base_url}/students/12345") });
    assert_eq!((status, student), (201, expected));
    assert_eq!(
        connection.post("/students.json", json!({ "student": { "given_name": "Ada" } })).await.1["id"],
        12346
    );

    let sent = json!({ "institution_name": "University of Melbourne", "currency": "AUD", "amount": 5500.99 });
    let (status, invoice) = connection.post(AGENTS, json!({ "invoice": sent })).await;
    assert_eq!((status, invoice.as_object().unwrap().len()), (201, 5), "{invoice}");
    assert_eq!((&invoice["amount"], &invoice["currency"]), (&json!(5500.99), &json!("AUD")));
    assert!(invoice["id"].as_str().unwrap().starts_with('S') && invoice["payment_reference"].is_string());
    let (status, invoice) = connection.post(PROVIDERS, json!({ "invoice": { "amount": 500.05 } })).await;
    assert_eq!((status, invoice.as_object().unwrap().len(), &invoice["state"]), (201, 5, &json!("uploaded")));

    for (path, body, status) in [
        ("/students.json", json!({ "given_name": "John" }), 400),
        ("/students.json", json!({ "student": "John" }), 400),
        ("/students.json", json!({ "student": {} }), 400),
        (AGENTS, json!({ "invoice": { "currency": "AUD" } }), 422),
        (AGENTS, json!({ "amount": 5 }), 400),
        (PROVIDERS, json!({ "invoice": { "amount": "5" } }), 422),
    ] {
        assert_eq!(connection.post(path, body.clone()).await.0, status, "{path} {body}");
    }
    let form = connection.call("POST", "/students.json").form(&[("student[given_name]", "John")]);
    assert_eq!(form.send().await.unwrap().status(), 415);
    let text = serde_json::to_string(&sandbox.journal()).unwrap();
    assert!(!text.contains("John") && !text.contains(&connection.token), "{text}");
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|invoice| invoice["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn lists_invoices_by_page_and_update_time() {
    let sandbox = CohortGo::start().await.unwrap();
    let connection = connect(&sandbox, RUTH, "").await;
    let list = async |query: &str| connection.get(&format!("{PROVIDERS}?{query}")).await;
    let (first, second, third) = (list("").await.1, list("page=2").await.1, list("page=3").await.1);
    assert_eq!((ids(&first).len(), ids(&second).len(), ids(&third).len()), (25, 2, 0));
    assert!(ids(&first).iter().all(|id| !ids(&second).contains(id)));
    assert!(first[0]["payment_remitted"].is_string() && first[0]["payment_url"].is_string());

    let now = sandbox.now();
    let ago = |minutes| {
        (now - chrono::TimeDelta::minutes(minutes)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    };
    assert_eq!(ids(&list(&format!("updated_since={}", ago(150))).await.1).len(), 2);
    assert_eq!(ids(&list(&format!("updated_since={}", ago(1))).await.1).len(), 0);
    let (_, created) = connection.post(PROVIDERS, json!({ "invoice": { "amount": 1 } })).await;
    let newest = list(&format!("updated_since={}", ago(1))).await.1;
    assert_eq!(ids(&newest), [created["id"].as_str().unwrap()]);
    for bad in ["page=0", "page=x", "updated_since=yesterday"] {
        assert_eq!(list(bad).await.0, 422, "{bad}");
    }
    assert_eq!(ids(&connection.get(AGENTS).await.1).len(), 3);
    let tom = connect(&sandbox, "tom@lakeside.example", "").await;
    assert_eq!(ids(&tom.get(AGENTS).await.1).len(), 4, "other customers have other invoices");
}

#[tokio::test]
async fn quotes_cover_the_visa_in_australia() {
    let sandbox = CohortGo::start().await.unwrap();
    let connection = connect(&sandbox, RUTH, "").await;
    let quote = async |query: &str| connection.get(&format!("/services/insurance/quote.json?{query}")).await;
    let dates = "course_start_date=2022-03-01&course_finish_date=2024-11-15";
    let (status, quotes) = quote(&format!("country=AU&{dates}&adults=1&children=0")).await;
    assert_eq!((status, quotes.as_array().unwrap().len()), (200, 2));
    let first = &quotes[0];
    assert_eq!((&first["policy_type"], &first["provider"]), (&json!("OSHC"), &json!("CBHS")));
    assert_eq!(
        (&first["policy_start"], &first["policy_finish"]),
        (&json!("2022-02-01"), &json!("2025-03-15"))
    );
    assert!(first["amount"].is_number() && first["provider_specific_fields"].is_array(), "{first}");
    let (_, family) = quote(&format!("country=AU&{dates}&adults=2&children=2")).await;
    assert!(family[0]["amount"].as_f64() > first["amount"].as_f64());
    for bad in [
        dates.to_owned(),
        format!("country=AUS&{dates}"),
        format!("country=AU&{dates}&adults=0"),
        format!("country=AU&{dates}&children=-1"),
        "country=AU&course_start_date=2022-03-01".to_owned(),
        "country=AU&course_start_date=2022-03-01&course_finish_date=2022-02-30".to_owned(),
        "country=AU&course_start_date=2022-03-01&course_finish_date=2022-02-01".to_owned(),
    ] {
        assert_eq!(quote(&bad).await.0, 422, "{bad}");
    }
}

#[tokio::test]
async fn created_user_can_be_acted_as() {
    let sandbox = CohortGo::start().await.unwrap();
    let connection = connect(&sandbox, RUTH, "act-as-user").await;
    let ann = json!({ "user": { "name": "Ann Lee", "email": "ann@brightwater.example" } });
    let (status, created) = connection.post("/users.json", ann.clone()).await;
    assert_eq!(
        (status, &created["role"], &created["can_log_in"]),
        (201, &json!("None"), &json!(false)),
        "{created}"
    );
    assert_eq!(connection.post("/users.json", ann).await.0, 422);
    assert_eq!(connection.post("/users.json", json!({ "user": { "name": "Ann" } })).await.0, 422);
    assert_eq!(connection.status_acting_as("\"Ann Lee\" <ann@brightwater.example>").await, 200);
    let (_, users) = connection.get("/users.json").await;
    assert_eq!(users.as_array().unwrap().len(), 4, "two users, the system user and Ann: {users}");
    assert_eq!(send(http().get(format!("{}/users.json", connection.api))).await.0, 401);
}

#[tokio::test]
async fn combined_sandbox_separates_portal_and_api_ports() {
    // Another process may use one of the ports, so several bases are tried, all below the ephemeral ports.
    for base in [12_320, 13_430, 14_540, 15_650, 16_760] {
        let Ok(sandbox) = Sandbox::builder().port_base(base).start().await else { continue };
        let card = &sandbox.manifest_json()["providers"]["cohortgo"];
        assert_eq!(card["url"], format!("http://127.0.0.1:{base}"));
        assert_eq!(card["api_url"], format!("http://127.0.0.1:{}/api/v1", base + 4));
        assert_eq!(card["client_id"], sandbox.cohortgo().client_id());
        let connection = connect(sandbox.cohortgo(), RUTH, "").await;
        assert_eq!(
            (card["api_url"].as_str(), connection.get(AGENTS).await.0),
            (Some(connection.api.as_str()), 200)
        );
        let go1 = &sandbox.manifest_json()["providers"]["go1"];
        assert_eq!(go1["api_url"], format!("http://127.0.0.1:{}/v2", base + 2));
        assert_eq!(go1["users"][0]["email"], sandbox.go1().users()[0].email);
        return;
    }
    panic!("no free ports");
}
