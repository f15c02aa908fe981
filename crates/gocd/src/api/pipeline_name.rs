//! Names of pipelines in lists.

use oauth_core::{request_body, response};

response! {
    /// The name of a pipeline.
    pub struct PipelineName {
        required { /** Name. */ name: String, }
    }
}

request_body! {
    /// The name of a pipeline.
    pub struct PipelineReference {
        required { /** Name. */ name: String, }
    }
}

impl From<&str> for PipelineReference {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}
