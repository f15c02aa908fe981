//! An HTTP client without redirects and default certificates, correct requests with changes for any provider,
//! and helpers for GoCD's flow.

use std::sync::Arc;

use oauth_sandbox::{Gocd, SandboxProvider, ServerHandle};
use reqwest::header::LOCATION;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response};
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

/// A client that trusts only `ca`, keeps cookies and follows no redirects.
pub(crate) fn browser(ca: Option<&str>) -> Client {
    trusting_only(ca).build().unwrap()
}

/// The builder of [`browser`].
pub(crate) fn trusting_only(ca: Option<&str>) -> ClientBuilder {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = ca {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject as _;
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    }
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .cookie_store(true)
        .tls_backend_preconfigured(config)
}

pub(crate) fn http() -> Client {
    browser(None)
}

/// `url` with a query.
pub(crate) fn with_query(url: &str, query: &[(&str, &str)]) -> String {
    format!("{url}?{}", Serializer::new(String::new()).extend_pairs(query).finish())
}

pub(crate) fn location(response: &Response) -> String {
    response.headers()[LOCATION].to_str().unwrap().to_owned()
}

/// The value of one query parameter.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// RFC 7636 appendix B.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// Applies `changes` to `pairs`. An empty value removes a parameter.
pub(crate) fn changed<'a>(mut pairs: Pairs<'a>, changes: &[(&'a str, &'a str)]) -> Pairs<'a> {
    for (name, value) in changes {
        pairs.retain(|(other, _)| other != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    pairs
}

/// The query of a correct authorize URL, beginning with `?`, with `changes`.
pub(crate) fn authorize_query<P: SandboxProvider>(
    sandbox: &ServerHandle<P>,
    changes: &[(&str, &str)],
) -> String {
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let pairs = vec![
        ("client_id", sandbox.client_id()),
        ("redirect_uri", &redirect_uri),
        ("response_type", "code"),
        ("state", "s t/1"),
    ];
    with_query("", &changed(pairs, changes))
}

/// The form of a token call with the client's credentials, with `changes`.
pub(crate) fn token_form<'a, P: SandboxProvider>(
    sandbox: &'a ServerHandle<P>,
    changes: &[(&'a str, &'a str)],
) -> Pairs<'a> {
    let form = vec![("client_id", sandbox.client_id()), ("client_secret", sandbox.client_secret())];
    changed(form, changes)
}

/// `parts` as the body of a multipart form with the boundary `b`.
pub(crate) fn multipart_body(parts: &[(&str, &str)]) -> String {
    let part = |(name, value): &(&str, &str)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    parts.iter().map(part).collect::<String>() + "--b--\r\n"
}

/// The response's status and JSON, which is null for any other body.
pub(crate) async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

/// The hidden form token of a page.
pub(crate) fn form_token(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"form_token\" value=\"").unwrap();
    rest.split_once('"').unwrap().0
}

/// The authorize URL that a well-behaved client of `sandbox` builds.
pub(crate) fn authorize_url(sandbox: &Gocd) -> String {
    format!("{}{}", sandbox.authorize_url(), authorize_query(sandbox, &[]))
}

/// The authorize URL of another client.
pub(crate) fn authorize_url_of(sandbox: &Gocd, client_id: &str, redirect_uri: &str) -> String {
    let query = [("client_id", client_id), ("redirect_uri", redirect_uri), ("response_type", "code")];
    with_query(sandbox.authorize_url(), &query)
}

/// Redeems a `code` or `refresh_token` of another client. Returns access and refresh token, or the error's
/// description.
pub(crate) async fn exchange(
    sandbox: &Gocd,
    (client_id, client_secret): (&str, &str),
    redirect_uri: &str,
    credential: (&str, &str),
) -> Result<(String, String), String> {
    let grant_type = if credential.0 == "code" { "authorization-code" } else { "refresh-token" };
    let changes = [
        ("grant_type", grant_type),
        ("client_id", client_id),
        ("client_secret", client_secret),
        ("redirect_uri", redirect_uri),
        credential,
    ];
    let (status, body) = token(sandbox, &changes).await;
    if status == 200 { Ok(pair(&body)) } else { Err(body["error_description"].as_str().unwrap().to_owned()) }
}

/// A code for the first user.
pub(crate) async fn code(sandbox: &Gocd) -> String {
    parameter(&sandbox.approve(authorize_url(sandbox)).await.unwrap(), "code").unwrap()
}

/// A token call with the right credentials and redirect URI, modified by `changes`. An empty value removes a
/// field.
pub(crate) async fn token(sandbox: &Gocd, changes: &[(&str, &str)]) -> (u16, Value) {
    send(token_request(sandbox, changes)).await
}

pub(crate) async fn token_response(sandbox: &Gocd, changes: &[(&str, &str)]) -> Response {
    token_request(sandbox, changes).send().await.unwrap()
}

fn token_request(sandbox: &Gocd, changes: &[(&str, &str)]) -> RequestBuilder {
    let redirect_uri = sandbox.redirect_uris()[0].clone();
    let defaults = [("grant_type", "authorization-code"), ("redirect_uri", redirect_uri.as_str())];
    http().post(sandbox.token_url()).form(&changed(token_form(sandbox, &defaults), changes))
}

/// A pair of tokens: access and refresh.
pub(crate) async fn tokens(sandbox: &Gocd) -> (String, String) {
    let (status, body) = token(sandbox, &[("code", &code(sandbox).await)]).await;
    assert_eq!(status, 200, "{body}");
    pair(&body)
}

pub(crate) fn pair(body: &Value) -> (String, String) {
    (body["access_token"].as_str().unwrap().to_owned(), body["refresh_token"].as_str().unwrap().to_owned())
}

/// The status of the feed for a caller with this `Authorization` header.
pub(crate) async fn feed(sandbox: &Gocd, authorization: &str) -> u16 {
    let url = format!("{}/cctray.xml", sandbox.url());
    http().get(url).header("authorization", authorization).send().await.unwrap().status().as_u16()
}

pub(crate) fn token_header(token: &str) -> String {
    format!("Token token=\"{token}\"")
}
