//! The dashboard: all pipelines with their latest runs.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{Milliseconds, endpoint, response};

use super::stages::StageStatus;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/dashboard`: all pipelines that the user may view, with their latest runs, in groups and
    /// environments. Since 18.12.0. Until a server has loaded it after a start, the error is
    /// [`Unavailable`](crate::ErrorKind::Unavailable) (status 202). Source: api.gocd.org, "Get Dashboard";
    /// the status in the server's source.
    ///
    /// ```
    /// # async fn example(gocd: gocd::PersonalClient) -> Result<(), gocd::Error> {
    /// use gocd::api::dashboard::GetDashboard;
    ///
    /// for pipeline in &gocd.send(&GetDashboard).await?.embedded.pipelines {
    ///     // The document does not state the order of the runs.
    ///     if let Some(run) = pipeline.instances().iter().max_by_key(|run| run.counter) {
    ///         println!("{} {}: {:?}", pipeline.name, run.counter, run.stages().last().map(|stage| &stage.status));
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub struct GetDashboard;
    GET version(4) "/api/dashboard" => json(Dashboard)
}

response! {
    /// The dashboard of a user.
    pub struct Dashboard {
        required {
            /// Its content.
            embedded = "_embedded": DashboardContent,
        }
        optional {
            /// Value for the server's own pages.
            personalization = "_personalization": String,
        }
    }
}

response! {
    /// The content of a dashboard.
    pub struct DashboardContent {
        required_lists {
            /// Pipelines.
            pipelines: DashboardPipeline,
        }
        lists {
            /// Pipeline groups.
            pipeline_groups: DashboardGroup,
            /// Environments.
            environments: DashboardGroup,
        }
    }
}

response! {
    /// A pipeline group or an environment.
    pub struct DashboardGroup {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// `true` if the user can change it.
            can_administer: bool,
        }
        lists {
            /// Names of its pipelines.
            pipelines: String,
        }
    }
}

response! {
    /// A pipeline on the dashboard.
    pub struct DashboardPipeline {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Time of the last change.
            last_updated_timestamp: Milliseconds,
            /// `true` if a run holds the pipeline's lock.
            locked: bool,
            /// Pause.
            pause_info: PauseInfo,
            /// `true` if the user can trigger it.
            can_operate: bool,
            /// `true` if the user can change its configuration.
            can_administer: bool,
            /// `true` if the user can release its lock.
            can_unlock: bool,
            /// `true` if the user can pause it.
            can_pause: bool,
            /// `true` if it is defined in a config repository.
            from_config_repo: bool,
            /// Latest runs; see [`instances`](Self::instances).
            embedded = "_embedded": DashboardRuns,
        }
    }
}

response! {
    /// The pause of a pipeline.
    pub struct PauseInfo {
        required {
            /// `true` if the pipeline is paused.
            paused: bool,
        }
        optional {
            /// User who paused it.
            paused_by: String,
            /// Reason.
            pause_reason: String,
            /// Time.
            paused_at: DateTime<Utc>,
        }
    }
}

response! {
    /// The latest runs of a pipeline.
    pub struct DashboardRuns {
        lists {
            /// Runs.
            instances: DashboardRun,
        }
    }
}

response! {
    /// A run of a pipeline on the dashboard.
    pub struct DashboardRun {
        required {
            /// Number of the run.
            counter: u32,
        }
        optional {
            /// Label.
            label: String,
            /// Description of its trigger.
            triggered_by: String,
            /// Time of scheduling.
            scheduled_at: DateTime<Utc>,
            /// Stages; see [`stages`](Self::stages).
            embedded = "_embedded": DashboardStages,
        }
    }
}

response! {
    /// The stages of a run.
    pub struct DashboardStages {
        lists {
            /// Stages.
            stages: DashboardStage,
        }
    }
}

response! {
    /// A stage of a run on the dashboard.
    pub struct DashboardStage {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Number of the stage's run.
            counter: u32,
            /// Status.
            status: StageStatus,
            /// User who triggered the stage, or `changes`.
            approved_by: String,
            /// User who cancelled it.
            cancelled_by: String,
            /// Time of scheduling.
            scheduled_at: DateTime<Utc>,
        }
    }
}

impl DashboardPipeline {
    /// Returns the latest runs.
    #[must_use]
    pub fn instances(&self) -> &[DashboardRun] {
        self.embedded.as_ref().map_or(&[], |embedded| &embedded.instances)
    }
}

impl DashboardRun {
    /// Returns the stages.
    #[must_use]
    pub fn stages(&self) -> &[DashboardStage] {
        self.embedded.as_ref().map_or(&[], |embedded| &embedded.stages)
    }
}
