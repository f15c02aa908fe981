//! Rules about the entities that a configuration may refer to.

use oauth_core::{open_enum, request_body, response};

open_enum! {
    /// The effect of a rule.
    pub enum RuleDirective {
        /// Allows.
        Allow = "allow",
        /// Denies.
        Deny = "deny",
    }
}

response! {
    /// A rule about the entities that a configuration may refer to.
    pub struct Rule {
        required {
            /// Effect.
            directive: RuleDirective,
        }
        optional {
            /// Action: `refer`.
            action: String,
            /// Type of entities, such as `environment` or `pipeline_group`.
            kind = "type": String,
            /// Name of the entity, perhaps with wildcards.
            resource: String,
        }
    }
}

request_body! {
    /// A rule about the entities that a configuration may refer to.
    pub struct NewRule {
        required {
            /// Effect.
            directive: RuleDirective,
            /// Action: `refer`.
            action: String,
            /// Type of entities, such as `environment` or `pipeline_group`.
            kind = "type": String,
            /// Name of the entity, perhaps with wildcards.
            resource: String,
        }
    }
}
