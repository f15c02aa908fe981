//! Subdomains of spaces.

use std::fmt;
use std::str::FromStr;

use oauth_core::Error;
use oauth_core::url::Url;
use serde::{Deserialize, Serialize};

/// A space's subdomain: the `betahaus` of `betahaus.cobot.me`.
///
/// One label of 1 to 100 lower-case letters, digits and hyphens that does not begin with a hyphen
/// (`^[a-z0-9][a-z0-9-]{0,99}$`; Cobot publishes no rule, a published client uses this one). A URL built from
/// it therefore cannot contain another host, a port, a path or user information.
///
/// ```
/// use cobot::Subdomain;
///
/// let space: Subdomain = "betahaus".parse().unwrap();
/// assert_eq!(space.as_str(), "betahaus");
/// assert!("evil.example/".parse::<Subdomain>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subdomain(String);

impl Subdomain {
    /// Returns the subdomain as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_subdomain(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=100).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        // `xn--` marks punycode (RFC 5891): reject labels that a URL would refuse or change.
        && (!text.starts_with("xn--")
            || Url::parse(&format!("https://{text}.cobot.me"))
                .is_ok_and(|url| url.host_str() == Some(&format!("{text}.cobot.me"))))
}

impl FromStr for Subdomain {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Subdomain {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        if is_subdomain(&text) {
            Ok(Self(text))
        } else {
            // The text is not quoted: it may be long or contain control characters or secrets.
            Err(Error::invalid_input("the subdomain of the space is not valid")
                .with_provider("cobot")
                .with_help(
                    "use the label before `.cobot.me`: lower-case letters, digits and hyphens, no dots",
                ))
        }
    }
}

impl From<Subdomain> for String {
    fn from(subdomain: Subdomain) -> Self {
        subdomain.0
    }
}

impl fmt::Display for Subdomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
