//! The API of agents.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::Rules;
use super::api::ApiCall;
use super::model::{Agent, ENVIRONMENTS, Pipeline, State};
use crate::provider::SharedCore;
use crate::request::{Handled, Rejection};

const DOC: &str = "https://api.gocd.org/#agents";
const VERSION: &str = "20.5.0";
const FREE_SPACE: u64 = 84_983_328_768;

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new().route("/go/api/agents", get(list)).route("/go/api/agents/{uuid}", get(show).patch(update))
}

async fn list(call: ApiCall<7>) -> Handled {
    let state = call.state();
    let agents: Vec<_> = state.agents.iter().map(|agent| agent_json(&call, &state, agent)).collect();
    Ok(call.respond(&json!({
        "_links": { "self": { "href": call.url("agents") }, "doc": { "href": DOC } },
        "_embedded": { "agents": agents },
    })))
}

async fn show(call: ApiCall<7>, Path(uuid): Path<String>) -> Handled {
    let state = call.state();
    let agent = &state.agents[position(&call, &state, &uuid)?];
    Ok(call.respond(&agent_json(&call, &state, agent)))
}

/// Needs no JSON content type, as GoCD's controller of version 7 does not check it.
async fn update(call: ApiCall<7>, Path(uuid): Path<String>) -> Handled {
    let mut state = call.state();
    if !state.is_admin(&call.user) {
        return Err(call.forbidden());
    }
    let at = position(&call, &state, &uuid)?;
    let changed = changed_agent(&state.agents[at], &call.json_body()?);
    state.agents[at] = changed.map_err(|refusal| call.refused(refusal))?;
    Ok(call.respond(&agent_json(&call, &state, &state.agents[at])))
}

fn changed_agent(agent: &Agent, body: &Value) -> Result<Agent, (StatusCode, String)> {
    let mut changed = agent.clone();
    let bad_request = |text: &str| (StatusCode::BAD_REQUEST, text.to_owned());
    let names = ["hostname", "agent_config_state", "resources", "environments"];
    if names.iter().all(|name| body[name].is_null()) {
        let text = "Bad Request. No operation is specified in the request to be performed on agent.";
        return Err(bad_request(text));
    }
    match body["agent_config_state"].as_str() {
        Some("Enabled") => changed.config_state = "Enabled",
        Some("Disabled") => changed.config_state = "Disabled",
        None if agent.config_state == "Pending" => {
            let text = format!(
                "Pending agent [{}] must be explicitly enabled or disabled when performing any operation on it.",
                agent.uuid
            );
            return Err(bad_request(&text));
        }
        None => {}
        Some(_) => {
            let text = "Your request could not be processed. The value of `agent_config_state` can be one of \
                        `Enabled`, `Disabled` or null.";
            return Err((StatusCode::UNPROCESSABLE_ENTITY, text.to_owned()));
        }
    }
    if let Some(hostname) = body["hostname"].as_str() {
        hostname.clone_into(&mut changed.hostname);
    }
    if let Some(resources) = names_in(&body["resources"]) {
        if agent.elastic_id.is_some() {
            let text = format!("Resources on elastic agents with uuids [{}] can not be updated.", agent.uuid);
            return Err(bad_request(&text));
        }
        changed.resources = resources;
    }
    if let Some(mut environments) = names_in(&body["environments"]) {
        environments.retain(|name| ENVIRONMENTS.contains(&name.as_str()));
        changed.environments = environments;
    }
    Ok(changed)
}

/// The names in a list, or in a text with commas, sorted.
fn names_in(value: &Value) -> Option<Vec<String>> {
    let names: Vec<&str> = match value {
        Value::String(text) => text.split(',').collect(),
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let names = names.into_iter().map(str::trim).filter(|name| !name.is_empty());
    let mut names: Vec<_> = names.map(str::to_owned).collect();
    names.sort();
    names.dedup();
    Some(names)
}

fn position(call: &ApiCall<7>, state: &State, uuid: &str) -> Result<usize, Rejection> {
    state
        .agents
        .iter()
        .position(|agent| agent.uuid == uuid)
        .ok_or_else(|| call.error(StatusCode::NOT_FOUND, &format!("Agent with uuid '{uuid}' was not found!")))
}

fn agent_json(call: &ApiCall<7>, state: &State, agent: &Agent) -> Value {
    let root = &call.request.core.urls.root;
    let build = build_of(agent, &state.pipelines, call.request.core.now());
    let build_state = if build.is_some() { "Building" } else { "Idle" };
    let environment = |name: &String| {
        json!({
            "name": name,
            "origin": {
                "type": "gocd",
                "_links": {
                    "self": { "href": format!("{root}/admin/config_xml") },
                    "doc": { "href": "https://api.gocd.org/#get-configuration" },
                },
            },
        })
    };
    let mut body = json!({
        "_links": {
            "self": { "href": call.url(&format!("agents/{}", agent.uuid)) },
            "doc": { "href": DOC },
            "find": { "href": call.url("agents/:uuid") },
        },
        "uuid": agent.uuid,
        "hostname": agent.hostname,
        "ip_address": agent.ip_address,
        "sandbox": "/var/lib/go-agent",
        "operating_system": "Linux",
        "free_space": FREE_SPACE,
        "agent_config_state": agent.config_state,
        "agent_state": build_state,
        "agent_version": VERSION,
        "agent_bootstrapper_version": VERSION,
        "environments": agent.environments.iter().map(environment).collect::<Vec<_>>(),
        "build_state": build_state,
    });
    match agent.elastic_id {
        None => body["resources"] = json!(agent.resources),
        Some(id) => {
            body["elastic_agent_id"] = id.into();
            body["elastic_plugin_id"] = "cd.go.contrib.elastic-agent.docker".into();
        }
    }
    if let Some((pipeline, stage, job, stage_path)) =
        build.filter(|(pipeline, ..)| pipeline.config.is_visible_to(&call.user))
    {
        let pipeline = pipeline.config.name;
        body["build_details"] = json!({
            "_links": {
                "job": { "href": format!("{root}/tab/build/detail/{stage_path}/{job}") },
                "stage": { "href": format!("{root}/pipelines/{stage_path}") },
                "pipeline": { "href": format!("{root}/tab/pipeline/history/{pipeline}") },
            },
            "pipeline_name": pipeline,
            "stage_name": stage,
            "job_name": job,
        });
    }
    body
}

/// The pipeline, stage and job that an agent builds, with the path of the stage.
fn build_of<'s>(
    agent: &Agent,
    pipelines: &'s [Pipeline],
    now: DateTime<Utc>,
) -> Option<(&'s Pipeline, &'static str, &'static str, String)> {
    pipelines.iter().find_map(|pipeline| {
        pipeline.stage_runs.iter().filter(|stage| stage.is_active()).find_map(|stage| {
            let is_built = |state: &str| !["Scheduled", "Completed"].contains(&state);
            let mut jobs = stage.jobs.iter().filter(|job| job.agent == Some(agent.uuid));
            let job = jobs.find(|job| is_built(job.state(now)))?;
            let path = format!("{}/{}/{}/{}", pipeline.config.name, stage.run, stage.name, stage.counter);
            Some((pipeline, stage.name, job.name, path))
        })
    })
}
