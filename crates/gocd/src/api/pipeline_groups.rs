//! Pipeline groups, and the permissions for them.

use oauth_core::{List, endpoint, request_body, response};

use super::confirmation::Confirmation;
use super::pipeline_name::PipelineName;
use super::users_and_roles::{NewUsersAndRoles, UsersAndRoles};
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/pipeline_groups`: all pipeline groups. Since 18.10.0. Source: api.gocd.org, "Get all
    /// pipeline groups".
    pub struct PipelineGroups;
    GET version(1) "/api/admin/pipeline_groups" => json(List<PipelineGroup>, "/_embedded/groups")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/pipeline_groups/:group_name`: a pipeline group, with its entity tag. Since 18.10.0.
    /// Source: api.gocd.org, "Get a pipeline group".
    pub struct GetPipelineGroup(group_name: String);
    GET version(1) "/api/admin/pipeline_groups/:group_name" => json_with_etag(PipelineGroup)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/pipeline_groups`: creates a pipeline group without pipelines. Since 18.10.0. Source:
    /// api.gocd.org, "Create a pipeline group".
    pub struct CreatePipelineGroup();
    POST version(1) "/api/admin/pipeline_groups"
        body(group: NewPipelineGroup) => json_with_etag(PipelineGroup)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/pipeline_groups/:group_name`: replaces the permissions of a pipeline group. Since
    /// 18.10.0. Source: api.gocd.org, "Update a pipeline group".
    pub struct UpdatePipelineGroup(group_name: String);
    PUT version(1) "/api/admin/pipeline_groups/:group_name"
        body(group: NewPipelineGroup) if_match(etag) => json_with_etag(PipelineGroup)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/pipeline_groups/:group_name`: deletes a pipeline group, which must be empty. Since
    /// 18.10.0. Source: api.gocd.org, "Delete a pipeline group".
    pub struct DeletePipelineGroup(group_name: String);
    DELETE version(1) "/api/admin/pipeline_groups/:group_name" => json(Confirmation)
}

response! {
    /// A pipeline group.
    pub struct PipelineGroup {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Permissions.
            authorization: GroupAuthorization,
        }
        lists {
            /// Pipelines.
            pipelines: PipelineName,
        }
    }
}

response! {
    /// The permissions for a pipeline group.
    pub struct GroupAuthorization {
        optional {
            /// Users and roles that may view it.
            view: UsersAndRoles,
            /// Users and roles that may operate it.
            operate: UsersAndRoles,
            /// Users and roles that may administer it.
            admins: UsersAndRoles,
        }
    }
}

request_body! {
    /// A pipeline group, to create or change.
    pub struct NewPipelineGroup {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Permissions.
            authorization: NewGroupAuthorization,
        }
    }
}

request_body! {
    /// The permissions for a pipeline group.
    pub struct NewGroupAuthorization {
        optional {
            /// Users and roles that may view it.
            view: NewUsersAndRoles,
            /// Users and roles that may operate it.
            operate: NewUsersAndRoles,
            /// Users and roles that may administer it.
            admins: NewUsersAndRoles,
        }
    }
}
