//! Where what this crate declares was read, and when.
//!
//! The server's source is public: what it does goes before what the page about it says.

use oauth_core::Endpoint;
use oauth_core::facts::{Document, Fact, Source};

use crate::{Gocd, Personal, api};

const READ_ON: (i32, u32, u32) = (2026, 11, 21);

const GUIDE: Document =
    Document::new("OAuth Overview", "https://docs.gocd.org/current/faq/oauth_overview.html", READ_ON);
const PLUGIN: Document = Document::new(
    "The OAuth plug-in that GoCD's came from",
    "https://github.com/ThoughtWorksStudios/oauth2_provider",
    READ_ON,
);
const SERVER: Document = Document::new("GoCD's source, before 18.8", "https://github.com/gocd/gocd", READ_ON);
const ACCESS_TOKENS: Document =
    Document::new("Access tokens", "https://docs.gocd.org/current/configuration/access_tokens.html", READ_ON);
const API: Document = Document::new("GoCD API", "https://api.gocd.org", READ_ON);

/// Of [`Gocd`].
pub(crate) const OAUTH: &[Source] = &[
    SERVER.states(Fact::AuthorizeUrl).at("`config/routes.rb`: below the context path"),
    GUIDE.suggests(Fact::AuthorizeUrl).at("without the context path"),
    GUIDE.states(Fact::TokenUrl),
    SERVER.states(Fact::TokenUrl).at("`config/routes.rb`"),
    API.states(Fact::ApiUrl),
    GUIDE.states(Fact::CodeGrant),
    PLUGIN.states(Fact::CodeGrant).at("README: OAuth 2.0 draft 09"),
    SERVER.states(Fact::RefreshGrant).at("`tokens_controller.rb`"),
    GUIDE.states(Fact::ClientAuth),
    GUIDE.states(Fact::RedirectUri),
    SERVER.states(Fact::RedirectUri).at("`tokens_controller.rb`: compared on both grants"),
    SERVER.suggests(Fact::Scopes).at("nothing in it reads any"),
    GUIDE.states(Fact::Encodings),
    SERVER.states(Fact::StateOnErrors).at("`authorize_controller.rb`: appended on success only"),
    SERVER.states(Fact::SecondQuestionMark).at("`authorize_controller.rb`"),
    SERVER.states(Fact::ClientRefused).at("`tokens_controller.rb`: reported as `invalid-grant`"),
    SERVER.states(Fact::TokenRefused).at("its security configuration"),
    PLUGIN.states(Fact::AccessTokenLifetime).at("the model; the page's example has 3529 s"),
    PLUGIN.states(Fact::Renewal).at("`token.rb`: each refresh destroys the old pair"),
    GUIDE.states(Fact::Scheme),
    SERVER.states(Fact::Scheme).at("`OauthAuthenticationFilter.java`"),
    GUIDE.states(Fact::Call(<api::Cctray as Endpoint<Gocd>>::NAME)),
    API.states(Fact::Call(<api::CurrentUser as Endpoint<Gocd>>::NAME)),
    API.states(Fact::Call(<api::Version as Endpoint<Gocd>>::NAME)),
];

/// Of [`Personal`].
pub(crate) const PERSONAL: &[Source] = &[
    API.states(Fact::ApiUrl),
    ACCESS_TOKENS.states(Fact::Scheme),
    SERVER.states(Fact::TokenRefused).at("its security configuration"),
    ACCESS_TOKENS.suggests(Fact::AccessTokenLifetime).at("it names no expiry, only revocation"),
    ACCESS_TOKENS.states(Fact::Renewal),
    ACCESS_TOKENS.states(Fact::Call(<api::Cctray as Endpoint<Personal>>::NAME)),
    API.states(Fact::Call(<api::CurrentUser as Endpoint<Personal>>::NAME)),
    API.states(Fact::Call(<api::Version as Endpoint<Personal>>::NAME)),
];
