//! Plugins and their settings.

use oauth_core::{List, endpoint, open_enum, request_body, response};

use super::configuration_property::{ConfigurationProperty, NewConfigurationProperty};
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/plugin_info`: all plugins. Since 19.3.0; version 7 since 20.8.0. Source: api.gocd.org,
    /// "Get all plugin info".
    pub struct Plugins;
    GET version(7) "/api/admin/plugin_info" => json_with_etag(List<Plugin>, "/_embedded/plugin_info")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/plugin_info/:id`: a plugin. Since 19.3.0; version 7 since 20.8.0. Source:
    /// api.gocd.org, "Get plugin info".
    pub struct GetPlugin(id: String);
    GET version(7) "/api/admin/plugin_info/:id" => json_with_etag(Plugin)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/plugin_settings/:plugin_id`: the settings of a plugin, with their entity tag. 404 if
    /// there are none. Since 17.9.0. Source: api.gocd.org, "Get Plugin Settings".
    pub struct GetPluginSettings(plugin_id: String);
    GET version(1) "/api/admin/plugin_settings/:plugin_id" => json_with_etag(PluginSettings)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/plugin_settings`: creates the settings of a plugin. [`GetPlugin`] has the keys. Since
    /// 17.9.0. Source: api.gocd.org, "Create Plugin Settings".
    pub struct CreatePluginSettings();
    POST version(1) "/api/admin/plugin_settings" body(settings: NewPluginSettings) => json(PluginSettings)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/plugin_settings/:plugin_id`: replaces the settings of a plugin. Since 17.9.0. Source:
    /// api.gocd.org, "Update Plugin Settings".
    pub struct UpdatePluginSettings(plugin_id: String);
    PUT version(1) "/api/admin/plugin_settings/:plugin_id"
        body(settings: NewPluginSettings) if_match(etag) => json_with_etag(PluginSettings)
}

response! {
    /// Name and version of a plugin.
    pub struct PluginMetadata {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Version.
            version: String,
        }
    }
}

request_body! {
    /// Name and version of a plugin.
    pub struct NewPluginMetadata {
        required {
            /// Identifier.
            id: String,
            /// Version.
            version: String,
        }
    }
}

response! {
    /// The settings of a plugin.
    pub struct PluginSettings {
        required {
            /// Plugin.
            plugin_id: String,
        }
        lists {
            /// Settings.
            configuration: ConfigurationProperty,
        }
    }
}

request_body! {
    /// The settings of a plugin, to set.
    pub struct NewPluginSettings {
        required {
            /// Plugin.
            plugin_id: String,
        }
        nested {
            /// Settings.
            configuration: Vec<NewConfigurationProperty>,
        }
    }
}

response! {
    /// A plugin.
    pub struct Plugin {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Status.
            status: PluginStatus,
            /// File on the server.
            plugin_file_location: String,
            /// `true` if it is a part of GoCD.
            bundled_plugin: bool,
            /// Name, version and vendor.
            about: PluginAbout,
        }
        lists {
            /// Extension points that it implements.
            extensions: PluginExtension,
        }
    }
}

response! {
    /// The status of a plugin.
    pub struct PluginStatus {
        required {
            /// State.
            state: PluginState,
        }
        lists {
            /// Reasons why it is invalid.
            messages: String,
        }
    }
}

open_enum! {
    /// The state of a plugin.
    pub enum PluginState {
        /// Loaded.
        Active = "active",
        /// Not loaded.
        Invalid = "invalid",
    }
}

response! {
    /// Name, version and vendor of a plugin.
    pub struct PluginAbout {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Version.
            version: String,
            /// Oldest version of GoCD.
            target_go_version: String,
            /// Description.
            description: String,
            /// Vendor.
            vendor: PluginVendor,
        }
        lists {
            /// Operating systems.
            target_operating_systems: String,
        }
    }
}

response! {
    /// The vendor of a plugin.
    pub struct PluginVendor {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Web page.
            url: String,
        }
    }
}

response! {
    /// An extension point that a plugin implements. Each type has some of the fields.
    pub struct PluginExtension {
        required {
            /// Type, such as `configrepo`, `elastic`, `authorization`, `scm` or `task`.
            kind = "type": String,
        }
        optional {
            /// Name of an SCM or task.
            display_name: String,
            /// `true` if an elastic agent plugin has cluster profiles.
            supports_cluster_profiles: bool,
            /// Capabilities.
            capabilities: PluginCapabilities,
            /// Settings of the plugin itself.
            plugin_settings: ExtensionSettings,
            /// Settings of elastic agent profiles.
            elastic_agent_profile_settings: ExtensionSettings,
            /// Settings of cluster profiles.
            cluster_profile_settings: ExtensionSettings,
            /// Settings of authorization configurations.
            auth_config_settings: ExtensionSettings,
            /// Settings of roles.
            role_settings: ExtensionSettings,
            /// Settings of SCMs.
            scm_settings: ExtensionSettings,
            /// Settings of tasks.
            task_settings: ExtensionSettings,
            /// Settings of packages.
            package_settings: ExtensionSettings,
            /// Settings of package repositories.
            repository_settings: ExtensionSettings,
            /// Settings of artifact stores.
            store_config_settings: ExtensionSettings,
            /// Settings of artifacts to publish.
            artifact_config_settings: ExtensionSettings,
            /// Settings of artifacts to fetch.
            fetch_artifact_settings: ExtensionSettings,
            /// Settings of secret configurations.
            secret_config_settings: ExtensionSettings,
        }
    }
}

response! {
    /// Settings of an extension point.
    pub struct ExtensionSettings {
        optional {
            /// Form.
            view: SettingsView,
        }
        lists {
            /// Keys.
            configurations: SettingDefinition,
        }
    }
}

response! {
    /// A form for settings.
    pub struct SettingsView {
        required {
            /// AngularJS template.
            template: String,
        }
    }
}

response! {
    /// A key of settings.
    pub struct SettingDefinition {
        required {
            /// Key.
            key: String,
        }
        optional {
            /// Properties of the key.
            metadata: SettingMetadata,
        }
    }
}

response! {
    /// Properties of a key of settings.
    pub struct SettingMetadata {
        optional {
            /// `true` if values are encrypted.
            secure: bool,
            /// `true` if a value is needed.
            required: bool,
            /// `true` if the value is a part of the material's identity.
            part_of_identity: bool,
            /// Position in the form.
            display_order: u32,
            /// Name in the form.
            display_name: String,
        }
    }
}

response! {
    /// Capabilities of a plugin. Each type of extension has some of the fields.
    pub struct PluginCapabilities {
        optional {
            /// Exports pipelines.
            supports_pipeline_export: bool,
            /// Parses definitions.
            supports_parse_content: bool,
            /// Lists files with definitions.
            supports_list_config_files: bool,
            /// Has properties that users define.
            supports_user_defined_properties: bool,
            /// Reports the status of the plugin.
            supports_plugin_status_report: bool,
            /// Reports the status of an agent.
            supports_agent_status_report: bool,
            /// Reports the status of a cluster.
            supports_cluster_status_report: bool,
            /// Searches users.
            can_search: bool,
            /// Authorizes users.
            can_authorize: bool,
            /// `password` or `web`.
            supported_auth_type: String,
        }
        lists {
            /// Charts.
            supported_analytics: AnalyticsChart,
        }
    }
}

response! {
    /// A chart of an analytics plugin.
    pub struct AnalyticsChart {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Title.
            title: String,
            /// Type, such as `pipeline`.
            kind = "type": String,
        }
    }
}
