//! The CCTray feed (docs/provider-facts.md 1e).

use std::iter;

use axum::response::IntoResponse as _;
use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesStart, Event};

use super::model::{JobRun, Pipeline, StageConfig, StageRun, State};
use super::{Request, caller};
use crate::request::Handled;
use crate::user::User;

/// The latest run of a stage or job, and the last one that was completed.
pub(super) struct Project {
    /// `pipeline :: stage` or `pipeline :: stage :: job`.
    pub(super) name: String,
    activity: &'static str,
    pub(super) status: &'static str,
    /// `12`, or `12 :: 2` for the second run of the stage.
    pub(super) label: String,
    built_at: DateTime<Utc>,
    /// The page of the latest run, below the root URL.
    page: String,
    breakers: Option<&'static str>,
}

/// The stages that a user may view, each with its jobs.
pub(super) fn stages_visible_to(state: &State, user: &User) -> Vec<(Project, Vec<Project>)> {
    let visible = state.pipelines.iter().filter(|pipeline| pipeline.config.is_visible_to(user));
    visible
        .flat_map(|pipeline| {
            let project =
                |stage: &StageConfig| Some((project_of(pipeline, stage)?, jobs_of(pipeline, stage)));
            pipeline.config.stages.iter().filter_map(project).collect::<Vec<_>>()
        })
        .collect()
}

fn project_of(pipeline: &Pipeline, stage: &StageConfig) -> Option<Project> {
    let name = format!("{} :: {}", pipeline.config.name, stage.name);
    let mut runs = pipeline.stage_runs.iter().rev().filter(|run| run.name == stage.name);
    let latest = runs.next()?;
    let (completed, built_at) =
        iter::once(latest).chain(runs).find_map(|run| Some((run, run.ended_at()?)))?;
    let page = format!("pipelines/{}", path(pipeline, latest));
    Some(Project::new(pipeline, name, latest.is_active(), (completed, completed.result(), built_at), page))
}

fn jobs_of(pipeline: &Pipeline, stage: &StageConfig) -> Vec<Project> {
    let project = |job: &&'static str| {
        let name = format!("{} :: {} :: {job}", pipeline.config.name, stage.name);
        let runs = pipeline.stage_runs.iter().rev().filter(|run| run.name == stage.name);
        let mut jobs = runs.flat_map(|run| run.jobs.iter().map(move |found| (run, found)));
        let mut jobs = jobs.by_ref().filter(|(_, found)| found.name == *job);
        let (run, latest) = jobs.next()?;
        let ended = |(run, job): (_, &JobRun)| job.end.map(|(at, result)| (run, result, at));
        let completed = iter::once((run, latest)).chain(jobs).find_map(ended)?;
        let page = format!("tab/build/detail/{}/{job}", path(pipeline, run));
        Some(Project::new(pipeline, name, latest.end.is_none(), completed, page))
    };
    stage.jobs.iter().filter_map(project).collect()
}

fn path(pipeline: &Pipeline, run: &StageRun) -> String {
    format!("{}/{}/{}/{}", pipeline.config.name, run.run, run.name, run.counter)
}

impl Project {
    fn new(
        pipeline: &Pipeline,
        name: String,
        is_active: bool,
        (completed, result, built_at): (&StageRun, &str, DateTime<Utc>),
        page: String,
    ) -> Self {
        let has_passed = result == "Passed";
        let label = pipeline.config.label(completed.run);
        Self {
            name,
            activity: if is_active { "Building" } else { "Sleeping" },
            status: if has_passed { "Success" } else { "Failure" },
            label: if completed.counter > 1 { format!("{label} :: {}", completed.counter) } else { label },
            built_at,
            page,
            breakers: (!has_passed).then_some(pipeline.config.committer),
        }
    }
}

pub(super) async fn cctray(request: Request) -> Handled {
    let user = caller::authenticate(&request)?;
    let stages = stages_visible_to(&request.core.current_state(), &user);
    Ok(match document(&stages, &request.core.urls.root) {
        Ok(xml) => ([(CONTENT_TYPE, "application/xml; charset=utf-8")], xml).into_response(),
        // Writing to memory cannot fail.
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    })
}

fn document(stages: &[(Project, Vec<Project>)], root: &str) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.create_element("Projects").write_inner_content(|writer| {
        for (stage, jobs) in stages {
            write_project(writer, stage, root)?;
            for job in jobs {
                write_project(writer, job, root)?;
            }
        }
        Ok(())
    })?;
    Ok(writer.into_inner())
}

fn write_project(writer: &mut Writer<Vec<u8>>, project: &Project, root: &str) -> std::io::Result<()> {
    let time = project.built_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let page = format!("{root}/{}", project.page);
    let element = writer.create_element("Project").with_attributes([
        ("name", project.name.as_str()),
        ("activity", project.activity),
        ("lastBuildStatus", project.status),
        ("lastBuildLabel", project.label.as_str()),
        ("lastBuildTime", time.as_str()),
        ("webUrl", page.as_str()),
    ]);
    let Some(breakers) = project.breakers else {
        element.write_empty()?;
        return Ok(());
    };
    element.write_inner_content(|writer| {
        writer.create_element("messages").write_inner_content(|writer| {
            let message =
                BytesStart::new("message").with_attributes([("text", breakers), ("kind", "Breakers")]);
            writer.write_event(Event::Empty(message))
        })?;
        Ok(())
    })?;
    Ok(())
}
