//! Secret configurations: places that secrets are read from.

use oauth_core::{List, endpoint, request_body, response};

use super::configuration_property::{ConfigurationProperty, NewConfigurationProperty};
use super::confirmation::Confirmation;
use super::rule::{NewRule, Rule};
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/secret_configs`: all secret configurations. Since 19.6.0; version 3 since 20.9.0.
    /// Source: api.gocd.org, "Get all secret configs".
    pub struct SecretConfigs;
    GET version(3) "/api/admin/secret_configs"
        => json_with_etag(List<SecretConfig>, "/_embedded/secret_configs")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/secret_configs/:id`: a secret configuration, with its entity tag. Since 19.6.0;
    /// version 3 since 20.9.0. Source: api.gocd.org, "Get a secret config".
    pub struct GetSecretConfig(id: String);
    GET version(3) "/api/admin/secret_configs/:id" => json_with_etag(SecretConfig)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/secret_configs`: creates a secret configuration. Since 19.6.0; version 3 since
    /// 20.9.0. Source: api.gocd.org, "Create a secret config".
    pub struct CreateSecretConfig();
    POST version(3) "/api/admin/secret_configs" body(config: NewSecretConfig) => json_with_etag(SecretConfig)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/secret_configs/:id`: replaces a secret configuration. Since 19.6.0; version 3 since
    /// 20.9.0. Source: api.gocd.org, "Update a secret config".
    pub struct UpdateSecretConfig(id: String);
    PUT version(3) "/api/admin/secret_configs/:id"
        body(config: NewSecretConfig) if_match(etag) => json_with_etag(SecretConfig)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/secret_configs/:id`: deletes a secret configuration. Since 19.6.0; version 3 since
    /// 20.9.0. Source: api.gocd.org, "Delete a secret config".
    pub struct DeleteSecretConfig(id: String);
    DELETE version(3) "/api/admin/secret_configs/:id" => json(Confirmation)
}

response! {
    /// A secret configuration.
    pub struct SecretConfig {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Plugin.
            plugin_id: String,
            /// Description.
            description: String,
        }
        lists {
            /// Settings.
            properties: ConfigurationProperty,
            /// Entities that may refer to it: none by default.
            rules: Rule,
        }
    }
}

request_body! {
    /// A secret configuration, to create or replace.
    pub struct NewSecretConfig {
        required {
            /// Identifier.
            id: String,
            /// Plugin.
            plugin_id: String,
        }
        optional {
            /// Description.
            description: String,
        }
        lists {
            /// Entities that may refer to it: none by default.
            rules: NewRule,
        }
        nested {
            /// Settings.
            properties: Vec<NewConfigurationProperty>,
        }
    }
}
