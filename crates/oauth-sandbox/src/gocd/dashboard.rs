//! The dashboard, and the messages about the server's health.

use std::collections::BTreeSet;

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};

use super::Rules;
use super::api::{ApiCall, time};
use super::model::{Pipeline, Run};
use crate::provider::SharedCore;
use crate::request::Handled;

const DOC: &str = "https://api.go.cd/current/";

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    Router::new()
        .route("/go/api/dashboard", get(dashboard))
        .route("/go/api/server_health_messages", get(server_health_messages))
}

async fn dashboard(call: ApiCall<4>) -> Handled {
    let state = call.state();
    let is_admin = state.is_admin(&call.user);
    let pipelines: Vec<_> =
        state.pipelines.iter().filter(|pipeline| pipeline.config.is_visible_to(&call.user)).collect();
    let root = &call.request.core.urls.root;
    let groups = sections(
        &pipelines,
        |pipeline| pipeline.config.group,
        is_admin,
        |_| (format!("{DOC}#pipeline-groups"), format!("{root}/api/config/pipeline_groups")),
    );
    let environments = sections(
        &pipelines,
        |pipeline| pipeline.config.environment,
        is_admin,
        |name| (format!("{DOC}#environment-config"), call.url(&format!("admin/environments/{name}"))),
    );
    let pipelines: Vec<_> =
        pipelines.iter().map(|pipeline| pipeline_json(&call, pipeline, is_admin)).collect();
    Ok(call.respond(&json!({
        "_links": {
            "self": { "href": call.url("dashboard") },
            "doc": { "href": format!("{DOC}#dashboard") },
        },
        "_personalization": "2b1f0c7d9a3e4586",
        "_embedded": {
            "pipeline_groups": groups,
            "environments": environments,
            "pipelines": pipelines,
        },
    })))
}

/// The groups or environments of pipelines. `links` returns the documentation's and the section's own URL.
fn sections(
    pipelines: &[&Pipeline],
    section_of: impl Fn(&Pipeline) -> &'static str,
    is_admin: bool,
    links: impl Fn(&str) -> (String, String),
) -> Vec<Value> {
    let names: BTreeSet<_> = pipelines.iter().map(|pipeline| section_of(pipeline)).collect();
    let section = |name: &&'static str| {
        let members = pipelines.iter().filter(|pipeline| section_of(pipeline) == *name);
        let (doc, url) = links(name);
        json!({
            "_links": { "doc": { "href": doc }, "self": { "href": url } },
            "name": name,
            "pipelines": members.map(|pipeline| pipeline.config.name).collect::<Vec<_>>(),
            "can_administer": is_admin,
        })
    };
    names.iter().map(section).collect()
}

fn pipeline_json(call: &ApiCall<4>, pipeline: &Pipeline, is_admin: bool) -> Value {
    let name = pipeline.config.name;
    let pause = pipeline.pause.as_ref();
    let mut pause_info = json!({
        "paused": pause.is_some(),
        "paused_by": pause.map(|pause| &pause.by),
        "pause_reason": pause.map(|pause| &pause.cause),
    });
    if let Some(pause) = pause {
        pause_info["paused_at"] = time(pause.at).into();
    }
    let active = pipeline.runs.iter().rev().filter(|run| pipeline.is_active(run.counter));
    let mut runs: Vec<_> = active.collect();
    if runs.is_empty() {
        runs.extend(pipeline.runs.last());
    }
    json!({
        "_links": {
            "self": { "href": call.url(&format!("pipelines/{name}/history")) },
            "doc": { "href": format!("{DOC}#pipelines") },
        },
        "name": name,
        "last_updated_timestamp": pipeline.changed_at.timestamp_millis(),
        "locked": pipeline.locked_by.is_some(),
        "pause_info": pause_info,
        "can_operate": is_admin,
        "can_administer": is_admin,
        "can_unlock": is_admin && pipeline.unlock_refusal().is_none(),
        "can_pause": is_admin,
        "from_config_repo": false,
        "_embedded": {
            "instances": runs.iter().map(|run| run_json(call, pipeline, run)).collect::<Vec<_>>(),
        },
    })
}

fn run_json(call: &ApiCall<4>, pipeline: &Pipeline, run: &Run) -> Value {
    let (name, counter) = (pipeline.config.name, run.counter);
    let latest = |stage| pipeline.latest_stage_run(counter, stage);
    let stages = pipeline.config.stages.iter().filter_map(|stage| latest(stage.name));
    let stages = stages.map(|stage| {
        let path = format!("stages/{name}/{counter}/{}/{}", stage.name, stage.counter);
        let mut body = json!({
            "_links": { "self": { "href": call.url(&path) } },
            "name": stage.name,
            "counter": stage.counter.to_string(),
            "status": stage.status(),
            "approved_by": stage.approved_by,
            "scheduled_at": time(stage.scheduled_at),
        });
        if let Some(user) = &stage.cancelled_by {
            body["cancelled_by"] = user.as_str().into();
        }
        body
    });
    json!({
        "_links": { "self": { "href": call.url(&format!("pipelines/{name}/instance/{counter}")) } },
        "label": pipeline.config.label(counter),
        "counter": counter,
        "triggered_by": format!("Triggered by {}", run.forced_by.as_deref().unwrap_or("changes")),
        "scheduled_at": time(run.scheduled_at),
        "_embedded": { "stages": stages.collect::<Vec<_>>() },
    })
}

async fn server_health_messages(call: ApiCall<1>) -> Handled {
    let started = time(call.state().started);
    Ok(call.respond(&json!([
        {
            "message": "GoCD Server's artifact repository is running low on disk space",
            "detail": "GoCD has less than 1.00 GB of disk space available at /var/lib/go-server/artifacts.",
            "level": "WARNING",
            "time": started,
        },
        {
            "message": "Modification check failed for material: URL: https://git.example.com/shop/legacy, \
                        Branch: main",
            "detail": "Failed to run git ls-remote command",
            "level": "ERROR",
            "time": started,
        },
    ])))
}
