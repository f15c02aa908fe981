//! The facts that a provider crate declares.

/// A fact about a provider, declared by its crate or following from its declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The authorize endpoint.
    AuthorizeUrl,
    /// The token endpoint.
    TokenUrl,
    /// The base URL of the API.
    ApiUrl,
    /// Additional parameters of the authorize URL.
    AuthorizeParams,
    /// `Dialect::code_grant`.
    CodeGrant,
    /// `Dialect::refresh_grant`.
    RefreshGrant,
    /// The password grant.
    PasswordGrant,
    /// The client credentials grant.
    ClientCredentialsGrant,
    /// Authorization codes without a callback.
    DirectCode,
    /// `Dialect::scope_separator`.
    ScopeSeparator,
    /// The scopes.
    Scopes,
    /// `Dialect::client_auth`.
    ClientAuth,
    /// `Dialect::token_params`.
    TokenParams,
    /// `Dialect::redirect_uri`.
    RedirectUri,
    /// `Dialect::encodings`.
    Encodings,
    /// `Dialect::pkce`.
    Pkce,
    /// `Dialect::echoes_state_on_error`.
    EchoesStateOnError,
    /// `Dialect::appends_query_to_query`.
    AppendsQueryToQuery,
    /// `Dialect::spends_before_checks`.
    SpendsBeforeChecks,
    /// `Dialect::token_types`.
    TokenTypes,
    /// `Dialect::zero_lifetime`.
    ZeroLifetime,
    /// `Dialect::error_code_at`.
    ErrorCodeAt,
    /// `Dialect::callback_fields`.
    CallbackFields,
    /// `Dialect::grant_refused`.
    GrantRefused,
    /// `Dialect::client_refused`.
    ClientRefused,
    /// `Dialect::token_refused`.
    TokenRefused,
    /// `Dialect::scope_missing`.
    ScopeMissing,
    /// `Site::token_check`.
    TokenCheck,
    /// `Site::revocation`.
    Revocation,
    /// Additional fields of the token response.
    ResponseFields,
    /// The lifetime of an access token.
    AccessTokenLifetime,
    /// `Provider::Renewal`.
    Renewal,
    /// `Provider::Scheme`.
    Scheme,
    /// A fact that only one provider has.
    Other(&'static str),
}

impl Fact {
    /// The name of the fact in `docs/provider-facts.toml`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::AuthorizeUrl => "authorize-url",
            Self::TokenUrl => "token-url",
            Self::ApiUrl => "api-url",
            Self::AuthorizeParams => "authorize-params",
            Self::CodeGrant => "code-grant",
            Self::RefreshGrant => "refresh-grant",
            Self::PasswordGrant => "password-grant",
            Self::ClientCredentialsGrant => "client-credentials-grant",
            Self::DirectCode => "direct-code",
            Self::ScopeSeparator => "scope-separator",
            Self::Scopes => "scopes",
            Self::ClientAuth => "client-auth",
            Self::TokenParams => "token-params",
            Self::RedirectUri => "redirect-uri",
            Self::Encodings => "encodings",
            Self::Pkce => "pkce",
            Self::EchoesStateOnError => "echoes-state-on-error",
            Self::AppendsQueryToQuery => "appends-query-to-query",
            Self::SpendsBeforeChecks => "spends-before-checks",
            Self::TokenTypes => "token-types",
            Self::ZeroLifetime => "zero-lifetime",
            Self::ErrorCodeAt => "error-code-at",
            Self::CallbackFields => "callback-fields",
            Self::GrantRefused => "grant-refused",
            Self::ClientRefused => "client-refused",
            Self::TokenRefused => "token-refused",
            Self::ScopeMissing => "scope-missing",
            Self::TokenCheck => "token-check",
            Self::Revocation => "revocation",
            Self::ResponseFields => "response-fields",
            Self::AccessTokenLifetime => "access-token-lifetime",
            Self::Renewal => "renewal",
            Self::Scheme => "scheme",
            Self::Other(name) => name,
        }
    }

    /// The name of the fact in the tables of the book.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::AuthorizeUrl => "Authorize endpoint",
            Self::TokenUrl => "Token endpoint",
            Self::ApiUrl => "API",
            Self::AuthorizeParams => "Own parameters of the authorize URL",
            Self::CodeGrant => "Grant type of the code exchange",
            Self::RefreshGrant => "Grant type of a refresh",
            Self::PasswordGrant => "Password grant",
            Self::ClientCredentialsGrant => "Client credentials grant",
            Self::DirectCode => "Codes without a callback",
            Self::ScopeSeparator => "Scope separator",
            Self::Scopes => "Scopes",
            Self::ClientAuth => "Client authentication",
            Self::TokenParams => "More parameters of a token call",
            Self::RedirectUri => "`redirect_uri` on token calls",
            Self::Encodings => "Body of a token call",
            Self::Pkce => "PKCE",
            Self::EchoesStateOnError => "`state` on error callbacks",
            Self::AppendsQueryToQuery => "`?code=` appended to a query",
            Self::SpendsBeforeChecks => "refresh token spent before any check",
            Self::TokenTypes => "`token_type`, if the response has one",
            Self::ZeroLifetime => "`expires_in` of 0 or less",
            Self::ErrorCodeAt => "Places of the error code",
            Self::CallbackFields => "More fields of a callback",
            Self::GrantRefused => "More errors that refuse the grant",
            Self::ClientRefused => "More errors that refuse the client",
            Self::TokenRefused => "More errors that refuse the token",
            Self::ScopeMissing => "More errors of a missing scope",
            Self::TokenCheck => "Own check of a token",
            Self::Revocation => "Revocation of a token",
            Self::ResponseFields => "Additional fields of the token response",
            Self::AccessTokenLifetime => "Access token lifetime",
            Self::Renewal => "Refreshing",
            Self::Scheme => "API header",
            Self::Other(name) => name,
        }
    }
}
