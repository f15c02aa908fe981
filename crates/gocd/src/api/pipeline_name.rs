//! Names of pipelines in lists.

use oauth_core::{IntoArgument, request_body, response};

response! {
    /// The name of a pipeline.
    pub struct PipelineName {
        required {
            /// Name.
            name: String,
        }
    }
}

request_body! {
    /// The name of a pipeline.
    pub struct PipelineReference {
        required {
            /// Name.
            name: String,
        }
    }
}

impl IntoArgument<PipelineReference> for &str {
    fn into_argument(self) -> PipelineReference {
        PipelineReference::new(self)
    }
}
