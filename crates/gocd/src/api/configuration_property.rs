//! Settings of plugins: keys and values.

use oauth_core::{request_body, response};

response! {
    /// A setting of a plugin.
    pub struct ConfigurationProperty {
        required {
            /// Key.
            key: String,
        }
        optional {
            /// Value, if it is not encrypted.
            value: String,
            /// Value, encrypted with the server's key.
            encrypted_value: String,
            /// `true` if the value is kept encrypted.
            is_secure: bool,
        }
    }
}

request_body! {
    /// A setting of a plugin, with either of the values.
    pub struct NewConfigurationProperty {
        required {
            /// Key.
            key: String,
        }
        optional {
            /// Value, encrypted by the server.
            encrypted_value: String,
            /// `true` to keep the value encrypted. For config repositories.
            is_secure: bool,
        }
        secrets {
            /// Value. It may be a password, so that errors redact it.
            value,
        }
    }
}
