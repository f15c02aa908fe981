//! Where what this crate declares was read, and when.

use oauth_core::Endpoint;
use oauth_core::facts::{Document, Fact, Source};

use crate::{Go1, api};

const READ_ON: (i32, u32, u32) = (2026, 11, 21);

const GUIDE: Document = Document::new(
    "OAuth Connect Flow",
    "https://www.go1.com/developers/partners/concepts/connect-a-portal-via-oauth",
    READ_ON,
);
const REFRESHING: Document =
    Document::new("Refreshing", "https://www.go1.com/developers/partners/concepts/refresh_token", READ_ON);
const CREDENTIALS: Document = Document::new(
    "Client credentials",
    "https://www.go1.com/developers/partners/concepts/client_credentials",
    READ_ON,
);
const PASSWORD: Document = Document::new(
    "Password grant",
    "https://www.go1.com/developers/partners/concepts/password_grant",
    READ_ON,
);
const SCOPES: Document =
    Document::new("Scopes", "https://www.go1.com/developers/customers/concepts/scope-permissions", READ_ON);
const QUICK_START: Document = Document::new(
    "Quick start",
    "https://www.go1.com/developers/customers/concepts/quick-start-guide",
    READ_ON,
);
const REFERENCE: Document =
    Document::new("REST reference", "https://developers.go1.com/api/rest/2025-01-01/overview/", READ_ON);
const WEBHOOKS: Document = Document::new(
    "Webhook signatures",
    "https://developers.go1.com/docs/developer-tools/webhooks/security",
    READ_ON,
);
const VERIFIER: Document =
    Document::new("Go1's verifier of webhooks", "https://github.com/go1com/webhook-verifier-js", READ_ON);
const MOODLE: Document =
    Document::new("Go1's plug-in for Moodle", "https://github.com/go1com/moodle-mod_goone", READ_ON);
const FACTS: Document =
    Document::new("Provider facts, section 3a", "docs/provider-facts.md", READ_ON).by_others();
const LEAGUE: Document =
    Document::new("league/oauth2-server", "https://github.com/thephpleague/oauth2-server", READ_ON)
        .by_others();

pub(crate) const SOURCES: &[Source] = &[
    GUIDE.states(Fact::AuthorizeUrl),
    GUIDE.states(Fact::TokenUrl),
    CREDENTIALS.states(Fact::ApiUrl).at("version 2"),
    REFERENCE.states(Fact::Other(OTHER_GATEWAY)),
    REFERENCE.states(Fact::Other(OTHER_API_VERSION)),
    FACTS.states(Fact::Other(OTHER_QA)).at("other people's clients"),
    GUIDE.states(Fact::AuthorizeParams),
    GUIDE.states(Fact::CodeGrant),
    GUIDE.states(Fact::RefreshGrant).at("the prose; its example repeats the code exchange"),
    REFRESHING.states(Fact::RefreshGrant),
    PASSWORD.states(Fact::PasswordGrant),
    CREDENTIALS.states(Fact::ClientCredentialsGrant),
    GUIDE.states(Fact::ClientAuth),
    GUIDE.states(Fact::RedirectUri),
    SCOPES.states(Fact::ScopeSeparator),
    SCOPES.states(Fact::Scopes),
    GUIDE.states(Fact::Encodings).at("multipart: `curl --form`"),
    REFRESHING.states(Fact::Encodings).at("urlencoded"),
    FACTS.states(Fact::Encodings).at("JSON: plug-ins of learning platforms"),
    GUIDE.states(Fact::AccessTokenLifetime).at("`expires_in` 43200 in its example"),
    GUIDE.states(Fact::Renewal),
    REFRESHING.states(Fact::Renewal),
    CREDENTIALS.states(Fact::Scheme),
    LEAGUE.suggests(Fact::GrantRefused).at("Go1's sample codes look like this server's"),
    FACTS.states(Fact::GrantRefused).at("“invalid refresh token”: a test of Totara's plug-in"),
    LEAGUE.suggests(Fact::ClientRefused).at("as above"),
    WEBHOOKS.states(Fact::Other(OTHER_SIGNATURE)),
    VERIFIER.states(Fact::Other(OTHER_SIGNATURE)).at("the 60 seconds"),
    QUICK_START.states(Fact::Call(<api::Me as Endpoint<Go1>>::NAME)),
    FACTS.states(Fact::Call(<api::Account as Endpoint<Go1>>::NAME)).at("Totara's plug-in"),
    REFERENCE.states(Fact::Call(<api::LearningObjects as Endpoint<Go1>>::NAME)),
    MOODLE.states(Fact::Call(<api::Validate as Endpoint<Go1>>::NAME)),
];

const OTHER_GATEWAY: &str = "base URL of the gateway";
const OTHER_API_VERSION: &str = "`Api-Version` of the gateway";
const OTHER_QA: &str = "QA environment";
const OTHER_SIGNATURE: &str = "signature of webhooks";
