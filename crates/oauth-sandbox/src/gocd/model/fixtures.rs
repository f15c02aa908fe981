//! Pipelines, their runs so far, and agents, all made up.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Agent, JobRun, Pipeline, PipelineConfig, Run, StageConfig, StageRun};

pub(in crate::gocd) const ENVIRONMENTS: [&str; 2] = ["production", "staging"];

static PIPELINES: [PipelineConfig; 3] = [
    PipelineConfig {
        name: "checkout",
        group: "shop",
        environment: "staging",
        label_prefix: "",
        first_id: 4_000,
        repository: "https://git.example.com/shop/checkout",
        committer: "Mira Ström <mira@example.com> & Tom O\"Dell",
        variables: &["RELEASE", "DEPLOY_KEY"],
        stages: &[
            StageConfig { name: "build", jobs: &["compile", "lint"], is_manual: false },
            StageConfig { name: "acceptance", jobs: &["browser"], is_manual: false },
        ],
        locks: false,
        only_for: None,
    },
    PipelineConfig {
        name: "catalogue",
        group: "shop",
        environment: "staging",
        label_prefix: "2.7.0-rc",
        first_id: 5_200,
        repository: "https://git.example.com/shop/catalogue",
        committer: "Jun Park <jun@example.com>",
        variables: &[],
        stages: &[StageConfig { name: "build", jobs: &["compile"], is_manual: false }],
        locks: false,
        only_for: None,
    },
    PipelineConfig {
        name: "payroll",
        group: "back-office",
        environment: "production",
        label_prefix: "",
        first_id: 6_400,
        repository: "https://git.example.com/back-office/payroll",
        committer: "Ada Okafor <ada@example.com>",
        variables: &["TARGET"],
        stages: &[
            StageConfig { name: "package", jobs: &["archive"], is_manual: false },
            StageConfig { name: "deploy", jobs: &["production"], is_manual: true },
            StageConfig { name: "verify", jobs: &["smoke"], is_manual: false },
        ],
        locks: true,
        only_for: Some("ada"),
    },
];

pub(super) fn pipelines(now: DateTime<Utc>) -> Vec<Pipeline> {
    let minutes_ago = |minutes: i64| now - TimeDelta::minutes(minutes);
    let mut pipelines: Vec<_> = PIPELINES.iter().map(|config| Pipeline::new(config, now)).collect();
    for counter in 104..128 {
        add_passed_run(&mut pipelines[0], counter, minutes_ago(43 + 60 * (128 - i64::from(counter))));
    }
    // The latest run: its second stage failed twice.
    let checkout = &mut pipelines[0];
    add_run(checkout, 128, minutes_ago(43));
    add_stage(checkout, (128, 0, 1), minutes_ago(43), "Passed");
    add_stage(checkout, (128, 1, 1), minutes_ago(42), "Failed");
    add_stage(checkout, (128, 1, 2), minutes_ago(36), "Failed");
    add_passed_run(&mut pipelines[1], 1, minutes_ago(1_531));
    add_passed_run(&mut pipelines[2], 8, minutes_ago(20_170));
    add_passed_run(&mut pipelines[2], 9, minutes_ago(10_092));
    pipelines
}

fn add_run(pipeline: &mut Pipeline, counter: u32, at: DateTime<Utc>) {
    pipeline.runs.push(Run {
        counter,
        scheduled_at: at,
        forced_by: None,
        revision: pipeline.config.commit(counter),
        modified_at: at - TimeDelta::minutes(2),
        failing_stage: None,
    });
}

fn add_passed_run(pipeline: &mut Pipeline, counter: u32, at: DateTime<Utc>) {
    add_run(pipeline, counter, at);
    for stage in 0..pipeline.config.stages.len() {
        let minutes = TimeDelta::minutes(i64::try_from(stage).unwrap_or_default());
        add_stage(pipeline, (counter, stage, 1), at + minutes, "Passed");
    }
}

/// Adds the run of a stage that took a minute.
fn add_stage(
    pipeline: &mut Pipeline,
    (run, stage, counter): (u32, usize, u32),
    at: DateTime<Utc>,
    result: &'static str,
) {
    let stage = &pipeline.config.stages[stage];
    let job = |name: &&'static str| JobRun {
        agent: Some(BUILD_AGENT),
        end: Some((at + TimeDelta::minutes(1), result)),
        ..JobRun::new(name, at)
    };
    pipeline.stage_runs.push(StageRun {
        name: stage.name,
        run,
        counter,
        scheduled_at: at,
        approved_by: if stage.is_manual { "ada" } else { "changes" }.to_owned(),
        rerun_of: None,
        cancelled_by: None,
        jobs: stage.jobs.iter().map(job).collect(),
    });
}

const BUILD_AGENT: &str = "3f1c6c1e-6a0b-4d0e-9a57-6c2d1f0b8e11";

pub(super) fn agents() -> Vec<Agent> {
    let agent = |uuid, hostname: &str, ip_address, config_state| Agent {
        uuid,
        hostname: hostname.to_owned(),
        ip_address,
        config_state,
        resources: Vec::new(),
        environments: Vec::new(),
        elastic_id: None,
    };
    vec![
        Agent {
            resources: vec!["java".to_owned(), "linux".to_owned()],
            environments: vec!["staging".to_owned()],
            ..agent(BUILD_AGENT, "build-1.example.com", "10.12.20.47", "Enabled")
        },
        Agent {
            resources: vec!["linux".to_owned()],
            environments: vec!["production".to_owned(), "staging".to_owned()],
            ..agent("8b0d4c52-20c4-4a7e-8a3c-0d5be3f1a7c9", "build-2.example.com", "10.12.20.48", "Enabled")
        },
        agent("c94a7b30-5f7d-4b52-b2f6-7a1e9d3c4f68", "build-3.example.com", "10.12.20.49", "Pending"),
        Agent {
            elastic_id: Some("docker.build-4"),
            ..agent("e5d2f8a6-913b-4c7f-a0d4-b8c6e2713d95", "build-4.example.com", "10.12.20.50", "Enabled")
        },
    ]
}
