//! Where what this crate declares was read, and when.

use oauth_core::Endpoint;
use oauth_core::facts::{Document, Fact, Source};

use crate::{CohortGo, api};

const READ_ON: (i32, u32, u32) = (2026, 11, 21);

const GUIDE: Document = Document::new("OAuth2", "https://cohortgo.dev/guides/oauth2/", READ_ON);
const PAYMENT_REQUESTS: Document =
    Document::new("Payment requests", "https://cohortgo.dev/guides/agent-payment-requests-api/", READ_ON);
const PAYMENT_LINKS: Document =
    Document::new("Payment links", "https://cohortgo.dev/guides/generate-payment-request-links/", READ_ON);
const AGENTS: Document = Document::new(
    "Transactions, for agents",
    "https://cohortgo.dev/guides/book-transactions-via-the-api-for-agents/",
    READ_ON,
);
const PROVIDERS: Document = Document::new(
    "Transactions, for providers",
    "https://cohortgo.dev/guides/book-transactions-via-the-api/",
    READ_ON,
);
const INSURANCE: Document =
    Document::new("Insurance", "https://cohortgo.dev/guides/agent-insurance-api/", READ_ON);
const SINGLE_SIGN_ON: Document =
    Document::new("Single sign-on", "https://cohortgo.dev/guides/single-sign-on/", READ_ON);

pub(crate) const SOURCES: &[Source] = &[
    GUIDE.states(Fact::AuthorizeUrl),
    GUIDE.states(Fact::TokenUrl),
    GUIDE.states(Fact::ApiUrl).at("`api_base_url` of the token reply, which may differ by customer"),
    GUIDE.states(Fact::CodeGrant),
    GUIDE.states(Fact::ClientAuth),
    GUIDE.states(Fact::TokenParams).at("“should be fixed as server”"),
    GUIDE.states(Fact::RedirectUri).at("its list of token parameters has none"),
    GUIDE.states(Fact::ScopeSeparator).at("`&scope=act-as-user,auto-create-users`"),
    GUIDE.states(Fact::Scopes),
    GUIDE.states(Fact::ReplyFields),
    GUIDE.suggests(Fact::AccessTokenLifetime).at("its reply has no `expires_in`"),
    GUIDE.suggests(Fact::Renewal).at("its reply has no `refresh_token`"),
    GUIDE.states(Fact::Scheme),
    GUIDE.states(Fact::Other(OTHER_HEADER)),
    GUIDE.suggests(Fact::Other(OTHER_HOSTS)).at("portal.cohortgo.com"),
    INSURANCE.suggests(Fact::Other(OTHER_HOSTS)).at("demo.s.portal.cohortgo.com"),
    SINGLE_SIGN_ON.suggests(Fact::Other(OTHER_HOSTS)).at("partner123.portal.cohortgo.com"),
    PAYMENT_REQUESTS.states(Fact::Call(<api::CreateStudent as Endpoint<CohortGo>>::NAME)),
    INSURANCE.states(Fact::Call(<api::InsuranceQuotes as Endpoint<CohortGo>>::NAME)),
    AGENTS.states(Fact::Call(<api::CreateAgentInvoice as Endpoint<CohortGo>>::NAME)),
    PAYMENT_LINKS
        .suggests(Fact::Call(<api::AgentInvoices as Endpoint<CohortGo>>::NAME))
        .at("it shows the list of providers' invoices"),
    PROVIDERS.states(Fact::Call(<api::CreateProviderInvoice as Endpoint<CohortGo>>::NAME)),
    PAYMENT_LINKS.states(Fact::Call(<api::ProviderInvoices as Endpoint<CohortGo>>::NAME)),
];

const OTHER_HEADER: &str = "on whose behalf a call is";
const OTHER_HOSTS: &str = "hosts that tokens go to";
