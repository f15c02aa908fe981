//! Jobs: their runs and history.

use oauth_core::{Milliseconds, endpoint, open_enum, response};

use super::history_links::{HistoryLinks, paged_by_cursor};
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/jobs/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name`: a run of a job.
    /// Its transitions since 22.2.0. Since 20.1.0. Source: api.gocd.org, "Get job instance".
    pub struct GetJobRun(
        pipeline_name: String,
        pipeline_counter: u32,
        stage_name: String,
        stage_counter: u32,
        job_name: String,
    );
    GET version(1) "/api/jobs/:pipeline_name/:pipeline_counter/:stage_name/:stage_counter/:job_name"
        => json(JobRun)
}

endpoint! {
    [] Personal;
    /// `GET /api/jobs/:pipeline_name/:stage_name/:job_name/history`: runs of a job, latest first. Since
    /// 14.3.0; version 1 since 20.1.0. Source: api.gocd.org, "Get job history".
    pub struct JobRuns(pipeline_name: String, stage_name: String, job_name: String) {
        optional {
            /// Page size, 10 to 100; 10 by default.
            page_size: u64,
            /// Cursor of the page with older runs, from its link.
            after: u64,
            /// Cursor of the page with newer runs, from its link.
            before: u64,
        }
    }
    GET version(1) "/api/jobs/:pipeline_name/:stage_name/:job_name/history" => json(JobRunPage)
}

paged_by_cursor!(JobRuns: JobRunPage, jobs of JobRun);

open_enum! {
    /// The state of a job.
    pub enum JobState {
        /// Waiting for an agent.
        Scheduled = "Scheduled",
        /// Assigned to an agent.
        Assigned = "Assigned",
        /// The agent prepares it.
        Preparing = "Preparing",
        /// Running.
        Building = "Building",
        /// Publishing its artifacts.
        Completing = "Completing",
        /// Done; see the result.
        Completed = "Completed",
        /// Given up here and scheduled again.
        Rescheduled = "Rescheduled",
    }
}

open_enum! {
    /// The result of a stage or job. No list is documented; these words are in the examples.
    pub enum RunResult {
        /// Successful.
        Passed = "Passed",
        /// Failed.
        Failed = "Failed",
        /// Cancelled.
        Cancelled = "Cancelled",
        /// Not completed yet.
        Unknown = "Unknown",
    }
}

response! {
    /// A run of a job. Runs of pipelines and stages have less of it than the call for one job.
    pub struct JobRun {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// State.
            state: JobState,
            /// Result.
            result: RunResult,
            /// Time of scheduling.
            scheduled_date: Milliseconds,
            /// `true` if the job ran again in this run of the stage.
            rerun: bool,
            /// Identifier of the original of a repeated job; `null` in all examples.
            original_job_id: u64,
            /// Agent.
            agent_uuid: String,
            /// Name of the pipeline.
            pipeline_name: String,
            /// Number of the pipeline's run.
            pipeline_counter: u32,
            /// Name of the stage.
            stage_name: String,
            /// Number of the stage's run.
            stage_counter: u32,
        }
        lists {
            /// Changes of the state.
            job_state_transitions: JobTransition,
        }
    }
}

response! {
    /// A change of a job's state.
    pub struct JobTransition {
        required {
            /// New state.
            state: JobState,
        }
        optional {
            /// Time.
            state_change_time: Milliseconds,
        }
    }
}

response! {
    /// A page of a job's runs.
    pub struct JobRunPage {
        optional {
            /// Links to other pages.
            links = "_links": HistoryLinks,
        }
        required_lists {
            /// Runs.
            jobs: JobRun,
        }
    }
}
