//! Methods of the server handle, and a control endpoint, that only GoCD has.

use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Rules;
use crate::control::{ControlError, parse_body};
use crate::provider::{ProviderCore, SharedCore};
use crate::server_handle::ServerHandle;

impl ServerHandle<Rules> {
    /// A personal access token of the first user, for `Authorization: Bearer` (docs/provider-facts.md 1a,
    /// 1g): 40 hexadecimal digits. It is valid until it is revoked over the API, and again after a
    /// [reset](ServerHandle::reset).
    #[must_use]
    pub fn personal_access_token(&self) -> &str {
        self.core().setup.credentials.personal_access_token.as_deref().unwrap_or_default()
    }

    /// Lets the next run of a pipeline fail at a stage. The pipelines are `checkout` (stages `build` and
    /// `acceptance`), `catalogue` (`build`) and `payroll` (`package`, `deploy`, which a user has to start,
    /// and `verify`).
    ///
    /// Returns whether there is such a stage.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oauth_sandbox::Error> {
    /// let sandbox = oauth_sandbox::Gocd::start().await?;
    /// assert!(sandbox.fail_next_run("checkout", "acceptance"));
    /// // … trigger the pipeline over the API …
    /// sandbox.advance(std::time::Duration::from_secs(10 + 60 + 60)); // scheduled, built, failed
    /// # Ok(())
    /// # }
    /// ```
    pub fn fail_next_run(&self, pipeline: &str, stage: &str) -> bool {
        self.core().fail_next_run(pipeline, stage)
    }
}

impl ProviderCore<Rules> {
    fn fail_next_run(&self, pipeline: &str, stage: &str) -> bool {
        let mut state = self.current_state();
        let found = state.pipelines.iter_mut().find(|found| found.config.name == pipeline);
        found.is_some_and(|pipeline| pipeline.fail_next_run(stage))
    }
}

pub(super) fn control_routes() -> Router<SharedCore<Rules>> {
    Router::new().route("/fail_next_run", post(fail_next_run))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FailNextRun {
    pipeline: String,
    stage: String,
}

async fn fail_next_run(
    State(core): State<SharedCore<Rules>>,
    body: Bytes,
) -> Result<Json<Value>, ControlError> {
    let FailNextRun { pipeline, stage } = parse_body(&body)?;
    let is_known = core.fail_next_run(&pipeline, &stage);
    Ok(Json(json!({ "known": is_known })))
}
