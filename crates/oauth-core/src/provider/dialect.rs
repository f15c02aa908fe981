//! `Dialect`: a provider's differences from RFC 6749, as data.

use crate::error::Error;

/// A provider's differences from RFC 6749. Plain data: no closures, no templates.
///
/// Start from [`Dialect::rfc6749`] and name only what is different, each with its source:
///
/// ```
/// use oauth_core::{Dialect, RedirectUriRule};
///
/// const DIALECT: Dialect = Dialect::rfc6749()
///     .code_grant("authorization-code") // OAuth 2.0 draft 09 spelling
///     .redirect_uri(RedirectUriRule::OnEveryTokenCall);
/// assert_eq!(DIALECT.scope_separator, ' ');
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// `grant_type` of the code exchange (RFC 6749 section 4.1.3: `authorization_code`). With an
    /// empty text, `grant_type` is not sent; so for the other grants.
    pub code_grant: &'static str,
    /// `grant_type` of a refresh (RFC 6749 section 6: `refresh_token`).
    pub refresh_grant: &'static str,
    /// `grant_type` of the client credentials grant (RFC 6749 section 4.4.2: `client_credentials`).
    pub client_credentials_grant: &'static str,
    /// Separator of scopes (RFC 6749 section 3.3: a space).
    pub scope_separator: char,
    /// True if a refresh sends the token's scopes. RFC 6749 section 6 leaves them out to keep them.
    pub scope_on_refresh: bool,
    /// Place of the client's credentials (RFC 6749 section 2.3.1).
    pub client_auth: ClientAuth,
    /// Parameters added to every authorize URL, unless [`Connect`](crate::Connect) gives them another value.
    pub authorize_params: &'static [(&'static str, &'static str)],
    /// Fragment of every authorize URL (RFC 6749 section 3.1: none).
    pub authorize_fragment: Option<&'static str>,
    /// Parameters added to every token call.
    pub token_params: &'static [(&'static str, &'static str)],
    /// Headers added to every token call, such as the version of an API. Not those that the call sets itself:
    /// `Authorization`, `Content-Type`, `Content-Length`, `Host` and `Transfer-Encoding`.
    pub token_headers: &'static [(&'static str, &'static str)],
    /// Parameters added to the token calls of one grant. A [`Site`](crate::Site) adds its own.
    pub grant_params: &'static [(GrantType, &'static str, &'static str)],
    /// Other names of request parameters, in authorize URLs and token calls, as pairs of the name in RFC 6749
    /// and the provider's. An empty name leaves the parameter out. Callbacks keep the names of RFC 6749.
    pub param_names: &'static [(&'static str, &'static str)],
    /// Token calls that carry `redirect_uri`.
    pub redirect_uri: RedirectUriRule,
    /// Body encodings that the token endpoint takes; the first is the default.
    pub encodings: &'static [Encoding],
    /// Use of a PKCE challenge (RFC 7636).
    pub pkce: Pkce,
    /// True if an error callback carries `state` too, as RFC 6749 section 4.1.2.1 requires.
    pub echoes_state_on_error: bool,
    /// True if the provider appends `?code=…` to a redirect URI that already has a query: `…/cb?a=1?code=…`.
    pub appends_query_to_query: bool,
    /// True if the token endpoint spends a refresh token before it checks anything, even the client's secret.
    /// A refused call may then have destroyed the token.
    pub spends_before_checks: bool,
    /// Values of `token_type` that the provider's [`Scheme`](crate::Scheme) serves, in any case (RFC 6749
    /// section 7.1). A response with another is refused; one without is accepted.
    pub token_types: &'static [&'static str],
    /// Other places of members of a token response, as pairs of the name in RFC 6749 section 5.1 and a JSON
    /// pointer. A listed member is read only there, not under its standard name.
    ///
    /// A member may have several places. Those of the access token are tried in order, and every other member
    /// is read at its place of the same number, or at its only one: tokens of two users are never mixed.
    pub response_members: &'static [(&'static str, &'static str)],
    /// Form of `expires_in`.
    pub expiry: Expiry,
    /// Meaning of an `expires_in` that is not positive.
    pub zero_lifetime: ZeroLifetime,
    /// Places of the error code in an error response, as JSON pointers in which `*` stands for each item of a
    /// list (RFC 6749 section 5.2: `/error`). The default includes those of Fitbit, Facebook and WeChat.
    pub error_code_at: &'static [&'static str],
    /// Callback parameters, besides those of RFC 6749, that are kept with the token.
    pub callback_fields: &'static [CallbackField],
    /// Responses that refuse a grant, in addition to `invalid_grant`.
    pub grant_refused: &'static [Refusal],
    /// Responses that blame the client, whatever their error code.
    pub client_refused: &'static [Refusal],
    /// API responses that refuse the token, in addition to the error code `invalid_token` of RFC 6750. A 401
    /// that says none of this is [`ErrorKind::Unauthorized`](crate::ErrorKind::Unauthorized).
    pub token_refused: &'static [TokenRefusal],
    /// API responses to a token that lacks a scope, in addition to the error code `insufficient_scope` of RFC
    /// 6750.
    pub scope_missing: &'static [Refusal],
    /// Scopes that may stand for every scope with a prefix, as pairs of scope and prefix. The client does not
    /// refuse a call because such a scope is missing: the server decides.
    pub umbrella_scopes: &'static [(&'static str, &'static str)],
    /// The help in errors after which a customer has to connect again.
    pub reconnect_help: &'static str,
}

/// The place of the client's credentials in a token call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientAuth {
    /// As `client_id` and `client_secret` among the parameters.
    Body,
    /// As HTTP Basic, each form-urlencoded first (RFC 6749 section 2.3.1), with `%20` for a space: all form
    /// parsers read that, and some read no `+`.
    BasicEncoded,
    /// As HTTP Basic, unencoded (many servers).
    BasicRaw,
    /// The secret as the user of HTTP Basic, without a password; `client_id` among the parameters.
    BasicSecret,
    /// Only `client_id` among the parameters, never a secret (public clients).
    None,
}

/// A grant of RFC 6749.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrantType {
    /// The exchange of an authorization code (section 4.1.3).
    AuthorizationCode,
    /// A refresh (section 6).
    RefreshToken,
    /// A token for a user's password (section 4.3.2).
    Password,
    /// A token for the client's own credentials (section 4.4.2).
    ClientCredentials,
}

/// The token calls that carry `redirect_uri`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectUriRule {
    /// On the code exchange (RFC 6749 section 4.1.3).
    OnCodeExchange,
    /// On every token call.
    OnEveryTokenCall,
    /// Never.
    Never,
}

/// The encoding of a token call's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// `application/x-www-form-urlencoded` (RFC 6749).
    Form,
    /// `multipart/form-data` (RFC 7578).
    Multipart,
    /// `application/json`.
    Json,
    /// In the URL's query, with an empty body. Servers' logs may then hold secrets.
    Query,
}

/// The use of a PKCE challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pkce {
    /// Not sent: no document of the provider mentions it.
    Off,
    /// Sent, with method `S256` (RFC 7636 section 4.2).
    S256,
}

/// The form in which a token response states when the access token expires. A value in another form is
/// ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// Seconds from the response on (RFC 6749 section 5.1).
    Seconds,
    /// Milliseconds from the response on.
    Milliseconds,
    /// A point in time: RFC 3339 text, or Unix time in seconds; numbers of 100 billion and more are
    /// milliseconds. It is compared with the local clock. The start of Unix time and earlier mean not stated.
    ///
    /// With [`response_members`](Dialect::response_members) for a member such as `expires_at`.
    Time,
    /// The token does not expire, whatever the response states.
    Ignored,
}

/// The meaning of an `expires_in` that is zero or negative.
///
/// By RFC 6749 section 5.1 such a token has expired. Servers send 0 for tokens that do not expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZeroLifetime {
    /// The lifetime is not stated.
    NotStated,
    /// The token has expired: it is used once, for the call that requested it.
    Expired,
}

/// A callback parameter that is kept with the token.
///
/// The callback is the browser's word, so it never replaces a readable field of the token response. A field
/// that chooses a host must have a list of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackField {
    /// Its name.
    pub name: &'static str,
    /// The values that it may have. Without any: up to 128 letters, digits, `_` and `-`, which is no host
    /// name of a public server; of `scope`, the requested scopes.
    pub values: &'static [&'static str],
}

impl CallbackField {
    /// Longest value of a field without a list of values.
    const MAX_LENGTH: usize = 128;

    /// A field with a value that names no host, such as an identifier.
    pub const fn id(name: &'static str) -> Self {
        Self { name, values: &[] }
    }

    /// A field with one of these values.
    pub const fn one_of(name: &'static str, values: &'static [&'static str]) -> Self {
        Self { name, values }
    }

    pub(crate) fn accepts(&self, value: &str) -> bool {
        if !self.values.is_empty() {
            return self.values.contains(&value);
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        (1..=Self::MAX_LENGTH).contains(&value.len()) && value.bytes().all(is_plain)
    }
}

/// An error response that means something else than its status or error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// Its HTTP status.
    pub status: u16,
    /// Text contained in its `error`, `message`, `error_description` or `hint`, in the messages of `errors`,
    /// or at one of [`Dialect::error_code_at`], in lower case.
    pub contains: &'static str,
}

impl Refusal {
    /// A response with this status that contains this text (in lower case).
    pub const fn new(status: u16, contains: &'static str) -> Self {
        Self { status, contains }
    }
}

/// An API response that refuses the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenRefusal {
    /// An error response with declared words.
    Message(Refusal),
    /// A 401 with this challenge of `WWW-Authenticate`. The realm must be the provider's own: gateways send
    /// challenges too.
    Challenge {
        /// The scheme, in any case.
        scheme: &'static str,
        /// The realm.
        realm: &'static str,
    },
    /// A redirect to this path of the same host, below the path that the site's URLs share.
    RedirectTo(&'static str),
}

impl Dialect {
    /// Returns the dialect of RFC 6749 itself, with client credentials in the body, and with error codes also
    /// where Fitbit, Facebook and WeChat put them.
    pub const fn rfc6749() -> Self {
        Self {
            code_grant: "authorization_code",
            refresh_grant: "refresh_token",
            client_credentials_grant: "client_credentials",
            scope_separator: ' ',
            scope_on_refresh: false,
            client_auth: ClientAuth::Body,
            authorize_params: &[],
            authorize_fragment: None,
            token_params: &[],
            token_headers: &[],
            grant_params: &[],
            param_names: &[],
            redirect_uri: RedirectUriRule::OnCodeExchange,
            encodings: &[Encoding::Form],
            pkce: Pkce::Off,
            echoes_state_on_error: true,
            appends_query_to_query: false,
            spends_before_checks: false,
            token_types: &["bearer"],
            response_members: &[],
            expiry: Expiry::Seconds,
            zero_lifetime: ZeroLifetime::NotStated,
            error_code_at: &[
                "/error",
                "/error/code",
                "/error/type",
                "/errors/*/errorType",
                "/errors/*/code",
                "/errmsg",
            ],
            callback_fields: &[],
            grant_refused: &[],
            client_refused: &[],
            token_refused: &[],
            scope_missing: &[],
            umbrella_scopes: &[],
            reconnect_help: "the customer must connect again",
        }
    }

    /// Returns the provider's name of a request parameter; empty if it takes none.
    pub(crate) fn param_name<'a>(&self, standard: &'a str) -> &'a str {
        self.param_names.iter().find(|(name, _)| *name == standard).map_or(standard, |(_, own)| own)
    }

    pub(crate) fn check_encoding(&self, encoding: Encoding) -> Result<(), Error> {
        if self.encodings.contains(&encoding) {
            return Ok(());
        }
        Err(Error::invalid_input(format!("the token endpoint takes no {encoding:?} encoding"))
            .with_help(format!("choose one of {:?}", self.encodings)))
    }

    /// Sets [`code_grant`](Self::code_grant).
    #[must_use]
    pub const fn code_grant(mut self, name: &'static str) -> Self {
        self.code_grant = name;
        self
    }

    /// Sets [`refresh_grant`](Self::refresh_grant).
    #[must_use]
    pub const fn refresh_grant(mut self, name: &'static str) -> Self {
        self.refresh_grant = name;
        self
    }

    /// Sets [`client_credentials_grant`](Self::client_credentials_grant).
    #[must_use]
    pub const fn client_credentials_grant(mut self, name: &'static str) -> Self {
        self.client_credentials_grant = name;
        self
    }

    /// Sets [`scope_separator`](Self::scope_separator).
    #[must_use]
    pub const fn scope_separator(mut self, separator: char) -> Self {
        self.scope_separator = separator;
        self
    }

    /// Sets [`scope_on_refresh`](Self::scope_on_refresh).
    #[must_use]
    pub const fn scope_on_refresh(mut self, sends: bool) -> Self {
        self.scope_on_refresh = sends;
        self
    }

    /// Sets [`client_auth`](Self::client_auth).
    #[must_use]
    pub const fn client_auth(mut self, auth: ClientAuth) -> Self {
        self.client_auth = auth;
        self
    }

    /// Sets [`authorize_params`](Self::authorize_params).
    #[must_use]
    pub const fn authorize_params(mut self, params: &'static [(&'static str, &'static str)]) -> Self {
        self.authorize_params = params;
        self
    }

    /// Sets [`authorize_fragment`](Self::authorize_fragment).
    #[must_use]
    pub const fn authorize_fragment(mut self, fragment: &'static str) -> Self {
        self.authorize_fragment = Some(fragment);
        self
    }

    /// Sets [`token_params`](Self::token_params).
    #[must_use]
    pub const fn token_params(mut self, params: &'static [(&'static str, &'static str)]) -> Self {
        self.token_params = params;
        self
    }

    /// Sets [`token_headers`](Self::token_headers).
    #[must_use]
    pub const fn token_headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.token_headers = headers;
        self
    }

    /// Sets [`grant_params`](Self::grant_params).
    #[must_use]
    pub const fn grant_params(mut self, params: &'static [(GrantType, &'static str, &'static str)]) -> Self {
        self.grant_params = params;
        self
    }

    /// Sets [`param_names`](Self::param_names).
    #[must_use]
    pub const fn param_names(mut self, pairs: &'static [(&'static str, &'static str)]) -> Self {
        self.param_names = pairs;
        self
    }

    /// Sets [`redirect_uri`](Self::redirect_uri).
    #[must_use]
    pub const fn redirect_uri(mut self, rule: RedirectUriRule) -> Self {
        self.redirect_uri = rule;
        self
    }

    /// Sets [`encodings`](Self::encodings).
    ///
    /// # Panics
    /// If there are none; in a `const` that is a compile error.
    #[must_use]
    pub const fn encodings(mut self, encodings: &'static [Encoding]) -> Self {
        assert!(!encodings.is_empty(), "a token endpoint takes at least one encoding");
        self.encodings = encodings;
        self
    }

    /// Sets [`pkce`](Self::pkce).
    #[must_use]
    pub const fn pkce(mut self, pkce: Pkce) -> Self {
        self.pkce = pkce;
        self
    }

    /// Sets [`echoes_state_on_error`](Self::echoes_state_on_error).
    #[must_use]
    pub const fn echoes_state_on_error(mut self, comes_back: bool) -> Self {
        self.echoes_state_on_error = comes_back;
        self
    }

    /// Sets [`appends_query_to_query`](Self::appends_query_to_query).
    #[must_use]
    pub const fn appends_query_to_query(mut self, glued: bool) -> Self {
        self.appends_query_to_query = glued;
        self
    }

    /// Sets [`spends_before_checks`](Self::spends_before_checks).
    #[must_use]
    pub const fn spends_before_checks(mut self, spends: bool) -> Self {
        self.spends_before_checks = spends;
        self
    }

    /// Sets [`token_types`](Self::token_types).
    ///
    /// # Panics
    /// If there are none; in a `const` that is a compile error.
    #[must_use]
    pub const fn token_types(mut self, types: &'static [&'static str]) -> Self {
        assert!(!types.is_empty(), "a header scheme serves at least one token type");
        self.token_types = types;
        self
    }

    /// Sets [`response_members`](Self::response_members).
    #[must_use]
    pub const fn response_members(mut self, pairs: &'static [(&'static str, &'static str)]) -> Self {
        self.response_members = pairs;
        self
    }

    /// Sets [`expiry`](Self::expiry).
    #[must_use]
    pub const fn expiry(mut self, form: Expiry) -> Self {
        self.expiry = form;
        self
    }

    /// Sets [`zero_lifetime`](Self::zero_lifetime).
    #[must_use]
    pub const fn zero_lifetime(mut self, meaning: ZeroLifetime) -> Self {
        self.zero_lifetime = meaning;
        self
    }

    /// Sets [`error_code_at`](Self::error_code_at).
    #[must_use]
    pub const fn error_code_at(mut self, pointers: &'static [&'static str]) -> Self {
        self.error_code_at = pointers;
        self
    }

    /// Sets [`callback_fields`](Self::callback_fields).
    #[must_use]
    pub const fn callback_fields(mut self, fields: &'static [CallbackField]) -> Self {
        self.callback_fields = fields;
        self
    }

    /// Sets [`grant_refused`](Self::grant_refused).
    #[must_use]
    pub const fn grant_refused(mut self, refusals: &'static [Refusal]) -> Self {
        self.grant_refused = refusals;
        self
    }

    /// Sets [`client_refused`](Self::client_refused).
    #[must_use]
    pub const fn client_refused(mut self, refusals: &'static [Refusal]) -> Self {
        self.client_refused = refusals;
        self
    }

    /// Sets [`token_refused`](Self::token_refused).
    #[must_use]
    pub const fn token_refused(mut self, refusals: &'static [TokenRefusal]) -> Self {
        self.token_refused = refusals;
        self
    }

    /// Sets [`scope_missing`](Self::scope_missing).
    #[must_use]
    pub const fn scope_missing(mut self, refusals: &'static [Refusal]) -> Self {
        self.scope_missing = refusals;
        self
    }

    /// Sets [`umbrella_scopes`](Self::umbrella_scopes).
    #[must_use]
    pub const fn umbrella_scopes(mut self, pairs: &'static [(&'static str, &'static str)]) -> Self {
        self.umbrella_scopes = pairs;
        self
    }

    /// Sets [`reconnect_help`](Self::reconnect_help).
    #[must_use]
    pub const fn reconnect_help(mut self, advice: &'static str) -> Self {
        self.reconnect_help = advice;
        self
    }
}
