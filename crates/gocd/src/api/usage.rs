//! Pipelines that use a material.

use oauth_core::response;

response! {
    /// A pipeline that uses a material.
    pub struct Usage {
        required {
            /// Name of the pipeline.
            pipeline: String,
        }
        optional {
            /// Pipeline group.
            group: String,
        }
    }
}
