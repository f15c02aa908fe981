//! Artifact stores: external places for artifacts.

use oauth_core::{List, endpoint, request_body, response};

use super::configuration_property::{ConfigurationProperty, NewConfigurationProperty};
use super::confirmation::Confirmation;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/artifact_stores`: all artifact stores. Since 18.7.0. Source: api.gocd.org, "Get all
    /// artifact stores".
    pub struct ArtifactStores;
    GET version(1) "/api/admin/artifact_stores" => json(List<ArtifactStore>, "/_embedded/artifact_stores")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/artifact_stores/:store_id`: an artifact store, with its entity tag. Since 18.7.0.
    /// Source: api.gocd.org, "Get an artifact store".
    pub struct GetArtifactStore(store_id: String);
    GET version(1) "/api/admin/artifact_stores/:store_id" => json_with_etag(ArtifactStore)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/artifact_stores`: creates an artifact store. Since 18.7.0. Source: api.gocd.org,
    /// "Create an artifact store".
    pub struct CreateArtifactStore();
    POST version(1) "/api/admin/artifact_stores"
        body(store: NewArtifactStore) => json_with_etag(ArtifactStore)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/artifact_stores/:store_id`: replaces an artifact store. Since 18.7.0. Source:
    /// api.gocd.org, "Update an artifact store".
    pub struct UpdateArtifactStore(store_id: String);
    PUT version(1) "/api/admin/artifact_stores/:store_id"
        body(store: NewArtifactStore) if_match(etag) => json_with_etag(ArtifactStore)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/artifact_stores/:store_id`: deletes an artifact store. Since 18.7.0. Source:
    /// api.gocd.org, "Delete an artifact store".
    pub struct DeleteArtifactStore(store_id: String);
    DELETE version(1) "/api/admin/artifact_stores/:store_id" => json(Confirmation)
}

response! {
    /// An artifact store.
    pub struct ArtifactStore {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Plugin.
            plugin_id: String,
        }
        lists {
            /// Settings.
            properties: ConfigurationProperty,
        }
    }
}

request_body! {
    /// An artifact store, to create or replace.
    pub struct NewArtifactStore {
        required {
            /// Identifier.
            id: String,
            /// Plugin.
            plugin_id: String,
        }
        nested {
            /// Settings.
            properties: Vec<NewConfigurationProperty>,
        }
    }
}
