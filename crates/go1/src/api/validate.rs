//! Token validation.

use oauth_core::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use oauth_core::http::{HeaderMap, Request, Response, StatusCode};
use oauth_core::serde_json::{Map, Value, from_slice};
use oauth_core::{
    Dialect, Endpoint, EndpointContext, Error, ErrorKind, Provider, Refusal, TokenRefusal, get,
};

use crate::provider::Go1;

/// `GET /oauth/validate` on the authorization host: checks whether Go1 accepts the token.
///
/// `true` for a 2xx, unless it is a page or an error document. `false` if the response says that the token is
/// the reason: 401 with Go1's "Invalid token", or with the code `invalid_token` of RFC 6750. Any other
/// response is an error, because a gateway may have sent it: a 401 is
/// [`ErrorKind::Unauthorized`], a 403 and "Missing scopes" are
/// [`ErrorKind::Forbidden`]. A token that has expired by the client's clock is not sent: the call fails with
/// [`ErrorKind::Expired`].
///
/// Source: Go1's plug-in for Moodle (`go1com/moodle-mod_goone`, 2025-01) treats 200 as valid and every other
/// status as invalid; Totara's plug-in calls it as well (2026-09). No document shows a response to an invalid
/// token, so the words of Go1's API count here too.
///
/// ```
/// # async fn example(client: go1::Client, token: go1::Token) -> Result<(), go1::Error> {
/// if !client.send(&token, &go1::api::Validate).await? {
///     // refresh it, or have the customer connect again
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Validate;

impl Endpoint<Go1> for Validate {
    type Response = bool;
    const NAME: &'static str = "GET /oauth/validate";

    fn request(&self, at: &EndpointContext<'_, Go1>) -> Result<Request<Vec<u8>>, Error> {
        get(at.site().validate_url())
    }

    fn accepts_status(&self, status: StatusCode) -> bool {
        status.is_success() || matches!(status.as_u16(), 401 | 403)
    }

    fn parse(&self, _: &EndpointContext<'_, Go1>, response: Response<Vec<u8>>) -> Result<bool, Error> {
        let status = response.status();
        let evidence = Evidence::read(&response);
        if status.is_success() {
            return if evidence.is_page || evidence.is_error_document() {
                Err(Error::new(
                    ErrorKind::InvalidResponse,
                    "the response does not say that the token is valid",
                ))
            } else {
                Ok(true)
            };
        }
        if evidence.refuses_token(status) {
            return Ok(false);
        }
        let (kind, what) = if evidence.lacks_scope(status) {
            (ErrorKind::Forbidden, "the token lacks a scope")
        } else if status == StatusCode::FORBIDDEN {
            (ErrorKind::Forbidden, "the account may not validate its token")
        } else {
            (ErrorKind::Unauthorized, "the validation was refused")
        };
        Err(Error::new(kind, format!("{what} (status {})", status.as_u16())))
    }
}

const DIALECT: Dialect = Go1::DIALECT;

/// Evidence of a response about the token.
struct Evidence {
    is_page: bool,
    document: Option<Map<String, Value>>,
    /// The error code of a `Bearer` challenge.
    challenge: Option<String>,
}

impl Evidence {
    fn read(response: &Response<Vec<u8>>) -> Self {
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_html = content_type.is_some_and(|value| value.to_ascii_lowercase().contains("html"));
        let is_markup = response.body().trim_ascii_start().starts_with(b"<");
        Self {
            is_page: is_html || is_markup,
            document: from_slice(response.body()).ok(),
            challenge: challenge_code(response.headers()),
        }
    }

    fn refuses_token(&self, status: StatusCode) -> bool {
        let words = DIALECT.token_refused.iter().filter_map(|refusal| match refusal {
            TokenRefusal::Message(refusal) => Some(refusal),
            _ => None,
        });
        self.code_is("invalid_token") || self.says(words, status)
    }

    fn lacks_scope(&self, status: StatusCode) -> bool {
        self.code_is("insufficient_scope") || self.says(DIALECT.scope_missing, status)
    }

    fn is_error_document(&self) -> bool {
        let document = self.document.as_ref();
        let has =
            |name| document.and_then(|document| document.get(name)).is_some_and(|value| !value.is_null());
        has("error")
            || has("error_code")
            || has("errors")
            || self.refuses_token(StatusCode::UNAUTHORIZED)
            || self.lacks_scope(StatusCode::UNAUTHORIZED)
    }

    fn code_is(&self, code: &str) -> bool {
        let in_body = ["error", "error_code"].into_iter().find_map(|name| self.text(name));
        in_body == Some(code) || self.challenge.as_deref() == Some(code)
    }

    fn says<'a>(&self, refusals: impl IntoIterator<Item = &'a Refusal>, status: StatusCode) -> bool {
        let texts: Vec<_> = ["message", "error", "error_description"]
            .into_iter()
            .filter_map(|name| self.text(name))
            .map(str::to_ascii_lowercase)
            .collect();
        refusals.into_iter().any(|refusal| {
            refusal.status == status.as_u16() && texts.iter().any(|text| text.contains(refusal.contains))
        })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.document.as_ref()?.get(name)?.as_str()
    }
}

/// Returns the error code of a `Bearer` challenge (RFC 6750 section 3). A header that breaks the grammar is
/// no evidence.
fn challenge_code(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let mut challenges = values.flat_map(|value| http_auth::parse_challenges(value).unwrap_or_default());
    challenges.find_map(|challenge| {
        let is_bearer = challenge.scheme.eq_ignore_ascii_case("Bearer");
        let code = challenge.params.iter().find(|(name, _)| name.eq_ignore_ascii_case("error"));
        code.filter(|_| is_bearer).map(|(_, value)| value.to_unescaped())
    })
}
