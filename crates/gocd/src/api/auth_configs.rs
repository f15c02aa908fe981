//! Authorization configurations: sources of users.

use oauth_core::{List, endpoint, request_body, response};

use super::configuration_property::{ConfigurationProperty, NewConfigurationProperty};
use super::confirmation::Confirmation;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/security/auth_configs`: all authorization configurations. Since 17.5.0; version 2
    /// since 19.11.0. Source: api.gocd.org, "Get all authorization configurations".
    pub struct AuthConfigs;
    GET version(2) "/api/admin/security/auth_configs" => json(List<AuthConfig>, "/_embedded/auth_configs")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/security/auth_configs/:auth_config_id`: an authorization configuration, with its
    /// entity tag. Since 17.5.0; version 2 since 19.11.0. Source: api.gocd.org, "Get an authorization
    /// configuration".
    pub struct GetAuthConfig(auth_config_id: String);
    GET version(2) "/api/admin/security/auth_configs/:auth_config_id" => json_with_etag(AuthConfig)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/security/auth_configs`: creates an authorization configuration. Since 17.5.0; version
    /// 2 since 19.11.0. Source: api.gocd.org, "Create an authorization configuration".
    pub struct CreateAuthConfig();
    POST version(2) "/api/admin/security/auth_configs"
        body(auth_config: NewAuthConfig) => json_with_etag(AuthConfig)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/security/auth_configs/:auth_config_id`: replaces an authorization configuration. Since
    /// 17.5.0; version 2 since 19.11.0. Source: api.gocd.org, "Update an authorization configuration".
    pub struct UpdateAuthConfig(auth_config_id: String);
    PUT version(2) "/api/admin/security/auth_configs/:auth_config_id"
        body(auth_config: NewAuthConfig) if_match(etag) => json_with_etag(AuthConfig)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/security/auth_configs/:auth_config_id`: deletes an authorization configuration.
    /// Since 17.5.0; version 2 since 19.11.0. Source: api.gocd.org, "Delete an authorization configuration".
    pub struct DeleteAuthConfig(auth_config_id: String);
    DELETE version(2) "/api/admin/security/auth_configs/:auth_config_id" => json(Confirmation)
}

response! {
    /// An authorization configuration.
    pub struct AuthConfig {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Plugin.
            plugin_id: String,
            /// `true` if users whom no administrator added may not log in.
            allow_only_known_users_to_login: bool,
        }
        lists {
            /// Settings.
            properties: ConfigurationProperty,
        }
    }
}

request_body! {
    /// An authorization configuration, to create or replace.
    pub struct NewAuthConfig {
        required {
            /// Identifier.
            id: String,
            /// Plugin.
            plugin_id: String,
        }
        optional {
            /// `true` if users whom no administrator added may not log in.
            allow_only_known_users_to_login: bool,
        }
        nested {
            /// Settings.
            properties: Vec<NewConfigurationProperty>,
        }
    }
}
