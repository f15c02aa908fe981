//! Environments: groups of pipelines with agents and variables.

use oauth_core::{List, endpoint, request_body, response};

use super::confirmation::Confirmation;
use super::environment_variable::{EnvironmentVariable, NewEnvironmentVariable};
use super::list_change::ListChange;
use super::pipeline_name::{PipelineName, PipelineReference};
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/environments`: all environments. Since 16.7.0; version 3 since 19.9.0. Source:
    /// api.gocd.org, "Get all environments".
    pub struct Environments;
    GET version(3) "/api/admin/environments" => json_with_etag(List<Environment>, "/_embedded/environments")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/environments/:environment_name`: an environment, with its entity tag. Since 16.7.0;
    /// version 3 since 19.9.0. Source: api.gocd.org, "Get environment config".
    pub struct GetEnvironment(environment_name: String);
    GET version(3) "/api/admin/environments/:environment_name" => json_with_etag(Environment)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/environments`: creates an environment. Since 16.7.0; version 3 since 19.9.0. Source:
    /// api.gocd.org, "Create an environment".
    pub struct CreateEnvironment();
    POST version(3) "/api/admin/environments" body(environment: NewEnvironment) => json_with_etag(Environment)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/environments/:environment_name`: replaces an environment. Fields that are not set
    /// become empty. Since 16.7.0; version 3 since 19.9.0. Source: api.gocd.org, "Update an environment".
    pub struct UpdateEnvironment(environment_name: String);
    PUT version(3) "/api/admin/environments/:environment_name"
        body(environment: NewEnvironment) if_match(etag) => json_with_etag(Environment)
}

endpoint! {
    [] Personal;
    /// `PATCH /api/admin/environments/:environment_name`: adds and removes pipelines and variables of an
    /// environment. Since 16.10.0; version 3 since 19.9.0. Source: api.gocd.org, "Patch an environment".
    pub struct PatchEnvironment(environment_name: String);
    PATCH version(3) "/api/admin/environments/:environment_name"
        body(changes: EnvironmentChanges) => json_with_etag(Environment)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/environments/:environment_name`: deletes an environment. Since 16.7.0; version 3
    /// since 19.9.0. Source: api.gocd.org, "Delete an environment".
    pub struct DeleteEnvironment(environment_name: String);
    DELETE version(3) "/api/admin/environments/:environment_name" => json(Confirmation)
}

response! {
    /// An environment.
    pub struct Environment {
        required {
            /// Name.
            name: String,
        }
        lists {
            /// Pipelines.
            pipelines: PipelineName,
            /// Variables of all its jobs.
            environment_variables: EnvironmentVariable,
        }
    }
}

request_body! {
    /// An environment, to create or replace.
    pub struct NewEnvironment {
        required {
            /// Name.
            name: String,
        }
        lists {
            /// Pipelines.
            pipelines: PipelineReference,
        }
        nested {
            /// Variables of all its jobs.
            environment_variables: Vec<NewEnvironmentVariable>,
        }
    }
}

request_body! {
    /// Changes of an environment.
    pub struct EnvironmentChanges {
        optional {
            /// Pipelines.
            pipelines: ListChange,
        }
        nested {
            /// Variables.
            environment_variables: VariableChanges,
        }
    }
}

request_body! {
    /// Changes of an environment's variables.
    pub struct VariableChanges {
        lists {
            /// Names of variables to remove.
            remove: String,
        }
        nested {
            /// Variables to add.
            add: Vec<NewEnvironmentVariable>,
        }
    }
}
