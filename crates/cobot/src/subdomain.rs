//! The name of a space in host names.

use std::fmt;
use std::str::FromStr;

use oauth_core::Error;
use oauth_core::url::Url;
use serde::{Deserialize, Serialize};

/// A space's subdomain: the `betahaus` of `betahaus.cobot.me`.
///
/// One label of 1 to 100 lower-case letters, digits and hyphens, the first no hyphen
/// (`^[a-z0-9][a-z0-9-]{0,99}$`; Cobot publishes no rule, this is the one of a published client). So neither another
/// host, a port, a path nor user information can be smuggled into a URL that is built from it.
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
    /// The subdomain as it stands in a host name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_subdomain(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=100).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        // `xn--` makes a label mean other characters (RFC 5891), or nothing at all: what a URL refuses or would change
        // cannot be a space's host.
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
            // Not quoted: it may be long, hold control characters, or be something else altogether.
            Err(Error::invalid_input("this is not a space's subdomain").with_provider("cobot").with_help(
                "give the one label in front of `.cobot.me`: lower-case letters, digits and hyphens, no dots",
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
mod tests {
    use super::*;
    use crate::Site;
    use proptest::prelude::*;

    fn hosts(subdomain: &Subdomain) -> Vec<(String, String)> {
        [Site::production(), Site::at("http://127.0.0.1:4000").unwrap()]
            .iter()
            .map(|site| {
                let url = site.space_url(subdomain).unwrap();
                (url.host_str().unwrap().to_owned(), url.to_string())
            })
            .collect()
    }

    proptest! {
        #[test]
        fn every_subdomain_is_exactly_one_label_of_the_host(text in "[a-z0-9][a-z0-9-]{0,99}") {
            prop_assume!(!text.starts_with("xn--"));
            let subdomain: Subdomain = text.parse().unwrap();
            prop_assert_eq!(hosts(&subdomain), [
                (format!("{text}.cobot.me"), format!("https://{text}.cobot.me/")),
                (format!("{text}.localhost"), format!("http://{text}.localhost:4000/")),
            ]);
        }

        #[test]
        fn punycode_is_refused_or_stays_as_it_is(rest in "[a-z0-9-]{0,30}") {
            if let Ok(subdomain) = format!("xn--{rest}").parse::<Subdomain>() {
                prop_assert_eq!(&hosts(&subdomain)[0].0, &format!("xn--{rest}.cobot.me"));
            }
        }

        #[test]
        fn anything_else_is_refused(text in ".{0,120}") {
            let good = !text.is_empty() && text.len() <= 100 && !text.starts_with('-')
                && text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
            prop_assume!(!text.starts_with("xn--"));
            prop_assert_eq!(text.parse::<Subdomain>().is_ok(), good);
        }

        #[test]
        fn nothing_can_be_smuggled_in(before in "[a-z0-9]{0,5}", bad in r"[./\\@:#?%&=_\s\x00-\x1f\u{ff0e}\u{3002}A-Z]", after in ".{0,20}") {
            let text = format!("{before}{bad}{after}");
            prop_assert!(text.parse::<Subdomain>().is_err());
        }
    }

    #[test]
    fn the_edges() {
        for good in ["a", "0", "co-up", "a-", &"a".repeat(100)] {
            assert!(good.parse::<Subdomain>().is_ok(), "{good}");
        }
        for bad in
            ["", "-a", "a.b", "A", "a_b", " a", "a ", "ä", "a\n", "evil.example/", "a@b", &"a".repeat(101)]
        {
            assert!(bad.parse::<Subdomain>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_error_quotes_nothing() {
        let error = "canary-\r\nx".parse::<Subdomain>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary-"));
        assert!(serde_json::from_str::<Subdomain>("\"a.b\"").is_err());
    }
}
