//! The API of stages.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Value, json};

use super::Rules;
use super::api::ApiCall;
use super::model::{JobRun, Pipeline, StageConfig, StageRun};
use super::pipelines::approval_type;
use crate::provider::SharedCore;
use crate::request::{Handled, Rejection};

pub(super) fn routes() -> Router<SharedCore<Rules>> {
    let base = "/go/api/stages/{name}/{counter}/{stage}";
    Router::new()
        .route(&format!("{base}/run"), post(run))
        .route(&format!("{base}/{{stage_counter}}"), get(show))
        .route(&format!("{base}/{{stage_counter}}/cancel"), post(cancel))
        .route(&format!("{base}/{{stage_counter}}/run-failed-jobs"), post(run_failed_jobs))
}

/// Pipeline, counter of its run, stage, and counter of the stage's run.
type StagePath = Path<(String, String, String, String)>;

async fn show(call: ApiCall<3>, Path(path): StagePath) -> Handled {
    let mut state = call.state();
    let pipeline = &*call.pipeline(&mut state, &path.0)?;
    let (stage, run) = find(&call, pipeline, &path)?;
    let jobs: Vec<_> = run.jobs.iter().map(|job| job_json(&call, job)).collect();
    let changes = run.jobs.iter().flat_map(|job| job.transitions(call.request.core.now()));
    let changed_at = changes.map(|(_, at)| at).max().unwrap_or(run.scheduled_at);
    let mut body = json!({
        "name": run.name,
        "counter": run.counter,
        "approval_type": approval_type(stage),
        "approved_by": run.approved_by,
        "scheduled_at": run.scheduled_at.timestamp_millis(),
        "last_transitioned_time": changed_at.timestamp_millis(),
        "result": run.result(),
        "rerun_of_counter": run.rerun_of,
        "fetch_materials": true,
        "clean_working_directory": false,
        "artifacts_deleted": false,
        "pipeline_name": pipeline.config.name,
        "pipeline_counter": run.run,
        "jobs": jobs,
    });
    if let Some(user) = &run.cancelled_by {
        body["cancelled_by"] = user.as_str().into();
    }
    Ok(call.respond(&body))
}

fn job_json(call: &ApiCall<3>, job: &JobRun) -> Value {
    let transitions = job.transitions(call.request.core.now());
    let is_assigned = transitions.iter().any(|(state, _)| *state == "Assigned");
    let transition = |(state, at): &(&str, chrono::DateTime<chrono::Utc>)| json!({ "state": state, "state_change_time": at.timestamp_millis() });
    json!({
        "name": job.name,
        "state": job.state(call.request.core.now()),
        "result": job.result(),
        "scheduled_date": job.scheduled_at.timestamp_millis(),
        "rerun": job.is_rerun,
        "original_job_id": null,
        "agent_uuid": job.agent.filter(|_| is_assigned),
        "pipeline_name": null,
        "pipeline_counter": null,
        "stage_name": null,
        "stage_counter": null,
        "job_state_transitions": transitions.iter().map(transition).collect::<Vec<_>>(),
    })
}

async fn cancel(call: ApiCall<3>, Path(path): StagePath) -> Handled {
    call.check_headers()?;
    let mut state = call.state();
    let agents = state.building_agents();
    let pipeline = call.operable_pipeline(&mut state, &path.0)?;
    let (stage, run) = find(&call, pipeline, &path)?;
    let stage = (run.run, stage.name, run.counter);
    let was_active = pipeline.cancel(stage, &call.user.login, call.request.core.now(), &agents);
    let text = if was_active {
        "Stage cancelled successfully."
    } else {
        "Stage is not active. Cancellation Ignored."
    };
    Ok(call.message(StatusCode::OK, text))
}

async fn run_failed_jobs(call: ApiCall<3>, Path(path): StagePath) -> Handled {
    call.check_headers()?;
    let mut state = call.state();
    let agents = state.building_agents();
    let pipeline = call.operable_pipeline(&mut state, &path.0)?;
    let (stage, run) = find(&call, pipeline, &path)?;
    let stage = (run.run, stage, run.counter);
    pipeline
        .rerun_failed_jobs(stage, &call.user.login, call.request.core.now(), &agents)
        .map_err(|refusal| call.refused(refusal))?;
    Ok(call.message(StatusCode::ACCEPTED, "Request to rerun jobs accepted"))
}

async fn run(call: ApiCall<2>, Path((name, counter, stage)): Path<(String, String, String)>) -> Handled {
    call.check_headers()?;
    let mut state = call.state();
    let agents = state.building_agents();
    let pipeline = call.operable_pipeline(&mut state, &name)?;
    let path = format!("{name}/{counter}/{stage}");
    let number: u32 = counter.parse().map_err(|_| {
        let text =
            format!("Error while running [{path}]. Received non-numeric pipeline counter '{counter}'.");
        call.error(StatusCode::UNPROCESSABLE_ENTITY, &text)
    })?;
    let config = pipeline.config.stage(&stage).filter(|_| pipeline.run(number).is_some());
    let config =
        config.ok_or_else(|| call.error(StatusCode::NOT_FOUND, &format!("Stage [{path}] not found")))?;
    pipeline
        .run_stage(number, config, &call.user.login, call.request.core.now(), &agents)
        .map_err(|refusal| call.refused(refusal))?;
    let text = format!("Request to schedule stage {path} accepted");
    Ok(call.message(StatusCode::ACCEPTED, &text))
}

/// The stage and its run at this path.
fn find<'p>(
    call: &ApiCall<3>,
    pipeline: &'p Pipeline,
    (_, counter, stage, stage_counter): &(String, String, String, String),
) -> Result<(&'static StageConfig, &'p StageRun), Rejection> {
    let found = || {
        let (run, stage_run) = (counter.parse().ok()?, stage_counter.parse().ok()?);
        Some((pipeline.config.stage(stage)?, pipeline.stage_run(run, stage, stage_run)?))
    };
    found().ok_or_else(|| {
        let text = format!(
            "Not Found {{ Stage '{stage}' with counter '{stage_counter}' not found. Please make sure specified \
             stage or stage run with specified counter exists. }}"
        );
        call.error(StatusCode::NOT_FOUND, &text)
    })
}
