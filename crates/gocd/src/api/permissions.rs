//! Permissions of the user.

use oauth_core::{endpoint, open_enum, response};

use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/auth/permissions`: entities that the user may view or administer. Since 20.1.0. Source:
    /// api.gocd.org, "Permissions".
    pub struct GetPermissions() {
        optional {
            /// Only entities of this type.
            entity_type = "type": EntityType,
        }
    }
    GET version(1) "/api/auth/permissions" => json(Permissions, "/permissions")
}

open_enum! {
    /// A type of entities.
    pub enum EntityType {
        /// Environments.
        Environment = "environment",
        /// Config repositories.
        ConfigRepo = "config_repo",
        /// Cluster profiles.
        ClusterProfile = "cluster_profile",
        /// Elastic agent profiles.
        ElasticAgentProfile = "elastic_agent_profile",
    }
}

response! {
    /// Permissions by type of entity. Types that were not asked for are `None`.
    pub struct Permissions {
        optional {
            /// Environments.
            environment: EntityPermissions,
            /// Config repositories.
            config_repo: EntityPermissions,
            /// Cluster profiles.
            cluster_profile: EntityPermissions,
            /// Elastic agent profiles.
            elastic_agent_profile: EntityPermissions,
        }
    }
}

response! {
    /// Names of entities by permission.
    pub struct EntityPermissions {
        lists {
            /// The user may view these.
            view: String,
            /// The user may change these.
            administer: String,
        }
    }
}
