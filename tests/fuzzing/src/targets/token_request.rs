//! Token requests of every provider, and of invented ones for the other options of a dialect.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oauth_core::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use oauth_core::http::{HeaderMap, Method, Request};
use oauth_core::url::{Url, form_urlencoded};
use oauth_core::{
    App, Bearer, Client, ClientAuth, CodeGrant, Dialect, Encoding, ErrorKind, FixedSite, NoExtra,
    PasswordGrant, PasswordRequest, PersistedToken, Provider, RedirectUri, RedirectUriRule, Refreshes,
    ReusableRefreshToken, Scopes, Site as _, Token,
};
use oauth_testing::ManualClock;
use serde_json::{Value, json};

use crate::client::{AtProductionSite, RecordingTransport, pending, persisted_json, poll_now};
use crate::input::{Input, input};
use crate::secrets::{self, VERIFIER, check_error};

pub(crate) const DICTIONARY: &[&str] = &[
    "----oauth-core-form-boundary-0",
    "\r\n--",
    "\r\n",
    "--",
    "name=\"",
    "&",
    "=",
    "%",
    "+",
    ":",
    "grant_type",
    "client_id",
    "client_secret",
    "\0",
    "\u{FFFD}",
    "https://app.example.com/cb?x=1&y=2",
    "read write",
    "def502",
];

macro_rules! invented {
    ($($name:ident = $auth:ident $separator:literal $redirect:ident,)*) => {$(
        struct $name;

        impl Provider for $name {
            const NAME: &'static str = stringify!($name);
            const DIALECT: Dialect = Dialect::rfc6749()
                .client_auth(ClientAuth::$auth)
                .scope_separator($separator)
                .token_params(&[("mode", "server"), ("v", "2&3")])
                .redirect_uri(RedirectUriRule::$redirect)
                .encodings(&[Encoding::Form, Encoding::Multipart, Encoding::Json, Encoding::Query]);
            type Site = FixedSite;
            type Extra = NoExtra;
            type Scheme = Bearer;
            type Renewal = ReusableRefreshToken;
        }

        impl CodeGrant for $name {
            type Connect = Scopes;
        }

        impl PasswordGrant for $name {
            type Request = PasswordRequest;
        }

        impl AtProductionSite for $name {
            fn site() -> FixedSite {
                let at = |path: &str| format!("https://id.example.com:8443/{path}");
                FixedSite::new(&at("authorize"), &at("tenant%2F1/token?tenant=a%20b&x"), &at("api")).unwrap()
            }
        }
    )*};
}
invented! {
    InBody = Body '+' OnEveryTokenCall,
    Encoded = BasicEncoded ',' OnCodeExchange,
    RawBasic = BasicRaw ' ' Never,
    Public = None ' ' OnEveryTokenCall,
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for provider in 0..8 {
        for grant in 0..4 {
            for encoding in 0..4 {
                seeds.push(input(
                    &[provider, grant, encoding],
                    &[
                        b"my-client",
                        b"canary-client-secret",
                        b"canary-code",
                        b"canary-pass word",
                        b"joe@doe.com",
                        b"read write",
                        b"https://app.example.com/cb?x=1",
                    ],
                ));
            }
        }
    }
    seeds
}

/// The values of a token request.
struct RequestValues {
    client_id: String,
    client_secret: String,
    /// The code, or the refresh token.
    credential: String,
    password: String,
    username: String,
    scopes: Scopes,
    redirect_uri: RedirectUri,
    size: usize,
}

/// The request goes to the token endpoint once. It contains exactly the given parameters, unchanged, and its
/// size is proportional to theirs.
pub fn token_request(data: &[u8]) {
    let size = data.len();
    let mut data = Input::new(data);
    let (provider, grant) = (data.byte() % 8, data.byte());
    let encoding = data.one_of(&[Encoding::Form, Encoding::Multipart, Encoding::Json, Encoding::Query]);
    let (client_id, client_secret, credential) =
        (visible(&data.text()), visible(&data.text()), without_control(&data.text()));
    let (password, username) = (without_control(&data.text()), without_control(&data.text()));
    let (scopes, redirect_uri) = (data.text(), data.text());
    let values = RequestValues {
        client_id,
        client_secret,
        credential,
        password,
        username,
        scopes: scopes.parse().unwrap_or_default(),
        redirect_uri: redirect_uri.parse().unwrap_or_else(|_| "https://app.example.com".parse().unwrap()),
        size,
    };
    match (provider, grant % 4) {
        (0, _) => exchange::<cohortgo::CohortGo>(&values, encoding),
        (1, 0 | 1) => exchange::<cobot::Cobot>(&values, encoding),
        (1, _) => by_password::<cobot::Cobot>(&values, encoding, |values| {
            (cobot::AppFlow::new(&*values.username, &*values.password, values.scopes.clone()), vec![])
        }),
        (2, 0) => exchange::<go1::Go1>(&values, encoding),
        (2, 1) => refresh::<go1::Go1>(&values, encoding),
        (2, 2) => by_client_credentials(&values, encoding),
        (2, _) => by_password::<go1::Go1>(&values, encoding, |values| {
            let portal = "example.mygo1.com";
            let scopes = values.scopes.clone();
            let request =
                go1::PortalPassword::new(portal, &*values.username, &*values.password, scopes).unwrap();
            (request, vec![("portal_name".to_owned(), portal.to_owned())])
        }),
        (3, 0 | 1) => exchange::<gocd::Gocd>(&values, encoding),
        (3, _) => refresh::<gocd::Gocd>(&values, encoding),
        (4, grant) => any::<InBody>(&values, encoding, grant),
        (5, grant) => any::<Encoded>(&values, encoding, grant),
        (6, grant) => any::<RawBasic>(&values, encoding, grant),
        (_, grant) => any::<Public>(&values, encoding, grant),
    }
}

/// Leaves the characters that a client identifier and secret may have (RFC 6749 appendix A).
fn visible(text: &str) -> String {
    let text: String = text.chars().filter(|c| (' '..='~').contains(c)).collect();
    if text.is_empty() { "client".to_owned() } else { text }
}

/// Leaves the characters that codes, user names and passwords may have (RFC 6749 appendix A).
fn without_control(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn any<P>(values: &RequestValues, encoding: Encoding, grant: u8)
where
    P: AtProductionSite + CodeGrant + Refreshes + PasswordGrant<Request = PasswordRequest>,
{
    match grant {
        0 | 1 => exchange::<P>(values, encoding),
        2 => refresh::<P>(values, encoding),
        _ => by_password::<P>(values, encoding, |values| {
            (PasswordRequest::new(&*values.username, &*values.password, values.scopes.clone()), vec![])
        }),
    }
}

type Params = Vec<(String, String)>;

fn param(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

/// One token request: its values, its encoding, and where it is recorded.
struct RequestCase<'a> {
    values: &'a RequestValues,
    encoding: Encoding,
    transport: RecordingTransport,
}

fn client<P: AtProductionSite>(values: &RequestValues, encoding: Encoding) -> (Client<P>, RequestCase<'_>) {
    let transport = RecordingTransport::default();
    // Uses the provider's default if it does not support this encoding.
    let offered = P::DIALECT.encodings;
    let encoding = if offered.contains(&encoding) { encoding } else { offered[0] };
    let app = App::new(&*values.client_id, &*values.client_secret, values.redirect_uri.clone());
    let builder = Client::builder(P::site(), app).transport(transport.clone()).encoding(encoding);
    let client = builder.clock(ManualClock::default()).build().unwrap();
    (client, RequestCase { values, encoding, transport })
}

fn exchange<P: AtProductionSite + CodeGrant>(values: &RequestValues, encoding: Encoding) {
    let (client, case) = client::<P>(values, encoding);
    let mut pending = serde_json::to_value(pending::<P>()).unwrap();
    pending["client_id"] = json!(values.client_id);
    pending["redirect_uri"] = json!(values.redirect_uri);
    let callback = form_urlencoded::Serializer::new("?".to_owned())
        .append_pair("code", &values.credential)
        .append_pair("state", secrets::STATE)
        .finish();
    let result = poll_now(client.finish(&serde_json::from_value(pending).unwrap(), &callback));
    // An empty code counts as missing.
    if values.credential.is_empty() {
        assert!(matches!(result, Err(error) if matches!(error.kind(), ErrorKind::Callback(_))));
        return;
    }
    let mut params = vec![
        param("grant_type", P::DIALECT.code_grant),
        param("code", &*values.credential),
        param("code_verifier", VERIFIER),
    ];
    if P::DIALECT.redirect_uri != RedirectUriRule::Never {
        params.push(param("redirect_uri", values.redirect_uri.as_str()));
    }
    check_request::<P, _>(&case, result, params);
}

fn refresh<P: AtProductionSite + Refreshes>(values: &RequestValues, encoding: Encoding) {
    let (client, case) = client::<P>(values, encoding);
    let mut row = persisted_json::<P>();
    row["client_id"] = json!(values.client_id);
    row["refresh_token"] = json!(values.credential);
    let token = Token::from_persisted(serde_json::from_value::<PersistedToken>(row).unwrap()).unwrap();
    let result = poll_now(client.refresh(&token));
    let mut params =
        vec![param("grant_type", P::DIALECT.refresh_grant), param("refresh_token", &*values.credential)];
    if P::DIALECT.redirect_uri == RedirectUriRule::OnEveryTokenCall {
        params.push(param("redirect_uri", values.redirect_uri.as_str()));
    }
    check_request::<P, _>(&case, result, params);
}

fn by_password<P: AtProductionSite + PasswordGrant>(
    values: &RequestValues,
    encoding: Encoding,
    request: fn(&RequestValues) -> (P::Request, Params),
) {
    let (client, case) = client::<P>(values, encoding);
    let (request, own) = request(values);
    let result = poll_now(client.password(request));
    let mut params = vec![
        param("grant_type", "password"),
        param("username", &*values.username),
        param("password", &*values.password),
    ];
    params.extend(own);
    with_scope::<P, _>(&case, result, params);
}

fn by_client_credentials(values: &RequestValues, encoding: Encoding) {
    let (client, case) = client::<go1::Go1>(values, encoding);
    let result = poll_now(client.client_credentials(values.scopes.clone()));
    with_scope::<go1::Go1, _>(&case, result, vec![param("grant_type", "client_credentials")]);
}

fn with_scope<P: AtProductionSite, T>(
    case: &RequestCase<'_>,
    result: Result<T, oauth_core::Error>,
    mut params: Params,
) {
    let separator = P::DIALECT.scope_separator;
    if P::DIALECT.redirect_uri == RedirectUriRule::OnEveryTokenCall {
        params.push(param("redirect_uri", case.values.redirect_uri.as_str()));
    }
    match case.values.scopes.joined(separator) {
        Ok(scope) if scope.is_empty() => {}
        Ok(scope) => params.push(param("scope", scope)),
        Err(_) => {
            assert!(result.is_err_and(|error| error.kind() == ErrorKind::InvalidInput));
            assert!(case.transport.take_sent().is_empty());
            return;
        }
    }
    check_request::<P, _>(case, result, params);
}

fn check_request<P: AtProductionSite, T>(
    case: &RequestCase<'_>,
    result: Result<T, oauth_core::Error>,
    mut params: Params,
) {
    let RequestCase { values, encoding, transport } = case;
    let Err(error) = result else { panic!("a token without a response") };
    let given = [&*values.client_secret, &values.credential, &values.password];
    // A short value may be part of the error's own text.
    let given: Vec<&str> = given.into_iter().filter(|secret| secret.contains("canary-")).collect();
    check_error(&error, &given);
    let sent = transport.take_sent();
    let [request] = sent.as_slice() else {
        assert_eq!((sent.len(), error.kind()), (0, ErrorKind::InvalidInput), "{error}");
        // Only HTTP Basic has a limit: a colon ends the user id (RFC 7617 section 2).
        assert!(P::DIALECT.client_auth == ClientAuth::BasicRaw && values.client_id.contains(':'), "{error}");
        return;
    };
    assert_eq!(error.kind(), ErrorKind::NotSent, "{error}");
    assert_eq!(request.method(), Method::POST);
    params.extend(P::DIALECT.token_params.iter().map(|(name, value)| param(name, *value)));
    match P::DIALECT.client_auth {
        ClientAuth::Body => {
            params.push(param("client_id", &*values.client_id));
            params.push(param("client_secret", &*values.client_secret));
        }
        ClientAuth::None => params.push(param("client_id", &*values.client_id)),
        _ => {}
    }
    params.sort();
    let mut received_params = received_params::<P>(request, *encoding);
    received_params.sort();
    assert_eq!(received_params, params);
    headers(request.headers(), values, P::DIALECT.client_auth);
    // A byte of the input becomes at most a percent-encoded U+FFFD in base64.
    let size = request.body().len() + request.uri().to_string().len();
    let redirect = values.redirect_uri.as_str().len();
    assert!(size <= 4_096 + 12 * values.size + 3 * redirect, "{} bytes became {size}", values.size);
}

/// The parameters as a server parses them.
fn received_params<P: AtProductionSite>(request: &Request<Vec<u8>>, encoding: Encoding) -> Params {
    let site = P::site();
    let endpoint = site.token_url();
    let url: Url = request.uri().to_string().parse().unwrap();
    assert_eq!(
        (url.origin(), url.path()),
        (endpoint.origin(), endpoint.path()),
        "the request goes to another URL"
    );
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    let own: Params = endpoint.query_pairs().into_owned().collect();
    let mut query: Params = url.query_pairs().into_owned().collect();
    let added = query.split_off(own.len());
    assert_eq!(query, own, "the endpoint's own query is missing");
    let content_type = request.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap());
    if encoding == Encoding::Query {
        assert!(request.body().is_empty() && content_type.is_none());
        return added;
    }
    assert!(added.is_empty(), "{added:?} would appear in a server's log");
    let body = request.body();
    match encoding {
        Encoding::Form => {
            assert_eq!(content_type, Some("application/x-www-form-urlencoded"));
            form_urlencoded::parse(body).into_owned().collect()
        }
        Encoding::Json => {
            assert_eq!(content_type, Some("application/json"));
            let object: serde_json::Map<String, Value> = serde_json::from_slice(body).unwrap();
            object.into_iter().map(|(name, value)| (name, value.as_str().unwrap().to_owned())).collect()
        }
        _ => {
            let boundary = content_type.unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
            multipart(std::str::from_utf8(body).unwrap(), boundary)
        }
    }
}

/// RFC 2046 section 5.1.1 and RFC 7578: parts between lines of `--boundary`.
fn multipart(body: &str, boundary: &str) -> Params {
    assert!((1..=70).contains(&boundary.len()), "{boundary}");
    let body = format!("\r\n{body}");
    let body = body.strip_suffix(&format!("\r\n--{boundary}--\r\n")).expect("a final boundary");
    let line = format!("\r\n--{boundary}");
    let mut parts = body.split(&line);
    assert_eq!(parts.next(), Some(""));
    parts
        .map(|part| {
            let part =
                part.strip_prefix("\r\nContent-Disposition: form-data; name=\"").expect("a form-data part");
            let (name, value) = part.split_once("\"\r\n\r\n").unwrap();
            param(name, value)
        })
        .collect()
}

fn headers(headers: &HeaderMap, values: &RequestValues, auth: ClientAuth) {
    for (name, value) in headers {
        assert!([ACCEPT, CONTENT_TYPE, AUTHORIZATION, USER_AGENT].contains(name), "{name}");
        assert!(value.as_bytes().iter().all(|byte| matches!(byte, b' '..=b'~')));
    }
    let Some(basic) = headers.get(AUTHORIZATION) else {
        assert!(matches!(auth, ClientAuth::Body | ClientAuth::None));
        return;
    };
    assert!(basic.is_sensitive());
    let credentials = basic.to_str().unwrap().strip_prefix("Basic ").unwrap();
    let credentials = String::from_utf8(BASE64_STANDARD.decode(credentials).unwrap()).unwrap();
    let (id, secret) = credentials.split_once(':').unwrap();
    let plain = |text: &str| match auth {
        ClientAuth::BasicEncoded => {
            let pair = format!("x={text}");
            form_urlencoded::parse(pair.as_bytes()).next().unwrap().1.into_owned()
        }
        _ => text.to_owned(),
    };
    assert_eq!((plain(id), plain(secret)), (values.client_id.clone(), values.client_secret.clone()));
}
