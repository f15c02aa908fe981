//! The API of pipelines and their runs.

use axum::Router;
use axum::extract::Path;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::Rules;
use super::api::ApiCall;
use super::model::{JobRun, Pipeline, PipelineConfig, Refusal, Run, StageConfig};
use crate::provider::SharedCore;
use crate::request::{Handled, Rejection};

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    let base = "/go/api/pipelines/{name}";
    Router::new()
        .route(&format!("{base}/schedule"), post(schedule))
        .route(&format!("{base}/status"), get(status))
        .route(&format!("{base}/pause"), post(pause))
        .route(&format!("{base}/unpause"), post(unpause))
        .route(&format!("{base}/unlock"), post(unlock))
        .route(&format!("{base}/history"), get(history))
        .route(&format!("{base}/{{counter}}"), get(run))
}

async fn schedule(call: ApiCall<1>, Path(name): Path<String>) -> Handled {
    call.check_headers()?;
    let mut state = call.state();
    let pipeline = call.operable_pipeline(&mut state, &name)?;
    let revision = requested_revision(pipeline, &call.json_body()?).map_err(|reason| {
        let text = format!("Request to schedule pipeline rejected {{ {reason} }}");
        call.error(StatusCode::UNPROCESSABLE_ENTITY, &text)
    })?;
    pipeline
        .trigger(&call.user.login, revision, call.request.core.now())
        .map_err(|refusal| call.refused(refusal))?;
    let text = format!("Request to schedule pipeline {name} accepted");
    Ok(call.message(StatusCode::ACCEPTED, &text))
}

/// Checks materials and environment variables. Returns the revision to run with, if one is given.
fn requested_revision(pipeline: &Pipeline, body: &Value) -> Result<Option<String>, String> {
    let items = |name: &str| body[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let PipelineConfig { name, variables, .. } = pipeline.config;
    let mut chosen = None;
    for material in items("materials") {
        let fingerprint = material["fingerprint"].as_str().unwrap_or_default();
        if fingerprint != pipeline.config.fingerprint() {
            return Err(format!(
                "Pipeline '{name}' does not contain the following material(s): [{fingerprint}]."
            ));
        }
        let revision = material["revision"].as_str().unwrap_or_default();
        if revision.trim().is_empty() {
            return Err(format!("Material [{fingerprint}] has empty revision"));
        }
        if !pipeline.runs.iter().any(|run| run.revision == revision) {
            return Err(format!("Unable to find revision [{revision}] for material [{fingerprint}]"));
        }
        chosen = Some(revision.to_owned());
    }
    for variable in items("environment_variables") {
        let variable = variable["name"].as_str().unwrap_or_default();
        if !variables.contains(&variable) {
            return Err(format!("Variable '{variable}' has not been configured for pipeline '{name}'"));
        }
    }
    Ok(chosen)
}

async fn status(call: ApiCall<1>, Path(name): Path<String>) -> Handled {
    let mut state = call.state();
    let pipeline = call.operable_pipeline(&mut state, &name)?;
    let pause = pipeline.pause.as_ref();
    Ok(call.respond(&json!({
        "paused": pause.is_some(),
        "paused_cause": pause.map(|pause| &pause.cause),
        "paused_by": pause.map(|pause| &pause.by),
        "locked": pipeline.locked_by.is_some(),
        "schedulable": pipeline.trigger_refusal().is_none(),
    })))
}

async fn pause(call: ApiCall<1>, Path(name): Path<String>) -> Handled {
    call.check_headers()?;
    let body = call.json_body()?;
    let cause = body["pause_cause"].as_str().unwrap_or_default();
    change(&call, &name, &format!("Pipeline '{name}' paused successfully."), |pipeline, now| {
        pipeline.pause(&call.user.login, cause, now)
    })
}

async fn unpause(call: ApiCall<1>, Path(name): Path<String>) -> Handled {
    call.check_headers()?;
    change(&call, &name, &format!("Pipeline '{name}' unpaused successfully."), Pipeline::unpause)
}

async fn unlock(call: ApiCall<1>, Path(name): Path<String>) -> Handled {
    call.check_headers()?;
    change(&call, &name, &format!("Pipeline lock released for {name}."), Pipeline::unlock)
}

/// Changes a pipeline and responds with `text`.
fn change(
    call: &ApiCall<1>,
    name: &str,
    text: &str,
    change: impl FnOnce(&mut Pipeline, DateTime<Utc>) -> Result<(), Refusal>,
) -> Handled {
    let mut state = call.state();
    let pipeline = call.operable_pipeline(&mut state, name)?;
    change(pipeline, call.request.core.now()).map_err(|refusal| call.refused(refusal))?;
    Ok(call.message(StatusCode::OK, text))
}

async fn history(call: ApiCall<1>, Path(name): Path<String>) -> Handled {
    let page_size = page_size(&call)?;
    let (after, before) = (cursor(&call, "after")?, cursor(&call, "before")?);
    let mut state = call.state();
    let operates = state.is_admin(&call.user);
    let pipeline = &*call.pipeline(&mut state, &name)?;
    let id = |run: &Run| pipeline.config.first_id + u64::from(run.counter);
    // Latest first. `after` is the cursor of older runs, `before` that of newer ones.
    let runs: Vec<&Run> = pipeline.runs.iter().rev().collect();
    let page: &[&Run] = if let Some(after) = after {
        let start = runs.partition_point(|run| id(run) >= after);
        &runs[start..runs.len().min(start + page_size)]
    } else if let Some(before) = before {
        let end = runs.partition_point(|run| id(run) > before);
        &runs[end.saturating_sub(page_size)..end]
    } else {
        &runs[..runs.len().min(page_size)]
    };
    let mut body = json!({});
    let mut link = |relation: &str, cursor: &str, run: &Run| {
        let url = call.url(&format!("pipelines/{name}/history?{cursor}={}", id(run)));
        body["_links"][relation] = json!({ "href": url });
    };
    if let (Some(first), Some(last)) = (page.first(), page.last()) {
        if first.counter != runs[0].counter {
            link("previous", "before", first);
        }
        if runs.last().is_some_and(|oldest| oldest.counter != last.counter) {
            link("next", "after", last);
        }
    }
    body["pipelines"] =
        page.iter().map(|run| run_json(pipeline, run, operates, call.request.core.now())).collect();
    Ok(call.respond(&body))
}

fn page_size(call: &ApiCall<1>) -> Result<usize, Rejection> {
    let size = call.request.params.get("page_size").map_or(Ok(10), str::parse);
    size.ok().filter(|size| (10..=100).contains(size)).ok_or_else(|| {
        let text = "The query parameter 'page_size', if specified must be a number between 10 and 100.";
        call.error(StatusCode::BAD_REQUEST, text)
    })
}

/// A cursor, which is none if it is zero.
fn cursor(call: &ApiCall<1>, name: &str) -> Result<Option<u64>, Rejection> {
    let Some(text) = call.request.params.present(name) else { return Ok(None) };
    let cursor: u64 = text.parse().map_err(|_| {
        let text = format!("The query parameter '{name}', if specified, must be a positive integer.");
        call.error(StatusCode::BAD_REQUEST, &text)
    })?;
    Ok((cursor > 0).then_some(cursor))
}

async fn run(call: ApiCall<1>, Path((name, counter)): Path<(String, String)>) -> Handled {
    let mut state = call.state();
    let operates = state.is_admin(&call.user);
    let pipeline = &*call.pipeline(&mut state, &name)?;
    let invalid = |text: &str| call.error(StatusCode::UNPROCESSABLE_ENTITY, text);
    let number: i32 = counter.parse().map_err(|_| invalid("The pipeline counter should be an integer."))?;
    let number = u32::try_from(number).ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| invalid("The pipeline counter cannot be less than 1."))?;
    let run = pipeline.run(number).ok_or_else(|| {
        call.error(StatusCode::NOT_FOUND, &format!("Pipeline [{name}/{counter}] not found."))
    })?;
    Ok(call.respond(&run_json(pipeline, run, operates, call.request.core.now())).into_response())
}

/// A run for a user who may operate the pipeline, or not.
fn run_json(pipeline: &Pipeline, run: &Run, operates: bool, now: DateTime<Utc>) -> Value {
    let config = pipeline.config;
    let previous = pipeline.run(run.counter - 1);
    let stages = config.stages.iter().map(|stage| run_stage_json(pipeline, run, stage, operates, now));
    let trigger = match &run.forced_by {
        Some(user) => format!("Forced by {user}"),
        None => format!("modified by {}", config.committer),
    };
    json!({
        "name": config.name,
        "counter": run.counter,
        "label": config.label(run.counter),
        "natural_order": f64::from(run.counter),
        "can_run": operates && pipeline.trigger_refusal().is_none(),
        "preparing_to_schedule": false,
        "comment": null,
        "scheduled_date": run.scheduled_at.timestamp_millis(),
        "build_cause": {
            "trigger_message": trigger,
            "trigger_forced": run.forced_by.is_some(),
            "approver": run.forced_by.as_deref().unwrap_or_default(),
            "material_revisions": [{
                "changed": previous.is_none_or(|previous| previous.revision != run.revision),
                "material": {
                    "name": config.repository,
                    "fingerprint": config.fingerprint(),
                    "type": "Git",
                    "description": format!("URL: {}, Branch: main", config.repository),
                },
                "modifications": [{
                    "revision": run.revision,
                    "modified_time": run.modified_at.timestamp_millis(),
                    "user_name": config.committer,
                    "comment": "Update dependencies",
                    "email_address": null,
                }],
            }],
        },
        "stages": stages.collect::<Vec<_>>(),
    })
}

fn run_stage_json(
    pipeline: &Pipeline,
    run: &Run,
    stage: &StageConfig,
    operates: bool,
    now: DateTime<Utc>,
) -> Value {
    let latest = pipeline.latest_stage_run(run.counter, stage.name);
    let job = |job: &JobRun| {
        json!({
            "name": job.name,
            "scheduled_date": job.scheduled_at.timestamp_millis(),
            "state": job.state(now),
            "result": job.result(),
        })
    };
    let mut body = json!({
        "result": latest.map_or("Unknown", |latest| latest.result()),
        "status": latest.map_or("Unknown", |latest| latest.status()),
        "rerun_of_counter": latest.and_then(|latest| latest.rerun_of),
        "name": stage.name,
        "counter": latest.map_or(1, |latest| latest.counter).to_string(),
        "scheduled": latest.is_some(),
        "approval_type": approval_type(stage),
        "approved_by": latest.map(|latest| &latest.approved_by),
        "operate_permission": operates,
        "can_run": operates && pipeline.stage_refusal(run.counter, stage.name).is_none(),
        "jobs": [],
    });
    if let Some(latest) = latest {
        body["jobs"] = latest.jobs.iter().map(job).collect();
    }
    body
}

pub(super) fn approval_type(stage: &StageConfig) -> &'static str {
    if stage.is_manual { "manual" } else { "success" }
}
