//! Token calls of every provider, and of invented ones that differ in every other way a dialect has.

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

use crate::client::{Line, Lives, now, pending, stored};
use crate::input::{Input, input};
use crate::secrets::{self, VERIFIER, tells_nothing};

pub(crate) const WORDS: &[&str] = &[
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

        impl Lives for $name {
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
    RawRequest = BasicRaw ' ' Never,
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

/// What is asked with.
struct Asked {
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

/// Whatever is asked with arrives: once, at the token endpoint and nowhere else, each parameter as it was and none beside
/// them, in a request that is no larger than it must be.
pub fn token_request(data: &[u8]) {
    let size = data.len();
    let mut data = Input::new(data);
    let (provider, grant) = (data.byte() % 8, data.byte());
    let encoding = data.one_of(&[Encoding::Form, Encoding::Multipart, Encoding::Json, Encoding::Query]);
    let (client_id, client_secret, credential) = (data.text(), data.text(), data.text());
    let (password, username, scopes, redirect_uri) = (data.text(), data.text(), data.text(), data.text());
    let asked = Asked {
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
        (0, _) => exchange::<cohortgo::CohortGo>(&asked, encoding),
        (1, 0 | 1) => exchange::<cobot::Cobot>(&asked, encoding),
        (1, _) => by_password::<cobot::Cobot>(&asked, encoding, |asked| {
            (cobot::AppFlow::new(&*asked.username, &*asked.password, asked.scopes.clone()), vec![])
        }),
        (2, 0) => exchange::<go1::Go1>(&asked, encoding),
        (2, 1) => refresh::<go1::Go1>(&asked, encoding),
        (2, 2) => by_client_credentials(&asked, encoding),
        (2, _) => by_password::<go1::Go1>(&asked, encoding, |asked| {
            let portal = "example.mygo1.com";
            let scopes = asked.scopes.clone();
            let request =
                go1::PortalPassword::new(portal, &*asked.username, &*asked.password, scopes).unwrap();
            (request, vec![("portal_name".to_owned(), portal.to_owned())])
        }),
        (3, 0 | 1) => exchange::<gocd::Gocd>(&asked, encoding),
        (3, _) => refresh::<gocd::Gocd>(&asked, encoding),
        (4, grant) => any::<InBody>(&asked, encoding, grant),
        (5, grant) => any::<Encoded>(&asked, encoding, grant),
        (6, grant) => any::<RawRequest>(&asked, encoding, grant),
        (_, grant) => any::<Public>(&asked, encoding, grant),
    }
}

fn any<P>(asked: &Asked, encoding: Encoding, grant: u8)
where
    P: Lives + CodeGrant + Refreshes + PasswordGrant<Request = PasswordRequest>,
{
    match grant {
        0 | 1 => exchange::<P>(asked, encoding),
        2 => refresh::<P>(asked, encoding),
        _ => by_password::<P>(asked, encoding, |asked| {
            (PasswordRequest::new(&*asked.username, &*asked.password, asked.scopes.clone()), vec![])
        }),
    }
}

type Params = Vec<(String, String)>;

fn param(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn client<P: Lives>(asked: &Asked, encoding: Encoding, line: &Line) -> (Client<P>, Encoding) {
    // One that the provider does not offer is refused; its default is tried instead.
    let offered = P::DIALECT.encodings;
    let encoding = if offered.contains(&encoding) { encoding } else { offered[0] };
    let app = App::new(&*asked.client_id, &*asked.client_secret, asked.redirect_uri.clone());
    let builder = Client::builder(P::site(), app).transport(line.clone()).encoding(encoding);
    (builder.clock(ManualClock::default()).build().unwrap(), encoding)
}

fn exchange<P: Lives + CodeGrant>(asked: &Asked, encoding: Encoding) {
    let line = Line::default();
    let (client, encoding) = client::<P>(asked, encoding, &line);
    let mut pending = serde_json::to_value(pending::<P>()).unwrap();
    pending["client_id"] = json!(asked.client_id);
    pending["redirect_uri"] = json!(asked.redirect_uri);
    let callback = form_urlencoded::Serializer::new("?".to_owned())
        .append_pair("code", &asked.credential)
        .append_pair("state", secrets::STATE)
        .finish();
    let came = now(client.finish(&serde_json::from_value(pending).unwrap(), &callback));
    // An empty one counts as missing.
    if asked.credential.is_empty() {
        assert!(matches!(came, Err(error) if matches!(error.kind(), ErrorKind::Callback(_))));
        return;
    }
    let mut params = vec![
        param("grant_type", P::DIALECT.code_grant),
        param("code", &*asked.credential),
        param("code_verifier", VERIFIER),
    ];
    if P::DIALECT.redirect_uri != RedirectUriRule::Never {
        params.push(param("redirect_uri", asked.redirect_uri.as_str()));
    }
    judge::<P, _>(asked, encoding, &line, came, params);
}

fn refresh<P: Lives + Refreshes>(asked: &Asked, encoding: Encoding) {
    let line = Line::default();
    let (client, encoding) = client::<P>(asked, encoding, &line);
    let mut row = stored::<P>();
    row["client_id"] = json!(asked.client_id);
    row["refresh_token"] = json!(asked.credential);
    let token = Token::from_persisted(serde_json::from_value::<PersistedToken>(row).unwrap()).unwrap();
    let came = now(client.refresh(&token));
    let mut params =
        vec![param("grant_type", P::DIALECT.refresh_grant), param("refresh_token", &*asked.credential)];
    if P::DIALECT.redirect_uri == RedirectUriRule::OnEveryTokenCall {
        params.push(param("redirect_uri", asked.redirect_uri.as_str()));
    }
    judge::<P, _>(asked, encoding, &line, came, params);
}

fn by_password<P: Lives + PasswordGrant>(
    asked: &Asked,
    encoding: Encoding,
    request: fn(&Asked) -> (P::Request, Params),
) {
    let line = Line::default();
    let (client, encoding) = client::<P>(asked, encoding, &line);
    let (request, own) = request(asked);
    let came = now(client.password(request));
    let mut params = vec![
        param("grant_type", "password"),
        param("username", &*asked.username),
        param("password", &*asked.password),
    ];
    params.extend(own);
    with_scope::<P, _>(asked, encoding, &line, came, params);
}

fn by_client_credentials(asked: &Asked, encoding: Encoding) {
    let line = Line::default();
    let (client, encoding) = client::<go1::Go1>(asked, encoding, &line);
    let came = now(client.client_credentials(asked.scopes.clone()));
    with_scope::<go1::Go1, _>(asked, encoding, &line, came, vec![param("grant_type", "client_credentials")]);
}

fn with_scope<P: Lives, T>(
    asked: &Asked,
    encoding: Encoding,
    line: &Line,
    came: Result<T, oauth_core::Error>,
    mut params: Params,
) {
    let separator = P::DIALECT.scope_separator;
    if P::DIALECT.redirect_uri == RedirectUriRule::OnEveryTokenCall {
        params.push(param("redirect_uri", asked.redirect_uri.as_str()));
    }
    match asked.scopes.joined(separator) {
        Ok(scope) if scope.is_empty() => {}
        Ok(scope) => params.push(param("scope", scope)),
        Err(_) => {
            assert!(came.is_err_and(|error| error.kind() == ErrorKind::InvalidInput));
            assert!(line.sent().is_empty());
            return;
        }
    }
    judge::<P, _>(asked, encoding, line, came, params);
}

fn judge<P: Lives, T>(
    asked: &Asked,
    encoding: Encoding,
    line: &Line,
    came: Result<T, oauth_core::Error>,
    mut params: Params,
) {
    let Err(error) = came else { panic!("a token came out of nothing") };
    let given = [&*asked.client_secret, &asked.credential, &asked.password];
    // A short one may be a word of ours.
    let given: Vec<&str> = given.into_iter().filter(|secret| secret.contains("canary-")).collect();
    tells_nothing(&error, &given);
    let sent = line.sent();
    let [request] = sent.as_slice() else {
        assert_eq!((sent.len(), error.kind()), (0, ErrorKind::InvalidInput), "{error}");
        // Only HTTP Basic cannot say everything: a colon ends the name (RFC 7617 section 2).
        assert!(P::DIALECT.client_auth == ClientAuth::BasicRaw && asked.client_id.contains(':'), "{error}");
        return;
    };
    assert_eq!(error.kind(), ErrorKind::NotSent, "{error}");
    assert_eq!(request.method(), Method::POST);
    params.extend(P::DIALECT.token_params.iter().map(|(name, value)| param(name, *value)));
    match P::DIALECT.client_auth {
        ClientAuth::Body => {
            params.push(param("client_id", &*asked.client_id));
            params.push(param("client_secret", &*asked.client_secret));
        }
        ClientAuth::None => params.push(param("client_id", &*asked.client_id)),
        _ => {}
    }
    params.sort();
    let mut arrived = arrived::<P>(request, encoding);
    arrived.sort();
    assert_eq!(arrived, params);
    headers(request.headers(), asked, P::DIALECT.client_auth);
    // A byte of the input is at most U+FFFD, percent-encoded, and base64 on top of that.
    let size = request.body().len() + request.uri().to_string().len();
    let redirect = asked.redirect_uri.as_str().len();
    assert!(size <= 4_096 + 12 * asked.size + 3 * redirect, "{} bytes became {size}", asked.size);
}

/// The parameters, as a server reads them.
fn arrived<P: Lives>(request: &Request<Vec<u8>>, encoding: Encoding) -> Params {
    let site = P::site();
    let endpoint = site.token_url();
    let url: Url = request.uri().to_string().parse().unwrap();
    assert_eq!((url.origin(), url.path()), (endpoint.origin(), endpoint.path()), "it goes elsewhere");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    let own: Params = endpoint.query_pairs().into_owned().collect();
    let mut query: Params = url.query_pairs().into_owned().collect();
    let added = query.split_off(own.len());
    assert_eq!(query, own, "the endpoint's own query is gone");
    let content_type = request.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap());
    if encoding == Encoding::Query {
        assert!(request.body().is_empty() && content_type.is_none());
        return added;
    }
    assert!(added.is_empty(), "{added:?} stand in a server's log");
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
    let body = body.strip_suffix(&format!("\r\n--{boundary}--\r\n")).expect("the last line is missing");
    let line = format!("\r\n--{boundary}");
    let mut parts = body.split(&line);
    assert_eq!(parts.next(), Some(""));
    parts
        .map(|part| {
            let part =
                part.strip_prefix("\r\nContent-Disposition: form-data; name=\"").expect("no part begins so");
            let (name, value) = part.split_once("\"\r\n\r\n").unwrap();
            param(name, value)
        })
        .collect()
}

fn headers(headers: &HeaderMap, asked: &Asked, auth: ClientAuth) {
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
    assert_eq!((plain(id), plain(secret)), (asked.client_id.clone(), asked.client_secret.clone()));
}
