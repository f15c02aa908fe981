//! Maintenance mode of the server.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{endpoint, response};

use super::jobs::JobState;
use super::material::{MaterialAttributes, MaterialType};
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `POST /api/admin/maintenance_mode/enable`: starts maintenance mode. The document's heading has `GET`,
    /// its example `POST`. Since 19.1.0. Source: api.gocd.org, "Enable Maintenance Mode".
    pub struct EnableMaintenanceMode;
    POST version(1) "/api/admin/maintenance_mode/enable" => nothing
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/maintenance_mode/disable`: ends maintenance mode. The document's heading has `GET`,
    /// its example `POST`. Since 19.1.0. Source: api.gocd.org, "Disable Maintenance Mode".
    pub struct DisableMaintenanceMode;
    POST version(1) "/api/admin/maintenance_mode/disable" => nothing
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/maintenance_mode/info`: the state of maintenance mode, and work that is not done yet.
    /// Since 19.1.0. Source: api.gocd.org, "Get Maintenance Mode Info".
    pub struct GetMaintenanceMode;
    GET version(1) "/api/admin/maintenance_mode/info" => json_with_etag(MaintenanceMode, "/_embedded")
}

response! {
    /// The state of maintenance mode.
    pub struct MaintenanceMode {
        required {
            /// `true` in maintenance mode.
            is_maintenance_mode: bool,
        }
        optional {
            /// Last change.
            metadata: MaintenanceMetadata,
            /// Work that is not done yet.
            attributes: MaintenanceAttributes,
        }
    }
}

response! {
    /// The last change of maintenance mode.
    pub struct MaintenanceMetadata {
        optional {
            /// Administrator.
            updated_by: String,
            /// Time.
            updated_on: DateTime<Utc>,
        }
    }
}

response! {
    /// Work that is not done yet.
    pub struct MaintenanceAttributes {
        optional {
            /// `true` if there is any.
            has_running_systems: bool,
            /// Work.
            running_systems: RunningSystems,
        }
    }
}

response! {
    /// Work in progress.
    pub struct RunningSystems {
        lists {
            /// Materials that are updated.
            material_update_in_progress: MaterialUpdate,
            /// Jobs on agents.
            building_jobs: RunningJob,
            /// Jobs that wait for an agent.
            scheduled_jobs: RunningJob,
        }
    }
}

response! {
    /// An update of a material.
    pub struct MaterialUpdate {
        required {
            /// Kind.
            kind = "type": MaterialType,
        }
        optional {
            /// Start.
            mdu_start_time: DateTime<Utc>,
            /// Attributes of the material.
            attributes: MaterialAttributes,
        }
    }
}

response! {
    /// A job that runs or waits.
    pub struct RunningJob {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Name of the pipeline.
            pipeline_name: String,
            /// Number of the pipeline's run.
            pipeline_counter: u32,
            /// Name of the stage.
            stage_name: String,
            /// Number of the stage's run.
            stage_counter: u32,
            /// State.
            state: JobState,
            /// Time of scheduling.
            scheduled_date: DateTime<Utc>,
            /// Agent.
            agent_uuid: String,
        }
    }
}
