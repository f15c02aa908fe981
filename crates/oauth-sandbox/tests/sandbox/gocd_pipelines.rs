//! The API of pipelines, stages, agents and the dashboard.

use std::time::Duration;

use oauth_sandbox::{Gocd, Sandbox};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{http, send, token_header, tokens};

/// A call with the administrator's personal access token.
fn call(sandbox: &Gocd, method: Method, version: u8, path: &str) -> RequestBuilder {
    http()
        .request(method, format!("{}/{path}", sandbox.api_url()))
        .header("accept", format!("application/vnd.go.cd.v{version}+json"))
        .bearer_auth(sandbox.personal_access_token())
}

async fn get(sandbox: &Gocd, version: u8, path: &str) -> Value {
    let (status, body) = send(call(sandbox, Method::GET, version, path)).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

/// A change without a body. Returns status and message.
async fn post(sandbox: &Gocd, version: u8, path: &str) -> (u16, String) {
    message(call(sandbox, Method::POST, version, path).header("x-gocd-confirm", "true")).await
}

async fn message(request: RequestBuilder) -> (u16, String) {
    let (status, body) = send(request).await;
    (status, body["message"].as_str().unwrap_or_default().to_owned())
}

/// A call of the user who may only view.
fn by_viewer(sandbox: &Gocd, method: Method, version: u8, path: &str) -> RequestBuilder {
    let viewer = &sandbox.users()[1];
    let url = format!("{}/{path}", sandbox.api_url());
    let accept = format!("application/vnd.go.cd.v{version}+json");
    http().request(method, url).header("accept", accept).basic_auth(&viewer.login, Some(&viewer.password))
}

fn advance(sandbox: &Gocd, seconds: u64) {
    sandbox.advance(Duration::from_secs(seconds));
}

/// The `Project` element of a stage or job in `cctray.xml`.
async fn project(sandbox: &Gocd, name: &str) -> String {
    let request = http().get(format!("{}/cctray.xml", sandbox.url()));
    let response = request.bearer_auth(sandbox.personal_access_token()).send().await.unwrap();
    let xml = response.text().await.unwrap();
    let (_, rest) = xml.split_once(&format!("<Project name=\"{name}\"")).unwrap();
    rest.split_once('>').unwrap().0.to_owned()
}

fn statuses(run: &Value) -> Vec<&str> {
    run["stages"].as_array().unwrap().iter().map(|stage| stage["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn run_passes_through_its_stages() {
    let sandbox = Gocd::start().await.unwrap();
    assert!(sandbox.fail_next_run("checkout", "acceptance"));
    assert!(!sandbox.fail_next_run("checkout", "deploy"));
    let request = call(&sandbox, Method::POST, 1, "pipelines/checkout/schedule").json(&json!({
        "environment_variables": [
            { "name": "RELEASE", "value": "2026-12", "secure": false },
            { "name": "DEPLOY_KEY", "encrypted_value": "YEepp1G0C05SpP0fcp4Jh", "secure": true },
        ],
    }));
    let accepted = (202, "Request to schedule pipeline checkout accepted".to_owned());
    assert_eq!(message(request).await, accepted);
    let already = (409, "Failed to trigger pipeline: checkout { Pipeline already triggered }".to_owned());
    assert_eq!(post(&sandbox, 1, "pipelines/checkout/schedule").await, already);
    let (status, _) = send(call(&sandbox, Method::GET, 1, "pipelines/checkout/129")).await;
    assert_eq!(status, 404, "the run is not scheduled yet");

    advance(&sandbox, 10);
    let run = get(&sandbox, 1, "pipelines/checkout/129").await;
    assert_eq!(statuses(&run), ["Building", "Unknown"]);
    assert_eq!(
        (&run["stages"][0]["scheduled"], &run["stages"][1]["scheduled"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(run["build_cause"]["approver"], "ada");
    assert_eq!(run["build_cause"]["material_revisions"][0]["changed"], false);
    let building = project(&sandbox, "checkout :: build").await;
    assert!(building.contains("activity=\"Building\"") && building.contains("lastBuildLabel=\"128\""));
    assert!(building.contains("/pipelines/checkout/129/build/1\""), "{building}");

    advance(&sandbox, 20);
    let stage = get(&sandbox, 3, "stages/checkout/129/build/1").await;
    let states = stage["jobs"][0]["job_state_transitions"].as_array().unwrap();
    let states: Vec<_> = states.iter().map(|state| state["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["Scheduled", "Assigned", "Preparing", "Building"]);
    let agent = stage["jobs"][0]["agent_uuid"].as_str().unwrap();
    let agent = get(&sandbox, 7, &format!("agents/{agent}")).await;
    assert_eq!(
        (&agent["agent_state"], &agent["build_details"]["job_name"]),
        (&json!("Building"), &json!("compile"))
    );

    advance(&sandbox, 40);
    assert_eq!(statuses(&get(&sandbox, 1, "pipelines/checkout/129").await), ["Passed", "Building"]);
    let dashboard = get(&sandbox, 4, "dashboard").await;
    let runs = &dashboard["_embedded"]["pipelines"][0]["_embedded"]["instances"];
    assert_eq!((&runs[0]["counter"], &runs[0]["triggered_by"]), (&json!(129), &json!("Triggered by ada")));
    assert_eq!(runs[0]["_embedded"]["stages"][1]["status"], "Building");

    advance(&sandbox, 60);
    let run = get(&sandbox, 1, "pipelines/checkout/129").await;
    assert_eq!(
        (statuses(&run), &run["stages"][1]["approved_by"]),
        (vec!["Passed", "Failed"], &json!("changes"))
    );
    let failed = project(&sandbox, "checkout :: acceptance").await;
    assert!(failed.contains("lastBuildStatus=\"Failure\"") && failed.contains("lastBuildLabel=\"129\""));

    // The failed job passes when it runs again.
    let rerun = post(&sandbox, 3, "stages/checkout/129/acceptance/1/run-failed-jobs").await;
    assert_eq!(rerun, (202, "Request to rerun jobs accepted".to_owned()));
    advance(&sandbox, 60);
    let stage = get(&sandbox, 3, "stages/checkout/129/acceptance/2").await;
    assert_eq!((&stage["result"], &stage["rerun_of_counter"]), (&json!("Passed"), &json!(1)));
    assert_eq!((&stage["jobs"][0]["rerun"], &stage["jobs"][0]["state"]), (&json!(true), &json!("Completed")));
    let passed = project(&sandbox, "checkout :: acceptance :: browser").await;
    assert!(passed.contains("lastBuildStatus=\"Success\"") && passed.contains("lastBuildLabel=\"129 :: 2\""));
    sandbox.reset();
    assert_eq!(send(call(&sandbox, Method::GET, 1, "pipelines/checkout/129")).await.0, 404);
}

#[tokio::test]
async fn schedule_rejects_unknown_material_and_variable() {
    let sandbox = Gocd::start().await.unwrap();
    let run = get(&sandbox, 1, "pipelines/checkout/120").await;
    let revision = &run["build_cause"]["material_revisions"][0];
    let (fingerprint, commit) =
        (&revision["material"]["fingerprint"], &revision["modifications"][0]["revision"]);
    let schedule = async |body: Value| {
        message(call(&sandbox, Method::POST, 1, "pipelines/checkout/schedule").json(&body)).await
    };
    for (body, reason) in [
        (
            json!({ "environment_variables": [{ "name": "X", "value": "1" }] }),
            "Variable 'X' has not been configured for pipeline 'checkout'",
        ),
        (
            json!({ "materials": [{ "fingerprint": "f", "revision": "1" }] }),
            "Pipeline 'checkout' does not contain the following material(s): [f].",
        ),
        (json!({ "materials": [{ "fingerprint": fingerprint, "revision": "" }] }), "has empty revision"),
        (
            json!({ "materials": [{ "fingerprint": fingerprint, "revision": "0" }] }),
            "Unable to find revision [0]",
        ),
    ] {
        let (status, text) = schedule(body).await;
        assert!(
            text.starts_with("Request to schedule pipeline rejected { ") && text.contains(reason),
            "{text}"
        );
        assert_eq!(status, 422);
    }
    let body = json!({ "materials": [{ "fingerprint": fingerprint, "revision": commit }] });
    assert_eq!(schedule(body).await.0, 202);
    advance(&sandbox, 10);
    let run = get(&sandbox, 1, "pipelines/checkout/129").await;
    let revision = &run["build_cause"]["material_revisions"][0];
    assert_eq!((&revision["modifications"][0]["revision"], &revision["changed"]), (commit, &json!(true)));
}

#[tokio::test]
async fn paused_pipeline_is_not_scheduled() {
    let sandbox = Gocd::start().await.unwrap();
    let pause = || {
        let request = call(&sandbox, Method::POST, 1, "pipelines/catalogue/pause");
        message(request.json(&json!({ "pause_cause": "Flaky tests" })))
    };
    assert_eq!(post(&sandbox, 1, "pipelines/catalogue/schedule").await.0, 202);
    assert_eq!(pause().await, (200, "Pipeline 'catalogue' paused successfully.".to_owned()));
    let twice = "Failed to pause pipeline 'catalogue'. Pipeline 'catalogue' is already paused.";
    assert_eq!(pause().await, (409, twice.to_owned()));
    assert_eq!(
        get(&sandbox, 1, "pipelines/catalogue/status").await,
        json!({
            "paused": true, "paused_cause": "Flaky tests", "paused_by": "ada", "locked": false, "schedulable": false,
        })
    );
    let dashboard = get(&sandbox, 4, "dashboard").await;
    let pause = &dashboard["_embedded"]["pipelines"][1]["pause_info"];
    assert!(pause["pause_reason"] == "Flaky tests" && pause["paused_at"].is_string(), "{pause}");

    // The request waits for the end of the pause.
    advance(&sandbox, 600);
    assert_eq!(send(call(&sandbox, Method::GET, 1, "pipelines/catalogue/2")).await.0, 404);
    let unpaused = (200, "Pipeline 'catalogue' unpaused successfully.".to_owned());
    assert_eq!(post(&sandbox, 1, "pipelines/catalogue/unpause").await, unpaused);
    assert_eq!(post(&sandbox, 1, "pipelines/catalogue/unpause").await.0, 409);
    let run = get(&sandbox, 1, "pipelines/catalogue/2").await;
    assert_eq!((run["label"].as_str(), statuses(&run)), (Some("2.7.0-rc2"), vec!["Building"]));
    let (status, text) = post(&sandbox, 1, "pipelines/catalogue/schedule").await;
    assert!(
        status == 409 && text.contains("Stage [build] in pipeline [catalogue] is still in progress"),
        "{text}"
    );
}

#[tokio::test]
async fn locked_pipeline_waits_for_manual_stage_or_unlock() {
    let sandbox = Gocd::start().await.unwrap();
    let unlock = || post(&sandbox, 1, "pipelines/payroll/unlock");
    assert_eq!(post(&sandbox, 1, "pipelines/checkout/unlock").await.0, 409, "it never locks");
    let (status, text) = unlock().await;
    assert!(status == 409 && text.ends_with("no pipeline instance is currently in progress"), "{text}");
    assert_eq!(post(&sandbox, 1, "pipelines/payroll/schedule").await.0, 202);
    advance(&sandbox, 10);
    let (status, text) = unlock().await;
    assert!(status == 409 && text.starts_with("Locked pipeline instance is currently running"), "{text}");
    let run = || post(&sandbox, 2, "stages/payroll/10/deploy/run");
    let (status, text) = run().await;
    assert!(status == 409 && text.contains("counter='10'"), "{text}");

    // The second stage does not start by itself.
    advance(&sandbox, 600);
    assert_eq!(statuses(&get(&sandbox, 1, "pipelines/payroll/10").await), ["Passed", "Unknown", "Unknown"]);
    let (status, text) = post(&sandbox, 2, "stages/payroll/10/verify/run").await;
    assert!(status == 400 && text.contains("its previous stage has not been run"), "{text}");
    let (status, text) = post(&sandbox, 1, "pipelines/payroll/schedule").await;
    assert!(status == 409 && text.contains("is locked"), "{text}");
    assert_eq!(run().await, (202, "Request to schedule stage payroll/10/deploy accepted".to_owned()));
    advance(&sandbox, 60);
    assert_eq!(get(&sandbox, 1, "pipelines/payroll/status").await["locked"], true);
    advance(&sandbox, 60);
    assert_eq!(get(&sandbox, 1, "pipelines/payroll/status").await["locked"], false);
    let stage = get(&sandbox, 3, "stages/payroll/10/deploy/1").await;
    assert_eq!((&stage["approval_type"], &stage["approved_by"]), (&json!("manual"), &json!("ada")));

    assert_eq!(post(&sandbox, 1, "pipelines/payroll/schedule").await.0, 202);
    advance(&sandbox, 10);
    assert_eq!(post(&sandbox, 3, "stages/payroll/11/package/1/cancel").await.0, 200);
    assert_eq!(unlock().await, (200, "Pipeline lock released for payroll.".to_owned()));
    assert_eq!(get(&sandbox, 1, "pipelines/payroll/status").await["schedulable"], true);
}

#[tokio::test]
async fn stages_are_cancelled_and_run_again() {
    let sandbox = Gocd::start().await.unwrap();
    assert_eq!(post(&sandbox, 3, "stages/checkout/128/acceptance/2/run-failed-jobs").await.0, 202);
    let cancel = || post(&sandbox, 3, "stages/checkout/128/acceptance/3/cancel");
    assert_eq!(cancel().await, (200, "Stage cancelled successfully.".to_owned()));
    assert_eq!(cancel().await, (200, "Stage is not active. Cancellation Ignored.".to_owned()));
    let stage = get(&sandbox, 3, "stages/checkout/128/acceptance/3").await;
    assert_eq!((&stage["result"], &stage["cancelled_by"]), (&json!("Cancelled"), &json!("ada")));
    let (status, text) = post(&sandbox, 3, "stages/checkout/128/build/1/run-failed-jobs").await;
    assert_eq!((status, text.as_str()), (400, "There are no failed jobs in the stage that could be re-run"));
    assert_eq!(post(&sandbox, 2, "stages/checkout/128/build/run").await.0, 202);
    let (status, text) = post(&sandbox, 2, "stages/checkout/127/build/run").await;
    assert_eq!(
        (status, text.as_str()),
        (409, "Cannot schedule: Stage [build] in pipeline [checkout] is still in progress")
    );
    advance(&sandbox, 120);
    assert_eq!(get(&sandbox, 3, "stages/checkout/128/acceptance/4").await["result"], "Passed");
    for path in ["checkout/128/deploy/run", "checkout/999/build/run", "nothing/1/build/run"] {
        assert_eq!(post(&sandbox, 2, &format!("stages/{path}")).await.0, 404, "{path}");
    }
    assert_eq!(post(&sandbox, 2, "stages/checkout/Latest/build/run").await.0, 422);
    let (status, text) = post(&sandbox, 3, "stages/checkout/128/build/9/cancel").await;
    assert!(status == 404 && text.contains("Stage 'build' with counter '9' not found."), "{text}");
}

#[tokio::test]
async fn history_has_cursors() {
    let sandbox = Gocd::start().await.unwrap();
    let mut counters = Vec::new();
    let mut page = get(&sandbox, 1, "pipelines/checkout/history").await;
    assert!(page["_links"]["previous"].is_null());
    let follow = async |page: &Value, relation: &str| {
        let link = page["_links"][relation]["href"].as_str().unwrap();
        let path = link.strip_prefix(sandbox.api_url()).unwrap().to_owned();
        get(&sandbox, 1, &path[1..]).await
    };
    loop {
        let runs = page["pipelines"].as_array().unwrap();
        counters.extend(runs.iter().map(|run| run["counter"].as_u64().unwrap()));
        if page["_links"]["next"].is_null() {
            break;
        }
        page = follow(&page, "next").await;
    }
    assert_eq!(counters, (104..=128).rev().collect::<Vec<_>>());
    let previous = follow(&page, "previous").await;
    assert_eq!(previous["pipelines"][0]["counter"], 118);
    let whole = get(&sandbox, 1, "pipelines/checkout/history?page_size=100").await;
    assert_eq!((whole["pipelines"].as_array().unwrap().len(), &whole["_links"]), (25, &Value::Null));
    let beyond = get(&sandbox, 1, "pipelines/checkout/history?after=1").await;
    assert_eq!(beyond, json!({ "pipelines": [] }));
    for query in ["page_size=9", "page_size=101", "page_size=x", "after=-1", "before=x"] {
        let request = call(&sandbox, Method::GET, 1, &format!("pipelines/checkout/history?{query}"));
        assert_eq!(message(request).await.0, 400, "{query}");
    }
    for (counter, status) in [("999", 404), ("0", 422), ("x", 422)] {
        let request = call(&sandbox, Method::GET, 1, &format!("pipelines/checkout/{counter}"));
        assert_eq!(message(request).await.0, status, "{counter}");
    }
}

#[tokio::test]
async fn agents_are_listed_and_changed() {
    let sandbox = Gocd::start().await.unwrap();
    let listed = get(&sandbox, 7, "agents").await;
    let agents = listed["_embedded"]["agents"].as_array().unwrap();
    let uuids: Vec<_> = agents.iter().map(|agent| agent["uuid"].as_str().unwrap().to_owned()).collect();
    assert_eq!((agents.len(), &agents[2]["agent_config_state"]), (4, &json!("Pending")));
    assert!(agents[3]["resources"].is_null() && agents[3]["elastic_agent_id"].is_string());
    let patch = async |at: usize, body: Value| {
        send(call(&sandbox, Method::PATCH, 7, &format!("agents/{}", uuids[at])).json(&body)).await
    };
    let body = json!({
        "hostname": "build-01", "agent_config_state": "Disabled", "resources": "docker, java",
        "environments": ["production", "unknown"],
    });
    let (status, changed) = patch(0, body).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&changed["hostname"], &changed["resources"]),
        (&json!("build-01"), &json!(["docker", "java"]))
    );
    assert_eq!(changed["environments"].as_array().unwrap().len(), 1);
    assert_eq!(get(&sandbox, 7, &format!("agents/{}", uuids[0])).await, changed);
    for (at, body, status) in [
        (0, json!({}), 400),
        (0, json!({ "agent_config_state": "Lost" }), 422),
        (2, json!({ "hostname": "x" }), 400),
        (2, json!({ "agent_config_state": "Enabled" }), 200),
        (3, json!({ "resources": ["x"] }), 400),
    ] {
        assert_eq!(patch(at, body.clone()).await.0, status, "{body}");
    }
    assert_eq!(message(call(&sandbox, Method::GET, 7, "agents/x")).await.0, 404);
    let invalid = call(&sandbox, Method::PATCH, 7, &format!("agents/{}", uuids[0])).body("{");
    assert_eq!(message(invalid).await.0, 400);
    let forbidden = by_viewer(&sandbox, Method::PATCH, 7, &format!("agents/{}", uuids[0]));
    assert_eq!(message(forbidden.json(&json!({ "hostname": "x" }))).await.0, 403);

    // A disabled agent gets no jobs.
    assert_eq!(post(&sandbox, 1, "pipelines/catalogue/schedule").await.0, 202);
    advance(&sandbox, 30);
    let stage = get(&sandbox, 3, "stages/catalogue/2/build/1").await;
    assert_eq!(stage["jobs"][0]["agent_uuid"], *uuids[1]);
}

#[tokio::test]
async fn calls_check_version_token_and_confirmation() {
    let sandbox = Gocd::start().await.unwrap();
    let (oauth, _) = tokens(&sandbox).await;
    for (version, path) in [
        (1, "pipelines/checkout/status"),
        (1, "pipelines/checkout/history"),
        (1, "pipelines/checkout/128"),
        (3, "stages/checkout/128/build/1"),
        (4, "dashboard"),
        (7, "agents"),
        (1, "server_health_messages"),
    ] {
        let response = call(&sandbox, Method::GET, version, path).send().await.unwrap();
        let expected = format!("application/vnd.go.cd.v{version}+json; charset=utf-8");
        assert_eq!(response.headers()["content-type"], *expected);
        let unversioned = call(&sandbox, Method::GET, version, path);
        let unversioned = unversioned.header("accept", "application/vnd.go.cd+json");
        assert_eq!(unversioned.send().await.unwrap().status(), 200, "{path}");
        assert_eq!(message(call(&sandbox, Method::GET, 9, path)).await.0, 404, "{path}");
        let url = format!("{}/{path}", sandbox.api_url());
        let accept = format!("application/vnd.go.cd.v{version}+json");
        let request = || http().get(&url).header("accept", &accept);
        assert_eq!(message(request().bearer_auth("unknown")).await.0, 401, "{path}");
        assert_eq!(message(request().header("authorization", token_header(&oauth))).await.0, 403, "{path}");
    }
    for (version, path) in [
        (1, "pipelines/checkout/schedule"),
        (1, "pipelines/checkout/pause"),
        (1, "pipelines/checkout/unpause"),
        (1, "pipelines/payroll/unlock"),
        (3, "stages/checkout/128/build/1/cancel"),
        (3, "stages/checkout/128/acceptance/2/run-failed-jobs"),
        (2, "stages/checkout/128/build/run"),
    ] {
        let request = || call(&sandbox, Method::POST, version, path);
        let missing = (400, "Missing required header 'X-GoCD-Confirm' with value 'true'".to_owned());
        assert_eq!(message(request()).await, missing, "{path}");
        assert_eq!(message(request().form(&[("a", "b")])).await.0, 415, "{path}");
        let forbidden = by_viewer(&sandbox, Method::POST, version, path).header("x-gocd-confirm", "true");
        assert_eq!(message(forbidden).await.0, 403, "{path}");
        let unknown = path.replace("checkout", "nothing").replace("payroll", "nothing");
        assert_eq!(post(&sandbox, version, &unknown).await.0, 404, "{unknown}");
    }
}

#[tokio::test]
async fn viewer_sees_only_own_pipelines() {
    let sandbox = Gocd::start().await.unwrap();
    let (_, dashboard) = send(by_viewer(&sandbox, Method::GET, 4, "dashboard")).await;
    let content = &dashboard["_embedded"];
    let names: Vec<_> = content["pipelines"].as_array().unwrap().iter().map(|found| &found["name"]).collect();
    assert_eq!(names, ["checkout", "catalogue"]);
    assert_eq!(content["pipeline_groups"].as_array().unwrap().len(), 1);
    assert_eq!(content["pipelines"][0]["can_operate"], false);
    for path in ["pipelines/payroll/history", "pipelines/payroll/9", "pipelines/checkout/status"] {
        assert_eq!(message(by_viewer(&sandbox, Method::GET, 1, path)).await.0, 403, "{path}");
    }
    let (status, messages) = send(by_viewer(&sandbox, Method::GET, 1, "server_health_messages")).await;
    assert_eq!(
        (status, &messages[0]["level"], &messages[1]["level"]),
        (200, &json!("WARNING"), &json!("ERROR"))
    );
}

#[tokio::test]
async fn control_over_http_fails_next_run() {
    let sandbox = Sandbox::start().await.unwrap();
    let fail = async |stage: &str| {
        let request = http().post(format!("{}/gocd/fail_next_run", sandbox.control_url()));
        let body = json!({ "pipeline": "catalogue", "stage": stage });
        send(request.header("x-sandbox-key", sandbox.control_key()).json(&body)).await
    };
    assert_eq!(fail("deploy").await, (200, json!({ "known": false })));
    assert_eq!(fail("build").await, (200, json!({ "known": true })));
    let gocd = sandbox.gocd();
    assert_eq!(post(gocd, 1, "pipelines/catalogue/schedule").await.0, 202);
    advance(gocd, 70);
    assert_eq!(statuses(&get(gocd, 1, "pipelines/catalogue/2").await), ["Failed"]);
}
