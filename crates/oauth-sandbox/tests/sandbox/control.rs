//! The manifest of the whole sandbox, and control over HTTP.

use oauth_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{http, with_query};

struct Remote<'a>(&'a Sandbox);

impl Remote<'_> {
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = http()
            .request(method.parse().unwrap(), format!("{}{path}", self.0.control_url()))
            .header("X-Sandbox-Key", self.0.control_key());
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }
}

#[tokio::test]
async fn manifest_describes_sandbox_for_other_processes() {
    let sandbox = Sandbox::builder().redirect_uri("http://127.0.0.1:4000/cb").start().await.unwrap();
    let manifest = sandbox.manifest_json();
    let gocd = &manifest["providers"]["gocd"];
    assert_eq!(gocd["url"], sandbox.gocd().url());
    assert_eq!(gocd["authorize_url"], format!("{}/oauth/authorize", sandbox.gocd().url()));
    assert_eq!(gocd["token_url"], sandbox.gocd().token_url());
    assert_eq!(gocd["api_url"], sandbox.gocd().api_url());
    assert_eq!(gocd["client_id"], sandbox.gocd().client_id());
    assert_eq!(gocd["client_secret"], sandbox.gocd().client_secret());
    assert_eq!(gocd["redirect_uris"][1], "http://127.0.0.1:4000/cb");
    assert_eq!(gocd["users"][0]["email"], "ada@example.com");
    assert_eq!(gocd["users"][0]["password"], sandbox.gocd().users()[0].password);
    assert_eq!(manifest["control"], json!({ "url": sandbox.control_url(), "key": sandbox.control_key() }));
    let debug = format!("{sandbox:?} {:?}", sandbox.manifest());
    assert!(!debug.contains(sandbox.control_key()) && !debug.contains(sandbox.gocd().client_secret()));
}

#[tokio::test]
async fn controls_work_from_another_process() {
    let sandbox = Sandbox::start().await.unwrap();
    let remote = Remote(&sandbox);
    let before = sandbox.gocd().now();
    let (status, now) = remote.call("POST", "/gocd/advance", Some(json!({ "seconds": 3600 }))).await;
    assert_eq!(status, 200);
    let time =
        |value: &Value| value["now"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!((time(&now) - before).num_seconds() >= 3600);
    assert_eq!(remote.call("POST", "/all/advance", Some(json!({ "seconds": 3600 }))).await.0, 200);
    assert!((time(&remote.call("GET", "/gocd/now", None).await.1) - before).num_seconds() >= 7200);

    let fault = json!({ "on": "token", "fault": { "kind": "answer", "status": 418, "body": "tea" } });
    assert_eq!(remote.call("POST", "/gocd/faults", Some(fault)).await.0, 204);
    let response = http().post(sandbox.gocd().token_url()).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (418, "tea"));
    let (status, journal) = remote.call("GET", "/gocd/journal", None).await;
    assert_eq!((status, &journal["token_calls"]), (200, &json!(1)));
    assert_eq!(journal["entries"][0]["kind"], "token");
    assert_eq!(journal["entries"][0]["fault"], "answer 418");

    assert_eq!(remote.call("POST", "/all/reset", None).await.0, 204);
    assert_eq!(remote.call("GET", "/gocd/journal", None).await.1["entries"], json!([]));
    assert!((sandbox.gocd().now() - before).num_seconds() < 1000);
}

#[tokio::test]
async fn controls_change_cobot_scopes_and_rights() {
    let sandbox = Sandbox::start().await.unwrap();
    let remote = Remote(&sandbox);
    let scopes = json!({ "scopes": ["read_user", "read_spaces"] });
    assert_eq!(remote.call("POST", "/cobot/client_scopes", Some(scopes)).await.0, 204);
    assert_eq!(sandbox.cobot().client_scopes(), ["read_user", "read_spaces"]);
    let ada = sandbox.cobot().users()[0].email.clone();
    for (user, space, cut) in [
        (ada.as_str(), "harbour", true),
        (&ada, "harbour", false),
        ("nobody@example.com", "harbour", false),
        (&ada, "nowhere", false),
    ] {
        let body = json!({ "user": user, "space": space });
        let response = remote.call("POST", "/cobot/cut_admin_rights", Some(body)).await;
        assert_eq!(response, (200, json!({ "cut": cut })), "{user} {space}");
    }
}

#[tokio::test]
async fn controls_switch_options_until_reset() {
    let sandbox = Sandbox::builder().gocd(|gocd| gocd.late_acl(true).tls(true)).start().await.unwrap();
    let remote = Remote(&sandbox);
    let expected = json!({
        "check_expiry": false,
        "duplicate_client_names": false,
        "late_acl": true,
        "plain_url": sandbox.gocd().plain_url().unwrap(),
    });
    assert_eq!(remote.call("GET", "/gocd/options", None).await, (200, expected.clone()));
    assert_eq!(sandbox.gocd().manifest().plain_url.as_deref(), sandbox.gocd().plain_url());
    let change = json!({ "late_acl": false, "check_expiry": true });
    assert_eq!(remote.call("POST", "/gocd/options", Some(change)).await.0, 204);
    let (_, options) = remote.call("GET", "/gocd/options", None).await;
    assert_eq!((&options["late_acl"], &options["check_expiry"]), (&json!(false), &json!(true)));
    // A mistake changes nothing.
    for mistake in
        [json!({ "check_expiry": false, "late_alc": true }), json!({ "late_acl": "no" }), json!([])]
    {
        assert_eq!(remote.call("POST", "/gocd/options", Some(mistake)).await.0, 400);
    }
    assert_eq!(remote.call("GET", "/gocd/options", None).await.1, options);
    assert_eq!(remote.call("POST", "/gocd/reset", None).await.0, 204);
    assert_eq!(remote.call("GET", "/gocd/options", None).await.1, expected);
    for (provider, options) in [
        ("cobot", json!({})),
        ("cohortgo", json!({ "echo_state": true })),
        ("go1", json!({ "callback_slash": false })),
    ] {
        assert_eq!(remote.call("GET", &format!("/{provider}/options"), None).await, (200, options));
    }
}

#[tokio::test]
async fn controls_register_clients() {
    let sandbox = Sandbox::start().await.unwrap();
    let authorize_urls =
        [("cohortgo", sandbox.cohortgo().authorize_url()), ("go1", sandbox.go1().authorize_url())];
    for (name, authorize_url) in authorize_urls {
        let body = json!({ "name": "Another one" });
        let (status, client) =
            Remote(&sandbox).call("POST", &format!("/{name}/register_client"), Some(body)).await;
        assert_eq!(status, 200, "{client}");
        assert!(client["client_secret"].as_str().unwrap().len() >= 32);
        let query = [
            ("client_id", client["client_id"].as_str().unwrap()),
            ("redirect_uri", "http://127.0.0.1:8765/callback"),
            ("response_type", "code"),
        ];
        // A redirect to the login shows that the client is known.
        let response = http().get(with_query(authorize_url, &query)).send().await.unwrap();
        assert_eq!(response.status(), 302, "{name}");
    }
}

/// `METHOD /path` of each row in the README's table.
fn documented_controls() -> Vec<(&'static str, String)> {
    include_str!("../../README.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`')?.0.split_once(' '))
        .map(|(method, path)| (method, path.replace("{provider}", "gocd")))
        .collect()
}

#[tokio::test]
async fn readme_lists_existing_controls() {
    let sandbox = Sandbox::start().await.unwrap();
    assert_eq!(documented_controls().len(), 19);
    for (method, path) in documented_controls() {
        let (status, _) = Remote(&sandbox).call(method, &path, None).await;
        // Most need a body, but none may be 404.
        assert!([200, 204, 400].contains(&status), "{method} {path}: {status}");
    }
}

#[tokio::test]
async fn controls_check_key_first_and_reject_mistakes() {
    let sandbox = Sandbox::start().await.unwrap();
    let remote = Remote(&sandbox);
    for (method, path, body, status) in [
        ("GET", "/nobody/now", None, 404),
        ("GET", "/all/now", None, 404),
        ("GET", "/nothing", None, 404),
        ("POST", "/gocd/advance", Some(json!({ "seconds": -1 })), 400),
        ("POST", "/gocd/advance", None, 400),
        ("POST", "/go1/client_scopes", Some(json!({ "scopes": [] })), 404),
        ("POST", "/all/client_scopes", Some(json!({ "scopes": [] })), 404),
        ("POST", "/cobot/client_scopes", Some(json!({ "scopes": "read_user" })), 400),
        ("POST", "/cobot/cut_admin_rights", Some(json!({ "user": "ada" })), 400),
        ("POST", "/go1/register_client", Some(json!({ "name": " " })), 400),
        ("POST", "/go1/complete_enrollment", Some(json!({ "id": 8_100_002 })), 400),
        ("POST", "/gocd/faults", Some(json!({ "on": "page", "fault": { "kind": "hang" } })), 400),
        ("POST", "/gocd/faults", Some(json!({ "on": "api", "fault": { "kind": "hung" } })), 400),
    ] {
        let (got, body) = remote.call(method, path, body).await;
        assert_eq!(got, status, "{method} {path}: {body}");
        assert!(body["error"].is_string(), "{body}");
    }
    for key in ["", "wrong", &sandbox.control_key()[1..], &format!("{}x", sandbox.control_key())] {
        for path in ["/gocd/journal", "/cobot/client_scopes", "/nothing"] {
            let request = http().get(format!("{}{path}", sandbox.control_url())).header("X-Sandbox-Key", key);
            assert_eq!(request.send().await.unwrap().status(), 401);
        }
    }
    assert_eq!(http().get(format!("{}/gocd/now", sandbox.control_url())).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn ports_count_from_port_base() {
    // Another program may use one of the ports, so several bases are tried, all below the ephemeral ports.
    for base in [12_310, 13_420, 14_530, 15_640, 16_750] {
        let Ok(sandbox) = Sandbox::builder().port_base(Some(base)).start().await else { continue };
        assert_eq!(sandbox.gocd().url(), format!("http://127.0.0.1:{}/go", base + 3));
        assert_eq!(sandbox.control_url(), format!("http://127.0.0.1:{}", base + 9));
        return;
    }
    panic!("no free ports");
}

#[tokio::test]
async fn start_rejects_too_high_port_base() {
    let error = Sandbox::builder().port_base(65_530).start().await.unwrap_err();
    assert!(matches!(error, oauth_sandbox::Error::PortBase(65_530)), "{error}");
}
