//! Templates of pipelines, and the permissions for them.

use oauth_core::serde_json::{Map, Value};
use oauth_core::{List, endpoint, request_body, response};

use super::confirmation::Confirmation;
use super::pipeline_configs::StageConfig;
use super::users_and_roles::{NewUsersAndRoles, UsersAndRoles};
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/templates`: all templates with their pipelines. Since 16.10.0; version 7 since 20.2.0.
    /// Source: api.gocd.org, "Get all templates".
    pub struct Templates;
    GET version(7) "/api/admin/templates" => json(List<TemplateSummary>, "/_embedded/templates")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/templates/:template_name`: a template, with its entity tag. Since 16.10.0; version 7
    /// since 20.2.0. Source: api.gocd.org, "Get template config".
    pub struct GetTemplate(template_name: String);
    GET version(7) "/api/admin/templates/:template_name" => json_with_etag(Template)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/templates`: creates a template. Secure variables in the body are not redacted in
    /// errors: encrypt them first. Since 16.10.0; version 7 since 20.2.0. Source: api.gocd.org, "Create
    /// template config".
    pub struct CreateTemplate();
    POST version(7) "/api/admin/templates" body(template: Map<String, Value>) => json(Template)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/templates/:template_name`: replaces a template. The document's heading has `template`
    /// in the path, its example `templates`. Since 16.10.0; version 7 since 20.2.0. Source: api.gocd.org,
    /// "Edit template config".
    pub struct UpdateTemplate(template_name: String);
    PUT version(7) "/api/admin/templates/:template_name"
        body(template: Map<String, Value>) if_match(etag) => json_with_etag(Template)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/templates/:template_name`: deletes a template that no pipeline uses. Since 16.10.0;
    /// version 7 since 20.2.0. Source: api.gocd.org, "Delete a template".
    pub struct DeleteTemplate(template_name: String);
    DELETE version(7) "/api/admin/templates/:template_name" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/templates/:template_name/parameters`: parameters that a pipeline with a template must
    /// define. Since 20.2.0. Source: api.gocd.org, "Get parameters for a template".
    pub struct GetTemplateParameters(template_name: String);
    GET version(7) "/api/admin/templates/:template_name/parameters" => json(TemplateParameters)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/templates/:template_name/authorization`: permissions for a template, with their entity
    /// tag. Since 18.2.0. Source: api.gocd.org, "Get template authorization".
    pub struct GetTemplateAuthorization(template_name: String);
    GET version(1) "/api/admin/templates/:template_name/authorization"
        => json_with_etag(TemplateAuthorization)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/templates/:template_name/authorization`: replaces the permissions for a template.
    /// Since 18.2.0. Source: api.gocd.org, "Update template authorization".
    pub struct UpdateTemplateAuthorization(template_name: String);
    PUT version(1) "/api/admin/templates/:template_name/authorization"
        body(authorization: NewTemplateAuthorization) if_match(etag) => json(TemplateAuthorization)
}

response! {
    /// A template with its pipelines.
    pub struct TemplateSummary {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// `true` if the user can edit it.
            can_edit: bool,
            /// `true` if the user can administer it.
            can_administer: bool,
            /// Pipelines; see [`pipelines`](Self::pipelines).
            embedded = "_embedded": TemplatePipelines,
        }
    }
}

response! {
    /// The pipelines of a template.
    pub struct TemplatePipelines {
        lists {
            /// Pipelines.
            pipelines: TemplatePipeline,
        }
    }
}

response! {
    /// A pipeline with a template.
    pub struct TemplatePipeline {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// `true` if the user can administer it.
            can_administer: bool,
        }
    }
}

impl TemplateSummary {
    /// Returns the pipelines.
    #[must_use]
    pub fn pipelines(&self) -> &[TemplatePipeline] {
        self.embedded.as_ref().map_or(&[], |embedded| &embedded.pipelines)
    }
}

response! {
    /// A template.
    pub struct Template {
        required {
            /// Name.
            name: String,
        }
        lists {
            /// Stages.
            stages: StageConfig,
        }
    }
}

response! {
    /// The parameters of a template.
    pub struct TemplateParameters {
        required {
            /// Name of the template.
            name: String,
        }
        lists {
            /// Parameters.
            parameters: String,
        }
    }
}

response! {
    /// Permissions for a template.
    pub struct TemplateAuthorization {
        required {
            /// `true` if administrators of any pipeline group may view it.
            all_group_admins_are_view_users: bool,
        }
        optional {
            /// Users and roles that may edit it.
            admin: UsersAndRoles,
            /// Users and roles that may view it.
            view: UsersAndRoles,
        }
    }
}

request_body! {
    /// Permissions for a template, to set.
    pub struct NewTemplateAuthorization {
        optional {
            /// `true` if administrators of any pipeline group may view it.
            all_group_admins_are_view_users: bool,
            /// Users and roles that may edit it.
            admin: NewUsersAndRoles,
            /// Users and roles that may view it.
            view: NewUsersAndRoles,
        }
    }
}
