//! Materials: the repositories and pipelines that runs are made from.

use oauth_core::{open_enum, request_body, response};

open_enum! {
    /// The type of a material.
    pub enum MaterialType {
        /// Git.
        Git = "git",
        /// Subversion.
        Svn = "svn",
        /// Mercurial.
        Hg = "hg",
        /// Perforce.
        P4 = "p4",
        /// Team Foundation Server.
        Tfs = "tfs",
        /// Stage of an upstream pipeline.
        Dependency = "dependency",
        /// Package.
        Package = "package",
        /// Pluggable SCM.
        Plugin = "plugin",
    }
}

response! {
    /// A material.
    pub struct Material {
        required {
            /// Type.
            kind = "type": MaterialType,
        }
        optional {
            /// Fingerprint; not in configurations.
            fingerprint: String,
            /// Attributes.
            attributes: MaterialAttributes,
        }
    }
}

response! {
    /// The attributes of a material. Each type has some of the fields.
    pub struct MaterialAttributes {
        optional {
            /// Name.
            name: String,
            /// URL of the repository.
            url: String,
            /// Branch of Git or Mercurial.
            branch: String,
            /// User.
            username: String,
            /// Encrypted password.
            encrypted_password: String,
            /// `true` if the server looks for new revisions.
            auto_update: bool,
            /// Folder to check out into.
            destination: String,
            /// Files whose changes trigger no run.
            filter: MaterialFilter,
            /// `true` if only the files of the filter trigger a run.
            invert_filter: bool,
            /// Submodule of Git.
            submodule_folder: String,
            /// `true` if Git fetches a part of the history only.
            shallow_clone: bool,
            /// `true` if changes of externals of Subversion trigger a run.
            check_externals: bool,
            /// Server of Perforce.
            port: String,
            /// `true` if Perforce works with tickets.
            use_tickets: bool,
            /// View of Perforce.
            view: String,
            /// Path within the collection of Team Foundation Server.
            project_path: String,
            /// Domain of the user of Team Foundation Server.
            domain: String,
            /// Upstream pipeline.
            pipeline: String,
            /// Upstream stage.
            stage: String,
            /// `true` if the upstream stage triggers no run.
            ignore_for_scheduling: bool,
            /// Identifier of the package or pluggable SCM.
            reference = "ref": String,
            /// Type for users. In comparisons.
            display_type: String,
            /// Description for users. In comparisons.
            description: String,
        }
        secrets {
            /// Password.
            password,
        }
    }
}

response! {
    /// Files whose changes trigger no run.
    pub struct MaterialFilter {
        lists {
            /// Patterns.
            ignore: String,
        }
    }
}

request_body! {
    /// The repository of a config repository.
    pub struct NewMaterial {
        required {
            /// Type.
            kind = "type": MaterialType,
        }
        nested {
            /// Attributes.
            attributes: NewMaterialAttributes,
        }
    }
}

request_body! {
    /// The attributes of a repository. Each type has some of the fields.
    pub struct NewMaterialAttributes {
        optional {
            /// URL of the repository.
            url: String,
            /// Branch of Git or Mercurial.
            branch: String,
            /// User.
            username: String,
            /// Password, encrypted by the server.
            encrypted_password: String,
            /// `true` if the server looks for new revisions.
            auto_update: bool,
            /// `true` if changes of externals of Subversion count.
            check_externals: bool,
            /// Server of Perforce.
            port: String,
            /// `true` if Perforce works with tickets.
            use_tickets: bool,
            /// View of Perforce.
            view: String,
            /// Path within the collection of Team Foundation Server.
            project_path: String,
            /// Domain of the user of Team Foundation Server.
            domain: String,
        }
        secrets {
            /// Password.
            password,
        }
    }
}
