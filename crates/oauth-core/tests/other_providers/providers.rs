//! The declarations. Read 2026-12-01, from the pages named with each. What no page or client tells is left
//! out.

use http::{HeaderName, HeaderValue};
use oauth_core::{
    AccessToken, Bearer, CallbackField, ClientAuth, CodeGrant, Dialect, Encoding, Error, Expiry, FixedSite,
    GrantType, Never, NoExtra, Pkce, Provider, Refusal, ReusableRefreshToken, Scheme, Scopes,
    SingleUseRefreshToken, sensitive,
};
use serde::{Deserialize, Serialize};

/// <https://developers.google.com/identity/protocols/oauth2/web-server>;
/// <https://cloud.google.com/nodejs/docs/reference/google-auth-library/7.4.1/google-auth-library/generateauthurlopts>.
#[derive(Debug)]
pub(crate) struct Google;

impl Provider for Google {
    const NAME: &'static str = "google";
    const DIALECT: Dialect = Dialect::rfc6749()
        // Without `offline` there is no refresh token; without `consent`, at the first consent only
        // (<https://github.com/googleworkspace/apps-script-oauth2/pull/210>).
        .authorize_params(&[("access_type", "offline"), ("prompt", "consent")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = ReusableRefreshToken;
}

impl CodeGrant for Google {
    type Connect = Scopes;
}

/// <https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps>;
/// <https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/>.
#[derive(Debug)]
pub(crate) struct GitHub;

impl Provider for GitHub {
    const NAME: &'static str = "github";
    const DIALECT: Dialect = Dialect::rfc6749()
        // Errors come with status 200.
        .grant_refused(&[Refusal::new(200, "bad_verification_code")])
        .client_refused(&[Refusal::new(200, "incorrect_client_credentials")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = Never;
}

impl CodeGrant for GitHub {
    type Connect = Scopes;
}

/// Slack's bot tokens, with token rotation. <https://docs.slack.dev/authentication/installing-with-oauth>;
/// <https://docs.slack.dev/authentication/using-token-rotation>;
/// <https://docs.slack.dev/reference/methods/oauth.v2.access>. The status of errors is in no page: the Web
/// API answers with 200.
#[derive(Debug)]
pub(crate) struct SlackBot;

const SLACK: Dialect = Dialect::rfc6749()
    .client_auth(ClientAuth::BasicRaw)
    .scope_separator(',')
    .grant_refused(&[
        Refusal::new(200, "invalid_code"),
        Refusal::new(200, "invalid_refresh_token"),
        Refusal::new(200, "token_revoked"),
    ])
    .client_refused(&[Refusal::new(200, "invalid_client_id"), Refusal::new(200, "bad_client_secret")]);

impl Provider for SlackBot {
    const NAME: &'static str = "slack";
    const DIALECT: Dialect = SLACK.token_types(&["bot"]).param_names(&[("response_type", "")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for SlackBot {
    type Connect = Scopes;
}

/// Slack's user tokens: other scopes, and the code exchange returns them below `authed_user`. A refresh
/// returns them at the top level: `rotator.py` of <https://github.com/slackapi/python-slack-sdk>.
#[derive(Debug)]
pub(crate) struct SlackUser;

impl Provider for SlackUser {
    const NAME: &'static str = "slack-user";
    const DIALECT: Dialect = SLACK
        .token_types(&["user"])
        .param_names(&[("response_type", ""), ("scope", "user_scope")])
        .response_members(&[
            ("access_token", "/authed_user/access_token"),
            ("access_token", "/access_token"),
            ("token_type", "/authed_user/token_type"),
            ("token_type", "/token_type"),
            ("refresh_token", "/authed_user/refresh_token"),
            ("refresh_token", "/refresh_token"),
            ("expires_in", "/authed_user/expires_in"),
            ("expires_in", "/expires_in"),
            ("scope", "/authed_user/scope"),
            ("scope", "/scope"),
        ]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for SlackUser {
    type Connect = Scopes;
}

/// <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant>;
/// <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens>.
/// The application itself checks the `hmac` of a callback.
#[derive(Debug)]
pub(crate) struct Shopify;

/// `X-Shopify-Access-Token` (the same pages).
#[derive(Debug)]
pub(crate) struct ShopifyHeader;

impl Scheme for ShopifyHeader {
    fn header(token: &AccessToken) -> Result<(HeaderName, HeaderValue), Error> {
        let (_, value) = sensitive(&[token.expose()])?;
        Ok((HeaderName::from_static("x-shopify-access-token"), value))
    }
}

impl Provider for Shopify {
    const NAME: &'static str = "shopify";
    const DIALECT: Dialect = Dialect::rfc6749()
        .code_grant("")
        .scope_separator(',')
        .param_names(&[("response_type", "")])
        .redirect_uri(oauth_core::RedirectUriRule::Never)
        .grant_params(&[(GrantType::AuthorizationCode, "expiring", "1")])
        // Seen by many clients; no page has it.
        .grant_refused(&[Refusal::new(401, "requires an active refresh_token")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = ShopifyHeader;
    type Renewal = SingleUseRefreshToken<90>;
}

impl CodeGrant for Shopify {
    type Connect = Scopes;
}

/// <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow_ca.htm>;
/// <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_refresh_token_flow.htm>;
/// <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_revoke_token.htm>. Responses state no
/// lifetime: it is a setting of the organization.
#[derive(Debug)]
pub(crate) struct Salesforce;

impl Provider for Salesforce {
    const NAME: &'static str = "salesforce";
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = ReusableRefreshToken;
}

impl CodeGrant for Salesforce {
    type Connect = Scopes;
}

/// <https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0>;
/// <https://github.com/intuit/oauth-jsclient>. Its revocation takes JSON.
#[derive(Debug)]
pub(crate) struct QuickBooks;

/// The company, part of each API URL.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Company {
    #[serde(rename = "realmId")]
    pub(crate) realm_id: Option<String>,
}

impl Provider for QuickBooks {
    const NAME: &'static str = "quickbooks";
    const DIALECT: Dialect =
        Dialect::rfc6749().client_auth(ClientAuth::BasicRaw).callback_fields(&[CallbackField::id("realmId")]);
    type Site = FixedSite;
    type Extra = Company;
    type Scheme = Bearer;
    // The newest refresh token counts; it lapses after 100 days.
    type Renewal = SingleUseRefreshToken<100>;
}

impl CodeGrant for QuickBooks {
    type Connect = Scopes;
}

/// <https://zoho.com/accounts/protocol/oauth/web-apps/authorization.html>;
/// <https://www.zoho.com/assist/api/refresh-access-token.html>; `invalid_code` with status 200 as clients see
/// it. The callback of a user in another data centre names its server: each data centre is a site here.
#[derive(Debug)]
pub(crate) struct Zoho;

/// `Authorization: Zoho-oauthtoken …` (<https://zoho.com/crm/help/api-diff/getUsers.html>).
#[derive(Debug)]
pub(crate) struct ZohoHeader;

impl Scheme for ZohoHeader {
    fn header(token: &AccessToken) -> Result<(HeaderName, HeaderValue), Error> {
        sensitive(&["Zoho-oauthtoken ", token.expose()])
    }
}

impl Provider for Zoho {
    const NAME: &'static str = "zoho";
    const DIALECT: Dialect = Dialect::rfc6749()
        .scope_separator(',')
        .authorize_params(&[("access_type", "offline"), ("prompt", "consent")])
        .grant_refused(&[Refusal::new(200, "invalid_code")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = ZohoHeader;
    type Renewal = ReusableRefreshToken;
}

impl CodeGrant for Zoho {
    type Connect = Scopes;
}

/// <https://developers.tiktok.com/doc/oauth-user-access-token-management>;
/// <https://developers.tiktok.com/doc/oauth-error-handling>. For web apps: desktop apps need a PKCE challenge
/// in hexadecimal digits.
#[derive(Debug)]
pub(crate) struct TikTok;

impl Provider for TikTok {
    const NAME: &'static str = "tiktok";
    const DIALECT: Dialect =
        Dialect::rfc6749().scope_separator(',').param_names(&[("client_id", "client_key")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for TikTok {
    type Connect = Scopes;
}

/// <https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/>. The API's host is in the
/// response to a call of `https://login.mailchimp.com/oauth2/metadata`.
#[derive(Debug)]
pub(crate) struct Mailchimp;

impl Provider for Mailchimp {
    const NAME: &'static str = "mailchimp";
    const DIALECT: Dialect = Dialect::rfc6749();
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = Never;
}

impl CodeGrant for Mailchimp {
    type Connect = Scopes;
}

/// `openapi.yaml` of <https://github.com/figma/rest-api-spec>; that a refresh has no `grant_type` and returns
/// no refresh token, of several clients.
#[derive(Debug)]
pub(crate) struct Figma;

impl Provider for Figma {
    const NAME: &'static str = "figma";
    const DIALECT: Dialect = Dialect::rfc6749().client_auth(ClientAuth::BasicRaw).refresh_grant("");
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = ReusableRefreshToken;
}

impl CodeGrant for Figma {
    type Connect = Scopes;
}

/// <https://dev.fitbit.com/build/reference/web-api/authorization/oauth2-token>;
/// <https://dev.fitbit.com/build/reference/web-api/authorization/refresh-token>;
/// <https://dev.fitbit.com/build/reference/web-api/authorization/revoke-token>.
#[derive(Debug)]
pub(crate) struct Fitbit;

impl Provider for Fitbit {
    const NAME: &'static str = "fitbit";
    const DIALECT: Dialect = Dialect::rfc6749().client_auth(ClientAuth::BasicRaw).pkce(Pkce::S256);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Fitbit {
    type Connect = Scopes;
}

/// <https://developer.squareup.com/reference/square/o-auth-api/obtain-token>;
/// <https://developer.squareup.com/docs/oauth-api/receive-and-manage-tokens>. Its revocation is a call of its
/// own, and no page tells the status of a refused refresh token.
#[derive(Debug)]
pub(crate) struct Square;

impl Provider for Square {
    const NAME: &'static str = "square";
    const DIALECT: Dialect = Dialect::rfc6749()
        .encodings(&[Encoding::Json])
        .token_headers(&[("square-version", "2026-10-22")])
        .response_members(&[("expires_in", "/expires_at")])
        .expiry(Expiry::Time)
        .error_code_at(&["/type", "/errors/*/code"]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = ReusableRefreshToken;
}

impl CodeGrant for Square {
    type Connect = Scopes;
}

/// <https://developers.notion.com/guides/get-started/authorization>;
/// <https://developers.notion.com/reference/create-a-token>;
/// <https://developers.notion.com/reference/refresh-a-token>. Its revocation takes JSON.
#[derive(Debug)]
pub(crate) struct Notion;

impl Provider for Notion {
    const NAME: &'static str = "notion";
    const DIALECT: Dialect = Dialect::rfc6749()
        .client_auth(ClientAuth::BasicRaw)
        .encodings(&[Encoding::Json])
        .token_headers(&[("notion-version", "2026-03-11")])
        .authorize_params(&[("owner", "user")])
        .error_code_at(&["/error", "/code"]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Notion {
    type Connect = Scopes;
}

/// <https://developers.strava.com/docs/authentication/>; the token URL in n8n's credentials of Strava; errors
/// as many clients see them.
#[derive(Debug)]
pub(crate) struct Strava;

impl Provider for Strava {
    const NAME: &'static str = "strava";
    const DIALECT: Dialect = Dialect::rfc6749()
        .scope_separator(',')
        .error_code_at(&["/errors/*/field", "/errors/*/resource"])
        .grant_refused(&[Refusal::new(400, "refreshtoken"), Refusal::new(400, "authorizationcode")])
        .client_refused(&[Refusal::new(400, "client_id"), Refusal::new(400, "client_secret")]);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Strava {
    type Connect = Scopes;
}

/// <https://developers.zoom.us/docs/rooms/oauth/>; for the code exchange, Zoom's sample
/// <https://github.com/zoom/team-chat-shortcut-sample/blob/main/zoomOAuth.js>; the error as in
/// <https://github.com/raycast/extensions/issues/10896>.
#[derive(Debug)]
pub(crate) struct Zoom;

impl Provider for Zoom {
    const NAME: &'static str = "zoom";
    const DIALECT: Dialect = Dialect::rfc6749().client_auth(ClientAuth::BasicRaw);
    type Site = FixedSite;
    type Extra = NoExtra;
    type Scheme = Bearer;
    type Renewal = SingleUseRefreshToken;
}

impl CodeGrant for Zoom {
    type Connect = Scopes;
}
