//! Build agents.

/// An agent. Any number of jobs can be built by one at the same time.
#[derive(Clone, Debug)]
pub(in crate::gocd) struct Agent {
    pub(in crate::gocd) uuid: &'static str,
    pub(in crate::gocd) hostname: String,
    pub(in crate::gocd) ip_address: &'static str,
    /// `Pending`, `Enabled` or `Disabled`.
    pub(in crate::gocd) config_state: &'static str,
    pub(in crate::gocd) resources: Vec<String>,
    pub(in crate::gocd) environments: Vec<String>,
    /// The id that its plug-in gave it, for an elastic agent.
    pub(in crate::gocd) elastic_id: Option<&'static str>,
}

impl Agent {
    pub(in crate::gocd) fn builds(&self) -> bool {
        self.config_state == "Enabled" && self.elastic_id.is_none()
    }
}
