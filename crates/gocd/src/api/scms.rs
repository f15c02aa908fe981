//! Pluggable SCMs: repositories that a plugin reads.

use oauth_core::{List, endpoint, request_body, response};

use super::configuration_property::{ConfigurationProperty, NewConfigurationProperty};
use super::confirmation::Confirmation;
use super::origin::Origin;
use super::plugins::{NewPluginMetadata, PluginMetadata};
use super::usage::Usage;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/scms`: all pluggable SCMs. Since 16.7.0; version 4 since 20.9.0. Source: api.gocd.org,
    /// "Get all Pluggable SCM materials".
    pub struct Scms;
    GET version(4) "/api/admin/scms" => json(List<Scm>, "/_embedded/scms")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/scms/:material_name`: a pluggable SCM, with its entity tag. Since 16.7.0; version 4
    /// since 20.9.0. Source: api.gocd.org, "Get a Pluggable SCM material".
    pub struct GetScm(material_name: String);
    GET version(4) "/api/admin/scms/:material_name" => json_with_etag(Scm)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/scms`: creates a pluggable SCM. The server chooses an identifier if none is set.
    /// Since 16.7.0; version 4 since 20.9.0. Source: api.gocd.org, "Create a SCM object".
    pub struct CreateScm();
    POST version(4) "/api/admin/scms" body(scm: NewScm) => json(Scm)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/scms/:material_name`: replaces a pluggable SCM. The body needs the identifier. Since
    /// 16.7.0; version 4 since 20.9.0. Source: api.gocd.org, "Update Pluggable SCM object".
    pub struct UpdateScm(material_name: String);
    PUT version(4) "/api/admin/scms/:material_name" body(scm: NewScm) if_match(etag) => json_with_etag(Scm)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/scms/:material_name`: deletes a pluggable SCM. Since 19.8.0; version 4 since
    /// 20.9.0. Source: api.gocd.org, "Delete a Pluggable SCM material".
    pub struct DeleteScm(material_name: String);
    DELETE version(4) "/api/admin/scms/:material_name" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/scms/:material_name/usages`: pipelines that use a pluggable SCM. Since 20.3.0; version
    /// 4 since 20.9.0. Source: api.gocd.org, "Usages of a pluggable SCM material".
    pub struct ScmUsages(material_name: String);
    GET version(4) "/api/admin/scms/:material_name/usages" => json(List<Usage>, "/usages")
}

response! {
    /// A pluggable SCM.
    pub struct Scm {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Name.
            name: String,
            /// `true` if the server looks for new revisions.
            auto_update: bool,
            /// Place of its definition.
            origin: Origin,
            /// Plugin.
            plugin_metadata: PluginMetadata,
        }
        lists {
            /// Settings.
            configuration: ConfigurationProperty,
        }
    }
}

request_body! {
    /// A pluggable SCM, to create or replace.
    pub struct NewScm {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Identifier.
            id: String,
            /// `false` if the server does not look for new revisions.
            auto_update: bool,
            /// Plugin.
            plugin_metadata: NewPluginMetadata,
        }
        nested {
            /// Settings.
            configuration: Vec<NewConfigurationProperty>,
        }
    }
}
