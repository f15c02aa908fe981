//! Classification of a refused API call, by evidence: `WWW-Authenticate`, OAuth codes, the provider's
//! declared words. A bare status decides only the call.

use chrono::{DateTime, Utc};
use http::{Response, StatusCode};
use serde_json::{Map, Value};
use url::Url;

use crate::api::json_api::error_text;
use crate::error::error_document::ErrorDocument;
use crate::error::oauth_code::OAuthCode;
use crate::error::unrecognized_response::UnrecognizedResponse;
use crate::error::{Error, ErrorKind};
use crate::provider::dialect::{Dialect, TokenRefusal};
use crate::provider::provider::Provider;
use crate::provider::scopes::Scopes;
use crate::token::token::Token;
use crate::util::headers::{Challenge, challenges, location, location_host, retry_after};
use crate::util::redact::redact;
use crate::util::secret::RefreshToken;
use crate::util::strict_json::without_byte_order_marks;

/// Returns the error of a response that an endpoint does not accept.
pub(super) fn refused<'a, P: Provider>(
    response: &Response<Vec<u8>>,
    url: &Url,
    token_url: &Url,
    token: &'a Token<P>,
    mut secrets: Vec<&'a str>,
    now: DateTime<Utc>,
) -> Error {
    let status = response.status();
    let evidence = Evidence::read(response, url, token_url);
    let verdict = evidence.verdict(const { &P::DIALECT });
    let (kind, what) = match (&verdict, status.as_u16()) {
        (Verdict::TokenRefused, _) => (ErrorKind::TokenRefused, "the token was refused"),
        (Verdict::ScopeMissing, _) => (ErrorKind::Forbidden, "the token lacks a scope"),
        (Verdict::ByStatus, 300..=399) => (ErrorKind::Redirected, "the API responded with a redirect"),
        (Verdict::ByStatus, 401) => (ErrorKind::Unauthorized, "the API refused the request"),
        (Verdict::ByStatus, 403) => (ErrorKind::Forbidden, "the account may not do this"),
        (Verdict::ByStatus, 412) => (ErrorKind::PreconditionFailed, "the resource was changed meanwhile"),
        (Verdict::ByStatus, 429) => (ErrorKind::RateLimited, "too many requests"),
        (Verdict::ByStatus, 500..) => (ErrorKind::Unavailable, "the API failed"),
        (Verdict::ByStatus, _) => (ErrorKind::ApiRefused, "the API refused the request"),
    };
    secrets.push(token.access_token().expose());
    secrets.extend(token.refresh_token().map(RefreshToken::expose));
    let fields = evidence.fields.as_ref();
    let message = if kind == ErrorKind::Redirected {
        location_host(response.headers(), url, &secrets).map(|host| format!("to {host}"))
    } else {
        fields.and_then(message).map(|message| redact(&message, &secrets, 300))
    };
    let unrecognized = (kind == ErrorKind::Unauthorized)
        .then(|| UnrecognizedResponse::new(status, response.headers(), fields, &secrets));
    let mut error = Error::new(kind, what)
        .with_status(status)
        .with_retry_after(retry_after(response.headers(), now))
        .with_unrecognized(unrecognized)
        .with_message(message);
    match verdict {
        Verdict::TokenRefused if !token.is_renewable() => {
            error = error.needing_reconnect(P::DIALECT.reconnect_help);
        }
        Verdict::ScopeMissing => {
            let missing =
                evidence.missing_scopes(token.scopes()).map(|scopes| redact(&scopes, &secrets, 200));
            error = error.with_help(match missing {
                Some(scopes) => format!("connect again and request `{scopes}`; refreshing does not help"),
                None => "connect again and request the scope; refreshing does not help".to_owned(),
            });
        }
        Verdict::TokenRefused | Verdict::ByStatus => {}
    }
    // Some APIs send a sentence as `error`; a code is one word.
    match evidence.code() {
        Some(code) => error.with_code(OAuthCode::redacted(code, &secrets)),
        None => error,
    }
}

/// Evidence of a response about the token.
enum Verdict {
    TokenRefused,
    ScopeMissing,
    /// Nothing: the status decides, about this call only.
    ByStatus,
}

struct Evidence {
    status: StatusCode,
    challenges: Vec<Challenge>,
    fields: Option<Map<String, Value>>,
    /// The path of a redirect to the same host, below the site's own path.
    redirect_path: Option<String>,
}

impl Evidence {
    fn read(response: &Response<Vec<u8>>, url: &Url, token_url: &Url) -> Self {
        // A login page may be at another port or scheme of the host, behind a proxy. Nothing is sent there.
        let redirect = location(response.headers(), url)
            .filter(|to| response.status().is_redirection() && to.host() == url.host());
        Self {
            status: response.status(),
            challenges: challenges(response.headers()),
            fields: serde_json::from_slice(without_byte_order_marks(response.body())).ok(),
            redirect_path: redirect
                .and_then(|to| Some(to.path().strip_prefix(shared_folder(url, token_url))?.to_owned())),
        }
    }

    fn verdict(&self, dialect: &Dialect) -> Verdict {
        let status = self.status.as_u16();
        let document = self.fields.as_ref().map(ErrorDocument);
        let says = |refusals| {
            document.is_some_and(|document| document.is_one_of(refusals, dialect.error_code_at, status))
        };
        if says(dialect.scope_missing) {
            return Verdict::ScopeMissing;
        }
        let in_challenge = self.bearer_param("error").filter(|_| matches!(status, 400 | 401 | 403));
        let in_body = self.code().filter(|_| matches!(status, 401 | 403));
        for code in [in_challenge, in_body].into_iter().flatten() {
            match OAuthCode::parse(code) {
                OAuthCode::InsufficientScope => return Verdict::ScopeMissing,
                OAuthCode::InvalidToken => return Verdict::TokenRefused,
                _ => {}
            }
        }
        let is_refused = dialect.token_refused.iter().any(|refusal| match refusal {
            TokenRefusal::Message(refusal) => says(std::slice::from_ref(refusal)),
            TokenRefusal::Challenge { scheme, realm } => {
                status == 401
                    && self.challenges.iter().any(|challenge| {
                        challenge.is_scheme(scheme) && challenge.param("realm") == Some(realm)
                    })
            }
            TokenRefusal::RedirectTo(path) => self.redirects_to(path),
        });
        if is_refused { Verdict::TokenRefused } else { Verdict::ByStatus }
    }

    /// A path parameter such as `;jsessionid=…` does not count.
    fn redirects_to(&self, expected: &str) -> bool {
        let path = self.redirect_path.as_deref().and_then(|path| path.split(';').next());
        path.is_some_and(|path| path.trim_end_matches('/') == expected)
    }

    fn bearer_param(&self, name: &str) -> Option<&str> {
        self.challenges
            .iter()
            .filter(|challenge| challenge.is_scheme("Bearer"))
            .find_map(|challenge| challenge.param(name))
    }

    fn code(&self) -> Option<&str> {
        let document = ErrorDocument(self.fields.as_ref()?);
        document
            .text(&["/error_code"])
            .filter(|code| !code.contains(char::is_whitespace))
            .or_else(|| document.code(&["/error"]).filter(|code| !code.contains(char::is_whitespace)))
    }

    /// The scopes that `WWW-Authenticate` names and the token lacks: nothing else says which.
    fn missing_scopes(&self, granted: &Scopes) -> Option<String> {
        let wanted = Scopes::lenient(self.bearer_param("scope")?);
        let missing = wanted.missing_from(granted);
        let named = if missing.is_empty() { wanted } else { missing };
        (!named.is_empty()).then(|| named.to_string())
    }
}

/// The path that the site's URLs share, such as `/go`.
fn shared_folder<'a>(url: &'a Url, token_url: &Url) -> &'a str {
    let shared = url.path().bytes().zip(token_url.path().bytes()).take_while(|(a, b)| a == b).count();
    let slash = url.path()[..shared].rfind('/').unwrap_or(0);
    &url.path()[..slash]
}

/// The message of an error response, at the places that providers document.
fn message(fields: &Map<String, Value>) -> Option<String> {
    ErrorDocument(fields)
        .text(&["/message", "/error_description", "/error", "/error/message"])
        .map(str::to_owned)
        .or_else(|| {
            let errors = fields.get("errors")?;
            Some(error_text(errors).unwrap_or_else(|| errors.to_string()))
        })
}
