//! Elastic agents: profiles of clusters, and of the agents in them.

use oauth_core::{List, endpoint, request_body, response};

use super::configuration_property::{ConfigurationProperty, NewConfigurationProperty};
use super::confirmation::Confirmation;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/elastic/cluster_profiles`: all cluster profiles. Since 19.3.0. Source: api.gocd.org,
    /// "Get all cluster profiles".
    pub struct ClusterProfiles;
    GET version(1) "/api/admin/elastic/cluster_profiles"
        => json_with_etag(List<ClusterProfile>, "/_embedded/profiles")
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/elastic/cluster_profiles/:id`: a cluster profile, with its entity tag. Since 19.3.0.
    /// Source: api.gocd.org, "Get a cluster profile".
    pub struct GetClusterProfile(id: String);
    GET version(1) "/api/admin/elastic/cluster_profiles/:id" => json_with_etag(ClusterProfile)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/elastic/cluster_profiles`: creates a cluster profile. Since 19.3.0. Source:
    /// api.gocd.org, "Create a cluster profile".
    pub struct CreateClusterProfile();
    POST version(1) "/api/admin/elastic/cluster_profiles"
        body(profile: NewClusterProfile) => json_with_etag(ClusterProfile)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/elastic/cluster_profiles/:id`: replaces a cluster profile. Since 19.3.0. Source:
    /// api.gocd.org, "Update a cluster profile".
    pub struct UpdateClusterProfile(id: String);
    PUT version(1) "/api/admin/elastic/cluster_profiles/:id"
        body(profile: NewClusterProfile) if_match(etag) => json_with_etag(ClusterProfile)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/admin/elastic/cluster_profiles/:id`: deletes a cluster profile. Since 19.3.0. Source:
    /// api.gocd.org, "Delete a cluster profile".
    pub struct DeleteClusterProfile(id: String);
    DELETE version(1) "/api/admin/elastic/cluster_profiles/:id" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/elastic/profiles`: all elastic agent profiles. Since 19.3.0. Source: api.gocd.org, "Get all
    /// elastic agent profiles".
    pub struct ElasticProfiles;
    GET version(2) "/api/elastic/profiles" => json_with_etag(List<ElasticProfile>, "/_embedded/profiles")
}

endpoint! {
    [] Personal;
    /// `GET /api/elastic/profiles/:profile_id`: an elastic agent profile, with its entity tag. Since 19.3.0.
    /// Source: api.gocd.org, "Get an elastic agent profile".
    pub struct GetElasticProfile(profile_id: String);
    GET version(2) "/api/elastic/profiles/:profile_id" => json_with_etag(ElasticProfile)
}

endpoint! {
    [] Personal;
    /// `POST /api/elastic/profiles`: creates an elastic agent profile. Since 19.3.0. Source: api.gocd.org,
    /// "Create an elastic agent profile".
    pub struct CreateElasticProfile();
    POST version(2) "/api/elastic/profiles" body(profile: NewElasticProfile) => json_with_etag(ElasticProfile)
}

endpoint! {
    [] Personal;
    /// `PUT /api/elastic/profiles/:profile_id`: replaces an elastic agent profile. Since 19.3.0. Source:
    /// api.gocd.org, "Update an elastic agent profile".
    pub struct UpdateElasticProfile(profile_id: String);
    PUT version(2) "/api/elastic/profiles/:profile_id"
        body(profile: NewElasticProfile) if_match(etag) => json_with_etag(ElasticProfile)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/elastic/profiles/:profile_id`: deletes an elastic agent profile. Since 19.3.0. Source:
    /// api.gocd.org, "Delete an elastic agent profile".
    pub struct DeleteElasticProfile(profile_id: String);
    DELETE version(2) "/api/elastic/profiles/:profile_id" => json(Confirmation)
}

response! {
    /// A cluster profile.
    pub struct ClusterProfile {
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
    /// A cluster profile, to create or replace.
    pub struct NewClusterProfile {
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

response! {
    /// An elastic agent profile.
    pub struct ElasticProfile {
        required {
            /// Identifier.
            id: String,
        }
        optional {
            /// Cluster profile.
            cluster_profile_id: String,
        }
        lists {
            /// Settings.
            properties: ConfigurationProperty,
        }
    }
}

request_body! {
    /// An elastic agent profile, to create or replace.
    pub struct NewElasticProfile {
        required {
            /// Identifier.
            id: String,
            /// Cluster profile.
            cluster_profile_id: String,
        }
        nested {
            /// Settings.
            properties: Vec<NewConfigurationProperty>,
        }
    }
}
