//! Configurations of pipelines. Bodies are open: their thirty kinds of objects are described at api.gocd.org,
//! "Pipeline config".

use oauth_core::http::{HeaderName, HeaderValue, Method, Request, Response};
use oauth_core::serde_json::{Map, Value};
use oauth_core::{
    Endpoint, EndpointContext, Error, IntoArgument, endpoint, json, open_enum, request_body, response,
};

use super::configuration_property::ConfigurationProperty;
use super::confirmation::Confirmation;
use super::environment_variable::EnvironmentVariable;
use super::material::Material;
use super::origin::Origin;
use super::plugins::PluginMetadata;
use super::stages::ApprovalType;
use super::users_and_roles::UsersAndRoles;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/pipelines/:pipeline_name`: the configuration of a pipeline, with its entity tag. Since
    /// 15.3.0; version 11 since 20.8.0. Source: api.gocd.org, "Get pipeline config".
    pub struct GetPipelineConfig(pipeline_name: String);
    GET version(11) "/api/admin/pipelines/:pipeline_name" => json_with_etag(PipelineConfig)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/pipelines/:pipeline_name`: replaces the configuration of a pipeline. Passwords in the
    /// body are not redacted in errors: encrypt them first. Since 15.3.0; version 11 since 20.8.0. Source:
    /// api.gocd.org, "Edit pipeline config".
    pub struct UpdatePipelineConfig(pipeline_name: String);
    PUT version(11) "/api/admin/pipelines/:pipeline_name"
        body(config: Map<String, Value>) if_match(etag) => json_with_etag(PipelineConfig)
}

/// `POST /api/admin/pipelines`: creates a pipeline in a group. Passwords in the body are not redacted in
/// errors: encrypt them first. Since 15.3.0; version 11 since 20.8.0. Source: api.gocd.org, "Create a
/// pipeline".
///
/// Written out for its headers.
#[derive(Clone, Debug)]
pub struct CreatePipeline {
    body: NewPipeline,
    pause_cause: Option<String>,
}

request_body! {
    /// A pipeline to create.
    struct NewPipeline {
        required {
            /// Pipeline group.
            group: String,
            /// Configuration.
            pipeline: Map<String, Value>,
        }
    }
}

impl CreatePipeline {
    /// Creates the call with the name of the pipeline group and the configuration.
    #[must_use]
    pub fn new(group: impl IntoArgument<String>, pipeline: Map<String, Value>) -> Self {
        Self { body: NewPipeline::new(group, pipeline), pause_cause: None }
    }

    /// Creates the pipeline paused, for this reason.
    #[must_use]
    pub fn paused(mut self, cause: impl Into<String>) -> Self {
        self.pause_cause = Some(cause.into());
        self
    }
}

impl Endpoint<Personal> for CreatePipeline {
    type Response = PipelineConfig;
    const NAME: &'static str = "POST /api/admin/pipelines";

    fn request(&self, context: &EndpointContext<'_, Personal>) -> Result<Request<Vec<u8>>, Error> {
        let mut builder = version(context, 11).path("/api/admin/pipelines", &[]).json_body(None, &self.body);
        if let Some(cause) = &self.pause_cause {
            let cause = HeaderValue::from_str(cause)
                .map_err(|_| Error::invalid_input("a header cannot hold the reason of the pause"))?;
            builder = builder
                .header(HeaderName::from_static("x-pause-pipeline"), HeaderValue::from_static("true"))
                .header(HeaderName::from_static("x-pause-cause"), cause);
        }
        builder.build(Method::POST)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Personal>,
        response: Response<Vec<u8>>,
    ) -> Result<PipelineConfig, Error> {
        json(&response)
    }
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/pipelines/:pipeline_name`: deletes a pipeline from the configuration. Its runs stay
    /// in the database. Since 16.6.0; version 11 since 20.8.0. Source: api.gocd.org, "Delete a pipeline".
    pub struct DeletePipeline(pipeline_name: String);
    DELETE version(11) "/api/admin/pipelines/:pipeline_name" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/pipelines/:pipeline_name/extract_to_template`: makes a template of a pipeline, which
    /// uses it then. Since 19.11.0. Source: api.gocd.org, "Extract template from pipeline".
    pub struct ExtractTemplate(pipeline_name: String);
    PUT version(11) "/api/admin/pipelines/:pipeline_name/extract_to_template"
        body(template: TemplateName) => json_with_etag(PipelineConfig)
}

response! {
    /// The configuration of a pipeline.
    pub struct PipelineConfig {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Pipeline group.
            group: String,
            /// Template of the runs' labels; `${COUNT}` by default.
            label_template: String,
            /// When a run locks the pipeline.
            lock_behavior: LockBehavior,
            /// Template with the stages.
            template: String,
            /// Place of its definition.
            origin: Origin,
            /// Links to an issue tracker.
            tracking_tool: TrackingTool,
            /// Schedule.
            timer: Timer,
        }
        lists {
            /// Parameters of the template.
            parameters: Parameter,
            /// Variables of all its jobs.
            environment_variables: EnvironmentVariable,
            /// Materials.
            materials: Material,
            /// Stages, if there is no template.
            stages: StageConfig,
        }
    }
}

open_enum! {
    /// When a run locks its pipeline.
    pub enum LockBehavior {
        /// After a failure, until it is unlocked.
        LockOnFailure = "lockOnFailure",
        /// Until the run has ended.
        UnlockWhenFinished = "unlockWhenFinished",
        /// Never.
        None = "none",
    }
}

response! {
    /// Links to an issue tracker.
    pub struct TrackingTool {
        required {
            /// `generic`.
            kind = "type": String,
        }
        optional {
            /// Attributes.
            attributes: TrackingToolAttributes,
        }
    }
}

response! {
    /// Attributes of links to an issue tracker.
    pub struct TrackingToolAttributes {
        required {
            /// URL with `${ID}`.
            url_pattern: String,
        }
        optional {
            /// Regular expression that finds the number in a commit's message.
            regex: String,
        }
    }
}

response! {
    /// The schedule of a pipeline.
    pub struct Timer {
        required {
            /// Quartz cron expression.
            spec: String,
        }
        optional {
            /// `true` if it runs for new revisions only.
            only_on_changes: bool,
        }
    }
}

response! {
    /// A parameter of a template.
    pub struct Parameter {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Value.
            value: String,
        }
    }
}

response! {
    /// The configuration of a stage.
    pub struct StageConfig {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// `true` if materials are checked out.
            fetch_materials: bool,
            /// `true` if the working directory is deleted first.
            clean_working_directory: bool,
            /// `true` if its artifacts are never purged.
            never_cleanup_artifacts: bool,
            /// Trigger.
            approval: Approval,
        }
        lists {
            /// Variables of its jobs.
            environment_variables: EnvironmentVariable,
            /// Jobs.
            jobs: JobConfig,
        }
    }
}

response! {
    /// The trigger of a stage.
    pub struct Approval {
        required {
            /// Trigger.
            kind = "type": ApprovalType,
        }
        optional {
            /// `true` if the stage before it must have passed.
            allow_only_on_success: bool,
            /// Users and roles that may trigger it.
            authorization: UsersAndRoles,
        }
    }
}

response! {
    /// The configuration of a job.
    pub struct JobConfig {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Number of agents that run the job, or `all`; one by default.
            run_instance_count: String,
            /// Minutes without output after which it is cancelled.
            timeout: u32,
            /// Elastic agent profile to run with.
            elastic_profile_id: String,
        }
        lists {
            /// Variables.
            environment_variables: EnvironmentVariable,
            /// Resources that an agent must have.
            resources: String,
            /// Tasks.
            tasks: Task,
            /// Tabs of the job's page.
            tabs: Tab,
            /// Artifacts to publish.
            artifacts: ArtifactToPublish,
        }
    }
}

response! {
    /// A task of a job.
    pub struct Task {
        required {
            /// Type: `exec`, `ant`, `nant`, `rake`, `fetch` or `pluggable_task`.
            kind = "type": String,
        }
        optional {
            /// Attributes.
            attributes: TaskAttributes,
        }
    }
}

response! {
    /// The attributes of a task. Each type has some of the fields.
    pub struct TaskAttributes {
        optional {
            /// Program.
            command: String,
            /// Arguments in one text.
            args: String,
            /// Working directory.
            working_directory: String,
            /// Build file.
            build_file: String,
            /// Target to build.
            target: String,
            /// Folder of `nant.exe`.
            nant_path: String,
            /// Place of an artifact to fetch: `gocd` or `external`.
            artifact_origin: String,
            /// Upstream pipeline of an artifact.
            pipeline: String,
            /// Upstream stage of an artifact.
            stage: String,
            /// Upstream job of an artifact.
            job: String,
            /// Path of an artifact on the server.
            source: String,
            /// `true` for a file, `false` for a folder.
            is_source_a_file: bool,
            /// Folder on the agent.
            destination: String,
            /// External artifact.
            artifact_id: String,
            /// Plugin of the task.
            plugin_configuration: PluginMetadata,
            /// Task to run when the stage is cancelled.
            on_cancel: Box<Task>,
        }
        lists {
            /// States of the job in which it runs: `passed`, `failed` or `any`.
            run_if: String,
            /// Arguments.
            arguments: String,
            /// Settings of the plugin.
            configuration: ConfigurationProperty,
        }
    }
}

response! {
    /// A tab of a job's page.
    pub struct Tab {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// File among the artifacts.
            path: String,
        }
    }
}

response! {
    /// An artifact to publish.
    pub struct ArtifactToPublish {
        required {
            /// Type: `test`, `build` or `external`.
            kind = "type": String,
        }
        optional {
            /// File or folder on the agent.
            source: String,
            /// Folder on the server.
            destination: String,
            /// Identifier of an external artifact.
            artifact_id: String,
            /// Artifact store of an external artifact.
            store_id: String,
        }
        lists {
            /// Settings of the plugin.
            configuration: ConfigurationProperty,
        }
    }
}

request_body! {
    /// A template to make.
    pub struct TemplateName {
        required {
            /// Name.
            template_name: String,
        }
    }
}
