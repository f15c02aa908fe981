//! Materials: the repositories and pipelines that runs are made from.

use oauth_core::{List, Milliseconds, endpoint, request_body, response};

use super::confirmation::Confirmation;
use super::material::Material;
use super::pagination::Pagination;
use super::versioned::version;
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/config/materials`: all materials of pipelines, without repetition. Since 14.3.0; version 2
    /// since 19.10.0. Source: api.gocd.org, "Get all materials".
    pub struct Materials;
    GET version(2) "/api/config/materials" => json(List<Material>, "/_embedded/materials")
}

endpoint! {
    [] Personal;
    /// `GET /api/materials/:fingerprint/modifications`: the latest changes of a material. Since 14.3.0;
    /// version 2 since 19.10.0. Source: api.gocd.org, "Get material modifications".
    pub struct Modifications(fingerprint: String);
    GET version(2) "/api/materials/:fingerprint/modifications" => json(ModificationPage, "/_embedded")
}

endpoint! {
    [] Personal;
    /// `GET /api/materials/:fingerprint/modifications/:offset`: changes of a material after the first
    /// `offset` ones. Since 14.3.0; version 2 since 19.10.0. Source: api.gocd.org, "Get material
    /// modifications".
    pub struct ModificationsFrom(fingerprint: String, offset: u64);
    GET version(2) "/api/materials/:fingerprint/modifications/:offset" => json(ModificationPage, "/_embedded")
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/materials/svn/notify`: tells the server about a change of a Subversion repository.
    /// Since 14.3.0; version 2 since 19.10.0. Source: api.gocd.org, "Notify SVN materials".
    pub struct NotifySvn();
    POST version(2) "/api/admin/materials/svn/notify" body(change: SvnChange) => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/materials/git/notify`: tells the server about a change of a Git repository. Since
    /// 14.3.0; version 2 since 19.10.0. Source: api.gocd.org, "Notify Git materials".
    pub struct NotifyGit();
    POST version(2) "/api/admin/materials/git/notify" body(change: RepositoryChange) => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/materials/hg/notify`: tells the server about a change of a Mercurial repository.
    /// Since 14.3.0; version 2 since 19.10.0. Source: api.gocd.org, "Notify Mercurial materials".
    pub struct NotifyHg();
    POST version(2) "/api/admin/materials/hg/notify" body(change: RepositoryChange) => json(Confirmation)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/materials/scm/notify`: tells the server about a change of a pluggable SCM. Since
    /// 14.3.0; version 2 since 19.10.0. Source: api.gocd.org, "Notify other SCM materials".
    pub struct NotifyScm();
    POST version(2) "/api/admin/materials/scm/notify" body(change: ScmChange) => json(Confirmation)
}

response! {
    /// A change of a material.
    pub struct Modification {
        required {
            /// Commit, revision number, or run of a stage.
            revision: String,
        }
        optional {
            /// Identifier; not in runs.
            id: u64,
            /// Time.
            modified_time: Milliseconds,
            /// Author.
            user_name: String,
            /// Message.
            comment: String,
            /// Author's address.
            email_address: String,
        }
    }
}

response! {
    /// A page of a material's changes.
    pub struct ModificationPage {
        optional {
            /// Position of the page.
            pagination: Pagination,
        }
        required_lists {
            /// Changes, latest first.
            modifications: Modification,
        }
    }
}

request_body! {
    /// A changed Subversion repository, by one of its fields.
    pub struct SvnChange {
        optional {
            /// URL, as in the configuration.
            repository_url: String,
            /// UUID of the repository.
            uuid: String,
        }
    }
}

request_body! {
    /// A changed repository.
    pub struct RepositoryChange {
        required {
            /// URL, as in the configuration.
            repository_url: String,
        }
    }
}

request_body! {
    /// A changed pluggable SCM.
    pub struct ScmChange {
        required {
            /// Name of the material.
            scm_name: String,
        }
    }
}
