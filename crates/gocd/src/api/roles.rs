//! Roles and system administrators.

use oauth_core::{List, endpoint, open_enum, request_body, response};

use super::configuration_property::{ConfigurationProperty, NewConfigurationProperty};
use super::confirmation::Confirmation;
use super::list_change::ListChange;
use super::rule::RuleDirective;
use super::users_and_roles::NewUsersAndRoles;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/security/roles`: all roles. Since 17.5.0; version 3 since 19.11.0. Source:
    /// api.gocd.org, "Get all roles".
    pub struct Roles() {
        optional {
            /// Only roles of this type.
            role_type = "type": RoleType,
        }
    }
    GET version(3) "/api/admin/security/roles" => json(List<Role>, "/_embedded/roles")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/security/roles/:role_name`: a role, with its entity tag. Since 17.5.0; version 3 since
    /// 19.11.0. Source: api.gocd.org, "Get a role".
    pub struct GetRole(role_name: String);
    GET version(3) "/api/admin/security/roles/:role_name" => json_with_etag(Role)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/security/roles`: creates a role: a list of users, or users whom a plugin names. Since
    /// 17.5.0; version 3 since 19.11.0. Source: api.gocd.org, "Create a GoCD role".
    pub struct CreateRole();
    POST version(3) "/api/admin/security/roles" body(role: NewRole) => json_with_etag(Role)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/security/roles/:role_name`: replaces a role. Since 17.5.0; version 3 since 19.11.0.
    /// Source: api.gocd.org, "Update a role".
    pub struct UpdateRole(role_name: String);
    PUT version(3) "/api/admin/security/roles/:role_name"
        body(role: NewRole) if_match(etag) => json_with_etag(Role)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/security/roles/:role_name`: deletes a role. Since 17.5.0; version 3 since 19.11.0.
    /// Source: api.gocd.org, "Delete a role".
    pub struct DeleteRole(role_name: String);
    DELETE version(3) "/api/admin/security/roles/:role_name" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `PATCH /api/admin/security/roles`: adds and removes users of several roles. Since 19.1.0; version 3
    /// since 19.11.0. Source: api.gocd.org, "Bulk update roles".
    pub struct UpdateRoles();
    PATCH version(3) "/api/admin/security/roles"
        body(updates: RoleUpdates) => json(List<Role>, "/_embedded/roles")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/security/system_admins`: users and roles that administer the server. An update needs
    /// the entity tag, which the document does not show. Since 18.8.0. Source: api.gocd.org, "Get all system
    /// admins".
    pub struct GetSystemAdmins;
    GET version(2) "/api/admin/security/system_admins" => json_with_etag(SystemAdmins)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/security/system_admins`: replaces the users and roles that administer the server.
    /// Since 18.8.0. Source: api.gocd.org, "Update system admins".
    pub struct UpdateSystemAdmins();
    PUT version(2) "/api/admin/security/system_admins"
        body(admins: NewUsersAndRoles) if_match(etag) => json_with_etag(SystemAdmins)
}

endpoint! {
    [] Personal;
    /// `PATCH /api/admin/security/system_admins`: adds and removes users and roles that administer the
    /// server. Since 19.1.0. Source: api.gocd.org, "Bulk update system admins".
    pub struct PatchSystemAdmins();
    PATCH version(2) "/api/admin/security/system_admins"
        body(changes: SystemAdminChanges) => json(SystemAdmins)
}

response! {
    /// Users and roles that administer the server.
    pub struct SystemAdmins {
        required_lists {
            /// Login names of users.
            users: String,
        }
        lists {
            /// Names of roles.
            roles: String,
        }
    }
}

open_enum! {
    /// The type of a role.
    pub enum RoleType {
        /// A list of users.
        Gocd = "gocd",
        /// Users whom an authorization plugin names.
        Plugin = "plugin",
    }
}

response! {
    /// A role.
    pub struct Role {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Type.
            kind = "type": RoleType,
            /// Users, or settings of the plugin.
            attributes: RoleAttributes,
        }
        lists {
            /// Permissions of its users.
            policy: Permission,
        }
    }
}

response! {
    /// Users of a role, or settings of its plugin.
    pub struct RoleAttributes {
        optional {
            /// Authorization configuration of a plugin role.
            auth_config_id: String,
        }
        lists {
            /// Users of a GoCD role.
            users: String,
            /// Settings of a plugin role.
            properties: ConfigurationProperty,
        }
    }
}

response! {
    /// A permission of a role.
    pub struct Permission {
        required {
            /// Allow or deny.
            permission: RuleDirective,
        }
        optional {
            /// `view`, `administer` or `*`.
            action: String,
            /// Type of entities, such as `environment`, or `*`.
            kind = "type": String,
            /// Name of the entity, perhaps with wildcards.
            resource: String,
        }
    }
}

request_body! {
    /// A role, to create or replace.
    pub struct NewRole {
        required {
            /// Name.
            name: String,
            /// Type.
            kind = "type": RoleType,
        }
        lists {
            /// Permissions of its users.
            policy: NewPermission,
        }
        nested {
            /// Users, or settings of the plugin.
            attributes: NewRoleAttributes,
        }
    }
}

request_body! {
    /// Users of a role, or settings of its plugin.
    pub struct NewRoleAttributes {
        optional {
            /// Authorization configuration of a plugin role.
            auth_config_id: String,
        }
        lists {
            /// Users of a GoCD role.
            users: String,
        }
        nested {
            /// Settings of a plugin role.
            properties: Vec<NewConfigurationProperty>,
        }
    }
}

request_body! {
    /// A permission of a role.
    pub struct NewPermission {
        required {
            /// Allow or deny.
            permission: RuleDirective,
            /// `view`, `administer` or `*`.
            action: String,
            /// Type of entities, such as `environment`, or `*`.
            kind = "type": String,
            /// Name of the entity, perhaps with wildcards.
            resource: String,
        }
    }
}

request_body! {
    /// Changes of several roles.
    pub struct RoleUpdates {
        required_lists {
            /// Changes.
            operations: RoleUpdate,
        }
    }
}

request_body! {
    /// A change of a role.
    pub struct RoleUpdate {
        required {
            /// Name of the role.
            role: String,
        }
        optional {
            /// Users.
            users: ListChange,
        }
    }
}

request_body! {
    /// Changes of the server's administrators.
    pub struct SystemAdminChanges {
        required {
            /// Changes.
            operations: SystemAdminOperations,
        }
    }
}

request_body! {
    /// Changes of the server's administrators.
    pub struct SystemAdminOperations {
        optional {
            /// Users.
            users: ListChange,
            /// Roles.
            roles: ListChange,
        }
    }
}
