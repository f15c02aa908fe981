//! The CCTray feed of made-up builds (docs/provider-facts.md 1e).

use axum::response::IntoResponse as _;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesStart, Event};

use super::{Request, caller};
use crate::request::Handled;
use crate::user::User;

#[derive(Debug)]
pub(super) struct Stage {
    pipeline: &'static str,
    stage: &'static str,
    jobs: &'static [&'static str],
    activity: &'static str,
    pub(super) status: &'static str,
    /// `12`, or `12 :: 2` for the second run of the stage.
    pub(super) label: &'static str,
    counter: u32,
    minutes_ago: i64,
    breakers: Option<&'static str>,
    /// The only user who may view the pipeline.
    only_for: Option<&'static str>,
}

const STAGES: [Stage; 4] = [
    Stage {
        pipeline: "checkout",
        stage: "build",
        jobs: &["compile", "lint"],
        activity: "Sleeping",
        status: "Success",
        label: "128",
        counter: 1,
        minutes_ago: 42,
        breakers: None,
        only_for: None,
    },
    Stage {
        pipeline: "checkout",
        stage: "acceptance",
        jobs: &["browser"],
        activity: "Building",
        status: "Failure",
        label: "128 :: 2",
        counter: 2,
        minutes_ago: 35,
        breakers: Some("Mira Ström <mira@example.com> & Tom O\"Dell"),
        only_for: None,
    },
    Stage {
        pipeline: "catalogue",
        stage: "build",
        jobs: &["compile"],
        activity: "Sleeping",
        status: "Success",
        label: "2.7.0-rc1",
        counter: 1,
        minutes_ago: 1_530,
        breakers: None,
        only_for: None,
    },
    Stage {
        pipeline: "payroll",
        stage: "deploy",
        jobs: &["production"],
        activity: "Sleeping",
        status: "Success",
        label: "9",
        counter: 1,
        minutes_ago: 10_090,
        breakers: None,
        only_for: Some("ada"),
    },
];

pub(super) fn visible_to(user: &User) -> impl Iterator<Item = &'static Stage> {
    const { &STAGES }.iter().filter(|stage| stage.only_for.is_none_or(|login| login == user.login))
}

impl Stage {
    pub(super) fn name(&self) -> String {
        format!("{} :: {}", self.pipeline, self.stage)
    }

    fn pipeline_label(&self) -> &str {
        self.label.split(" :: ").next().unwrap_or_default()
    }
}

pub(super) async fn cctray(request: Request) -> Handled {
    let user = caller::authenticate(&request)?;
    let started = request.core.state().started;
    Ok(match document(&user, &request.core.urls.root, started) {
        Ok(xml) => ([(CONTENT_TYPE, "application/xml; charset=utf-8")], xml).into_response(),
        // Writing to memory cannot fail.
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    })
}

fn document(user: &User, root: &str, started: DateTime<Utc>) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.create_element("Projects").write_inner_content(|writer| {
        for stage in visible_to(user) {
            let Stage { pipeline, stage: name, counter, .. } = stage;
            let label = stage.pipeline_label();
            project(
                writer,
                stage,
                &stage.name(),
                &format!("{root}/pipelines/{pipeline}/{label}/{name}/{counter}"),
                started,
            )?;
            for job in stage.jobs {
                let url = format!("{root}/tab/build/detail/{pipeline}/{label}/{name}/{counter}/{job}");
                project(writer, stage, &format!("{} :: {job}", stage.name()), &url, started)?;
            }
        }
        Ok(())
    })?;
    Ok(writer.into_inner())
}

fn project(
    writer: &mut Writer<Vec<u8>>,
    stage: &Stage,
    name: &str,
    web_url: &str,
    started: DateTime<Utc>,
) -> std::io::Result<()> {
    let time = started - TimeDelta::minutes(stage.minutes_ago);
    let time = time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let project = writer.create_element("Project").with_attributes([
        ("name", name),
        ("activity", stage.activity),
        ("lastBuildStatus", stage.status),
        ("lastBuildLabel", stage.label),
        ("lastBuildTime", time.as_str()),
        ("webUrl", web_url),
    ]);
    let Some(breakers) = stage.breakers else {
        project.write_empty()?;
        return Ok(());
    };
    project.write_inner_content(|writer| {
        writer.create_element("messages").write_inner_content(|writer| {
            let message =
                BytesStart::new("message").with_attributes([("text", breakers), ("kind", "Breakers")]);
            writer.write_event(Event::Empty(message))
        })?;
        Ok(())
    })?;
    Ok(())
}
