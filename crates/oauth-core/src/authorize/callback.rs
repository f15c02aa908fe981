//! Parsing and checking of an authorization callback. No IO.

use std::borrow::Cow;

use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::authorize::connect::StateRule;
use crate::authorize::pending::PendingAuthorization;
use crate::error::oauth_code::OAuthCode;
use crate::error::{CallbackFault, Error, ErrorKind};
use crate::provider::dialect::Dialect;
use crate::provider::scopes::Scopes;
use crate::util::secret::AuthorizationCode;

/// The callback parameters of RFC 6749 section 4.1.2.
#[derive(Default)]
pub(crate) struct Callback<'a> {
    code: Option<Cow<'a, str>>,
    state: Option<Cow<'a, str>>,
    error: Option<Cow<'a, str>>,
    error_description: Option<Cow<'a, str>>,
    /// The issuer identifier (RFC 9207).
    iss: Option<Cow<'a, str>>,
    /// Values of [`Dialect::callback_fields`].
    fields: Vec<(&'static str, Cow<'a, str>)>,
    /// A remark of league/oauth2-server beside the description.
    hint: Option<Cow<'a, str>>,
}

/// A callback whose code can be exchanged.
#[derive(Debug)]
pub(crate) struct AcceptedCallback {
    pub(crate) code: AuthorizationCode,
    /// Fields to keep with the token.
    pub(crate) fields: Map<String, Value>,
    /// Requested scopes that the callback names as granted.
    pub(crate) scopes: Option<Scopes>,
}

/// Parameters of RFC 6749, which no dialect can declare as fields. `scope` is none of a callback there.
const STANDARD: &[&str] = &[
    "code",
    "state",
    "error",
    "error_description",
    "access_token",
    "refresh_token",
    "token_type",
    "expires_in",
    "id_token",
    "iss",
];

/// A callback that does not lead to a token.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: Error,
    /// True if its `state` proves that it belongs to the attempt, which is over then.
    pub(crate) ends_authorization: bool,
}

pub(crate) fn fault(fault: CallbackFault) -> Error {
    Error::new(ErrorKind::Callback(fault), "the callback is not acceptable")
}

impl<'a> Callback<'a> {
    /// Parses a whole URL, with or without a scheme, a path with a query, or a bare query string, as a
    /// browser or a user brings it back. An empty parameter counts as missing (RFC 6749 section 3.1).
    pub(crate) fn read(callback: &'a str, dialect: &Dialect) -> Result<Self, Error> {
        let callback = without_quotes(callback.trim());
        if crate::util::redact::has_control(callback) {
            return Err(fault(CallbackFault::Unreadable));
        }
        let query = query_of(callback.split('#').next().unwrap_or_default());
        // `appends_query_to_query` produces `…?x=1?code=…`.
        let parts = query.splitn(if dialect.appends_query_to_query { usize::MAX } else { 1 }, '?');
        let mut out = Self::default();
        for (name, value) in parts.flat_map(|part| form_urlencoded::parse(part.as_bytes())) {
            let slot = match &*name {
                "code" => &mut out.code,
                "state" => &mut out.state,
                "error" => &mut out.error,
                "error_description" => &mut out.error_description,
                "hint" => &mut out.hint,
                "iss" => &mut out.iss,
                _ => {
                    let fields = dialect.callback_fields.iter();
                    if let Some(field) = fields
                        .filter(|field| !STANDARD.contains(&field.name))
                        .find(|field| field.name == name)
                    {
                        if out.fields.iter().any(|(known, _)| *known == field.name) {
                            return Err(fault(CallbackFault::DuplicateParameter));
                        }
                        out.fields.push((field.name, value));
                    }
                    continue;
                }
            };
            if slot.is_some() {
                return Err(fault(CallbackFault::DuplicateParameter));
            }
            *slot = Some(value);
        }
        for slot in [&mut out.code, &mut out.state, &mut out.error, &mut out.error_description, &mut out.hint]
        {
            *slot = slot.take().filter(|value| !value.is_empty());
        }
        Ok(out)
    }

    /// Checks that the callback comes from the expected authorization server (RFC 9207 section 2.4).
    pub(crate) fn check_issuer(&self, expected: Option<&str>) -> Result<(), Error> {
        match expected {
            Some(expected) if self.iss.as_deref() != Some(expected) => Err(fault(CallbackFault::WrongIssuer)),
            _ => Ok(()),
        }
    }

    /// Checks the callback against the attempt. Only a matching `state` makes it trusted.
    pub(crate) fn check(
        self,
        pending: &PendingAuthorization,
        dialect: &Dialect,
    ) -> Result<AcceptedCallback, Box<Refused>> {
        let keep = |error| Box::new(Refused { error, ends_authorization: false });
        let end = |error| Box::new(Refused { error, ends_authorization: true });
        let proven = match &self.state {
            Some(state) if pending.is_state(state) => true,
            Some(_) => return Err(keep(fault(CallbackFault::WrongState))),
            None => false,
        };
        // An error is reported without `state` too, because servers leave it out of some errors. It may be
        // forged, so the attempt stays open.
        let state_may_be_missing =
            pending.state_rule == StateRule::MayBeMissing || (self.error.is_some() && self.code.is_none());
        if !proven && !state_may_be_missing {
            return Err(keep(fault(CallbackFault::MissingState)));
        }
        match (self.code, self.error) {
            (Some(_), Some(_)) => Err(keep(fault(CallbackFault::CodeAndError))),
            (None, None) => Err(keep(fault(CallbackFault::MissingCode))),
            (Some(code), None) => {
                let (fields, scopes) = trusted(&self.fields, pending.scopes(), dialect);
                Ok(AcceptedCallback { code: AuthorizationCode::new(code.into_owned()), fields, scopes })
            }
            (None, Some(error)) => {
                let message = match (self.error_description, self.hint) {
                    (Some(text), Some(hint)) => {
                        Some(format!("{}; {hint}", text.trim_end_matches('.')).into())
                    }
                    (text, hint) => text.or(hint),
                };
                let error = refusal(&error, message.as_deref(), pending.state_text());
                Err(if proven {
                    end(error)
                } else if dialect.echoes_state_on_error {
                    keep(error.with_help(
                        "the callback has no `state`, so it may be forged; start again if it is not",
                    ))
                } else {
                    keep(error)
                })
            }
        }
    }
}

/// Returns the fields that may be kept. The browser can change a callback: a field has a declared or harmless
/// value, and scopes count only if they were requested.
fn trusted(
    fields: &[(&'static str, Cow<'_, str>)],
    requested: &Scopes,
    dialect: &Dialect,
) -> (Map<String, Value>, Option<Scopes>) {
    let (mut kept, mut scopes) = (Map::new(), None);
    for (name, value) in fields {
        if *name == "scope" {
            let named = Scopes::lenient(value);
            let granted: Scopes = requested.iter().filter(|scope| named.contains(scope)).cloned().collect();
            scopes = Some(granted).filter(|granted| !granted.is_empty());
        } else if dialect.callback_fields.iter().any(|field| field.name == *name && field.accepts(value)) {
            kept.insert((*name).to_owned(), Value::from(&**value));
        }
    }
    (kept, scopes)
}

/// Removes quotes or angle brackets around a pasted URL.
fn without_quotes(text: &str) -> &str {
    [('"', '"'), ('\'', '\''), ('<', '>')]
        .iter()
        .find_map(|(first, last)| text.strip_prefix(*first)?.strip_suffix(*last))
        .unwrap_or(text)
}

/// Returns the query of a URL (`https://a.example/cb?…`, `com.example.app:/cb?…`,
/// `urn:ietf:wg:oauth:2.0:oob?…`), of a host or path (`localhost:8765/cb?…`, `/cb?…`, `?…`), or the text
/// itself if it is a query.
///
/// A query may contain `?`, `/` and `:` (RFC 3986 section 3.4), but hardly in the name of its first
/// parameter.
fn query_of(text: &str) -> &str {
    let Some((before, query)) = text.split_once('?') else {
        return if text.starts_with('/') || text.contains("://") && !text.contains('=') { "" } else { text };
    };
    let first_name = &before[..before.find(['=', '&']).unwrap_or(before.len())];
    if first_name.len() == before.len() || first_name.contains(['/', ':']) { query } else { text }
}

fn refusal(error: &str, description: Option<&str>, state: &str) -> Error {
    let code = OAuthCode::redacted(error, &[state]);
    let (kind, what) = match code {
        OAuthCode::AccessDenied => (ErrorKind::Denied, "the user denied the connection"),
        OAuthCode::ServerError | OAuthCode::TemporarilyUnavailable => {
            (ErrorKind::Unavailable, "the provider could not connect the user")
        }
        _ => (ErrorKind::AuthorizationRefused, "the provider refused the connection"),
    };
    Error::new(kind, what)
        .with_code(code)
        .with_message(description.map(|text| crate::util::redact::redact(text, &[state], 200)))
}
