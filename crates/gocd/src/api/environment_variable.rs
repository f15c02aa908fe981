//! Environment variables of jobs.

use oauth_core::{request_body, response};

response! {
    /// An environment variable.
    pub struct EnvironmentVariable {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// `true` if the value is kept encrypted.
            secure: bool,
            /// Value, if it is not encrypted.
            value: String,
            /// Value, encrypted with the server's key.
            encrypted_value: String,
        }
    }
}

request_body! {
    /// An environment variable, with either of the values.
    pub struct NewEnvironmentVariable {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// `true` to keep the value encrypted.
            secure: bool,
            /// Value, encrypted by the server.
            encrypted_value: String,
        }
        secrets {
            /// Value. It may be a password, so that errors redact it.
            value,
        }
    }
}
