//! Config repositories: pipelines and environments defined as code.

use oauth_core::http::{Method, Request, Response};
use oauth_core::{Endpoint, EndpointContext, Error, List, endpoint, json, request_body, response};

use super::configuration_property::{ConfigurationProperty, NewConfigurationProperty};
use super::confirmation::Confirmation;
use super::material::{Material, NewMaterial};
use super::pipeline_name::PipelineName;
use super::rule::{NewRule, Rule};
use super::upload_body::UploadBody;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/config_repos`: all config repositories. Since 17.12.0; version 4 since 20.8.0. Source:
    /// api.gocd.org, "Get all Config repos".
    pub struct ConfigRepos;
    GET version(4) "/api/admin/config_repos" => json(List<ConfigRepo>, "/_embedded/config_repos")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/config_repos/:id`: a config repository, with its entity tag. Since 17.12.0; version 4
    /// since 20.8.0. Source: api.gocd.org, "Get a Config repo".
    pub struct GetConfigRepo(id: String);
    GET version(4) "/api/admin/config_repos/:id" => json_with_etag(ConfigRepo)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/config_repos`: creates a config repository. Since 17.12.0; version 4 since 20.8.0.
    /// Source: api.gocd.org, "Create a Config repo".
    pub struct CreateConfigRepo();
    POST version(4) "/api/admin/config_repos" body(repo: NewConfigRepo) => json(ConfigRepo)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/config_repos/:id`: replaces a config repository. Since 17.12.0; version 4 since
    /// 20.8.0. Source: api.gocd.org, "Update Config repo".
    pub struct UpdateConfigRepo(id: String);
    PUT version(4) "/api/admin/config_repos/:id"
        body(repo: NewConfigRepo) if_match(etag) => json_with_etag(ConfigRepo)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/config_repos/:id`: deletes a config repository. Since 17.12.0; version 4 since
    /// 20.8.0. Source: api.gocd.org, "Delete a Config repo".
    pub struct DeleteConfigRepo(id: String);
    DELETE version(4) "/api/admin/config_repos/:id" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/export/pipelines/:pipeline_name`: a pipeline in the format of a plugin for config
    /// repositories, such as YAML. Since 19.1.0. Source: api.gocd.org, "Export pipeline config to config repo
    /// format".
    pub struct ExportPipeline(pipeline_name: String) {
        required {
            /// Plugin, such as `yaml.config.plugin`.
            plugin_id: String,
        }
    }
    GET version(1) "/api/admin/export/pipelines/:pipeline_name" => text
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/config_repos/:config_repo_id/trigger_update`: makes the server look for new revisions
    /// now. 409 while an update is in progress. Since 20.2.0; version 4 since 20.8.0. Source: api.gocd.org,
    /// "Trigger update of config repository".
    pub struct TriggerConfigRepo(config_repo_id: String);
    POST version(4) "/api/admin/config_repos/:config_repo_id/trigger_update" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/config_repos/:config_repo_id/status`: the state of a config repository's update. Since
    /// 20.2.0; version 4 since 20.8.0. Source: api.gocd.org, "Status of config repository update".
    pub struct GetConfigRepoStatus(config_repo_id: String);
    GET version(4) "/api/admin/config_repos/:config_repo_id/status" => json(ConfigRepoStatus)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/config_repos/:config_repo_id/definitions`: environments and pipelines that a config
    /// repository defines. Since 20.2.0; version 4 since 20.8.0. Source: api.gocd.org, "Definitions defined
    /// in config repo".
    pub struct GetConfigRepoDefinitions(config_repo_id: String);
    GET version(4) "/api/admin/config_repos/:config_repo_id/definitions" => json(ConfigRepoDefinitions)
}

/// `POST /api/admin/config_repo_ops/preflight`: checks definitions of pipelines without applying them.
/// Since 19.2.0. Source: api.gocd.org, "Preflight check of config repo configurations".
///
/// Written out for its multipart body.
#[derive(Clone, Debug)]
pub struct PreflightConfigRepo {
    plugin_id: String,
    repo_id: Option<String>,
    body: UploadBody,
}

impl PreflightConfigRepo {
    /// Creates the call with a plugin, such as `yaml.config.plugin`, and files: their names and contents.
    #[must_use]
    pub fn new(
        plugin_id: impl Into<String>,
        files: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<[u8]>)>,
    ) -> Self {
        Self { plugin_id: plugin_id.into(), repo_id: None, body: UploadBody::multipart("files[]", files) }
    }

    /// Names the config repository that the definitions are from, which is needed if it exists already.
    #[must_use]
    pub fn repo_id(mut self, repo_id: impl Into<String>) -> Self {
        self.repo_id = Some(repo_id.into());
        self
    }
}

impl Endpoint<Personal> for PreflightConfigRepo {
    type Response = Preflight;
    const NAME: &'static str = "POST /api/admin/config_repo_ops/preflight";

    fn request(&self, context: &EndpointContext<'_, Personal>) -> Result<Request<Vec<u8>>, Error> {
        let request = version(context, 1)
            .path("/api/admin/config_repo_ops/preflight", &[])
            .query("pluginId", Some(&self.plugin_id))
            .query("repoId", self.repo_id.as_ref())
            .build(Method::POST)?;
        self.body.put_into(request)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Personal>,
        response: Response<Vec<u8>>,
    ) -> Result<Preflight, Error> {
        json(&response)
    }
}

response! {
    /// A config repository.
    pub struct ConfigRepo {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Plugin that reads the definitions.
            plugin_id: String,
            /// Repository.
            material: Material,
        }
        lists {
            /// Settings of the plugin.
            configuration: ConfigurationProperty,
            /// Entities that the definitions may refer to: none by default.
            rules: Rule,
        }
    }
}

request_body! {
    /// A config repository, to create or replace.
    pub struct NewConfigRepo {
        required {
            /// Identifier.
            id: String,
            /// Plugin that reads the definitions.
            plugin_id: String,
        }
        lists {
            /// Entities that the definitions may refer to: none by default.
            rules: NewRule,
        }
        nested {
            /// Repository.
            material: NewMaterial,
            /// Settings of the plugin.
            configuration: Vec<NewConfigurationProperty>,
        }
    }
}

response! {
    /// The state of a config repository's update.
    pub struct ConfigRepoStatus {
        required {
            /// `true` while the server looks for new revisions.
            in_progress: bool,
        }
    }
}

response! {
    /// Definitions of a config repository.
    pub struct ConfigRepoDefinitions {
        required_lists {
            /// Pipeline groups.
            groups: DefinedGroup,
        }
        lists {
            /// Environments.
            environments: EnvironmentName,
        }
    }
}

response! {
    /// A pipeline group of a config repository.
    pub struct DefinedGroup {
        required {
            /// Name.
            name: String,
        }
        lists {
            /// Pipelines.
            pipelines: PipelineName,
        }
    }
}

response! {
    /// The name of an environment.
    pub struct EnvironmentName {
        required {
            /// Name.
            name: String,
        }
    }
}

response! {
    /// The result of a check of definitions.
    pub struct Preflight {
        required {
            /// `true` if the definitions can be applied.
            valid: bool,
        }
        lists {
            /// Errors.
            errors: String,
        }
    }
}
