//! Providers besides the four of this workspace, declared from their public pages: what they send and accept.
#![allow(clippy::unwrap_used)] // a test may panic

mod providers;

use std::fmt::{Debug, Write as _};

use oauth_core::{App, Client, CodeGrant, Error, FixedSite, Provider, Refreshes, Scopes, Token};
use oauth_testing::{CLIENT_SECRET, ManualClock, RecordingTransport, authorize_url, callback, json_response};
use providers::*;

const REDIRECT_URI: &str = "https://app.example.com/callback";

/// One provider's client, what it sent, and what came of it.
struct Trial<P: Provider> {
    client: Client<P>,
    transport: RecordingTransport,
    text: String,
}

impl<P: CodeGrant<Connect = Scopes> + Provider<Site = FixedSite> + Debug> Trial<P> {
    /// The server's responses, in order: status and body.
    fn new<const N: usize>(site: FixedSite, responses: [(u16, &str); N]) -> Self {
        let responses = responses.map(|(status, body)| json_response(status, body));
        let transport = RecordingTransport::with_responses(responses);
        let app = App::new("my-client", CLIENT_SECRET, REDIRECT_URI);
        let builder = Client::builder(site, app).transport(transport.clone());
        Self {
            client: builder.clock(ManualClock::default()).build().unwrap(),
            transport,
            text: String::new(),
        }
    }

    /// Connects with these scopes. `fields` are the callback's own.
    async fn connect(&mut self, scopes: &str, fields: &str) -> Result<Token<P>, Error> {
        let started = self.client.begin(&scopes.parse().unwrap()).unwrap();
        self.text += &format!("{}\n----\n", authorize_url(&started.url));
        let callback = callback(REDIRECT_URI, &started) + fields;
        self.client.finish(&started.pending, &callback).await
    }

    fn note(&mut self, outcome: Result<&Token<P>, &Error>) {
        let _ = match outcome {
            Ok(token) => writeln!(self.text, "{token:?}"),
            Err(error) => writeln!(self.text, "{:?}: {error}", error.kind()),
        };
    }

    /// Connects, refreshes twice, and returns all that was sent and read.
    async fn transcript(mut self, scopes: &str, fields: &str) -> String
    where
        P: Refreshes,
    {
        let token = self.connect(scopes, fields).await.unwrap();
        assert_eq!(token.access_token().expose(), "canary-access-token");
        self.note(Ok(&token));
        let token = self.client.refresh(&token).await.unwrap();
        assert_eq!(token.access_token().expose(), "canary-access-token");
        self.note(Ok(&token));
        let error = self.client.refresh(&token).await.unwrap_err();
        self.note(Err(&error));
        let scheme = self.client.headers(&token).map(|headers| format!("{headers:?}"));
        format!("{}{}\n----\n{}", self.text, scheme.unwrap(), self.transport.text())
    }
}

/// Creates the site of a provider whose endpoints share a host.
fn site(host: &str, authorize: &str, token: &str, api: &str) -> FixedSite {
    FixedSite::new(&format!("https://{host}/{authorize}"), &format!("https://{host}/{token}"), api).unwrap()
}

const INVALID_GRANT: (u16, &str) = (400, r#"{"error": "invalid_grant", "error_description": "Bad Request"}"#);

#[tokio::test]
async fn google() {
    let site = FixedSite::new(
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://www.googleapis.com",
    );
    let scope = "https://www.googleapis.com/auth/drive.metadata.readonly";
    let connected = format!(
        r#"{{"access_token": "canary-access-token", "expires_in": 3920, "token_type": "Bearer", "scope": "{scope}",
           "refresh_token": "canary-refresh-token"}}"#
    );
    let refreshed = connected.replace(r#""refresh_token": "canary-refresh-token""#, r#""later": 1"#);
    let trial = Trial::<Google>::new(site.unwrap(), [(200, &connected), (200, &refreshed), INVALID_GRANT]);
    insta::assert_snapshot!(trial.transcript(scope, "").await);
}

#[tokio::test]
async fn strava() {
    let site = site("www.strava.com", "oauth/authorize", "oauth/token", "https://www.strava.com/api/v3");
    let response = r#"{"token_type": "Bearer", "expires_at": 1568775134, "expires_in": 21600,
        "refresh_token": "canary-refresh-token", "access_token": "canary-access-token"}"#;
    let refused = |resource, field| {
        let error = format!(r#"{{"resource": "{resource}", "field": "{field}", "code": "invalid"}}"#);
        format!(r#"{{"message": "Bad Request", "errors": [{error}]}}"#)
    };
    let dead = refused("RefreshToken", "refresh_token");
    let trial = Trial::<Strava>::new(site.clone(), [(200, response), (200, response), (400, &dead)]);
    insta::assert_snapshot!(trial.transcript("read activity:read_all", "&scope=read").await);
    let mut trial = Trial::<Strava>::new(site, [(400, &refused("Application", "client_secret"))]);
    let error = trial.connect("read", "").await.unwrap_err();
    assert_eq!(error.kind(), oauth_core::ErrorKind::ClientRefused);
}

#[tokio::test]
async fn zoom() {
    let site = site("zoom.us", "oauth/authorize", "oauth/token", "https://api.zoom.us/v2");
    let response = r#"{"access_token": "canary-access-token", "token_type": "bearer", "expires_in": 3599,
        "refresh_token": "canary-refresh-token", "scope": "user:read", "api_url": "https://api.zoom.us"}"#;
    let refused = r#"{"reason": "Invalid Token!", "error": "invalid_grant"}"#;
    let trial = Trial::<Zoom>::new(site, [(200, response), (200, response), (400, refused)]);
    insta::assert_snapshot!(trial.transcript("user:read", "").await);
}

#[tokio::test]
async fn github() {
    let token = r#"{"access_token": "canary-access-token", "scope": "repo,gist", "token_type": "bearer"}"#;
    let site =
        site("github.com", "login/oauth/authorize", "login/oauth/access_token", "https://api.github.com");
    let refused = |code| format!(r#"{{"error": "{code}", "error_description": "No."}}"#);
    let mut trial = Trial::<GitHub>::new(
        site,
        [
            (200, token),
            (200, &refused("bad_verification_code")),
            (200, &refused("incorrect_client_credentials")),
        ],
    );
    for _ in 0..3 {
        let outcome = trial.connect("repo gist", "").await;
        trial.note(outcome.as_ref());
    }
    insta::assert_snapshot!(format!("{}----\n{}", trial.text, trial.transport.text()));
}

fn slack() -> FixedSite {
    site("slack.com", "oauth/v2/authorize", "api/oauth.v2.access", "https://slack.com/api")
}

const SLACK_REFRESHED: &str = r#"{"ok": true, "access_token": "canary-access-token", "expires_in": 43200,
    "refresh_token": "canary-refresh-token", "token_type": "user"}"#;

/// A response has the bot's token, and may have the user's.
const SLACK_CONNECTED: &str = r#"{"ok": true, "access_token": "canary-bot-token", "token_type": "bot",
    "scope": "commands,incoming-webhook", "bot_user_id": "U0KRQLJ9H", "expires_in": 43200,
    "refresh_token": "canary-bot-refresh-token", "team": {"name": "Slack Softball Team", "id": "T9TK3CUKW"},
    "authed_user": {"id": "U1234", "scope": "chat:write", "access_token": "canary-access-token",
    "expires_in": 43200, "refresh_token": "canary-refresh-token", "token_type": "user"}}"#;

#[tokio::test]
async fn slack_bot() {
    // The bot's tokens are the ones to read.
    let connected = SLACK_CONNECTED.replace("canary-", "canary-user-").replace("canary-user-bot-", "canary-");
    let connected =
        connected.replace(r#""access_token": "canary-token""#, r#""access_token": "canary-access-token""#);
    let refused = r#"{"ok": false, "error": "invalid_refresh_token"}"#;
    let refreshed = SLACK_REFRESHED.replace("user", "bot");
    let trial = Trial::<SlackBot>::new(slack(), [(200, &connected), (200, &refreshed), (200, refused)]);
    insta::assert_snapshot!(trial.transcript("commands incoming-webhook", "").await);
    let refused = r#"{"ok": false, "error": "bad_client_secret"}"#;
    let error = Trial::<SlackBot>::new(slack(), [(200, refused)]).connect("commands", "").await.unwrap_err();
    assert_eq!(error.kind(), oauth_core::ErrorKind::ClientRefused);
}

#[tokio::test]
async fn slack_user() {
    let refused = r#"{"ok": false, "error": "token_revoked"}"#;
    let responses = [(200, SLACK_CONNECTED), (200, SLACK_REFRESHED), (200, refused)];
    let trial = Trial::<SlackUser>::new(slack(), responses);
    insta::assert_snapshot!(trial.transcript("chat:write", "").await);
    // The user granted the bot's scopes only.
    let bot = SLACK_CONNECTED.split(r#", "authed_user""#).next().unwrap().trim_end_matches(',');
    let bot = format!("{}}}", bot.trim_end().trim_end_matches(','));
    let error = Trial::<SlackUser>::new(slack(), [(200, &bot)]).connect("chat:write", "").await.unwrap_err();
    assert_eq!(error.kind(), oauth_core::ErrorKind::InvalidResponse, "{error}");
}

#[tokio::test]
async fn shopify() {
    let url = |path| format!("https://{{shop}}.myshopify.com/{path}");
    let (token, api) = (url("admin/oauth/access_token"), url("admin/api/2026-04"));
    let site = FixedSite::from_template("acme", &url("admin/oauth/authorize"), &token, &api).unwrap();
    let response = r#"{"access_token": "canary-access-token", "scope": "write_orders,read_customers",
        "expires_in": 3600, "refresh_token": "canary-refresh-token", "refresh_token_expires_in": 7776000}"#;
    let refused = r#"{"error": "invalid_request",
        "error_description": "This request requires an active refresh_token"}"#;
    let trial = Trial::<Shopify>::new(site, [(200, response), (200, response), (401, refused)]);
    let fields = "&hmac=700e2dad&host=YWNtZQ&shop=acme.myshopify.com&timestamp=1337178173";
    insta::assert_snapshot!(trial.transcript("write_orders read_customers", fields).await);
}

#[tokio::test]
async fn salesforce() {
    let url = |path| format!("https://{{domain}}.my.salesforce.com/{path}");
    let (authorize, token) = (url("services/oauth2/authorize"), url("services/oauth2/token"));
    let site = FixedSite::from_template("mycompany", &authorize, &token, &url("services/data")).unwrap();
    let site = site.with_revocation_url(&url("services/oauth2/revoke")).unwrap();
    let response = r#"{"access_token": "canary-access-token", "signature": "d/SxHw=", "scope": "web openid",
        "instance_url": "https://mycompany.my.salesforce.com", "token_type": "Bearer",
        "id": "https://login.salesforce.com/id/00DB0000000TfcRMAS/005B0000005Bk90IAC",
        "issued_at": "1558553873237", "refresh_token": "canary-refresh-token"}"#;
    let refreshed = response.replace("refresh_token", "later");
    let refused = r#"{"error": "invalid_grant", "error_description": "expired access/refresh token"}"#;
    let mut trial = Trial::<Salesforce>::new(site, [(200, response), (200, &refreshed), (400, refused)]);
    let denied = {
        let started = trial.client.begin(&Scopes::none()).unwrap();
        let state = started.pending.state();
        let callback = format!("{REDIRECT_URI}?error=access-denied&state={}", state.expose());
        trial.client.finish(&started.pending, &callback).await.unwrap_err()
    };
    trial.note(Err(&denied));
    insta::assert_snapshot!(trial.transcript("web openid refresh_token", "").await);
}

#[tokio::test]
async fn quickbooks() {
    let site = FixedSite::new(
        "https://appcenter.intuit.com/connect/oauth2",
        "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        "https://quickbooks.api.intuit.com/v3",
    );
    let response = r#"{"access_token": "canary-access-token", "refresh_token": "canary-refresh-token",
        "token_type": "bearer", "expires_in": 3600, "x_refresh_token_expires_in": 8726400}"#;
    let refused = r#"{"error_description": "Token invalid", "error": "invalid_grant"}"#;
    let responses = [(200, response), (200, response), (400, refused)];
    let trial = Trial::<QuickBooks>::new(site.unwrap(), responses);
    let transcript = trial.transcript("com.intuit.quickbooks.accounting", "&realmId=1231434565226279").await;
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn zoho() {
    let site = site("accounts.zoho.eu", "oauth/v2/auth", "oauth/v2/token", "https://www.zohoapis.eu");
    let response = r#"{"access_token": "canary-access-token", "refresh_token": "canary-refresh-token",
        "api_domain": "https://www.zohoapis.eu", "token_type": "Bearer", "expires_in": 3600}"#;
    let refreshed = response.replace("refresh_token", "later");
    let refused = r#"{"error": "invalid_code"}"#;
    let trial = Trial::<Zoho>::new(site, [(200, response), (200, &refreshed), (200, refused)]);
    let fields = "&location=eu&accounts-server=https://accounts.zoho.eu";
    insta::assert_snapshot!(trial.transcript("ZohoCRM.users.ALL ZohoCRM.modules.ALL", fields).await);
}

#[tokio::test]
async fn tiktok() {
    let site = FixedSite::new(
        "https://www.tiktok.com/v2/auth/authorize/",
        "https://open.tiktokapis.com/v2/oauth/token/",
        "https://open.tiktokapis.com/v2",
    );
    let response = r#"{"access_token": "canary-access-token", "expires_in": 7200, "open_id": "723f24d7",
        "refresh_expires_in": 15552000, "refresh_token": "canary-refresh-token",
        "scope": "user.info.basic,video.list", "token_type": "Bearer"}"#;
    let refused = r#"{"error": "invalid_grant", "error_description": "Refresh token is invalid or expired.",
        "log_id": "202206221854370101130062072500FFA2"}"#;
    let trial = Trial::<TikTok>::new(site.unwrap(), [(200, response), (200, response), (200, refused)]);
    let fields = "&scopes=user.info.basic,video.list";
    insta::assert_snapshot!(trial.transcript("user.info.basic video.list", fields).await);
}

#[tokio::test]
async fn mailchimp() {
    let api = "https://us6.api.mailchimp.com/3.0";
    let site = site("login.mailchimp.com", "oauth2/authorize", "oauth2/token", api);
    let response = r#"{"access_token": "canary-access-token", "expires_in": 0, "scope": null}"#;
    let mut trial = Trial::<Mailchimp>::new(site, [(200, response)]);
    let outcome = trial.connect("", "").await;
    trial.note(outcome.as_ref());
    insta::assert_snapshot!(format!("{}----\n{}", trial.text, trial.transport.text()));
}

#[tokio::test]
async fn figma() {
    let api = "https://api.figma.com/v1";
    let site = FixedSite::new("https://www.figma.com/oauth", &format!("{api}/oauth/token"), api).unwrap();
    let site = site.with_refresh_url(&format!("{api}/oauth/refresh")).unwrap();
    let response = r#"{"access_token": "canary-access-token", "refresh_token": "canary-refresh-token",
        "expires_in": 7776000, "user_id_string": "1234"}"#;
    let refreshed = response.replace("refresh_token", "later");
    // The form of an error; no page tells the one for a dead refresh token.
    let refused =
        r#"{"error": true, "status": 400, "message": "Parameter client_id is required", "i18n": null}"#;
    let trial = Trial::<Figma>::new(site, [(200, response), (200, &refreshed), (400, refused)]);
    insta::assert_snapshot!(trial.transcript("current_user:read file_content:read", "").await);
}

#[tokio::test]
async fn fitbit() {
    let site = FixedSite::new(
        "https://www.fitbit.com/oauth2/authorize",
        "https://api.fitbit.com/oauth2/token",
        "https://api.fitbit.com",
    );
    let site = site.unwrap().with_revocation_url("https://api.fitbit.com/oauth2/revoke").unwrap();
    let response = r#"{"access_token": "canary-access-token", "expires_in": 28800, "user_id": "26FWFL",
        "refresh_token": "canary-refresh-token", "scope": "heartrate sleep", "token_type": "Bearer"}"#;
    // Its message has the token.
    let refused = r#"{"errors": [{"errorType": "invalid_grant",
        "message": "Refresh token invalid: canary-refresh-token. Visit https://dev.fitbit.com/docs/oauth2 for more."}],
        "success": false}"#;
    let trial = Trial::<Fitbit>::new(site, [(200, response), (200, response), (400, refused)]);
    let transcript = trial.transcript("heartrate sleep", "").await;
    assert!(!transcript.contains("canary"));
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn square() {
    let site =
        site("connect.squareup.com", "oauth2/authorize", "oauth2/token", "https://connect.squareup.com/v2");
    let response = r#"{"access_token": "canary-access-token", "token_type": "bearer",
        "expires_at": "2026-02-01T03:04:05Z", "merchant_id": "MERCHANT_ID",
        "refresh_token": "canary-refresh-token", "short_lived": false}"#;
    let refused = r#"{"message": "Invalid refresh token", "type": "service.not_authorized"}"#;
    let trial = Trial::<Square>::new(site, [(200, response), (200, response), (401, refused)]);
    insta::assert_snapshot!(
        trial.transcript("MERCHANT_PROFILE_READ PAYMENTS_READ", "&response_type=code").await
    );
}

#[tokio::test]
async fn notion() {
    let site = site("api.notion.com", "v1/oauth/authorize", "v1/oauth/token", "https://api.notion.com/v1");
    let response = r#"{"access_token": "canary-access-token", "token_type": "bearer",
        "refresh_token": "canary-refresh-token", "bot_id": "b3414d65", "workspace_name": null,
        "owner": {"type": "workspace", "workspace": true}, "duplicated_template_id": null}"#;
    let refused = r#"{"object": "error", "code": "invalid_grant", "message": "Invalid refresh token."}"#;
    let trial = Trial::<Notion>::new(site, [(200, response), (200, response), (400, refused)]);
    insta::assert_snapshot!(trial.transcript("", "").await);
}
