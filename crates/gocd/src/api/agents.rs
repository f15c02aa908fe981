//! Agents: the machines that run jobs.

use oauth_core::chrono::{DateTime, Utc};
use oauth_core::{List, endpoint, open_enum, request_body, response};

use super::confirmation::Confirmation;
use super::jobs::{JobState, RunResult};
use super::list_change::ListChange;
use super::origin::Origin;
use super::pagination::Pagination;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/agents`: all agents, also those that wait for approval. Since 14.3.0. Source: api.gocd.org,
    /// "Get all agents".
    ///
    /// ```
    /// # async fn example(gocd: gocd::PersonalClient) -> Result<(), gocd::Error> {
    /// use gocd::api::agents::{AgentState, Agents};
    ///
    /// for agent in gocd.send(&Agents).await? {
    ///     if agent.agent_state == Some(AgentState::LostContact) {
    ///         println!("{} is lost", agent.hostname.unwrap_or(agent.uuid));
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub struct Agents;
    GET version(7) "/api/agents" => json(List<Agent>, "/_embedded/agents")
}

endpoint! {
    [] Personal;
    /// `GET /api/agents/:uuid`: an agent. Since 15.2.0. Source: api.gocd.org, "Get one agent".
    pub struct GetAgent(uuid: String);
    GET version(7) "/api/agents/:uuid" => json(Agent)
}

endpoint! {
    [] Personal;
    /// `PATCH /api/agents/:uuid`: changes an agent. Enabling a pending agent approves it. Since 14.3.0.
    /// Source: api.gocd.org, "Update an agent".
    pub struct UpdateAgent(uuid: String);
    PATCH version(7) "/api/agents/:uuid" body(changes: AgentChanges) => json(Agent)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/agents/:uuid`: deletes an agent, which must be disabled and not building. Since 14.3.0.
    /// Source: api.gocd.org, "Delete an agent".
    pub struct DeleteAgent(uuid: String);
    DELETE version(7) "/api/agents/:uuid" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `PATCH /api/agents`: changes several agents. Since 16.7.0. Source: api.gocd.org, "Bulk update agents".
    pub struct UpdateAgents();
    PATCH version(7) "/api/agents" body(update: AgentsUpdate) => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/agents`: deletes several agents, which must be disabled and not building. Since 16.7.0.
    /// Source: api.gocd.org, "Bulk delete agents".
    pub struct DeleteAgents();
    DELETE version(7) "/api/agents" body(agents: AgentUuids) => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/agents/:uuid/job_run_history`: jobs that an agent ran. Since 14.3.0; version 1 since
    /// 19.12.0. Source: api.gocd.org, "Agent job run history".
    pub struct AgentJobRuns(uuid: String) {
        optional {
            /// Number of jobs to skip.
            offset: u64,
            /// Page size, 10 to 100; 50 by default.
            page_size: u64,
            /// Column to sort by; `completed` by default.
            sort_column: JobColumn,
            /// Order; descending by default.
            sort_order: SortOrder,
        }
    }
    GET version(1) "/api/agents/:uuid/job_run_history" => json(AgentJobRunPage)
}

endpoint! {
    [] Personal;
    /// `POST /api/agents/:uuid/kill_running_tasks`: kills the tasks of an agent that cannot end a cancelled
    /// job. The server accepts it with 202. Since 20.5.0. Source: api.gocd.org, "Kill running tasks".
    pub struct KillRunningTasks(uuid: String);
    POST version(7) "/api/agents/:uuid/kill_running_tasks" => nothing
}

response! {
    /// An agent.
    pub struct Agent {
        required {
            /// Identifier.
            uuid: String,
        }
        optional {
            /// Host name.
            hostname: String,
            /// IP address.
            ip_address: String,
            /// Folder in which jobs run.
            sandbox: String,
            /// Operating system.
            operating_system: String,
            /// Free disk space in bytes.
            free_space: u64,
            /// Approval.
            agent_config_state: AgentConfigState,
            /// State.
            agent_state: AgentState,
            /// Version. Since 20.5.0.
            agent_version: String,
            /// Version of the installed bootstrapper. Since 20.5.0.
            agent_bootstrapper_version: String,
            /// State of its job.
            build_state: BuildState,
            /// Its job, while it is building.
            build_details: BuildDetails,
            /// Identifier of an elastic agent.
            elastic_agent_id: String,
            /// Plugin that manages an elastic agent.
            elastic_plugin_id: String,
        }
        lists {
            /// Resources; an elastic agent has none.
            resources: String,
            /// Environments.
            environments: AgentEnvironment,
        }
    }
}

open_enum! {
    /// The approval of an agent.
    pub enum AgentConfigState {
        /// Waits for approval.
        Pending = "Pending",
        /// May run jobs.
        Enabled = "Enabled",
        /// Gets no jobs.
        Disabled = "Disabled",
    }
}

open_enum! {
    /// The state of an agent.
    pub enum AgentState {
        /// Waiting for a job.
        Idle = "Idle",
        /// Running a job.
        Building = "Building",
        /// Not heard of for a while.
        LostContact = "LostContact",
        /// Missing.
        Missing = "Missing",
        /// Not known.
        Unknown = "Unknown",
    }
}

open_enum! {
    /// The state of an agent's job.
    pub enum BuildState {
        /// No job.
        Idle = "Idle",
        /// Running.
        Building = "Building",
        /// Cancelled, and not ended yet.
        Cancelled = "Cancelled",
        /// Not known.
        Unknown = "Unknown",
    }
}

response! {
    /// An environment of an agent.
    pub struct AgentEnvironment {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Place of its definition.
            origin: Origin,
        }
    }
}

response! {
    /// The job that an agent is running.
    pub struct BuildDetails {
        required {
            /// Name of the pipeline.
            pipeline_name: String,
        }
        optional {
            /// Name of the stage.
            stage_name: String,
            /// Name of the job.
            job_name: String,
        }
    }
}

request_body! {
    /// Changes of an agent.
    pub struct AgentChanges {
        optional {
            /// Host name.
            hostname: String,
            /// `Enabled` or `Disabled`.
            agent_config_state: AgentConfigState,
        }
        lists {
            /// Resources; not for elastic agents.
            resources: String,
            /// Environments. Unknown names are ignored.
            environments: String,
        }
    }
}

request_body! {
    /// Changes of several agents.
    pub struct AgentsUpdate {
        required_lists {
            /// Agents.
            uuids: String,
        }
        optional {
            /// `Enabled` or `Disabled`.
            agent_config_state: AgentConfigState,
            /// Changes of lists.
            operations: AgentOperations,
        }
    }
}

request_body! {
    /// Changes of agents' lists.
    pub struct AgentOperations {
        optional {
            /// Environments.
            environments: ListChange,
            /// Resources; not for elastic agents.
            resources: ListChange,
        }
    }
}

request_body! {
    /// Agents to delete.
    pub struct AgentUuids {
        required_lists {
            /// Agents.
            uuids: String,
        }
    }
}

open_enum! {
    /// A column to sort jobs by.
    pub enum JobColumn {
        /// Name of the pipeline.
        Pipeline = "pipeline",
        /// Name of the stage.
        Stage = "stage",
        /// Name of the job.
        Job = "job",
        /// Result.
        Result = "result",
        /// End.
        Completed = "completed",
    }
}

open_enum! {
    /// An order.
    pub enum SortOrder {
        /// Smallest first.
        Ascending = "ASC",
        /// Largest first.
        Descending = "DESC",
    }
}

response! {
    /// A page of the jobs that an agent ran.
    pub struct AgentJobRunPage {
        required {
            /// Agent.
            uuid: String,
        }
        optional {
            /// Position of the page.
            pagination: Pagination,
        }
        required_lists {
            /// Jobs.
            jobs: AgentJobRun,
        }
    }
}

response! {
    /// A job that an agent ran.
    pub struct AgentJobRun {
        required {
            /// Name.
            job_name: String,
        }
        optional {
            /// Name of the stage.
            stage_name: String,
            /// Number of the stage's run.
            stage_counter: u32,
            /// Name of the pipeline.
            pipeline_name: String,
            /// Number of the pipeline's run.
            pipeline_counter: u32,
            /// Result.
            result: RunResult,
            /// `true` if the job ran again in this run of the stage.
            rerun: bool,
        }
        lists {
            /// Changes of the state.
            job_state_transitions: AgentJobTransition,
        }
    }
}

response! {
    /// A change of a job's state. Its time is written as text here, elsewhere in milliseconds.
    pub struct AgentJobTransition {
        required {
            /// New state.
            state: JobState,
        }
        optional {
            /// Time.
            state_change_time: DateTime<Utc>,
        }
    }
}
