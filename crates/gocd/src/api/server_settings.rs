//! Settings of the server: mail, URLs, job timeout, artifacts.

use oauth_core::{endpoint, request_body, response};

use super::confirmation::Confirmation;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/config/server/site_urls`: the server's own URLs. Since 19.11.0. Source: api.gocd.org,
    /// "Get SiteUrls Config".
    pub struct GetSiteUrls;
    GET version(1) "/api/admin/config/server/site_urls" => json(SiteUrls)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/config/server/site_urls`: sets the server's own URLs. Since 19.11.0. Source:
    /// api.gocd.org, "Create or Update siteUrls Config".
    pub struct CreateSiteUrls();
    POST version(1) "/api/admin/config/server/site_urls" body(urls: NewSiteUrls) => json(SiteUrls)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/config/server/site_urls`: replaces the server's own URLs. Since 19.11.0. Source:
    /// api.gocd.org, "Create or Update siteUrls Config".
    pub struct UpdateSiteUrls();
    PUT version(1) "/api/admin/config/server/site_urls" body(urls: NewSiteUrls) => json(SiteUrls)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/config/server/default_job_timeout`: the time after which a job without output counts
    /// as hung. Since 19.11.0. Source: api.gocd.org, "Get JobTimeout Config".
    pub struct GetDefaultJobTimeout;
    GET version(1) "/api/admin/config/server/default_job_timeout" => json(DefaultJobTimeout)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/config/server/default_job_timeout`: sets the timeout of jobs. Since 19.11.0. Source:
    /// api.gocd.org, "Update job Timeout Config".
    pub struct CreateDefaultJobTimeout();
    POST version(1) "/api/admin/config/server/default_job_timeout"
        body(timeout: NewDefaultJobTimeout) => json(DefaultJobTimeout)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/config/server/default_job_timeout`: replaces the timeout of jobs. Since 19.11.0.
    /// Source: api.gocd.org, "Update job Timeout Config".
    pub struct UpdateDefaultJobTimeout();
    PUT version(1) "/api/admin/config/server/default_job_timeout"
        body(timeout: NewDefaultJobTimeout) => json(DefaultJobTimeout)
}

endpoint! {
    [] Personal;
    /// `GET /api/config/mailserver`: the server for mail. Since 19.8.0. Source: api.gocd.org, "Get Mailserver
    /// Config".
    pub struct GetMailServer;
    GET version(1) "/api/config/mailserver" => json(MailServer)
}

endpoint! {
    [] Personal;
    /// `POST /api/config/mailserver`: sets the server for mail. Since 19.8.0. Source: api.gocd.org, "Create
    /// or Update Mailserver Config".
    pub struct CreateMailServer();
    POST version(1) "/api/config/mailserver" body(server: NewMailServer) => json(MailServer)
}

endpoint! {
    [] Personal;
    /// `PUT /api/config/mailserver`: replaces the server for mail. Since 19.8.0. Source: api.gocd.org,
    /// "Create or Update Mailserver Config".
    pub struct UpdateMailServer();
    PUT version(1) "/api/config/mailserver" body(server: NewMailServer) => json(MailServer)
}

endpoint! {
    [] Personal;
    /// `DELETE /api/config/mailserver`: deletes the server for mail. Since 19.8.0. Source: api.gocd.org,
    /// "Delete Mailserver Config".
    pub struct DeleteMailServer;
    DELETE version(1) "/api/config/mailserver" => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/config/server/artifact_config`: the folder of artifacts and when they are purged, with
    /// an entity tag. Since 19.11.0. Source: api.gocd.org, "Get artifacts Config".
    pub struct GetArtifactConfig;
    GET version(1) "/api/admin/config/server/artifact_config" => json_with_etag(ArtifactConfig)
}

endpoint! {
    [] Personal;
    /// `PUT /api/admin/config/server/artifact_config`: replaces the folder of artifacts and when they are
    /// purged. Since 19.11.0. Source: api.gocd.org, "Update artifacts Config".
    pub struct UpdateArtifactConfig();
    PUT version(1) "/api/admin/config/server/artifact_config"
        body(config: NewArtifactConfig) if_match(etag) => json(ArtifactConfig)
}

response! {
    /// The server's own URLs. A field that is not configured may be missing.
    pub struct SiteUrls {
        optional {
            /// URL for links in mail and feeds.
            site_url: String,
            /// URL for what needs TLS.
            secure_site_url: String,
        }
    }
}

request_body! {
    /// The server's own URLs, to set.
    pub struct NewSiteUrls {
        optional {
            /// URL for links in mail and feeds.
            site_url: String,
            /// URL for what needs TLS.
            secure_site_url: String,
        }
    }
}

response! {
    /// The timeout of jobs.
    pub struct DefaultJobTimeout {
        required {
            /// Minutes.
            default_job_timeout: u32,
        }
    }
}

request_body! {
    /// The timeout of jobs, to set.
    pub struct NewDefaultJobTimeout {
        required {
            /// Minutes, as text.
            default_job_timeout: String,
        }
    }
}

response! {
    /// The server for mail.
    pub struct MailServer {
        required {
            /// Host.
            hostname: String,
        }
        optional {
            /// Port.
            port: u16,
            /// User.
            username: String,
            /// Encrypted password.
            encrypted_password: String,
            /// `true` for TLS.
            tls: bool,
            /// Address of the sender.
            sender_email: String,
            /// Address of the administrator.
            admin_email: String,
        }
        secrets {
            /// Password.
            password,
        }
    }
}

request_body! {
    /// The server for mail, to set.
    pub struct NewMailServer {
        required {
            /// Host.
            hostname: String,
        }
        optional {
            /// Port.
            port: u16,
            /// User.
            username: String,
            /// Password, encrypted by the server.
            encrypted_password: String,
            /// `true` for TLS.
            tls: bool,
            /// Address of the sender.
            sender_email: String,
            /// Address of the administrator.
            admin_email: String,
        }
        secrets {
            /// Password.
            password,
        }
    }
}

response! {
    /// The folder of artifacts and when they are purged.
    pub struct ArtifactConfig {
        required {
            /// Folder.
            artifacts_dir: String,
        }
        optional {
            /// Limits of disk space.
            purge_settings: PurgeSettings,
        }
    }
}

response! {
    /// Limits of disk space.
    pub struct PurgeSettings {
        optional {
            /// Free space in GB below which artifacts are purged.
            purge_start_disk_space: f64,
            /// Free space in GB at which purging ends.
            purge_upto_disk_space: f64,
        }
    }
}

request_body! {
    /// The folder of artifacts and when they are purged, to set.
    pub struct NewArtifactConfig {
        optional {
            /// Folder.
            artifacts_dir: String,
            /// Limits of disk space.
            purge_settings: NewPurgeSettings,
        }
    }
}

request_body! {
    /// Limits of disk space.
    pub struct NewPurgeSettings {
        optional {
            /// Free space in GB below which artifacts are purged.
            purge_start_disk_space: f64,
            /// Free space in GB at which purging ends. Needed with the other limit.
            purge_upto_disk_space: f64,
        }
    }
}
