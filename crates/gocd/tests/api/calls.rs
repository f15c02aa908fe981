//! Each typed call with plausible arguments.

use gocd::Personal;
use gocd::api::{
    Cctray, CurrentUser, CurrentUserChanges, ListChange, NewConfigurationProperty, NewEnvironmentVariable,
    NewMaterial, NewMaterialAttributes, NewRule, NewUsersAndRoles, PipelineRunXml, UpdateCurrentUser,
    Version,
};
use oauth_core::serde_json::{Map, Value, json};
use oauth_core::{ETag, Endpoint};
use std::fmt::Debug;

/// Something that is done with each call.
pub(crate) trait Calls {
    fn call<E>(&mut self, name: &str, call: E)
    where
        E: Endpoint<Personal> + 'static,
        E::Response: Debug;
}

pub(crate) fn all(calls: &mut impl Calls) {
    calls.call("cctray", Cctray);
    calls.call("version", Version);
    calls.call("current_user", CurrentUser);
    let changes =
        CurrentUserChanges::new().email("jdoe@example.com").email_me(true).checkin_aliases(["johndoe"]);
    calls.call("update_current_user", UpdateCurrentUser::new(changes));
    calls.call("pipeline_run_xml", PipelineRunXml::new("up42", 7));
    pipelines(calls);
    stages(calls);
    jobs(calls);
    agents(calls);
    dashboard(calls);
    pipeline_groups(calls);
    environments(calls);
    config_repos(calls);
    server_health(calls);
    pipeline_configs(calls);
    templates(calls);
    artifacts(calls);
    materials(calls);
    notification_filters(calls);
    users(calls);
    artifact_stores(calls);
    auth_configs(calls);
    backups(calls);
    elastic_agents(calls);
    configuration(calls);
    maintenance_mode(calls);
    server_settings(calls);
    packages(calls);
    permissions(calls);
    scms(calls);
    plugins(calls);
    roles(calls);
    secret_configs(calls);
}

fn etag() -> ETag {
    ETag::new("\"05548388f7ef5042cd39f7fe42e85735\"").unwrap()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn pipelines(calls: &mut impl Calls) {
    use gocd::api::pipelines::{
        CommentPipelineRun, ComparePipelineRuns, GetPipelineRun, GetPipelineStatus, Pause, PausePipeline,
        PipelineRuns, RunComment, Schedule, SchedulePipeline, ScheduledMaterial, UnlockPipeline,
        UnpausePipeline,
    };

    calls.call("get_pipeline_status", GetPipelineStatus::new("up42"));
    calls.call("pause_pipeline", PausePipeline::new("up42", Pause::new().pause_cause("flaky tests")));
    calls.call("unpause_pipeline", UnpausePipeline::new("up42"));
    calls.call("unlock_pipeline", UnlockPipeline::new("up42"));
    calls.call(
        "schedule_pipeline",
        SchedulePipeline::new(
            "up42",
            Schedule::new()
                .update_materials_before_scheduling(false)
                .materials([ScheduledMaterial::new("5ae0ad30", "ccfbcd41")])
                .environment_variables([NewEnvironmentVariable::new("DEPLOY_KEY")
                    .value("canary-value")
                    .secure(true)]),
        ),
    );
    calls.call("compare_pipeline_runs", ComparePipelineRuns::new("up42", 4, 5));
    calls.call("get_pipeline_run", GetPipelineRun::new("up42", 5));
    calls.call("pipeline_runs", PipelineRuns::new("up42").page_size(50).after(35).before(9));
    calls.call("comment_pipeline_run", CommentPipelineRun::new("up42", 5, RunComment::new("flaky tests")));
}

fn stages(calls: &mut impl Calls) {
    use gocd::api::stages::{
        CancelStage, GetStageRun, RunFailedJobs, RunSelectedJobs, RunStage, SelectedJobs, StageRuns,
    };

    calls.call("run_stage", RunStage::new("up42", 5, "test"));
    calls.call("cancel_stage", CancelStage::new("up42", 5, "test", 1));
    calls.call("get_stage_run", GetStageRun::new("up42", 5, "test", 1));
    calls.call("stage_runs", StageRuns::new("up42", "test").page_size(50).after(35).before(9));
    calls.call("run_failed_jobs", RunFailedJobs::new("up42", 5, "test", 1));
    calls.call(
        "run_selected_jobs",
        RunSelectedJobs::new("up42", 5, "test", 1, SelectedJobs::new(["unit", "lint"])),
    );
}

fn jobs(calls: &mut impl Calls) {
    use gocd::api::jobs::{GetJobRun, JobRuns};

    calls.call("get_job_run", GetJobRun::new("up42", 5, "test", 1, "unit"));
    calls.call("job_runs", JobRuns::new("up42", "test", "unit").page_size(50).after(35).before(9));
}

fn agents(calls: &mut impl Calls) {
    use gocd::api::agents::{
        AgentChanges, AgentConfigState, AgentJobRuns, AgentOperations, AgentUuids, Agents, AgentsUpdate,
        DeleteAgent, DeleteAgents, GetAgent, JobColumn, KillRunningTasks, SortOrder, UpdateAgent,
        UpdateAgents,
    };

    calls.call("agents", Agents);
    calls.call("get_agent", GetAgent::new("adb9540a"));
    calls.call(
        "update_agent",
        UpdateAgent::new(
            "adb9540a",
            AgentChanges::new()
                .hostname("agent-2.example.com")
                .agent_config_state(AgentConfigState::Enabled)
                .resources(["linux"])
                .environments(["uat"]),
        ),
    );
    calls.call("delete_agent", DeleteAgent::new("adb9540a"));
    calls.call(
        "update_agents",
        UpdateAgents::new(
            AgentsUpdate::new(["adb9540a"]).agent_config_state("Disabled").operations(
                AgentOperations::new()
                    .resources(ListChange::new().add(["linux"]).remove(["windows"]))
                    .environments(ListChange::new().add(["uat"])),
            ),
        ),
    );
    calls.call("delete_agents", DeleteAgents::new(AgentUuids::new(["adb9540a", "bdb9540a"])));
    calls.call(
        "agent_job_runs",
        AgentJobRuns::new("adb9540a")
            .offset(50)
            .page_size(100)
            .sort_column(JobColumn::Pipeline)
            .sort_order(SortOrder::Ascending),
    );
    calls.call("kill_running_tasks", KillRunningTasks::new("adb9540a"));
}

fn dashboard(calls: &mut impl Calls) {
    use gocd::api::dashboard::GetDashboard;

    calls.call("get_dashboard", GetDashboard);
}

fn pipeline_groups(calls: &mut impl Calls) {
    use gocd::api::pipeline_groups::{
        CreatePipelineGroup, DeletePipelineGroup, GetPipelineGroup, NewGroupAuthorization, NewPipelineGroup,
        PipelineGroups, UpdatePipelineGroup,
    };

    calls.call("pipeline_groups", PipelineGroups);
    calls.call("get_pipeline_group", GetPipelineGroup::new("group-1"));
    calls.call(
        "create_pipeline_group",
        CreatePipelineGroup::new(
            NewPipelineGroup::new("second").authorization(
                NewGroupAuthorization::new()
                    .view(NewUsersAndRoles::new().users(["jdoe"]).roles(["dev"]))
                    .operate(NewUsersAndRoles::new().users(["jdoe"]))
                    .admins(NewUsersAndRoles::new().roles(["ops"])),
            ),
        ),
    );
    calls.call(
        "update_pipeline_group",
        UpdatePipelineGroup::new(
            "group-1",
            NewPipelineGroup::new("first")
                .authorization(NewGroupAuthorization::new().admins(NewUsersAndRoles::new().roles(["ops"]))),
            etag(),
        ),
    );
    calls.call("delete_pipeline_group", DeletePipelineGroup::new("group-1"));
}

fn environments(calls: &mut impl Calls) {
    use gocd::api::environments::{
        CreateEnvironment, DeleteEnvironment, EnvironmentChanges, Environments, GetEnvironment,
        NewEnvironment, PatchEnvironment, UpdateEnvironment, VariableChanges,
    };

    calls.call("environments", Environments);
    calls.call("get_environment", GetEnvironment::new("environment-1"));
    calls.call(
        "create_environment",
        CreateEnvironment::new(NewEnvironment::new("uat").pipelines(["up42"]).environment_variables([
            NewEnvironmentVariable::new("DEPLOY_KEY").value("canary-value").secure(true),
        ])),
    );
    calls.call(
        "update_environment",
        UpdateEnvironment::new(
            "environment-1",
            NewEnvironment::new("uat").pipelines(["up42", "up43"]),
            etag(),
        ),
    );
    calls.call(
        "patch_environment",
        PatchEnvironment::new(
            "environment-1",
            EnvironmentChanges::new()
                .pipelines(ListChange::new().add(["up42"]).remove(["up41"]))
                .environment_variables(
                    VariableChanges::new()
                        .add([NewEnvironmentVariable::new("HOME_PAGE").value("canary-value")])
                        .remove(["OLD"]),
                ),
        ),
    );
    calls.call("delete_environment", DeleteEnvironment::new("environment-1"));
}

fn config_repos(calls: &mut impl Calls) {
    use gocd::api::config_repos::{
        ConfigRepos, CreateConfigRepo, DeleteConfigRepo, ExportPipeline, GetConfigRepo,
        GetConfigRepoDefinitions, GetConfigRepoStatus, NewConfigRepo, PreflightConfigRepo, TriggerConfigRepo,
        UpdateConfigRepo,
    };

    calls.call("config_repos", ConfigRepos);
    calls.call("get_config_repo", GetConfigRepo::new("id-1"));
    calls.call(
        "create_config_repo",
        CreateConfigRepo::new(
            NewConfigRepo::new("repo-2", "json.config.plugin")
                .material(
                    NewMaterial::new("git").attributes(
                        NewMaterialAttributes::new()
                            .url("https://git.example.com/up42.git")
                            .username("jdoe")
                            .branch("main")
                            .auto_update(true)
                            .password("canary-password"),
                    ),
                )
                .configuration([NewConfigurationProperty::new("pattern")
                    .value("canary-value")
                    .is_secure(false)])
                .rules([NewRule::new("allow", "refer", "pipeline_group", "*")]),
        ),
    );
    calls.call(
        "update_config_repo",
        UpdateConfigRepo::new(
            "id-1",
            NewConfigRepo::new("repo-1", "json.config.plugin").rules([NewRule::new(
                "deny",
                "refer",
                "environment",
                "prod",
            )]),
            etag(),
        ),
    );
    calls.call("delete_config_repo", DeleteConfigRepo::new("id-1"));
    calls.call("export_pipeline", ExportPipeline::new("up42", "yaml.config.plugin"));
    calls.call("trigger_config_repo", TriggerConfigRepo::new("config-repo-1"));
    calls.call("get_config_repo_status", GetConfigRepoStatus::new("config-repo-1"));
    calls.call("get_config_repo_definitions", GetConfigRepoDefinitions::new("config-repo-1"));
    calls.call(
        "preflight_config_repo",
        PreflightConfigRepo::new("yaml.config.plugin", [("up42.gocd.yaml", "format_version: 3")])
            .repo_id("repo-1"),
    );
}

fn server_health(calls: &mut impl Calls) {
    use gocd::api::server_health::{GetServerHealth, HealthMessages};

    calls.call("health_messages", HealthMessages);
    calls.call("get_server_health", GetServerHealth);
}

fn pipeline_configs(calls: &mut impl Calls) {
    use gocd::api::pipeline_configs::{
        CreatePipeline, DeletePipeline, ExtractTemplate, GetPipelineConfig, TemplateName,
        UpdatePipelineConfig,
    };

    calls.call("get_pipeline_config", GetPipelineConfig::new("up42"));
    calls.call(
        "update_pipeline_config",
        UpdatePipelineConfig::new(
            "up42",
            object(&json!({"name": "up42", "group": "first", "template": "build", "materials": []})),
            etag(),
        ),
    );
    calls.call(
        "create_pipeline",
        CreatePipeline::new("first", object(&json!({"name": "up42", "template": "build", "materials": []})))
            .paused("to be reviewed"),
    );
    calls.call("delete_pipeline", DeletePipeline::new("up42"));
    calls.call("extract_template", ExtractTemplate::new("up42", TemplateName::new("build")));
}

fn templates(calls: &mut impl Calls) {
    use gocd::api::templates::{
        CreateTemplate, DeleteTemplate, GetTemplate, GetTemplateAuthorization, GetTemplateParameters,
        NewTemplateAuthorization, Templates, UpdateTemplate, UpdateTemplateAuthorization,
    };

    calls.call("templates", Templates);
    calls.call("get_template", GetTemplate::new("template-1"));
    calls.call("create_template", CreateTemplate::new(object(&json!({"name": "build", "stages": []}))));
    calls.call(
        "update_template",
        UpdateTemplate::new("template-1", object(&json!({"name": "build", "stages": []})), etag()),
    );
    calls.call("delete_template", DeleteTemplate::new("template-1"));
    calls.call("get_template_parameters", GetTemplateParameters::new("template-1"));
    calls.call("get_template_authorization", GetTemplateAuthorization::new("template-1"));
    calls.call(
        "update_template_authorization",
        UpdateTemplateAuthorization::new(
            "template-1",
            NewTemplateAuthorization::new()
                .all_group_admins_are_view_users(true)
                .admin(NewUsersAndRoles::new().users(["jdoe"]))
                .view(NewUsersAndRoles::new().roles(["dev"])),
            etag(),
        ),
    );
}

fn artifacts(calls: &mut impl Calls) {
    use gocd::api::artifacts::{
        AppendToArtifact, ArtifactFile, ArtifactFolder, Artifacts, UploadArtifact, UploadArtifacts,
    };

    calls.call("artifacts", Artifacts::new("up42", 5, "test", 1, "unit"));
    calls.call("artifact_file", ArtifactFile::new("up42", 5, "test", 1, "unit", "dist/up42 1.0.jar"));
    calls.call("artifact_folder", ArtifactFolder::new("up42", 5, "test", 1, "unit", "target/dist"));
    calls.call(
        "upload_artifact",
        UploadArtifact::new("up42", 5, "test", 1, "unit", "pkg/up42.jar", b"content"),
    );
    calls.call("upload_artifacts", UploadArtifacts::new("up42", 5, "test", 1, "unit", "pkg", b"zip file"));
    calls.call(
        "append_to_artifact",
        AppendToArtifact::new("up42", 5, "test", 1, "unit", "logs/operations.log", b"one line"),
    );
}

fn materials(calls: &mut impl Calls) {
    use gocd::api::materials::{
        Materials, Modifications, ModificationsFrom, NotifyGit, NotifyHg, NotifyScm, NotifySvn,
        RepositoryChange, ScmChange, SvnChange,
    };

    calls.call("materials", Materials);
    calls.call("modifications", Modifications::new("458ce824"));
    calls.call("modifications_from", ModificationsFrom::new("458ce824", 10));
    calls.call(
        "notify_svn",
        NotifySvn::new(SvnChange::new().repository_url("http://svn.example.com/up42").uuid("8d7ca1b2")),
    );
    calls.call("notify_git", NotifyGit::new(RepositoryChange::new("https://git.example.com/up42.git")));
    calls.call("notify_hg", NotifyHg::new(RepositoryChange::new("ssh://hg.example.com/up42")));
    calls.call("notify_scm", NotifyScm::new(ScmChange::new("up42-reviews")));
}

fn notification_filters(calls: &mut impl Calls) {
    use gocd::api::notification_filters::{
        CreateNotificationFilter, DeleteNotificationFilter, GetNotificationFilter, NewNotificationFilter,
        NotificationEvent, NotificationFilters, UpdateNotificationFilter,
    };

    calls.call("notification_filters", NotificationFilters);
    calls.call(
        "create_notification_filter",
        CreateNotificationFilter::new(
            NewNotificationFilter::new("up42", "test", NotificationEvent::Breaks).match_commits(true),
        ),
    );
    calls.call("get_notification_filter", GetNotificationFilter::new(10));
    calls.call(
        "update_notification_filter",
        UpdateNotificationFilter::new(10, NewNotificationFilter::new("[Any Pipeline]", "[Any Stage]", "All")),
    );
    calls.call("delete_notification_filter", DeleteNotificationFilter::new(10));
}

fn users(calls: &mut impl Calls) {
    use gocd::api::users::{
        CreateUser, DeleteUser, DeleteUsers, GetUser, LoginNames, NewUser, UpdateUser, UpdateUserStates,
        UserChanges, UserOperations, UserStates, Users,
    };

    calls.call("users", Users);
    calls.call("get_user", GetUser::new("jdoe"));
    calls.call(
        "create_user",
        CreateUser::new(
            NewUser::new("jdoe")
                .enabled(true)
                .email("jdoe@example.com")
                .email_me(false)
                .checkin_aliases(["johndoe"]),
        ),
    );
    calls.call(
        "update_user",
        UpdateUser::new(
            "jdoe",
            UserChanges::new()
                .enabled(false)
                .email("jdoe@example.com")
                .email_me(true)
                .checkin_aliases(["johndoe"]),
        ),
    );
    calls.call("delete_user", DeleteUser::new("jdoe"));
    calls.call("delete_users", DeleteUsers::new(LoginNames::new(["jdoe", "asmith"])));
    calls.call(
        "update_user_states",
        UpdateUserStates::new(UserStates::new(["jdoe"]).operations(UserOperations::new(true))),
    );
}

fn artifact_stores(calls: &mut impl Calls) {
    use gocd::api::artifact_stores::{
        ArtifactStores, CreateArtifactStore, DeleteArtifactStore, GetArtifactStore, NewArtifactStore,
        UpdateArtifactStore,
    };

    calls.call("artifact_stores", ArtifactStores);
    calls.call("get_artifact_store", GetArtifactStore::new("store-1"));
    calls.call(
        "create_artifact_store",
        CreateArtifactStore::new(
            NewArtifactStore::new("hub", "cd.go.artifact.docker")
                .properties([NewConfigurationProperty::new("Password").value("canary-value")]),
        ),
    );
    calls.call(
        "update_artifact_store",
        UpdateArtifactStore::new(
            "store-1",
            NewArtifactStore::new("hub", "cd.go.artifact.docker")
                .properties([NewConfigurationProperty::new("Password").encrypted_value("AES:1f3r")]),
            etag(),
        ),
    );
    calls.call("delete_artifact_store", DeleteArtifactStore::new("store-1"));
}

fn auth_configs(calls: &mut impl Calls) {
    use gocd::api::auth_configs::{
        AuthConfigs, CreateAuthConfig, DeleteAuthConfig, GetAuthConfig, NewAuthConfig, UpdateAuthConfig,
    };

    calls.call("auth_configs", AuthConfigs);
    calls.call("get_auth_config", GetAuthConfig::new("auth-config-1"));
    calls.call(
        "create_auth_config",
        CreateAuthConfig::new(
            NewAuthConfig::new("ldap", "cd.go.authentication.ldap")
                .allow_only_known_users_to_login(true)
                .properties([NewConfigurationProperty::new("Password").value("canary-value")]),
        ),
    );
    calls.call(
        "update_auth_config",
        UpdateAuthConfig::new(
            "auth-config-1",
            NewAuthConfig::new("ldap", "cd.go.authentication.ldap").allow_only_known_users_to_login(false),
            etag(),
        ),
    );
    calls.call("delete_auth_config", DeleteAuthConfig::new("auth-config-1"));
}

fn backups(calls: &mut impl Calls) {
    use gocd::api::backups::{
        CreateBackupConfig, DeleteBackupConfig, GetBackup, GetBackupConfig, NewBackupConfig, ScheduleBackup,
        UpdateBackupConfig,
    };

    calls.call("schedule_backup", ScheduleBackup);
    calls.call("get_backup", GetBackup::new("running"));
    calls.call("get_backup_config", GetBackupConfig);
    calls.call(
        "create_backup_config",
        CreateBackupConfig::new(
            NewBackupConfig::new()
                .schedule("0 0 2 * * ?")
                .post_backup_script("/usr/local/bin/copy")
                .email_on_failure(true)
                .email_on_success(false),
        ),
    );
    calls.call(
        "update_backup_config",
        UpdateBackupConfig::new(NewBackupConfig::new().schedule("0 0 3 * * ?")),
    );
    calls.call("delete_backup_config", DeleteBackupConfig);
}

fn elastic_agents(calls: &mut impl Calls) {
    use gocd::api::elastic_agents::{
        ClusterProfiles, CreateClusterProfile, CreateElasticProfile, DeleteClusterProfile,
        DeleteElasticProfile, ElasticProfiles, GetClusterProfile, GetElasticProfile, NewClusterProfile,
        NewElasticProfile, UpdateClusterProfile, UpdateElasticProfile,
    };

    calls.call("cluster_profiles", ClusterProfiles);
    calls.call("get_cluster_profile", GetClusterProfile::new("id-1"));
    calls.call(
        "create_cluster_profile",
        CreateClusterProfile::new(
            NewClusterProfile::new("prod", "cd.go.contrib.elastic-agent.docker")
                .properties([NewConfigurationProperty::new("GoServerUrl").value("canary-value")]),
        ),
    );
    calls.call(
        "update_cluster_profile",
        UpdateClusterProfile::new(
            "id-1",
            NewClusterProfile::new("prod", "cd.go.contrib.elastic-agent.docker"),
            etag(),
        ),
    );
    calls.call("delete_cluster_profile", DeleteClusterProfile::new("id-1"));
    calls.call("elastic_profiles", ElasticProfiles);
    calls.call("get_elastic_profile", GetElasticProfile::new("profile-1"));
    calls.call(
        "create_elastic_profile",
        CreateElasticProfile::new(
            NewElasticProfile::new("unit-tests", "prod")
                .properties([NewConfigurationProperty::new("Image").value("canary-value")]),
        ),
    );
    calls.call(
        "update_elastic_profile",
        UpdateElasticProfile::new("profile-1", NewElasticProfile::new("unit-tests", "prod"), etag()),
    );
    calls.call("delete_elastic_profile", DeleteElasticProfile::new("profile-1"));
}

fn configuration(calls: &mut impl Calls) {
    use gocd::api::configuration::{
        Encrypt, GetConfiguration, GetConfigurationVersion, GetCurrentConfiguration,
    };

    calls.call("get_configuration", GetConfiguration);
    calls.call("get_current_configuration", GetCurrentConfiguration);
    calls.call("get_configuration_version", GetConfigurationVersion::new("c21b6c9f"));
    calls.call("encrypt", Encrypt::new("canary-value"));
}

fn maintenance_mode(calls: &mut impl Calls) {
    use gocd::api::maintenance_mode::{DisableMaintenanceMode, EnableMaintenanceMode, GetMaintenanceMode};

    calls.call("enable_maintenance_mode", EnableMaintenanceMode);
    calls.call("disable_maintenance_mode", DisableMaintenanceMode);
    calls.call("get_maintenance_mode", GetMaintenanceMode);
}

fn server_settings(calls: &mut impl Calls) {
    use gocd::api::server_settings::{
        CreateDefaultJobTimeout, CreateMailServer, CreateSiteUrls, DeleteMailServer, GetArtifactConfig,
        GetDefaultJobTimeout, GetMailServer, GetSiteUrls, NewArtifactConfig, NewDefaultJobTimeout,
        NewMailServer, NewPurgeSettings, NewSiteUrls, UpdateArtifactConfig, UpdateDefaultJobTimeout,
        UpdateMailServer, UpdateSiteUrls,
    };

    calls.call("get_site_urls", GetSiteUrls);
    calls.call(
        "create_site_urls",
        CreateSiteUrls::new(
            NewSiteUrls::new()
                .site_url("http://go.example.com:8153")
                .secure_site_url("https://go.example.com:8154"),
        ),
    );
    calls.call(
        "update_site_urls",
        UpdateSiteUrls::new(NewSiteUrls::new().site_url("http://go.example.com:8153")),
    );
    calls.call("get_default_job_timeout", GetDefaultJobTimeout);
    calls.call("create_default_job_timeout", CreateDefaultJobTimeout::new(NewDefaultJobTimeout::new("10")));
    calls.call("update_default_job_timeout", UpdateDefaultJobTimeout::new(NewDefaultJobTimeout::new("20")));
    calls.call("get_mail_server", GetMailServer);
    calls.call(
        "create_mail_server",
        CreateMailServer::new(
            NewMailServer::new("smtp.example.com")
                .port(465_u16)
                .username("gocd")
                .password("canary-password")
                .tls(true)
                .sender_email("gocd@example.com")
                .admin_email("admin@example.com"),
        ),
    );
    calls.call(
        "update_mail_server",
        UpdateMailServer::new(NewMailServer::new("smtp.example.com").encrypted_password("AES:1f3r")),
    );
    calls.call("delete_mail_server", DeleteMailServer);
    calls.call("get_artifact_config", GetArtifactConfig);
    calls.call(
        "update_artifact_config",
        UpdateArtifactConfig::new(
            NewArtifactConfig::new().artifacts_dir("artifacts").purge_settings(
                NewPurgeSettings::new().purge_start_disk_space(30.0).purge_upto_disk_space(60.5),
            ),
            etag(),
        ),
    );
}

fn packages(calls: &mut impl Calls) {
    use gocd::api::packages::{
        CreatePackage, CreatePackageRepository, DeletePackage, DeletePackageRepository, GetPackage,
        GetPackageRepository, NewPackage, NewPackageRepository, PackageRepositories,
        PackageRepositoryReference, PackageUsages, Packages, UpdatePackage, UpdatePackageRepository,
    };
    use gocd::api::plugins::NewPluginMetadata;

    calls.call("packages", Packages);
    calls.call("get_package", GetPackage::new("package-1"));
    calls.call(
        "create_package",
        CreatePackage::new(
            NewPackage::new("up42")
                .id("package-1")
                .auto_update(true)
                .package_repo(PackageRepositoryReference::new("repo-1"))
                .configuration([NewConfigurationProperty::new("PACKAGE_NAME").value("canary-value")]),
        ),
    );
    calls.call(
        "update_package",
        UpdatePackage::new("package-1", NewPackage::new("up42").id("package-1").auto_update(false), etag()),
    );
    calls.call("delete_package", DeletePackage::new("package-1"));
    calls.call("package_usages", PackageUsages::new("package-1"));
    calls.call("package_repositories", PackageRepositories);
    calls.call("get_package_repository", GetPackageRepository::new("repo-1"));
    calls.call(
        "create_package_repository",
        CreatePackageRepository::new(
            NewPackageRepository::new("deb")
                .repo_id("repo-1")
                .plugin_metadata(NewPluginMetadata::new("deb", "1"))
                .configuration([NewConfigurationProperty::new("REPO_URL").value("canary-value")]),
        ),
    );
    calls.call(
        "update_package_repository",
        UpdatePackageRepository::new("repo-1", NewPackageRepository::new("deb").repo_id("repo-1"), etag()),
    );
    calls.call("delete_package_repository", DeletePackageRepository::new("repo-1"));
}

fn permissions(calls: &mut impl Calls) {
    use gocd::api::permissions::{EntityType, GetPermissions};

    calls.call("get_permissions", GetPermissions::new().entity_type(EntityType::Environment));
}

fn scms(calls: &mut impl Calls) {
    use gocd::api::plugins::NewPluginMetadata;
    use gocd::api::scms::{CreateScm, DeleteScm, GetScm, NewScm, ScmUsages, Scms, UpdateScm};

    calls.call("scms", Scms);
    calls.call("get_scm", GetScm::new("material-1"));
    calls.call(
        "create_scm",
        CreateScm::new(
            NewScm::new("up42-reviews")
                .id("scm-1")
                .auto_update(true)
                .plugin_metadata(NewPluginMetadata::new("github.pr", "1"))
                .configuration([NewConfigurationProperty::new("password").value("canary-value")]),
        ),
    );
    calls.call("update_scm", UpdateScm::new("material-1", NewScm::new("up42-reviews").id("scm-1"), etag()));
    calls.call("delete_scm", DeleteScm::new("material-1"));
    calls.call("scm_usages", ScmUsages::new("material-1"));
}

fn plugins(calls: &mut impl Calls) {
    use gocd::api::plugins::{
        CreatePluginSettings, GetPlugin, GetPluginSettings, NewPluginSettings, Plugins, UpdatePluginSettings,
    };

    calls.call("plugins", Plugins);
    calls.call("get_plugin", GetPlugin::new("id-1"));
    calls.call("get_plugin_settings", GetPluginSettings::new("plugin-1"));
    calls.call(
        "create_plugin_settings",
        CreatePluginSettings::new(
            NewPluginSettings::new("github.oauth.login")
                .configuration([NewConfigurationProperty::new("password").value("canary-value")]),
        ),
    );
    calls.call(
        "update_plugin_settings",
        UpdatePluginSettings::new("plugin-1", NewPluginSettings::new("github.oauth.login"), etag()),
    );
}

fn roles(calls: &mut impl Calls) {
    use gocd::api::roles::{
        CreateRole, DeleteRole, GetRole, GetSystemAdmins, NewPermission, NewRole, NewRoleAttributes,
        PatchSystemAdmins, RoleType, RoleUpdate, RoleUpdates, Roles, SystemAdminChanges,
        SystemAdminOperations, UpdateRole, UpdateRoles, UpdateSystemAdmins,
    };

    calls.call("roles", Roles::new().role_type(RoleType::Gocd));
    calls.call("get_role", GetRole::new("role-1"));
    calls.call(
        "create_role",
        CreateRole::new(
            NewRole::new("dev", RoleType::Gocd)
                .attributes(NewRoleAttributes::new().users(["jdoe"]))
                .policy([NewPermission::new("allow", "view", "environment", "env_*")]),
        ),
    );
    calls.call(
        "update_role",
        UpdateRole::new(
            "role-1",
            NewRole::new("dev", "plugin").attributes(
                NewRoleAttributes::new()
                    .auth_config_id("ldap")
                    .properties([NewConfigurationProperty::new("MemberOf").value("canary-value")]),
            ),
            etag(),
        ),
    );
    calls.call("delete_role", DeleteRole::new("role-1"));
    calls.call(
        "update_roles",
        UpdateRoles::new(RoleUpdates::new([
            RoleUpdate::new("dev").users(ListChange::new().add(["jdoe"]).remove(["asmith"]))
        ])),
    );
    calls.call("get_system_admins", GetSystemAdmins);
    calls.call(
        "update_system_admins",
        UpdateSystemAdmins::new(NewUsersAndRoles::new().users(["jdoe"]).roles(["ops"]), etag()),
    );
    calls.call(
        "patch_system_admins",
        PatchSystemAdmins::new(SystemAdminChanges::new(
            SystemAdminOperations::new()
                .users(ListChange::new().add(["jdoe"]))
                .roles(ListChange::new().remove(["ops"])),
        )),
    );
}

fn secret_configs(calls: &mut impl Calls) {
    use gocd::api::secret_configs::{
        CreateSecretConfig, DeleteSecretConfig, GetSecretConfig, NewSecretConfig, SecretConfigs,
        UpdateSecretConfig,
    };

    calls.call("secret_configs", SecretConfigs);
    calls.call("get_secret_config", GetSecretConfig::new("id-1"));
    calls.call(
        "create_secret_config",
        CreateSecretConfig::new(
            NewSecretConfig::new("demo", "cd.go.secrets.file-based-plugin")
                .description("for tests")
                .properties([NewConfigurationProperty::new("SecretsFilePath").value("canary-value")])
                .rules([NewRule::new("allow", "refer", "pipeline_group", "first")]),
        ),
    );
    calls.call(
        "update_secret_config",
        UpdateSecretConfig::new(
            "id-1",
            NewSecretConfig::new("demo", "cd.go.secrets.file-based-plugin"),
            etag(),
        ),
    );
    calls.call("delete_secret_config", DeleteSecretConfig::new("id-1"));
}
