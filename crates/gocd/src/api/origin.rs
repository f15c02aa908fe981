//! The place of a definition.

use oauth_core::response;

response! {
    /// The place of a definition.
    pub struct Origin {
        required {
            /// Type: `gocd` for the server's configuration, `config_repo` (of agents `config-repo`), or
            /// `unknown`.
            kind = "type": String,
        }
        optional {
            /// Config repository.
            id: String,
        }
    }
}
