//! What is declared about a provider, in words, and where it was read, and when.
//!
//! For documentation and for the tests that hold every constant against its source; nothing at run time reads it.

use chrono::NaiveDate;

/// Something that a provider declares, or that follows from its declaration: what a [`Source`] vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fact {
    /// The authorize endpoint.
    AuthorizeUrl,
    /// The token endpoint.
    TokenUrl,
    /// The API's base URL.
    ApiUrl,
    /// Parameters of the authorize URL that are the provider's own.
    AuthorizeParams,
    /// [`Dialect::code_grant`](crate::Dialect::code_grant).
    CodeGrant,
    /// [`Dialect::refresh_grant`](crate::Dialect::refresh_grant).
    RefreshGrant,
    /// That there is a password grant.
    PasswordGrant,
    /// That there is a client credentials grant.
    ClientCredentialsGrant,
    /// That codes come by another way than a callback, too.
    DirectCode,
    /// [`Dialect::scope_separator`](crate::Dialect::scope_separator).
    ScopeSeparator,
    /// The scopes there are.
    Scopes,
    /// [`Dialect::client_auth`](crate::Dialect::client_auth).
    ClientAuth,
    /// [`Dialect::token_params`](crate::Dialect::token_params).
    TokenParams,
    /// [`Dialect::redirect_uri`](crate::Dialect::redirect_uri).
    RedirectUri,
    /// [`Dialect::encodings`](crate::Dialect::encodings).
    Encodings,
    /// [`Dialect::pkce`](crate::Dialect::pkce).
    Pkce,
    /// [`Dialect::echoes_state_on_error`](crate::Dialect::echoes_state_on_error).
    StateOnErrors,
    /// [`Dialect::appends_query_to_query`](crate::Dialect::appends_query_to_query).
    SecondQuestionMark,
    /// [`Dialect::grant_refused`](crate::Dialect::grant_refused).
    GrantRefused,
    /// [`Dialect::client_refused`](crate::Dialect::client_refused).
    ClientRefused,
    /// [`Dialect::token_refused`](crate::Dialect::token_refused).
    TokenRefused,
    /// The provider's own fields of the token reply.
    ReplyFields,
    /// How long an access token lives.
    AccessTokenLifetime,
    /// [`Provider::Renewal`](crate::Provider::Renewal): whether there are refresh tokens, how often each works, and when
    /// an unused one lapses.
    Renewal,
    /// [`Provider::Scheme`](crate::Provider::Scheme): how the API wants the access token.
    Scheme,
    /// A call of the API, by its [`Endpoint::NAME`](crate::Endpoint::NAME).
    Call(&'static str),
    /// Anything else, in words.
    Other(&'static str),
}

/// A document about a provider, and when it was last read.
///
/// ```
/// use oauth_core::facts::{Document, Fact, Source};
///
/// const GUIDE: Document = Document::new("OAuth guide", "https://provider.example/oauth", (2026, 11, 21));
/// const SOURCES: &[Source] =
///     &[GUIDE.states(Fact::TokenUrl), GUIDE.suggests(Fact::ScopeSeparator).at("its example has a comma")];
/// assert_eq!(SOURCES[0].document.read_on.to_string(), "2026-11-21");
/// ```
///
/// A day that there is not does not compile:
///
/// ```compile_fail
/// # use oauth_core::facts::Document;
/// const GUIDE: Document = Document::new("OAuth guide", "https://provider.example/oauth", (2026, 2, 30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// Its title.
    pub title: &'static str,
    /// Where it is.
    pub url: &'static str,
    /// Whose it is.
    pub by: By,
    /// When somebody last compared it with what is declared.
    pub read_on: NaiveDate,
}

/// Whose a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum By {
    /// The provider's: its pages, its own code, its servers' answers.
    Provider,
    /// Somebody else's, such as another client. Weaker.
    Others,
}

/// Why something is declared as it is: a document vouches for a [`Fact`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// What it vouches for.
    pub fact: Fact,
    /// The document.
    pub document: Document,
    /// How plainly it says so.
    pub how: How,
    /// Where in it, or what leads to the conclusion; may be empty.
    pub at: &'static str,
}

/// How plainly a document vouches for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum How {
    /// It says or shows it.
    States,
    /// It is concluded from it; nobody says it.
    Suggests,
}

impl Document {
    /// A document of the provider's own, last read on this day (year, month, day).
    ///
    /// # Panics
    /// If there is no such day; in a `const` that is a compile error.
    pub const fn new(title: &'static str, url: &'static str, read_on: (i32, u32, u32)) -> Self {
        let Some(read_on) = NaiveDate::from_ymd_opt(read_on.0, read_on.1, read_on.2) else {
            panic!("there is no such day");
        };
        Self { title, url, by: By::Provider, read_on }
    }

    /// The same, but somebody else's.
    #[must_use]
    pub const fn by_others(mut self) -> Self {
        self.by = By::Others;
        self
    }

    /// The document says or shows this.
    pub const fn states(self, fact: Fact) -> Source {
        Source { fact, document: self, how: How::States, at: "" }
    }

    /// This is concluded from the document.
    pub const fn suggests(self, fact: Fact) -> Source {
        Source { fact, document: self, how: How::Suggests, at: "" }
    }
}

impl Source {
    /// Where in the document, or what leads to the conclusion.
    #[must_use]
    pub const fn at(mut self, at: &'static str) -> Self {
        self.at = at;
        self
    }
}

/// One entry of a [`Dialect`](crate::Dialect), as [`Dialect::entries`](crate::Dialect::entries) lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Which.
    pub fact: Fact,
    /// What it is here, in words.
    pub value: String,
    /// What it is by RFC 6749, in the same words.
    pub standard: String,
}

impl Entry {
    /// Whether it is other than RFC 6749 has it.
    pub fn is_difference(&self) -> bool {
        self.value != self.standard
    }
}
