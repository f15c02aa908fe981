//! Stages: their runs, history, and reruns.

use oauth_core::{Milliseconds, endpoint, open_enum, request_body, response};

use super::confirmation::Confirmation;
use super::history_links::{HistoryLinks, paged_by_cursor};
use super::jobs::{JobRun, RunResult};
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `POST /api/stages/:pipeline_name/:pipeline_counter/:stage_name/run`: runs a stage of a pipeline's run,
    /// again or for the first time. Since 18.11.0; version 2 since 20.1.0. Source: api.gocd.org, "Run stage".
    pub struct RunStage(pipeline_name: String, pipeline_counter: u32, stage_name: String);
    POST version(2) "/api/stages/:pipeline_name/:pipeline_counter/:stage_name/run" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `POST /api/stages/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/cancel`: cancels an
    /// active stage. Since 14.3.0; version 3 since 20.9.0. Source: api.gocd.org, "Cancel stage".
    pub struct CancelStage(
        pipeline_name: String,
        pipeline_counter: u32,
        stage_name: String,
        stage_counter: u32,
    );
    POST version(3) "/api/stages/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/cancel"
        => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/stages/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter`: a run of a stage. Since
    /// 19.1.0; version 3 since 20.9.0. Source: api.gocd.org, "Get stage instance".
    pub struct GetStageRun(
        pipeline_name: String,
        pipeline_counter: u32,
        stage_name: String,
        stage_counter: u32,
    );
    GET version(3) "/api/stages/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter" => json(StageRun)
}

endpoint! {
    [] Personal;
    /// `GET /api/stages/:pipeline_name/:stage_name/history`: runs of a stage, latest first. Since 14.3.0;
    /// version 3 since 20.9.0. Source: api.gocd.org, "Get stage history".
    pub struct StageRuns(pipeline_name: String, stage_name: String) {
        optional {
            /// Page size, 10 to 100; 10 by default.
            page_size: u64,
            /// Cursor of the page with older runs, from its link.
            after: u64,
            /// Cursor of the page with newer runs, from its link.
            before: u64,
        }
    }
    GET version(3) "/api/stages/:pipeline_name/:stage_name/history" => json(StageRunPage)
}

paged_by_cursor!(StageRuns: StageRunPage, stages of StageRun);

endpoint! {
    [] Personal;
    /// `POST /api/stages/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/run-failed-jobs`: runs
    /// the failed jobs of a completed stage again. Since 18.11.0; version 3 since 20.9.0. Source:
    /// api.gocd.org, "Run failed jobs".
    pub struct RunFailedJobs(
        pipeline_name: String,
        pipeline_counter: u32,
        stage_name: String,
        stage_counter: u32,
    );
    POST version(3) "/api/stages/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/run-failed-jobs"
        => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `POST /api/stages/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/run-selected-jobs`: runs
    /// some jobs of a completed stage again. Since 18.11.0; version 3 since 20.9.0. Source: api.gocd.org,
    /// "Run selected jobs".
    pub struct RunSelectedJobs(
        pipeline_name: String,
        pipeline_counter: u32,
        stage_name: String,
        stage_counter: u32,
    );
    POST version(3) "/api/stages/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/run-selected-jobs"
        body(jobs: SelectedJobs) => json(Confirmation)
}

request_body! {
    /// Jobs to run again.
    pub struct SelectedJobs {
        required_lists {
            /// Names of the jobs.
            jobs: String,
        }
    }
}

open_enum! {
    /// The status of a stage.
    pub enum StageStatus {
        /// Active.
        Building = "Building",
        /// Completed successfully.
        Passed = "Passed",
        /// Completed with a failed job.
        Failed = "Failed",
        /// Cancelled.
        Cancelled = "Cancelled",
    }
}

open_enum! {
    /// The trigger of a stage.
    pub enum ApprovalType {
        /// The stage before it passed.
        Success = "success",
        /// A user.
        Manual = "manual",
    }
}

response! {
    /// A run of a stage. The history has less of it than the call for one run.
    pub struct StageRun {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Number of this run within the pipeline's run.
            counter: u32,
            /// Name of the pipeline.
            pipeline_name: String,
            /// Number of the pipeline's run.
            pipeline_counter: u32,
            /// Result.
            result: RunResult,
            /// Trigger.
            approval_type: ApprovalType,
            /// User who triggered the stage, or `changes`.
            approved_by: String,
            /// User who cancelled it, or `GoCD`.
            cancelled_by: String,
            /// Number of the stage's run that this one repeats; `null` in all examples.
            rerun_of_counter: u32,
            /// Time of scheduling.
            scheduled_at: Milliseconds,
            /// Time of the last change of state.
            last_transitioned_time: Milliseconds,
            /// `true` if materials are checked out.
            fetch_materials: bool,
            /// `true` if the working directory is deleted first.
            clean_working_directory: bool,
            /// `true` if the artifacts were deleted.
            artifacts_deleted: bool,
        }
        lists {
            /// Jobs.
            jobs: JobRun,
        }
    }
}

response! {
    /// A page of a stage's runs.
    pub struct StageRunPage {
        optional {
            /// Links to other pages.
            links = "_links": HistoryLinks,
        }
        required_lists {
            /// Runs.
            stages: StageRun,
        }
    }
}
