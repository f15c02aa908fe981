//! Calls on behalf of a user: the `X-Act-as-User` header and an endpoint wrapper that adds it.

use std::fmt;
use std::time::Duration;

use oauth_core::http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use oauth_core::{Endpoint, EndpointContext, Error, ErrorKind, Token};

use crate::email::is_email;
use crate::provider::CohortGo;
use crate::{encoded_word, scope};

/// Header names are case-insensitive: this is `X-Act-as-User`.
const HEADER: HeaderName = HeaderName::from_static("x-act-as-user");
/// Our own bound: a clear error here instead of an oversized header at the server.
const LONGEST_NAME: usize = 256;

/// A user of the customer's account on whose behalf a call is made.
///
/// Sent as `X-Act-as-User: "Name" <email>`. Cohort Go finds the user by the address; the name matters only
/// when the user is created (scope `auto-create-users`). Source: cohortgo.dev/guides/oauth2.
///
/// ```
/// use cohortgo::ActAs;
///
/// # fn main() -> Result<(), cohortgo::Error> {
/// let bob = ActAs::new("Bob Smith", "bob.smith@example.org")?;
/// assert_eq!(bob.to_string(), r#""Bob Smith" <bob.smith@example.org>"#);
/// let ann = ActAs::new(r#"Ann "Annie" Lee"#, "ann@example.org")?;
/// assert_eq!(ann.to_string(), r#""Ann \"Annie\" Lee" <ann@example.org>"#);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ActAs {
    name: String,
    email: String,
    header: HeaderValue,
}

impl ActAs {
    /// Creates a user from a name and an e-mail address.
    ///
    /// The name is sent as a quoted string; quotes and backslashes in it are escaped (RFC 5322 section
    /// 3.2.4).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if
    /// - the name is blank or longer than 256 characters,
    /// - the name contains control characters (a line break could add headers), an RFC 2047 encoded word, or
    ///   characters other than ASCII (see [`with_encoded_name`](Self::with_encoded_name)),
    /// - the address is not a bare e-mail address.
    pub fn new(name: impl Into<String>, email: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        if !name.is_ascii() {
            return Err(Error::invalid_input("the user's name contains characters other than ASCII").with_help(
                "Cohort Go does not document how it decodes them; if you know that it decodes RFC 2047, use ActAs::with_encoded_name",
            ));
        }
        if name.contains("=?") {
            return Err(Error::invalid_input("the user's name looks like an encoded word of RFC 2047")
                .with_help("leave out `=?`, or use ActAs::with_encoded_name"));
        }
        let phrase = quoted(&name);
        Self::checked(name, email.into(), &phrase)
    }

    /// Like [`new`](Self::new), but sends a name with other than ASCII characters as encoded words (RFC
    /// 2047).
    ///
    /// This is a separate constructor because Cohort Go does not document that it decodes them: a created
    /// user might be called `=?UTF-8?Q?…?=`. Try it with an address of yours first.
    ///
    /// # Errors
    /// As [`new`](Self::new), but accepts every character except control characters.
    ///
    /// ```
    /// # fn main() -> Result<(), cohortgo::Error> {
    /// let user = cohortgo::ActAs::with_encoded_name("Jürgen Müller", "jm@example.org")?;
    /// assert_eq!(user.to_string(), "=?UTF-8?Q?J=C3=BCrgen_M=C3=BCller?= <jm@example.org>");
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_encoded_name(name: impl Into<String>, email: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        if name.is_ascii() && !name.contains("=?") {
            return Self::new(name, email);
        }
        let phrase = encoded_word::phrase(&name);
        Self::checked(name, email.into(), &phrase)
    }

    fn checked(name: String, email: String, phrase: &str) -> Result<Self, Error> {
        if name.trim().is_empty() {
            return Err(Error::invalid_input("the user's name is blank"));
        }
        if name.chars().count() > LONGEST_NAME {
            return Err(Error::invalid_input("the user's name is longer than 256 characters"));
        }
        if name.chars().any(char::is_control) {
            return Err(Error::invalid_input("the user's name contains control characters"));
        }
        if !is_email(&email) {
            return Err(Error::invalid_input("the e-mail address is not valid")
                .with_help("use the bare address, such as bob@example.org"));
        }
        let mut header = HeaderValue::from_str(&format!("{phrase} <{email}>"))
            .map_err(|_| Error::invalid_input("the user's name or address cannot be sent in a header"))?;
        // Personal data: `Debug` of a request must not show it.
        header.set_sensitive(true);
        Ok(Self { name, email, header })
    }

    /// The name as given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The e-mail address as given.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The header for another HTTP client, sent together with
    /// [`Client::headers`](oauth_core::Client::headers) of the same token.
    ///
    /// # Errors
    /// [`ErrorKind::MissingScope`] if the token was not granted `act-as-user`.
    pub fn header_for(&self, token: &Token<CohortGo>) -> Result<(HeaderName, HeaderValue), Error> {
        if token.scopes().contains(&scope::ACT_AS_USER) {
            Ok((HEADER, self.header.clone()))
        } else {
            Err(Error::new(ErrorKind::MissingScope, "the token was not granted the scope `act-as-user`")
                .with_help("connect the customer again with Connect::acting_as_users"))
        }
    }
}

fn quoted(name: &str) -> String {
    let mut out = String::from("\"");
    for c in name.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

impl fmt::Display for ActAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.header.as_bytes()))
    }
}

impl fmt::Debug for ActAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActAs").finish_non_exhaustive()
    }
}

/// Sends any endpoint on behalf of a user: those of [`api`](crate::api), [`RawRequest`](crate::RawRequest)
/// and your own.
pub trait ActingAs: Endpoint<CohortGo> + Sized {
    /// Sends this call on behalf of `user`.
    ///
    /// The token needs the scope `act-as-user`. Without it the call fails with [`ErrorKind::MissingScope`]
    /// and nothing is sent.
    ///
    /// ```no_run
    /// # async fn example(acme: cohortgo::AuthorizedClient) -> Result<(), cohortgo::Error> {
    /// use cohortgo::{ActAs, ActingAs, api};
    ///
    /// let bob = ActAs::new("Bob Smith", "bob.smith@example.org")?;
    /// let invoices = acme.send(&api::ProviderInvoices::new().acting_as(&bob)).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn acting_as(self, user: &ActAs) -> AsUser<Self> {
        AsUser { endpoint: self, user: user.clone() }
    }
}

impl<E: Endpoint<CohortGo>> ActingAs for E {}

/// An endpoint sent on behalf of a user; created by [`ActingAs::acting_as`].
#[derive(Clone, Debug)]
pub struct AsUser<E> {
    endpoint: E,
    user: ActAs,
}

impl<E: Endpoint<CohortGo>> Endpoint<CohortGo> for AsUser<E> {
    type Response = E::Response;
    const NAME: &'static str = E::NAME;
    const IDEMPOTENT: bool = E::IDEMPOTENT;
    const SCOPES: &'static [&'static str] = E::SCOPES;
    const MIN_BODY_LIMIT: usize = E::MIN_BODY_LIMIT;
    const MIN_DEADLINE: Duration = E::MIN_DEADLINE;
    const ACTS_FOR_USER: bool = true;

    fn request(&self, at: &EndpointContext<'_, CohortGo>) -> Result<Request<Vec<u8>>, Error> {
        let (name, value) = self.user.header_for(at.token())?;
        let mut request = self.endpoint.request(at)?;
        request.headers_mut().insert(name, value);
        Ok(request)
    }

    fn secrets(&self) -> Vec<&str> {
        self.endpoint.secrets()
    }

    fn accepts_status(&self, status: StatusCode) -> bool {
        self.endpoint.accepts_status(status)
    }

    fn parse(
        &self,
        at: &EndpointContext<'_, CohortGo>,
        response: Response<Vec<u8>>,
    ) -> Result<E::Response, Error> {
        self.endpoint.parse(at, response)
    }
}

#[cfg(test)]
mod tests;
