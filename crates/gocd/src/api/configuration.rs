//! The server's configuration file, and encryption of values in it.

use std::fmt;

use oauth_core::http::Response;
use oauth_core::{Error, ErrorKind, IntoArgument, endpoint, request_body, response};

use super::versioned::{any_type, version};
use crate::Personal;

endpoint! {
    [] Personal;
    /// `GET /api/admin/config.xml`: the current configuration file. Since 14.3.0. Source:
    /// api.gocd.org, "Get configuration".
    pub struct GetConfiguration;
    GET any_type "/api/admin/config.xml" => parsed(ConfigurationFile, ConfigurationFile::parse)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/config/current.xml`: the current configuration file, by another path. Since 14.3.0.
    /// Source: api.gocd.org, "Get configuration".
    pub struct GetCurrentConfiguration;
    GET any_type "/api/admin/config/current.xml" => parsed(ConfigurationFile, ConfigurationFile::parse)
}

endpoint! {
    [] Personal;
    /// `GET /api/admin/config/:md5.xml`: an earlier configuration file, by its MD5 sum. Since 14.3.0. Source:
    /// api.gocd.org, "Get configuration".
    pub struct GetConfigurationVersion(md5: String);
    GET any_type "/api/admin/config/:md5.xml" => parsed(ConfigurationFile, ConfigurationFile::parse)
}

endpoint! {
    [] Personal;
    /// `POST /api/admin/encrypt`: encrypts a value with the server's key, for fields `encrypted_value`. At
    /// most 30 calls a minute. Since 17.1.0. Source: api.gocd.org, "Encrypt a plain text value".
    pub struct Encrypt();
    POST version(1) "/api/admin/encrypt" body(text: PlainText) => json(Encrypted)
}

/// A configuration file. `Debug` hides its content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigurationFile {
    /// XML document.
    pub xml: String,
    /// MD5 sum, for [`GetConfigurationVersion`].
    pub md5: Option<String>,
}

impl ConfigurationFile {
    fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let xml = std::str::from_utf8(response.body())
            .map_err(|_| Error::new(ErrorKind::InvalidResponse, "the configuration file is not UTF-8"))?;
        let md5 = response.headers().get("x-cruise-config-md5").and_then(|md5| md5.to_str().ok());
        Ok(Self { xml: xml.to_owned(), md5: md5.map(str::to_owned) })
    }
}

impl fmt::Debug for ConfigurationFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigurationFile").field("bytes", &self.xml.len()).field("md5", &self.md5).finish()
    }
}

request_body! {
    /// A value to encrypt.
    pub struct PlainText {
        secrets {
            /// Value.
            value,
        }
    }
}

impl IntoArgument<PlainText> for &str {
    fn into_argument(self) -> PlainText {
        PlainText::new().value(self)
    }
}

response! {
    /// An encrypted value.
    pub struct Encrypted {
        required {
            /// Encrypted value.
            encrypted_value: String,
        }
    }
}
