//! Backups of the server.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::http::Response;
use oauth_core::http::header::{LOCATION, RETRY_AFTER};
use oauth_core::{Error, endpoint, open_enum, request_body, response};

use super::confirmation::Confirmation;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `POST /api/backups`: starts a backup. The server may be unavailable meanwhile. Since 19.3.0. Source:
    /// api.gocd.org, "Schedule Backup".
    pub struct ScheduleBackup;
    POST version(2) "/api/backups" => parsed(ScheduledBackup, ScheduledBackup::parse)
}

endpoint! {
    [] Personal;
    /// `GET /api/backups/:backup_id`: a backup, by its identifier or `running`. Since 19.3.0. Source:
    /// api.gocd.org, "Get Backup".
    pub struct GetBackup(backup_id: String);
    GET version(2) "/api/backups/:backup_id" => json(Backup)
}

endpoint! {
    [] Personal;
    /// `GET /api/config/backup`: the schedule of backups. Since 19.6.0. Source:
    /// api.gocd.org, "Get Backup Config".
    pub struct GetBackupConfig;
    GET version(1) "/api/config/backup" => json(BackupConfig)
}

endpoint! {
    [] Personal;
    /// `POST /api/config/backup`: sets the schedule of backups. Since 19.6.0. Source: api.gocd.org, "Create
    /// or Update Backup Config".
    pub struct CreateBackupConfig();
    POST version(1) "/api/config/backup" body(config: NewBackupConfig) => json(BackupConfig)
}

endpoint! {
    [] Personal;
    /// `PUT /api/config/backup`: replaces the schedule of backups. Since 19.6.0. Source: api.gocd.org,
    /// "Create or Update Backup Config".
    pub struct UpdateBackupConfig();
    PUT version(1) "/api/config/backup" body(config: NewBackupConfig) => json(BackupConfig)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/config/backup`: deletes the schedule of backups. Since 19.6.0. Source: api.gocd.org,
    /// "Delete Backup Config".
    pub struct DeleteBackupConfig;
    DELETE version(1) "/api/config/backup" => json(Confirmation)
}

/// A backup that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduledBackup {
    /// Identifier, for [`GetBackup`].
    pub backup_id: Option<String>,
    /// Time in seconds to wait before a look at the backup.
    pub retry_after: Option<u64>,
}

impl ScheduledBackup {
    #[allow(clippy::unnecessary_wraps)] // as `endpoint!` needs it
    fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let backup_id = header(LOCATION).and_then(|url| url.rsplit('/').next());
        Ok(Self {
            backup_id: backup_id.filter(|id| !id.is_empty()).map(str::to_owned),
            retry_after: header(RETRY_AFTER).and_then(|seconds| seconds.parse().ok()),
        })
    }
}

response! {
    /// A backup.
    pub struct Backup {
        required {
            /// Status.
            status: BackupStatus,
        }
        optional {
            /// Current step.
            progress_status: BackupStep,
            /// Description of status and step.
            message: String,
            /// Time of the backup.
            time: DateTime<Utc>,
            /// Folder on the server.
            path: String,
            /// User who started it.
            user: BackupUser,
        }
    }
}

response! {
    /// The user who started a backup.
    pub struct BackupUser {
        required {
            /// Login name.
            login_name: String,
        }
    }
}

open_enum! {
    /// The status of a backup.
    pub enum BackupStatus {
        /// Completed.
        Completed = "COMPLETED",
        /// In progress.
        InProgress = "IN_PROGRESS",
        /// Failed.
        Error = "ERROR",
        /// Aborted.
        Aborted = "ABORTED",
    }
}

open_enum! {
    /// A step of a backup.
    pub enum BackupStep {
        /// Starting.
        Starting = "STARTING",
        /// Creating the folder.
        CreatingDir = "CREATING_DIR",
        /// Saving the version.
        BackupVersionFile = "BACKUP_VERSION_FILE",
        /// Saving the configuration.
        BackupConfig = "BACKUP_CONFIG",
        /// Saving the history of the configuration.
        BackupConfigRepo = "BACKUP_CONFIG_REPO",
        /// Saving the database.
        BackupDatabase = "BACKUP_DATABASE",
        /// Running the script.
        PostBackupScriptStart = "POST_BACKUP_SCRIPT_START",
        /// The script has ended.
        PostBackupScriptComplete = "POST_BACKUP_SCRIPT_COMPLETE",
    }
}

response! {
    /// The schedule of backups.
    pub struct BackupConfig {
        required {
            /// `true` if a failure is mailed.
            email_on_failure: bool,
        }
        optional {
            /// `true` if a success is mailed.
            email_on_success: bool,
            /// Quartz cron expression.
            schedule: String,
            /// Script to run after a backup.
            post_backup_script: String,
        }
    }
}

request_body! {
    /// The schedule of backups, to set.
    pub struct NewBackupConfig {
        optional {
            /// Quartz cron expression.
            schedule: String,
            /// Script to run after a backup.
            post_backup_script: String,
            /// `true` if a failure is mailed.
            email_on_failure: bool,
            /// `true` if a success is mailed.
            email_on_success: bool,
        }
    }
}
