//! Pipelines: their status, runs and history.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{Milliseconds, endpoint, request_body, response};

use super::confirmation::Confirmation;
use super::environment_variable::NewEnvironmentVariable;
use super::history_links::{HistoryLinks, paged_by_cursor};
use super::jobs::{JobRun, RunResult};
use super::material::Material;
use super::materials::Modification;
use super::stages::{ApprovalType, StageStatus};
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/pipelines/:pipeline_name/status`: the status of a pipeline: paused, locked, ready to run.
    /// Since 14.3.0; version 1 since 20.1.0. Source: api.gocd.org, "Get pipeline status".
    pub struct GetPipelineStatus(pipeline_name: String);
    GET version(1) "/api/pipelines/:pipeline_name/status" => json(PipelineStatus)
}

endpoint! {
    [] Personal;
    /// `POST /api/pipelines/:pipeline_name/pause`: pauses a pipeline: it is not scheduled until it is
    /// unpaused. Since 18.2.0. Source: api.gocd.org, "Pause a pipeline".
    pub struct PausePipeline(pipeline_name: String);
    POST version(1) "/api/pipelines/:pipeline_name/pause" body(pause: Pause) => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `POST /api/pipelines/:pipeline_name/unpause`: lets a paused pipeline run again. Since 18.2.0. Source:
    /// api.gocd.org, "Unpause a pipeline".
    pub struct UnpausePipeline(pipeline_name: String);
    POST version(1) "/api/pipelines/:pipeline_name/unpause" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `POST /api/pipelines/:pipeline_name/unlock`: releases the lock of a pipeline, so that the next run
    /// need not wait. Refused (409) if it is not locked or a run is active. Since 18.2.0. Source:
    /// api.gocd.org, "Releasing a pipeline lock".
    pub struct UnlockPipeline(pipeline_name: String);
    POST version(1) "/api/pipelines/:pipeline_name/unlock" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `POST /api/pipelines/:pipeline_name/schedule`: starts a run of a pipeline. The server accepts it with
    /// 202 and starts it later. Since 18.2.0. Source: api.gocd.org, "Scheduling pipelines".
    ///
    /// ```
    /// # async fn example(gocd: gocd::PersonalClient) -> Result<(), gocd::Error> {
    /// use gocd::api::NewEnvironmentVariable;
    /// use gocd::api::pipelines::{Schedule, SchedulePipeline};
    ///
    /// let key = NewEnvironmentVariable::new("DEPLOY_KEY").value("a secret").secure(true);
    /// let schedule = Schedule::new().environment_variables([key]);
    /// println!("{}", gocd.send(&SchedulePipeline::new("up42", schedule)).await?.message);
    /// # Ok(())
    /// # }
    /// ```
    pub struct SchedulePipeline(pipeline_name: String);
    POST version(1) "/api/pipelines/:pipeline_name/schedule" body(schedule: Schedule) => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/pipelines/:pipeline_name/compare/:from_counter/:to_counter`: the changes of materials
    /// between two runs. Since 19.10.0; version 2 since 20.2.0. Source: api.gocd.org, "Compare pipeline
    /// instances".
    pub struct ComparePipelineRuns(pipeline_name: String, from_counter: u32, to_counter: u32);
    GET version(2) "/api/pipelines/:pipeline_name/compare/:from_counter/:to_counter" => json(Comparison)
}

endpoint! {
    [] Personal;
    /// `GET /api/pipelines/:pipeline_name/:pipeline_counter`: a run of a pipeline. Since 15.1.0; version 1
    /// since 20.1.0. Source: api.gocd.org, "Get pipeline instance".
    pub struct GetPipelineRun(pipeline_name: String, pipeline_counter: u32);
    GET version(1) "/api/pipelines/:pipeline_name/:pipeline_counter" => json(PipelineRun)
}

endpoint! {
    [] Personal;
    /// `GET /api/pipelines/:pipeline_name/history`: runs of a pipeline, latest first. Since 14.3.0; version 1
    /// since 20.1.0. Source: api.gocd.org, "Get pipeline history".
    ///
    /// ```
    /// # async fn example(gocd: gocd::PersonalClient) -> Result<(), gocd::Error> {
    /// use gocd::api::pipelines::PipelineRuns;
    ///
    /// let mut runs = gocd.pages(PipelineRuns::new("up42").page_size(100));
    /// while let Some(run) = runs.next().await {
    ///     println!("{}", run?.counter);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub struct PipelineRuns(pipeline_name: String) {
        optional {
            /// Page size, 10 to 100; 10 by default.
            page_size: u64,
            /// Cursor of the page with older runs, from its link.
            after: u64,
            /// Cursor of the page with newer runs, from its link.
            before: u64,
        }
    }
    GET version(1) "/api/pipelines/:pipeline_name/history" => json(PipelineRunPage)
}

paged_by_cursor!(PipelineRuns: PipelineRunPage, pipelines of PipelineRun);

endpoint! {
    [] Personal;
    /// `POST /api/pipelines/:pipeline_name/:pipeline_counter/comment`: sets the comment of a run. The user
    /// needs the permission to operate the pipeline. Since 19.12.0. Source: api.gocd.org, "Comment on
    /// pipeline instance".
    pub struct CommentPipelineRun(pipeline_name: String, pipeline_counter: u32);
    POST version(1) "/api/pipelines/:pipeline_name/:pipeline_counter/comment"
        body(comment: RunComment) => json(Confirmation)
}

response! {
    /// The status of a pipeline.
    pub struct PipelineStatus {
        required {
            /// `true` if the pipeline is paused.
            paused: bool,
        }
        optional {
            /// Reason of the pause.
            paused_cause: String,
            /// User who paused it.
            paused_by: String,
            /// `true` if a run holds the pipeline's lock.
            locked: bool,
            /// `true` if a run can start.
            schedulable: bool,
        }
    }
}

request_body! {
    /// A pause of a pipeline.
    pub struct Pause {
        optional {
            /// Reason.
            pause_cause: String,
        }
    }
}

request_body! {
    /// Settings of a run to schedule.
    pub struct Schedule {
        optional {
            /// `false` runs with the revisions that the server knows. By default it looks for new ones first.
            update_materials_before_scheduling: bool,
        }
        lists {
            /// Revisions to run with. Materials that are not named have their latest revision.
            materials: ScheduledMaterial,
        }
        nested {
            /// Variables to override.
            environment_variables: Vec<NewEnvironmentVariable>,
        }
    }
}

request_body! {
    /// A material's revision to run with. With one that the server cannot find, nothing runs.
    pub struct ScheduledMaterial {
        required {
            /// The material's fingerprint.
            fingerprint: String,
            /// Commit, revision number, changelist, changeset, package revision, or run of a stage:
            /// `pipeline/5/stage/1`.
            revision: String,
        }
    }
}

request_body! {
    /// A comment on a run.
    pub struct RunComment {
        required {
            /// Text.
            comment: String,
        }
    }
}

response! {
    /// A run of a pipeline.
    pub struct PipelineRun {
        required {
            /// Name of the pipeline.
            name: String,
            /// Number of the run.
            counter: u32,
        }
        optional {
            /// Label.
            label: String,
            /// Position in the natural order of the runs.
            natural_order: f64,
            /// `true` if the user can run the pipeline.
            can_run: bool,
            /// `true` while the run is prepared.
            preparing_to_schedule: bool,
            /// Comment.
            comment: String,
            /// Time of scheduling.
            scheduled_date: Milliseconds,
            /// Reason of the run.
            build_cause: BuildCause,
        }
        lists {
            /// Stages, in their order.
            stages: PipelineRunStage,
        }
    }
}

response! {
    /// The reason of a run.
    pub struct BuildCause {
        optional {
            /// Description.
            trigger_message: String,
            /// `true` if a user triggered the run.
            trigger_forced: bool,
            /// User who triggered it, or empty.
            approver: String,
        }
        lists {
            /// Revisions of the materials.
            material_revisions: MaterialRevision,
        }
    }
}

response! {
    /// The revision of a material in a run.
    pub struct MaterialRevision {
        optional {
            /// `true` if it differs from that of the run before.
            changed: bool,
            /// Material.
            material: RunMaterial,
        }
        lists {
            /// Changes, latest first.
            modifications: Modification,
        }
    }
}

response! {
    /// A material of a run.
    pub struct RunMaterial {
        required {
            /// Fingerprint.
            fingerprint: String,
        }
        optional {
            /// Name.
            name: String,
            /// Kind, such as `Git` or `Pipeline`.
            kind = "type": String,
            /// URL and branch, or pipeline and stage.
            description: String,
        }
    }
}

response! {
    /// A stage of a pipeline's run.
    pub struct PipelineRunStage {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Number of the stage's run within the pipeline's run.
            counter: u32,
            /// Status.
            status: StageStatus,
            /// Result.
            result: RunResult,
            /// Number of the stage's run that this one repeats; `null` in all examples.
            rerun_of_counter: u32,
            /// `true` if the stage was scheduled.
            scheduled: bool,
            /// Trigger of the stage.
            approval_type: ApprovalType,
            /// User who triggered the stage, or `changes`.
            approved_by: String,
            /// `true` if the user can operate the stage.
            operate_permission: bool,
            /// `true` if the stage can run now.
            can_run: bool,
        }
        lists {
            /// Jobs: their names, states, results and times.
            jobs: JobRun,
        }
    }
}

response! {
    /// A page of a pipeline's runs.
    pub struct PipelineRunPage {
        optional {
            /// Links to other pages.
            links = "_links": HistoryLinks,
        }
        required_lists {
            /// Runs.
            pipelines: PipelineRun,
        }
    }
}

response! {
    /// The difference of two runs.
    pub struct Comparison {
        required {
            /// Name of the pipeline.
            pipeline_name: String,
        }
        optional {
            /// Number of the first run.
            from_counter: u32,
            /// Number of the second run.
            to_counter: u32,
            /// `true` if one of the runs was triggered with older revisions: the comparison may mean little.
            is_bisect: bool,
        }
        lists {
            /// Changes by material.
            changes: MaterialChange,
        }
    }
}

response! {
    /// Changes of a material.
    pub struct MaterialChange {
        optional {
            /// Material.
            material: Material,
        }
        lists {
            /// Revisions.
            revision: ComparedRevision,
        }
    }
}

response! {
    /// A change of a repository, or a run of an upstream pipeline.
    pub struct ComparedRevision {
        optional {
            /// Commit.
            revision_sha: String,
            /// Author.
            modified_by: String,
            /// Time of the change.
            modified_at: DateTime<Utc>,
            /// Message.
            commit_message: String,
            /// Run of an upstream stage: `pipeline/5/stage/1`.
            revision: String,
            /// Number of the upstream run.
            pipeline_counter: u32,
            /// End of the upstream run.
            completed_at: DateTime<Utc>,
        }
    }
}
