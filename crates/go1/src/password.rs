//! The password grant.

use oauth_core::{Error, Password, PasswordRequest, Scopes};

use crate::site::NAME;

/// The password grant with the credentials of a portal's administrator.
///
/// It is for partners who created the portal themselves, and for recovery when a customer's tokens are lost.
///
/// ```
/// use go1::{PortalPassword, scope};
///
/// # fn main() -> Result<(), go1::Error> {
/// let request = PortalPassword::new("example.mygo1.com", "admin@example.com", "secret", [scope::LO_READ])?;
/// assert!(PortalPassword::new("https://example.mygo1.com/", "admin@example.com", "secret", [scope::LO_READ]).is_err());
/// # Ok(())
/// # }
/// ```
///
/// Source: <https://www.go1.com/developers/partners/concepts/password_grant>.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PortalPassword {
    portal: String,
    username: String,
    password: Password,
    scopes: Scopes,
}

impl PortalPassword {
    /// Requests a token for a portal, by its host name such as `example.mygo1.com`. `username` is the
    /// administrator's e-mail address.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if `portal` is not a host name without
    /// scheme and path.
    pub fn new(
        portal: impl Into<String>,
        username: impl Into<String>,
        password: impl Into<Password>,
        scopes: impl Into<Scopes>,
    ) -> Result<Self, Error> {
        let portal = portal.into();
        if !is_host_name(&portal) {
            return Err(Error::invalid_input("the portal name is not a host name")
                .with_provider(NAME)
                .with_help("use the host name without scheme and path, such as example.mygo1.com"));
        }
        Ok(Self { portal, username: username.into(), password: password.into(), scopes: scopes.into() })
    }
}

impl From<PortalPassword> for PasswordRequest {
    fn from(request: PortalPassword) -> Self {
        let mut out = Self::new(request.username, request.password, request.scopes);
        out.params.push(("portal_name", request.portal));
        out
    }
}

/// Letters, digits and hyphens between dots (RFC 1123 section 2.1), at least two labels.
fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn host_names_are_recognized() {
        for (text, good) in [
            ("example.mygo1.com", true),
            ("Learn.Example.com", true),
            ("127.0.0.1", true),
            ("", false),
            ("example", false),
            ("example.mygo1.com.", false),
            (".mygo1.com", false),
            ("-a.mygo1.com", false),
            ("https://example.mygo1.com", false),
            ("example.mygo1.com/", false),
            ("example.mygo1.com:443", false),
            ("a b.mygo1.com", false),
            ("a\r\nb.mygo1.com", false),
            ("bücher.mygo1.com", false),
        ] {
            assert_eq!(is_host_name(text), good, "{text:?}");
        }
    }

    #[test]
    fn debug_shows_no_password() {
        let request =
            PortalPassword::new("example.mygo1.com", "u", "canary-password", Scopes::none()).unwrap();
        assert!(!format!("{request:?} {:?}", PasswordRequest::from(request.clone())).contains("canary"));
    }

    proptest! {
        #[test]
        fn accepted_portal_is_sent_unchanged(text in "[a-zA-Z0-9./:@ -]{0,40}|.{0,20}") {
            if let Ok(request) = PortalPassword::new(text.as_str(), "u", "p", Scopes::none()) {
                prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-'));
                prop_assert_eq!(PasswordRequest::from(request).params, vec![("portal_name", text)]);
            }
        }
    }
}
