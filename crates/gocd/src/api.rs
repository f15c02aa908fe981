//! Typed endpoints: each documented call but the XML feeds and the calls that refuse a token.
//!
//! [`Cctray`], [`CurrentUser`], [`Version`] and [`PipelineRunXml`] accept an OAuth token or a personal access
//! token. All others are for [`Personal`](crate::Personal) access tokens, because only servers since 19.2
//! have these APIs. They are in a module for each area; types that several areas share are here. Calls that
//! begin with `Get` return one thing, calls with a plural name return a list, and types that begin with `New`
//! are bodies to create or replace things. Links of responses to pages for people stay in `other`.
//!
//! ```
//! # async fn example(gocd: gocd::PersonalClient) -> Result<(), gocd::Error> {
//! use gocd::api::pipelines::{GetPipelineStatus, PipelineRuns, Schedule, SchedulePipeline};
//!
//! if gocd.send(&GetPipelineStatus::new("up42")).await?.schedulable == Some(true) {
//!     gocd.send(&SchedulePipeline::new("up42", Schedule::new())).await?;
//! }
//! for run in gocd.send(&PipelineRuns::new("up42")).await?.pipelines {
//!     let results: Vec<_> = run.stages.iter().map(|stage| (&stage.name, &stage.result)).collect();
//!     println!("{}: {results:?}", run.counter);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A change of configuration needs the entity tag of what it replaces:
//!
//! ```
//! # async fn example(gocd: gocd::PersonalClient) -> Result<(), gocd::Error> {
//! use gocd::api::environments::{GetEnvironment, NewEnvironment, UpdateEnvironment};
//!
//! let environment = gocd.send(&GetEnvironment::new("uat")).await?;
//! if let Some(etag) = environment.etag {
//!     let changed = NewEnvironment::new("uat").pipelines(["up42"]);
//!     gocd.send(&UpdateEnvironment::new("uat", changed, etag)).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! `docs/api/gocd.toml` in the repository lists all documented calls. For any other call there is
//! [`RawRequest`](crate::RawRequest), or a custom [`Endpoint`](crate::Endpoint). GoCD expects the header
//! `Accept: application/vnd.go.cd+json`, and on a changing call without a JSON body the header
//! `X-GoCD-Confirm`, with any value (api.gocd.org, read on 2026-11-29).

pub mod agents;
pub mod artifact_stores;
pub mod artifacts;
pub mod auth_configs;
pub mod backups;
pub mod config_repos;
pub mod configuration;
pub mod dashboard;
pub mod elastic_agents;
pub mod environments;
pub mod jobs;
pub mod maintenance_mode;
pub mod materials;
pub mod notification_filters;
pub mod packages;
pub mod permissions;
pub mod pipeline_configs;
pub mod pipeline_groups;
pub mod pipelines;
pub mod plugins;
pub mod roles;
pub mod scms;
pub mod secret_configs;
pub mod server_health;
pub mod server_settings;
pub mod stages;
pub mod templates;
pub mod users;

mod cctray;
mod configuration_property;
mod confirmation;
mod current_user;
mod environment_variable;
mod history_links;
mod list_change;
mod material;
mod origin;
mod pagination;
mod pipeline_name;
mod pipeline_run_xml;
mod rule;
mod upload_body;
mod usage;
mod users_and_roles;
mod version;
mod versioned;
mod xml_element;

pub use cctray::{Activity, BuildTime, Cctray, CctrayFeed, LastBuildStatus, Message, Project};
pub use configuration_property::{ConfigurationProperty, NewConfigurationProperty};
pub use confirmation::Confirmation;
pub use current_user::{CurrentUser, CurrentUserChanges, UpdateCurrentUser, User, UserRole};
pub use environment_variable::{EnvironmentVariable, NewEnvironmentVariable};
pub use history_links::{HistoryLink, HistoryLinks};
pub use list_change::ListChange;
pub use material::{
    Material, MaterialAttributes, MaterialFilter, MaterialType, NewMaterial, NewMaterialAttributes,
};
pub use origin::Origin;
pub use pagination::Pagination;
pub use pipeline_name::{PipelineName, PipelineReference};
pub use pipeline_run_xml::{PipelineRunXml, XmlChangeset, XmlMaterial, XmlPipelineRun};
pub use rule::{NewRule, Rule, RuleDirective};
pub use usage::Usage;
pub use users_and_roles::{NewUsersAndRoles, UsersAndRoles};
pub use version::{ServerVersion, Version};
