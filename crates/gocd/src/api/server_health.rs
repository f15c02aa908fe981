//! The health of the server.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{List, endpoint, open_enum, response};

use super::versioned::{unversioned, version};
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/server_health_messages`: errors and warnings of the server. Since 18.2.0. Source:
    /// api.gocd.org, "Get server health messages".
    pub struct HealthMessages;
    GET version(1) "/api/server_health_messages" => json(List<HealthMessage>)
}

endpoint! {
    [] Personal;
    /// `GET /api/v1/health`: tells that the server is up. It needs no token. Since 17.11.0. Source:
    /// api.gocd.org, "Check Server Health".
    pub struct GetServerHealth;
    GET unversioned "/api/v1/health" => json(ServerHealth)
}

response! {
    /// An error or a warning of the server.
    pub struct HealthMessage {
        required {
            /// Summary.
            message: String,
        }
        optional {
            /// Details, as HTML.
            detail: String,
            /// Severity.
            level: HealthLevel,
            /// Time.
            time: DateTime<Utc>,
        }
    }
}

open_enum! {
    /// The severity of a message.
    pub enum HealthLevel {
        /// A warning.
        Warning = "WARNING",
        /// An error.
        Error = "ERROR",
    }
}

response! {
    /// The health of the server.
    pub struct ServerHealth {
        required {
            /// `OK`.
            health: String,
        }
    }
}
