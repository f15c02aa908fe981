//! Where what this crate declares was read, and when.

use oauth_core::Endpoint;
use oauth_core::facts::{Document, Fact, Source};

use crate::{Cobot, api};

const READ_ON: (i32, u32, u32) = (2026, 11, 21);

const GUIDE: Document = Document::new("OAuth Flow", "https://dev.cobot.me/page/oauth-flow", READ_ON);
const DEVELOPERS: Document = Document::new("Cobot for developers", "https://dev.cobot.me", READ_ON);
const METADATA: Document = Document::new(
    "Metadata of the authorization server",
    "https://www.cobot.me/.well-known/openid-configuration",
    READ_ON,
);
const RESOURCE: Document =
    Document::new("Metadata of API 2", "https://api.cobot.me/.well-known/oauth-protected-resource", READ_ON);
const API: Document = Document::new("API 1", "https://dev.cobot.me/api-docs", READ_ON);
const USERS: Document = Document::new("API 1: users", "https://dev.cobot.me/api-docs/users", READ_ON);
const TOKENS: Document =
    Document::new("API 1: access tokens", "https://dev.cobot.me/api-docs/access-tokens", READ_ON);
const SPACES: Document = Document::new("API 1: spaces", "https://dev.cobot.me/api-docs/spaces", READ_ON);
const ZAPIER: Document = Document::new("Cobot's Zapier app", "https://github.com/cobot/zapier", READ_ON);
const OMNIAUTH: Document =
    Document::new("Cobot's OmniAuth strategy", "https://github.com/cobot/omniauth_cobot", READ_ON);
const SCOPE_LIST: Document = Document::new(
    "A list of API 1's scopes, 2018",
    "https://gist.github.com/josephecombs/9a53b713b712c81742d778846d83cedc",
    READ_ON,
)
.by_others();
const FACTS: Document =
    Document::new("Provider facts, section 2a", "docs/provider-facts.md", READ_ON).by_others();

pub(crate) const SOURCES: &[Source] = &[
    GUIDE.states(Fact::AuthorizeUrl),
    GUIDE.states(Fact::TokenUrl),
    GUIDE.states(Fact::Other(OTHER_SPACE)).at("for apps in an iframe"),
    OMNIAUTH.states(Fact::Other(OTHER_SPACE)),
    API.states(Fact::ApiUrl),
    GUIDE.states(Fact::CodeGrant),
    GUIDE.states(Fact::PasswordGrant).at("“app flow”"),
    USERS.states(Fact::DirectCode).at("`grant_code`"),
    GUIDE.states(Fact::ClientAuth),
    GUIDE.states(Fact::RedirectUri).at("the body it shows has none"),
    ZAPIER.states(Fact::RedirectUri).at("its token call has none"),
    GUIDE.states(Fact::ScopeSeparator),
    RESOURCE.states(Fact::Scopes).at("`scopes_supported`"),
    METADATA.states(Fact::Scopes).at("`scopes_supported`"),
    ZAPIER.states(Fact::Scopes),
    SCOPE_LIST.states(Fact::Scopes),
    GUIDE.states(Fact::Encodings).at("a body for the code grant, the query for the app flow"),
    ZAPIER.states(Fact::Encodings).at("urlencoded"),
    DEVELOPERS.states(Fact::Pkce),
    METADATA.states(Fact::Pkce).at("`code_challenge_methods_supported`"),
    GUIDE.states(Fact::AccessTokenLifetime).at("“tokens don't expire”"),
    GUIDE.suggests(Fact::Renewal).at("its reply has no `refresh_token`"),
    GUIDE.states(Fact::Scheme),
    FACTS.states(Fact::Other(OTHER_SUBDOMAIN)).at("the pattern of a published client"),
    USERS.states(Fact::Call(<api::User as Endpoint<Cobot>>::NAME)),
    USERS.states(Fact::Call(<api::CreateUser as Endpoint<Cobot>>::NAME)),
    TOKENS.states(Fact::Call(<api::TokenInfo as Endpoint<Cobot>>::NAME)),
    TOKENS.states(Fact::Call(<api::RevokeToken as Endpoint<Cobot>>::NAME)),
    TOKENS.states(Fact::Call(<api::SpaceToken as Endpoint<Cobot>>::NAME)),
    SPACES.states(Fact::Call(<api::Space as Endpoint<Cobot>>::NAME)),
];

const OTHER_SPACE: &str = "authorize endpoint of a space";
const OTHER_SUBDOMAIN: &str = "subdomains of spaces";
